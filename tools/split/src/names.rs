//! What a function is called in the list of the first part: short, and the same after small changes of the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The list of the first part.
pub struct List(BTreeSet<String>);

impl List {
    /// One name a line; lines that start with # are for people.
    pub fn read(text: &str) -> List {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        List(lines.map(str::to_owned).collect())
    }

    /// Whether a function with this name belongs to the first part.
    pub fn has(&self, name: &str) -> bool {
        let key = key(name);
        self.0.contains(&key) || self.0.contains(&one(&key, name))
    }
}

/// The lines that name these functions: `(name, size, whether it was entered)` of all.
///
/// Functions of one key stay together as long as those that were not entered weigh little: closures are then numbered anew
/// without harm. Where they weigh more, each that was entered is named alone.
pub fn lines<'n>(all: impl Iterator<Item = (&'n str, usize, bool)>) -> BTreeSet<String> {
    let mut groups: BTreeMap<String, Vec<(&str, usize, bool)>> = BTreeMap::new();
    all.for_each(|function| groups.entry(key(function.0)).or_default().push(function));
    let mut lines = BTreeSet::new();
    for (key, group) in groups {
        let idle: usize = group.iter().filter(|(_, _, entered)| !entered).map(|(_, size, _)| size).sum();
        let entered = group.iter().filter(|(_, _, entered)| *entered);
        if idle <= LITTLE {
            lines.extend(entered.map(|_| key.clone()));
        } else {
            lines.extend(entered.map(|(name, ..)| one(&key, name)));
        }
    }
    lines
}

/// Size of functions that may come along without being needed [bytes].
const LITTLE: usize = 150;

/// A name for one function of a key: all that the key leaves out, as a number (FNV-1a).
fn one(key: &str, name: &str) -> String {
    let exact = without_hashes(&format!("{:#}", rustc_demangle::demangle(name)));
    let sum = exact
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{key} #{sum:016x}")
}

/// `crate[1f2e3d4c5b6a7988]` as `crate`: these change with every version of a compiler or a crate.
fn without_hashes(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find('[') {
        out.push_str(&rest[..at]);
        let inside = &rest[at + 1..];
        let end = inside.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(inside.len());
        if end > 8 && inside[end..].starts_with(']') {
            rest = &inside[end + 1..];
        } else {
            out.push('[');
            rest = inside;
        }
    }
    out.push_str(rest);
    out
}

/// The path of a function without what it is generic over, and behind a bar the modules of ours that this names.
///
/// Numbers of closures and of compiled copies go, so that all closures of a function stay together.
pub fn key(name: &str) -> String {
    let plain = without_numbers(&format!("{:#}", rustc_demangle::demangle(name)));
    let mut key = without_generics(&plain);
    let outside = key.clone();
    for module in modules(&plain).iter().filter(|module| !outside.contains(module.as_str())) {
        let _ = write!(key, " | {module}");
    }
    key
}

/// `{closure#3}` as `{closure}`, `crate[1f2e3d4c5b6a7988]` as `crate`, `.llvm.123` as nothing.
fn without_numbers(name: &str) -> String {
    let name = without_hashes(name.split(".llvm.").next().unwrap_or(name));
    let mut parts = name.split('#');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + part.trim_start_matches(|c: char| c.is_ascii_hexdigit()))
}

/// Leaves out everything between `::<` and its `>`.
fn without_generics(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let (mut depth, mut previous) = (0_u32, [' '; 2]);
    for c in name.chars() {
        match c {
            '<' if depth > 0 || previous == [':', ':'] => depth += 1,
            '>' if depth > 0 && previous[1] != '-' => depth -= 1,
            _ if depth == 0 => out.push(c),
            _ => {}
        }
        previous = [previous[1], c];
    }
    out.replace("::::", "::").trim_end_matches(':').to_owned()
}

/// Modules of ours that are spelled out anywhere in a name.
fn modules(name: &str) -> BTreeSet<String> {
    let words = name.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    let ours = words.filter(|word| word.starts_with("headroom::") || word.starts_with("headroom_www::"));
    let module = |word: &str| {
        let parts: Vec<&str> =
            word.split("::").take_while(|part| part.starts_with(|c: char| c.is_lowercase())).collect();
        parts[..parts.len().min(3)].join("::")
    };
    ours.map(module).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_no_numbers_and_names_the_modules_it_is_generic_over() {
        let name = "core[5b1ab2d5ffad7c1a]::ptr::drop_in_place::<headroom_www[0123456789abcdef]::canvas::card::Card::{closure#2}>";
        assert_eq!(key(name), "core::ptr::drop_in_place | headroom_www::canvas::card");
        assert_eq!(
            key("headroom_www::canvas::card::Card::{closure#12}"),
            "headroom_www::canvas::card::Card::{closure}"
        );
        assert_eq!(
            key("<alloc::vec::Vec<u8> as core::clone::Clone>::clone"),
            "<alloc::vec::Vec<u8> as core::clone::Clone>::clone"
        );
    }

    #[test]
    fn functions_of_one_key_are_told_apart_where_the_idle_ones_are_heavy() {
        let all = |idle| [("a::b::{closure#0}", 90, true), ("a::b::{closure#1}", idle, false)];
        assert!(lines(all(100).into_iter()).contains("a::b::{closure}"));
        let apart = lines(all(1_000).into_iter());
        let list = List::read(&apart.into_iter().collect::<Vec<_>>().join("\n"));
        assert!(list.has("a::b::{closure#0}") && !list.has("a::b::{closure#1}"));
    }

    #[test]
    fn a_list_has_every_closure_of_a_function_that_it_names() {
        let list = List::read("# why\nheadroom_www::top::Top::{closure}\n");
        assert!(list.has("headroom_www::top::Top::{closure#4}"));
        assert!(!list.has("headroom_www::top::Name::{closure#4}"));
    }
}
