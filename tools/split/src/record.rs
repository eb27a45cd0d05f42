//! A module that tells of each function when it is entered for the first time.

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, EntityType, Function, GlobalSection, GlobalType, ImportSection,
    Instruction, TypeSection, ValType,
};

use crate::module::Module;
use crate::{Outcome, data};

/// Where the glue finds the function that is told.
pub const CALLED: &str = "__called";

/// Every function counts one further, because of the one import more; and has a flag, after the other globals.
struct Recording {
    imported: u32,
    globals: u32,
    told: u32,
    next: u32,
}

/// The module as it was, but for the words at the start of each function.
pub fn recording(module: &Module<'_>) -> Outcome<Vec<u8>> {
    let mut out = wasm_encoder::Module::new();
    let mut this = Recording {
        imported: module.imported,
        globals: module.globals.len() as u32,
        told: module.types.len() as u32,
        next: 0,
    };
    this.write(module, &mut out).map_err(|e| e.to_string())?;
    Ok(out.finish())
}

impl Recording {
    fn write(&mut self, module: &Module<'_>, out: &mut wasm_encoder::Module) -> Result<(), Error> {
        let parts = crate::split::Sections::new(module, self)?;
        let mut types: TypeSection = parts.types;
        types.ty().function([ValType::I32], []);
        out.section(&types);
        let mut imports = ImportSection::new();
        for import in &module.imports {
            self.parse_import(&mut imports, *import)?;
        }
        let place = module.imports.first().map_or("", |import| import.module);
        imports.import(place, CALLED, EntityType::Function(self.told));
        out.section(&imports);
        let mut functions = wasm_encoder::FunctionSection::new();
        module.defined().for_each(|index| {
            functions.function(module.functions[index as usize]);
        });
        out.section(&functions).section(&parts.tables).section(&parts.memories);
        let mut globals: GlobalSection = parts.globals;
        let flag = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
        module.defined().for_each(|_| {
            globals.global(flag, &ConstExpr::i32_const(0));
        });
        out.section(&globals);
        let mut exports = wasm_encoder::ExportSection::new();
        for export in &module.exports {
            self.parse_export(&mut exports, *export)?;
        }
        out.section(&exports);
        if let Some(start) = module.start {
            out.section(&wasm_encoder::StartSection { function_index: self.function_index(start)? });
        }
        let mut elements = wasm_encoder::ElementSection::new();
        for one in &module.elements {
            let all = one.functions.iter().map(|index| self.function_index(*index));
            let all: Vec<u32> = all.collect::<Result<_, _>>()?;
            let table = (one.table != 0).then_some(one.table);
            let offset = ConstExpr::i32_const(one.offset as i32);
            elements.active(table, &offset, wasm_encoder::Elements::Functions(all.into()));
        }
        out.section(&elements);
        let mut code = CodeSection::new();
        for body in &module.bodies {
            self.parse_function_body(&mut code, body.clone())?;
        }
        let data = module.data.iter().map(|one| (one.address, one.bytes.iter().copied()));
        out.section(&code).section(&data::section(data));
        Ok(())
    }
}

impl Reencode for Recording {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(if function < self.imported { function } else { function + 1 })
    }

    fn new_function_with_parsed_locals(
        &mut self,
        body: &wasmparser::FunctionBody<'_>,
    ) -> Result<Function, Error> {
        let mut function = wasm_encoder::reencode::utils::new_function_with_parsed_locals(self, body)?;
        let flag = self.globals + self.next;
        let words = [
            Instruction::GlobalGet(flag),
            Instruction::I32Eqz,
            Instruction::If(BlockType::Empty),
            Instruction::I32Const(1),
            Instruction::GlobalSet(flag),
            Instruction::I32Const((self.imported + self.next) as i32),
            Instruction::Call(self.imported),
            Instruction::End,
        ];
        words.iter().for_each(|word| {
            function.instruction(word);
        });
        self.next += 1;
        Ok(function)
    }
}
