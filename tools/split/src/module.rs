//! A module as it was read, in the order of its indices.

use std::collections::BTreeMap;
use std::ops::Range;

use wasmparser::{
    ElementKind, Export, FuncType, FunctionBody, Global, Import, MemoryType, Operator, Parser, Payload,
    TableType, TypeRef,
};

use crate::Outcome;

/// The sections that wasm-bindgen's modules have; one that has others is refused.
#[derive(Default)]
pub struct Module<'a> {
    pub types: Vec<FuncType>,
    pub imports: Vec<Import<'a>>,
    /// Type of every function, the imported ones first.
    pub functions: Vec<u32>,
    /// How many of the functions are imported.
    pub imported: u32,
    pub tables: Vec<TableType>,
    pub memories: Vec<MemoryType>,
    pub globals: Vec<Global<'a>>,
    pub exports: Vec<Export<'a>>,
    pub start: Option<u32>,
    /// What stands in a table from the start.
    pub elements: Vec<Element>,
    pub bodies: Vec<FunctionBody<'a>>,
    pub data: Vec<Segment<'a>>,
    /// Names of functions, as the compiler wrote them.
    pub names: BTreeMap<u32, String>,
}

/// Functions in consecutive slots of a table.
pub struct Element {
    pub table: u32,
    pub offset: u32,
    pub functions: Vec<u32>,
}

/// Data that stands in memory from the start.
pub struct Segment<'a> {
    /// Where in memory.
    pub address: u32,
    pub bytes: &'a [u8],
    /// Where in the file.
    pub at: usize,
}

impl<'a> Segment<'a> {
    /// The part of a range of memory that it fills.
    pub fn part(&self, range: &Range<u32>) -> Option<Range<u32>> {
        let end = self.address + self.bytes.len() as u32;
        let part = range.start.max(self.address)..range.end.min(end);
        (!part.is_empty()).then_some(part)
    }

    /// What stands in a range of memory, if it fills all of it.
    pub fn read(&self, range: &Range<u32>) -> Option<&'a [u8]> {
        let place = |end: u32| end.checked_sub(self.address).map(|place| place as usize);
        self.bytes.get(place(range.start)?..place(range.end)?)
    }
}

/// What a body refers to.
#[derive(Default)]
pub struct Uses {
    pub calls: Vec<u32>,
    pub addresses: Vec<u32>,
    pub globals: Vec<u32>,
}

impl<'a> Module<'a> {
    pub fn parse(bytes: &'a [u8]) -> Outcome<Module<'a>> {
        let mut module = Module::default();
        for payload in Parser::new(0).parse_all(bytes) {
            module.take(payload.map_err(|e| e.to_string())?)?;
        }
        Ok(module)
    }

    fn take(&mut self, payload: Payload<'a>) -> Outcome {
        let text = |e: wasmparser::BinaryReaderError| e.to_string();
        match payload {
            Payload::TypeSection(all) => {
                self.types = all.into_iter_err_on_gc_types().collect::<Result<_, _>>().map_err(text)?
            }
            Payload::ImportSection(all) => {
                self.imports = all.into_imports().collect::<Result<_, _>>().map_err(text)?;
                self.functions = self.imports.iter().map(function_type).collect::<Outcome<_>>()?;
                self.imported = self.functions.len() as u32;
            }
            Payload::FunctionSection(all) => {
                self.functions.extend(all.into_iter().collect::<Result<Vec<_>, _>>().map_err(text)?)
            }
            Payload::TableSection(all) => {
                let tables = all.into_iter().map(|table| table.map(|table| table.ty));
                self.tables = tables.collect::<Result<_, _>>().map_err(text)?
            }
            Payload::MemorySection(all) => {
                self.memories = all.into_iter().collect::<Result<_, _>>().map_err(text)?
            }
            Payload::GlobalSection(all) => {
                self.globals = all.into_iter().collect::<Result<_, _>>().map_err(text)?
            }
            Payload::ExportSection(all) => {
                self.exports = all.into_iter().collect::<Result<_, _>>().map_err(text)?
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(all) => {
                for one in all {
                    self.elements.extend(element(one.map_err(text)?)?);
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::DataSection(all) => {
                for one in all {
                    self.data.push(segment(&one.map_err(text)?)?);
                }
            }
            Payload::CustomSection(section) => self.custom(&section)?,
            Payload::Version { .. }
            | Payload::CodeSectionStart { .. }
            | Payload::DataCountSection { .. }
            | Payload::End(_) => {}
            other => return Err(format!("a section that this tool does not know: {other:?}")),
        }
        Ok(())
    }

    fn custom(&mut self, section: &wasmparser::CustomSectionReader<'a>) -> Outcome {
        let wasmparser::KnownCustom::Name(reader) = section.as_known() else { return Ok(()) };
        for part in reader {
            if let wasmparser::Name::Function(map) = part.map_err(|e| e.to_string())? {
                for naming in map {
                    let naming = naming.map_err(|e| e.to_string())?;
                    self.names.insert(naming.index, naming.name.to_owned());
                }
            }
        }
        Ok(())
    }

    /// The body of a function that is not imported.
    pub fn body(&self, function: u32) -> &FunctionBody<'a> {
        &self.bodies[(function - self.imported) as usize]
    }

    /// Every function that is not imported.
    pub fn defined(&self) -> Range<u32> {
        self.imported..self.functions.len() as u32
    }
}

/// What a body calls, takes the address of, and which globals it knows.
pub fn uses(body: &FunctionBody<'_>) -> Outcome<Uses> {
    let mut uses = Uses::default();
    let operators = body.get_operators_reader().map_err(|e| e.to_string())?;
    for operator in operators {
        match operator.map_err(|e| e.to_string())? {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                uses.calls.push(function_index)
            }
            Operator::RefFunc { function_index } => uses.addresses.push(function_index),
            Operator::GlobalGet { global_index } | Operator::GlobalSet { global_index } => {
                uses.globals.push(global_index)
            }
            _ => {}
        }
    }
    Ok(uses)
}

fn function_type(import: &Import<'_>) -> Outcome<u32> {
    match import.ty {
        TypeRef::Func(index) => Ok(index),
        other => Err(format!("{} is imported, and is no function: {other:?}", import.name)),
    }
}

fn element(one: wasmparser::Element<'_>) -> Outcome<Option<Element>> {
    let (table, offset) = match one.kind {
        ElementKind::Active { table_index, offset_expr } => {
            (table_index.unwrap_or(0), constant(&offset_expr)?)
        }
        // Only allows `ref.func`, which is refused where it matters.
        ElementKind::Declared => return Ok(None),
        ElementKind::Passive => return Err("a passive segment of a table".to_owned()),
    };
    let functions = match one.items {
        wasmparser::ElementItems::Functions(all) => {
            all.into_iter().collect::<Result<_, _>>().map_err(|e| e.to_string())?
        }
        wasmparser::ElementItems::Expressions(..) => {
            return Err("a table with expressions in it".to_owned());
        }
    };
    Ok(Some(Element { table, offset, functions }))
}

fn segment<'a>(one: &wasmparser::Data<'a>) -> Outcome<Segment<'a>> {
    match &one.kind {
        wasmparser::DataKind::Active { memory_index: 0, offset_expr } => {
            let at = one.range.end - one.data.len();
            Ok(Segment { address: constant(offset_expr)?, bytes: one.data, at })
        }
        other => Err(format!("a segment of data that is not active in the one memory: {other:?}")),
    }
}

fn constant(expression: &wasmparser::ConstExpr<'_>) -> Outcome<u32> {
    match expression.get_operators_reader().read() {
        Ok(Operator::I32Const { value }) => Ok(value as u32),
        other => Err(format!("an offset that is not a constant: {other:?}")),
    }
}
