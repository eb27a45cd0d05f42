//! Splits the page's WASM into what the first screen needs and the rest, and records what that is.
//!
//! `headroom-split split LINKED IN FIRST.txt OUT REST` writes two modules that share memory, tables and globals: OUT holds
//! the functions that FIRST.txt names, REST all others. A call from the first part into the rest goes through the function
//! table; until the rest is there, its slots hold stubs, which fetch it and call again. Constants that only the rest can
//! read come with it: LINKED is IN before wasm-bindgen took it, where the linker tells who names what.
//!
//! `headroom-split record IN OUT` writes a module that tells `called(index)` the first time it enters each function, and
//! `headroom-split names IN CALLED` prints what FIRST.txt should say of the indices in CALLED.

// A tool talks to whoever started it.
#![allow(clippy::print_stdout)]

mod data;
mod module;
mod names;
mod record;
mod split;

use std::collections::BTreeSet;
use std::fs;
use std::process::ExitCode;

use module::Module;

type Outcome<T = ()> = Result<T, String>;

const HELP: &str = "\
headroom-split split LINKED IN FIRST.txt OUT REST    the functions that FIRST.txt names into OUT, all others into REST
headroom-split record IN OUT                         the same module, telling each function that it enters
headroom-split names IN CALLED                       the lines of FIRST.txt for the indices that CALLED lists
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words[..] {
        ["split", linked, from, first, out, rest] => split(linked, from, first, out, rest),
        ["record", from, out] => record(from, out),
        ["names", from, called] => names(from, called),
        _ => Err(HELP.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("error: {text}");
            ExitCode::FAILURE
        }
    }
}

fn split(linked: &str, from: &str, first: &str, out: &str, rest: &str) -> Outcome {
    let bytes = read(from)?;
    let module = Module::parse(&bytes)?;
    let list = names::List::read(&String::from_utf8_lossy(&read(first)?));
    let keep = |index: u32| module.names.get(&index).is_none_or(|name| list.has(name));
    let parts = split::split(&module, &read(linked)?, keep)?;
    write(out, &parts.first)?;
    write(rest, &parts.rest)?;
    println!("{}", parts.summary);
    Ok(())
}

fn record(from: &str, out: &str) -> Outcome {
    let bytes = read(from)?;
    write(out, &record::recording(&Module::parse(&bytes)?)?)
}

fn names(from: &str, called: &str) -> Outcome {
    let bytes = read(from)?;
    let module = Module::parse(&bytes)?;
    let called = String::from_utf8_lossy(&read(called)?).into_owned();
    let indices: BTreeSet<u32> =
        called.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect();
    let all = module.defined().filter_map(|index| {
        let size = module.body(index).range().len();
        Some((module.names.get(&index)?.as_str(), size, indices.contains(&index)))
    });
    names::lines(all).iter().for_each(|line| println!("{line}"));
    Ok(())
}

fn read(path: &str) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|e| format!("{path} cannot be read: {e}"))
}

fn write(path: &str, bytes: &[u8]) -> Outcome {
    fs::write(path, bytes).map_err(|e| format!("{path} cannot be written: {e}"))
}
