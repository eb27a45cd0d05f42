//! Two modules out of one: the first part and the rest, which share memory, tables and globals.

use std::collections::{BTreeMap, BTreeSet};

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind, ExportSection,
    Function, FunctionSection, GlobalSection, ImportSection, Instruction, MemorySection, TableSection,
    TableType, TypeSection,
};
use wasmparser::{ExternalKind, FunctionBody, RefType};

use crate::module::{self, Module, Uses};
use crate::{Outcome, data};

/// The import of the first part that fetches the rest; it comes from where all its imports come from.
pub const FETCH: &str = "__fetch_rest";
/// Where the rest imports what the first part exports for it.
pub const FIRST: &str = "first";

/// Both modules.
pub struct Parts {
    pub first: Vec<u8>,
    pub rest: Vec<u8>,
    /// One line for a person.
    pub summary: String,
}

/// Sections that do not depend on which functions there are.
pub struct Sections {
    pub types: TypeSection,
    pub tables: TableSection,
    pub memories: MemorySection,
    pub globals: GlobalSection,
}

impl Sections {
    pub fn new<R: Reencode>(module: &Module<'_>, how: &mut R) -> Result<Self, Error<R::Error>> {
        let mut types = TypeSection::new();
        for ty in &module.types {
            types.ty().func_type(&how.func_type(ty.clone())?);
        }
        let mut tables = TableSection::new();
        for table in &module.tables {
            tables.table(how.table_type(*table)?);
        }
        let mut memories = MemorySection::new();
        for memory in &module.memories {
            memories.memory(how.memory_type(*memory)?);
        }
        let mut globals = GlobalSection::new();
        for global in &module.globals {
            how.parse_global(&mut globals, global.clone())?;
        }
        Ok(Sections { types, tables, memories, globals })
    }
}

/// Who is where.
struct Plan<'m, 'a> {
    module: &'m Module<'a>,
    uses: BTreeMap<u32, Uses>,
    first: BTreeSet<u32>,
    /// Slot in the function table of every function of the rest that the first part calls or a table holds.
    slots: BTreeMap<u32, u32>,
    /// The table of functions.
    table: u32,
    /// Functions of the first part that the rest calls, by the name under which they are exported.
    lent: BTreeMap<u32, String>,
    /// Memory that only the rest reads: where it begins, and what stands there.
    later: Vec<(u32, &'a [u8])>,
}

/// Functions for which `keep` holds stay, and so do those that the page calls by name; all others go into the rest.
/// Data comes with the rest where `linked` shows that no function of the first part leads to it.
pub fn split(module: &Module<'_>, linked: &[u8], keep: impl Fn(u32) -> bool) -> Outcome<Parts> {
    let plan = plan(module, linked, keep)?;
    let first = plan.first_part().map_err(|e| e.to_string())?;
    let rest = plan.rest().map_err(|e| e.to_string())?;
    let summary = format!(
        "first part: {} functions, {} bytes; rest: {} functions, {} bytes, {} of them data; {} stubs, {} functions lent",
        plan.first.len(),
        first.len(),
        module.defined().len() - plan.first.len(),
        rest.len(),
        plan.later.iter().map(|(_, bytes)| bytes.len()).sum::<usize>(),
        plan.slots.len(),
        plan.lent.len()
    );
    Ok(Parts { first, rest, summary })
}

fn plan<'m, 'a>(module: &'m Module<'a>, linked: &[u8], keep: impl Fn(u32) -> bool) -> Outcome<Plan<'m, 'a>> {
    let exported = module.exports.iter().filter(|export| export.kind == ExternalKind::Func);
    let roots: BTreeSet<u32> = exported.map(|export| export.index).chain(module.start).collect();
    let first: BTreeSet<u32> =
        module.defined().filter(|index| roots.contains(index) || keep(*index)).collect();
    let uses = module.defined().map(|index| Ok((index, module::uses(module.body(index))?)));
    let uses: BTreeMap<u32, Uses> = uses.collect::<Outcome<_>>()?;
    if uses.values().any(|uses| !uses.addresses.is_empty()) {
        return Err("a function takes the address of another by ref.func".to_owned());
    }
    let table = module.tables.iter().position(|table| table.element_type == RefType::FUNCREF);
    let table = table.ok_or("there is no table of functions")? as u32;
    let is_rest = |index: u32| index >= module.imported && !first.contains(&index);
    let mut slots = BTreeMap::new();
    for element in &module.elements {
        for (place, function) in element.functions.iter().enumerate() {
            if is_rest(*function) {
                if element.table != table {
                    return Err("functions stand in more than one table".to_owned());
                }
                slots.entry(*function).or_insert(element.offset + place as u32);
            }
        }
    }
    let mut next = module.tables[table as usize].initial as u32;
    for called in first.iter().flat_map(|index| &uses[index].calls).filter(|called| is_rest(**called)) {
        slots.entry(*called).or_insert_with(|| {
            next += 1;
            next - 1
        });
    }
    let of_rest = module.defined().filter(|index| is_rest(*index));
    let lent: BTreeSet<u32> = of_rest
        .flat_map(|index| &uses[&index].calls)
        .copied()
        .filter(|called| first.contains(called))
        .collect();
    let lent = lent.into_iter().enumerate().map(|(place, index)| (index, short(place))).collect();
    let later = data::unreached(linked, module, |index| first.contains(&index))?;
    Ok(Plan { module, uses, first, slots, table, lent, later })
}

/// A short name for a number.
fn short(mut number: usize) -> String {
    const DIGITS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut name = String::new();
    loop {
        name.push(char::from(DIGITS[number % 62]));
        number /= 62;
        if number == 0 {
            return name;
        }
    }
}

/// Gives every index its place in one of the two modules.
struct Half<'p> {
    functions: BTreeMap<u32, u32>,
    /// Where a call goes through the table.
    slots: &'p BTreeMap<u32, u32>,
    table: u32,
    types: &'p [u32],
}

impl Reencode for Half<'_> {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(self.functions[&function])
    }

    fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Result<(), Error> {
        let mut function = self.new_function_with_parsed_locals(&body)?;
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let operator = reader.read()?;
            match operator {
                wasmparser::Operator::Call { function_index }
                    if !self.functions.contains_key(&function_index) =>
                {
                    self.call_through_table(&mut function, function_index);
                }
                other => {
                    function.instruction(&self.instruction(other)?);
                }
            }
        }
        code.function(&function);
        Ok(())
    }
}

impl Half<'_> {
    fn call_through_table(&self, out: &mut Function, function: u32) {
        out.instruction(&Instruction::I32Const(self.slots[&function] as i32));
        out.instruction(&Instruction::CallIndirect {
            type_index: self.types[function as usize],
            table_index: self.table,
        });
    }
}

impl Plan<'_, '_> {
    fn half(&self, functions: BTreeMap<u32, u32>) -> Half<'_> {
        Half { functions, slots: &self.slots, table: self.table, types: &self.module.functions }
    }

    /// Functions that have a stub, in the order of their slots: neighbors then differ little, which compresses.
    fn stubbed(&self) -> Vec<u32> {
        let mut all: Vec<u32> = self.slots.keys().copied().collect();
        all.sort_by_key(|function| self.slots[function]);
        all
    }

    /// Imported functions that these functions call.
    fn imports_of<'i>(&self, functions: impl Iterator<Item = &'i u32>) -> BTreeSet<u32> {
        let called = functions.flat_map(|index| &self.uses[index].calls);
        called.copied().filter(|called| *called < self.module.imported).collect()
    }

    fn first_part(&self) -> Result<Vec<u8>, Error> {
        let module = self.module;
        let held = module.elements.iter().flat_map(|element| element.functions.iter().copied());
        let mut imported = self.imports_of(self.first.iter());
        imported.extend(held.filter(|index| *index < module.imported));
        let fetch = imported.len() as u32;
        let mut places: BTreeMap<u32, u32> = BTreeMap::new();
        places.extend(imported.iter().copied().zip(0..));
        places.extend(self.first.iter().copied().zip(fetch + 1..));
        let (stubs, stubbed) = (fetch + 1 + self.first.len() as u32, self.stubbed());
        let mut half = self.half(places);
        let mut sections = Sections::new(module, &mut half)?;
        let told = module.types.len() as u32;
        sections.types.ty().function([], []);
        let mut out = wasm_encoder::Module::new();
        out.section(&sections.types);

        let mut imports = ImportSection::new();
        for index in &imported {
            half.parse_import(&mut imports, module.imports[*index as usize])?;
        }
        imports.import(module.imports[0].module, FETCH, EntityType::Function(told));
        let mut functions = FunctionSection::new();
        for index in self.first.iter().chain(&stubbed) {
            functions.function(module.functions[*index as usize]);
        }
        out.section(&imports).section(&functions).section(&self.tables(&mut half)?);
        out.section(&sections.memories).section(&sections.globals);
        out.section(&self.exports(&mut half)?);
        if let Some(start) = module.start {
            out.section(&wasm_encoder::StartSection { function_index: half.function_index(start)? });
        }
        let stub_of: BTreeMap<u32, u32> = stubbed.iter().copied().zip(stubs..).collect();
        out.section(&self.held(&mut half, &stub_of)?);
        let mut code = CodeSection::new();
        for index in &self.first {
            half.parse_function_body(&mut code, module.body(*index).clone())?;
        }
        for index in &stubbed {
            code.function(&self.stub(&half, *index, fetch));
        }
        out.section(&code).section(&self.data_of_first());
        Ok(out.finish())
    }

    /// The tables, with room for the slots that only calls into the rest need.
    fn tables(&self, half: &mut Half<'_>) -> Result<TableSection, Error> {
        let mut tables = TableSection::new();
        for ty in self.table_types(half)? {
            tables.table(ty);
        }
        Ok(tables)
    }

    fn table_types(&self, half: &mut Half<'_>) -> Result<Vec<TableType>, Error> {
        let mut types: Vec<TableType> =
            self.module.tables.iter().map(|table| half.table_type(*table)).collect::<Result<_, _>>()?;
        let grown = &mut types[self.table as usize];
        let end = self.slots.values().max().map_or(0, |last| u64::from(*last) + 1);
        grown.minimum = grown.minimum.max(end);
        grown.maximum = grown.maximum.map(|most| most.max(grown.minimum));
        Ok(types)
    }

    /// What the page calls, and what the rest needs.
    fn exports(&self, half: &mut Half<'_>) -> Result<ExportSection, Error> {
        let mut exports = ExportSection::new();
        for export in &self.module.exports {
            half.parse_export(&mut exports, *export)?;
        }
        exports.export(".memory", ExportKind::Memory, 0);
        for index in 0..self.module.tables.len() as u32 {
            exports.export(&format!(".table{index}"), ExportKind::Table, index);
        }
        for index in 0..self.module.globals.len() as u32 {
            exports.export(&format!(".global{index}"), ExportKind::Global, index);
        }
        for (function, name) in &self.lent {
            exports.export(&format!(".{name}"), ExportKind::Func, half.function_index(*function)?);
        }
        Ok(exports)
    }

    /// What stands in the tables until the rest is there.
    fn held(&self, half: &mut Half<'_>, stub_of: &BTreeMap<u32, u32>) -> Result<ElementSection, Error> {
        let mut elements = ElementSection::new();
        let mut add = |table: u32, offset: u32, all: Vec<u32>| {
            let table = (table != 0).then_some(table);
            elements.active(table, &ConstExpr::i32_const(offset as i32), Elements::Functions(all.into()));
        };
        for one in &self.module.elements {
            let place =
                |index: &u32| stub_of.get(index).copied().map_or_else(|| half.function_index(*index), Ok);
            add(one.table, one.offset, one.functions.iter().map(place).collect::<Result<_, _>>()?);
        }
        let end = self.module.tables[self.table as usize].initial as u32;
        let mut added: Vec<(u32, u32)> = self
            .slots
            .iter()
            .filter(|(_, slot)| **slot >= end)
            .map(|(f, slot)| (*slot, stub_of[f]))
            .collect();
        added.sort_unstable();
        if !added.is_empty() {
            add(self.table, end, added.into_iter().map(|(_, stub)| stub).collect());
        }
        Ok(elements)
    }

    /// Fetches the rest, which puts its own functions into the slots; then calls again.
    fn stub(&self, half: &Half<'_>, function: u32, fetch: u32) -> Function {
        let ty = self.module.functions[function as usize];
        let arguments = self.module.types[ty as usize].params().len() as u32;
        let mut stub = Function::new([]);
        stub.instruction(&Instruction::Call(fetch));
        for argument in 0..arguments {
            stub.instruction(&Instruction::LocalGet(argument));
        }
        half.call_through_table(&mut stub, function);
        stub.instruction(&Instruction::End);
        stub
    }

    fn rest(&self) -> Result<Vec<u8>, Error> {
        let module = self.module;
        let own: Vec<u32> = module.defined().filter(|index| !self.first.contains(index)).collect();
        let imported = self.imports_of(own.iter());
        let mut places: BTreeMap<u32, u32> = BTreeMap::new();
        places.extend(imported.iter().chain(self.lent.keys()).copied().zip(0..));
        let begin = places.len() as u32;
        places.extend(own.iter().copied().zip(begin..));
        let mut half = self.half(places);
        let sections = Sections::new(module, &mut half)?;
        let mut out = wasm_encoder::Module::new();
        out.section(&sections.types);
        let mut imports = ImportSection::new();
        for index in &imported {
            half.parse_import(&mut imports, module.imports[*index as usize])?;
        }
        for (function, name) in &self.lent {
            let ty = EntityType::Function(module.functions[*function as usize]);
            imports.import(FIRST, &format!(".{name}"), ty);
        }
        imports.import(FIRST, ".memory", EntityType::Memory(half.memory_type(module.memories[0])?));
        for (index, ty) in self.table_types(&mut half)?.into_iter().enumerate() {
            imports.import(FIRST, &format!(".table{index}"), EntityType::Table(ty));
        }
        for (index, global) in module.globals.iter().enumerate() {
            let ty = half.global_type(global.ty)?;
            imports.import(FIRST, &format!(".global{index}"), EntityType::Global(ty));
        }
        let mut functions = FunctionSection::new();
        for index in &own {
            functions.function(module.functions[*index as usize]);
        }
        out.section(&imports).section(&functions).section(&self.filled(&mut half)?);
        let mut code = CodeSection::new();
        for index in &own {
            half.parse_function_body(&mut code, module.body(*index).clone())?;
        }
        out.section(&code).section(&self.data_of_rest());
        Ok(out.finish())
    }

    /// All data, with zeros where it comes later: wasm-opt leaves them out.
    fn data_of_first(&self) -> DataSection {
        data::section(self.module.data.iter().map(|one| {
            let mut bytes = one.bytes.to_vec();
            for (address, later) in self.later.iter().filter(|(address, _)| *address >= one.address) {
                let place = (address - one.address) as usize;
                bytes.iter_mut().skip(place).take(later.len()).for_each(|byte| *byte = 0);
            }
            (one.address, bytes)
        }))
    }

    fn data_of_rest(&self) -> DataSection {
        data::section(self.later.iter().map(|(address, bytes)| (*address, bytes.iter().copied())))
    }

    /// The functions of the rest in their slots: every slot of a table that holds one, and those of the calls.
    fn filled(&self, half: &mut Half<'_>) -> Result<ElementSection, Error> {
        let mut held: BTreeMap<u32, u32> =
            self.slots.iter().map(|(function, slot)| (*slot, *function)).collect();
        for one in &self.module.elements {
            let slots = one.functions.iter().enumerate().map(|(place, f)| (one.offset + place as u32, *f));
            held.extend(slots.filter(|(_, function)| self.slots.contains_key(function)));
        }
        let mut elements = ElementSection::new();
        let table = (self.table != 0).then_some(self.table);
        let mut run: (u32, Vec<u32>) = (0, Vec::new());
        let mut put = |(begin, all): (u32, Vec<u32>)| {
            if !all.is_empty() {
                let offset = ConstExpr::i32_const(begin as i32);
                elements.active(table, &offset, Elements::Functions(all.into()));
            }
        };
        for (slot, function) in held {
            if run.0 + run.1.len() as u32 != slot {
                put(std::mem::replace(&mut run, (slot, Vec::new())));
            }
            run.1.push(half.function_index(function)?);
        }
        put(run);
        Ok(elements)
    }
}
