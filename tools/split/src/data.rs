//! Which data the first part can do without: constants that none of its functions leads to.
//!
//! The linker tells of every address that it wrote where it stands and which constant it names (`--emit-relocs`). So what a
//! function can read is known: the constants that it names, those whose addresses stand in these, and so on.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use wasm_encoder::{ConstExpr, DataSection};
use wasmparser::{KnownCustom, Linking, Parser, Payload, RelocationType, SymbolInfo};

use crate::Outcome;
use crate::module::Module;

/// Who names which constant; a constant is known by the number of its symbol.
#[derive(Default)]
struct Leads {
    /// Where every constant stands in memory.
    constants: BTreeMap<u32, Range<u32>>,
    /// The functions, and the constants that they name.
    functions: Vec<(u32, u32)>,
    /// Where in memory an address stands, and the constant that it names; in the order of places.
    places: Vec<(u32, u32)>,
}

/// Memory that holds constants to which no function leads for which `first` holds: where it begins, and what stands there.
///
/// `linked` is the module as the linker left it, `module` the same after wasm-bindgen; functions are known by their names,
/// and one that has none in `module` counts as needed.
pub fn unreached<'a>(
    linked: &[u8],
    module: &Module<'a>,
    first: impl Fn(u32) -> bool,
) -> Outcome<Vec<(u32, &'a [u8])>> {
    let left = Module::parse(linked)?;
    let leads = Leads::read(linked, &left)?;
    // wasm-bindgen writes names as people read them.
    let readable = |name: &String| rustc_demangle::demangle(name).to_string();
    let mut needed: BTreeMap<String, bool> = BTreeMap::new();
    for (index, name) in &module.names {
        *needed.entry(readable(name)).or_default() |= first(*index);
    }
    let ranges = leads.unreached(|function| {
        left.names.get(&function).and_then(|name| needed.get(&readable(name))).copied().unwrap_or(true)
    });
    let mut parts = Vec::new();
    for one in &module.data {
        for range in ranges.iter().filter_map(|range| one.part(range)) {
            let here = one.read(&range);
            if !left.data.iter().any(|linked| linked.read(&range) == here) {
                return Err(format!(
                    "the data at {range:?} is not what the linker wrote: build the page anew"
                ));
            }
            parts.extend(here.map(|bytes| (range.start, bytes)));
        }
    }
    Ok(parts)
}

/// A section that puts bytes into memory, at these addresses.
pub fn section<B>(parts: impl IntoIterator<Item = (u32, B)>) -> DataSection
where
    B: IntoIterator<Item = u8, IntoIter: ExactSizeIterator>,
{
    let mut all = DataSection::new();
    for (address, bytes) in parts {
        all.active(0, &ConstExpr::i32_const(address as i32), bytes);
    }
    all
}

impl Leads {
    fn read(bytes: &[u8], module: &Module<'_>) -> Outcome<Leads> {
        let mut leads = Leads::default();
        let mut sections: Vec<usize> = Vec::new();
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload.map_err(|e| e.to_string())?;
            if let Payload::CustomSection(section) = &payload {
                leads.take(section, module, &sections).map_err(|e| e.to_string())?;
            }
            sections.extend(payload.as_section().map(|(_, range)| range.start));
        }
        if leads.constants.is_empty() {
            return Err("the linker told of no constant: is the page linked with --emit-relocs?".to_owned());
        }
        leads.places.sort_unstable();
        Ok(leads)
    }

    fn take(
        &mut self,
        section: &wasmparser::CustomSectionReader<'_>,
        module: &Module<'_>,
        sections: &[usize],
    ) -> wasmparser::Result<()> {
        match section.as_known() {
            KnownCustom::Linking(reader) => {
                for part in reader.subsections() {
                    if let Linking::SymbolTable(symbols) = part? {
                        self.take_symbols(symbols, module)?;
                    }
                }
            }
            KnownCustom::Reloc(reader) => {
                let begin = sections[reader.section_index() as usize];
                for entry in reader.entries() {
                    let entry = entry?;
                    use RelocationType::{MemoryAddrI32, MemoryAddrLeb, MemoryAddrSleb};
                    if matches!(entry.ty, MemoryAddrI32 | MemoryAddrLeb | MemoryAddrSleb) {
                        self.take_address(begin + entry.offset as usize, entry.index, module);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn take_symbols(
        &mut self,
        symbols: wasmparser::SymbolInfoMap<'_>,
        module: &Module<'_>,
    ) -> wasmparser::Result<()> {
        for (number, symbol) in symbols.into_iter().enumerate() {
            let SymbolInfo::Data { symbol: Some(symbol), .. } = symbol? else { continue };
            if let Some(segment) = module.data.get(symbol.index as usize) {
                let start = segment.address + symbol.offset;
                self.constants.insert(number as u32, start..start + symbol.size);
            }
        }
        Ok(())
    }

    /// An address at this place of the file.
    fn take_address(&mut self, at: usize, constant: u32, module: &Module<'_>) {
        let body = module.bodies.partition_point(|body| body.range().end <= at);
        if module.bodies.get(body).is_some_and(|body| body.range().contains(&at)) {
            self.functions.push((module.imported + body as u32, constant));
        }
        let segment = module.data.iter().find(|one| (one.at..one.at + one.bytes.len()).contains(&at));
        if let Some(segment) = segment {
            self.places.push((segment.address + (at - segment.at) as u32, constant));
        }
    }

    fn unreached(&self, first: impl Fn(u32) -> bool) -> Vec<Range<u32>> {
        let named = self.functions.iter().filter(|(function, _)| first(*function));
        let mut open: Vec<u32> = named.map(|(_, constant)| *constant).collect();
        let mut reached = BTreeSet::new();
        while let Some(constant) = open.pop() {
            if let (true, Some(range)) = (reached.insert(constant), self.constants.get(&constant)) {
                let begin = self.places.partition_point(|(place, _)| *place < range.start);
                let inside = self.places[begin..].iter().take_while(|(place, _)| *place < range.end);
                open.extend(inside.map(|(_, constant)| *constant));
            }
        }
        // Constants may share bytes: what one of them needs, stays.
        let (stays, goes): (Vec<_>, Vec<_>) =
            self.constants.iter().partition(|(constant, _)| reached.contains(constant));
        let bytes = |(_, range): (&u32, &Range<u32>)| range.clone();
        let stays: BTreeSet<u32> = stays.into_iter().flat_map(bytes).collect();
        runs(goes.into_iter().flat_map(bytes).filter(|byte| !stays.contains(byte)).collect())
    }
}

/// Consecutive numbers as ranges.
fn runs(numbers: BTreeSet<u32>) -> Vec<Range<u32>> {
    let mut runs: Vec<Range<u32>> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some(run) if run.end == number => run.end += 1,
            _ => runs.push(number..number + 1),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Function 0 names constant 1, in which the address of constant 2 stands; function 7 names constants 3 and 4.
    fn leads() -> Leads {
        let constants = [(1, 100..108), (2, 108..120), (3, 120..130), (4, 116..140)];
        Leads {
            constants: constants.into_iter().collect(),
            functions: vec![(0, 1), (7, 3), (7, 4)],
            places: vec![(104, 2)],
        }
    }

    fn left_by(first: impl Fn(u32) -> bool) -> String {
        format!("{:?}", leads().unreached(first))
    }

    #[test]
    fn constants_that_lead_to_constants_stay_with_the_function_that_names_them() {
        assert_eq!(left_by(|function| function == 0), "[120..140]");
        assert_eq!(left_by(|function| function == 7), "[100..116]");
    }

    #[test]
    fn without_a_function_all_goes_and_with_all_of_them_nothing() {
        assert_eq!(left_by(|_| false), "[100..140]");
        assert_eq!(left_by(|_| true), "[]");
    }
}
