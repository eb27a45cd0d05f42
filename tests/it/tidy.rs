//! Keeps the invariants of the tree that no compiler sees: see ARCHITECTURE.md, "What keeps it so".

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Longest file and longest function of a part of the tree [lines].
struct Limits {
    folders: &'static [&'static str],
    file: usize,
    function: usize,
}

const LIMITS: [Limits; 2] = [
    Limits { folders: &["src", "tests", "xtask", "benches"], file: 700, function: 100 },
    Limits { folders: &["www"], file: 400, function: 120 },
];

/// Folders and files whose arithmetic reaches a report: the same to the last bit on every machine.
const ARITHMETIC: [&str; 11] = [
    "src/engine.rs",
    "src/engine",
    "src/analysis.rs",
    "src/analysis",
    "src/topology.rs",
    "src/topology",
    "src/blocks.rs",
    "src/blocks",
    "src/exercises.rs",
    "src/exercises",
    "src/report.rs",
];

/// Methods of `f64` that differ between native code and WASM in the last bit. `libm` has them all.
const DIFFERING: [&str; 22] = [
    "ln", "ln_1p", "log", "log2", "log10", "exp", "exp2", "exp_m1", "powf", "powi", "cbrt", "hypot", "sin",
    "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below these that git would keep and that has this ending, with its text.
fn files(below: &[&str], ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = below.iter().map(|path| root().join(path)).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() && !path.ends_with("node_modules") && !path.ends_with("target") {
            open.extend(fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        } else if path.extension().is_some_and(|e| e == ending) {
            let text = fs::read_to_string(&path).expect("UTF-8 text");
            found.push((path.strip_prefix(root()).expect("below the root").to_owned(), text));
        }
    }
    found.sort();
    found
}

fn no_complaints(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let rust = files(&["src", "tests", "www", "xtask", "benches"], "rs");
    assert!(rust.len() > 20, "only {} files were found", rust.len());
    let silent =
        rust.iter().filter(|(_, text)| text.lines().next().is_none_or(|line| !line.starts_with("//! ")));
    no_complaints(
        &silent.map(|(path, _)| format!("{}: opens without //!", path.display())).collect::<Vec<_>>(),
    );
}

#[test]
fn files_and_functions_stay_short() {
    let mut complaints = Vec::new();
    for Limits { folders, file, function } in LIMITS {
        for (path, text) in files(folders, "rs") {
            let (path, lines) = (path.display(), text.lines().count());
            if lines > file {
                complaints.push(format!("{path}: {lines} lines, at most {file}"));
            }
            for (name, lines) in functions(&text).into_iter().filter(|(_, lines)| *lines > function) {
                complaints.push(format!("{path}: {name} has {lines} lines, at most {function}"));
            }
        }
    }
    no_complaints(&complaints);
}

/// Name and length of each function, by the indentation that rustfmt gives it.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let indent = &line[..line.len() - line.trim_start().len()];
        let one_line = line.ends_with('}') || line.ends_with(';');
        let last = |line: &&str| {
            let rest = line.strip_prefix(indent).unwrap_or("");
            rest == "}" || (rest.starts_with(')') && rest.ends_with(';'))
        };
        let more = if one_line { 0 } else { lines[start + 1..].iter().position(last).map_or(0, |at| at + 1) };
        found.push((name.to_owned(), more + 1));
    }
    found
}

fn function_name(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let word = |word: &str| {
        matches!(word, "pub" | "const" | "async" | "unsafe" | "pub(crate)" | "pub(super)")
            || word.starts_with("pub(in")
    };
    let name = after.split(['(', '<']).next()?;
    (before.split_whitespace().all(word) && !name.is_empty()).then_some(name)
}

#[test]
fn the_scan_of_functions_measures_what_it_should() {
    let text = "fn one() {}\n\npub fn long(\n    a: u8,\n) -> u8 {\n    a\n}\n\nimpl A {\n    pub(crate) fn two() {\n        b\n    }\n}\n// fn none\n";
    let expected = [("one", 1), ("long", 5), ("two", 3)];
    assert_eq!(functions(text), expected.map(|(name, lines)| (name.to_owned(), lines)));
}

#[test]
fn results_come_from_arithmetic_that_agrees_everywhere() {
    let mut complaints = Vec::new();
    for (path, text) in files(&ARITHMETIC, "rs") {
        for (number, line) in text.lines().enumerate() {
            if let Some(name) = differing_call(line.split("//").next().unwrap_or("")) {
                complaints.push(format!("{}:{}: {name} of std; use libm::", path.display(), number + 1));
            }
        }
    }
    no_complaints(&complaints);
}

fn differing_call(code: &str) -> Option<&'static str> {
    DIFFERING.into_iter().find(|name| {
        code.contains(&format!(".{name}("))
            || code.contains(&format!("f64::{name}")) && !is_longer(code, name)
    })
}

/// Whether what stands after `f64::` is only the beginning of another name.
fn is_longer(code: &str, name: &str) -> bool {
    let after = code.split(&format!("f64::{name}")).nth(1).and_then(|rest| rest.chars().next());
    after.is_some_and(|c| c.is_alphanumeric() || c == '_')
}

#[test]
fn the_scan_of_arithmetic_finds_both_spellings_and_nothing_else() {
    assert_eq!(differing_call("let a = b.ln();"), Some("ln"));
    assert_eq!(differing_call("c.map(f64::exp)"), Some("exp"));
    assert_eq!(differing_call("x.powi(2)"), Some("powi"));
    for fine in ["libm::log(x)", "a.sqrt()", "f64::total_cmp", "f64::consts::LN_2", "x.len()", "f64::cosine"]
    {
        assert_eq!(differing_call(fine), None, "{fine}");
    }
}

#[test]
fn the_core_depends_on_nothing_of_the_web() {
    const WEB: [&str; 7] = ["leptos", "web-sys", "js-sys", "wasm-bindgen", "gloo", "tokio", "getrandom"];
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "-p", "headroom", "--all-features", "-e", "normal,build"])
        .args(["--target", "wasm32-unknown-unknown", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .expect("cargo tree");
    let tree = String::from_utf8(tree.stdout).expect("UTF-8");
    assert!(tree.contains("petgraph"), "not a tree of the core:\n{tree}");
    let of_web = |line: &&str| {
        WEB.iter().any(|name| line.split([' ', '-']).next() == Some(name) || line.starts_with(name))
    };
    let found: Vec<String> = tree.lines().filter(of_web).map(str::to_owned).collect();
    no_complaints(&found);
}

#[test]
fn the_core_asks_no_clock_and_touches_no_file() {
    const OUTSIDE: [&str; 6] = ["std::time", "std::fs", "std::net", "std::env", "std::thread", "SystemTime"];
    let mut complaints = Vec::new();
    for (path, text) in files(&["src"], "rs").into_iter().filter(|(path, _)| !path.starts_with("src/main.rs"))
    {
        let in_cli = path.starts_with("src/cli") || path == Path::new("src/cli.rs");
        for name in OUTSIDE.iter().filter(|name| !in_cli && text.contains(**name)) {
            complaints.push(format!("{}: {name} belongs outside of the core", path.display()));
        }
    }
    no_complaints(&complaints);
}

/// The standard library's sort is compiled anew for each type and order, at 4 KB each in the page.
#[test]
fn what_the_page_sorts_goes_through_one_place() {
    // Among the few copies of a read, once an event: a short list, without memory of its own.
    const HOT: &str = "src/engine/simulate/gather.rs";
    let elsewhere = |path: &Path| {
        path.starts_with("src/cli")
            || ["src/cli.rs", "src/sorted.rs", HOT].iter().any(|own| path == Path::new(own))
    };
    let mut complaints = Vec::new();
    for (path, text) in files(&["src", "www"], "rs").iter().filter(|(path, _)| !elsewhere(path)) {
        let code = text.split("#[cfg(test)]").next().unwrap_or("");
        for call in [".sort_by", ".sort_unstable", ".sort()"].iter().filter(|call| code.contains(**call)) {
            complaints.push(format!("{}: {call}; use sorted::", path.display()));
        }
    }
    no_complaints(&complaints);
}

#[test]
fn names_say_what_is_inside() {
    let rust = files(&["src", "tests", "www", "xtask", "benches"], "rs");
    let vague = |path: &&PathBuf| {
        path.components().any(|part| {
            let name = part.as_os_str().to_string_lossy();
            ["utils", "util", "helpers", "misc", "common", "mod.rs"].contains(&name.trim_end_matches(".rs"))
                || name == "mod.rs"
        })
    };
    let found: Vec<String> =
        rust.iter().map(|(path, _)| path).filter(vague).map(|p| p.display().to_string()).collect();
    no_complaints(&found);
}

#[test]
fn what_the_documents_point_at_exists() {
    let mut complaints = Vec::new();
    let documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
    for document in documents {
        let text = fs::read_to_string(root().join(document)).expect(document);
        let linked = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        let linked = linked.filter(|target| !target.is_empty() && !target.contains("://"));
        let quoted = text.split('`').skip(1).step_by(2).filter(|word| {
            ["src/", "www/", "tests/", "static/", "xtask/", "benches/"]
                .iter()
                .any(|top| word.starts_with(top))
                && !word.contains([' ', '*', '<', '{', '…'])
        });
        let missing = linked.chain(quoted).filter(|target| !root().join(target).exists());
        complaints.extend(missing.map(|target| format!("{document}: {target} is not there")));
    }
    no_complaints(&complaints);
}

#[test]
fn the_lock_file_of_the_browser_tests_names_no_host() {
    let lock = fs::read_to_string(root().join("tests/e2e/package-lock.json")).expect("the lock file");
    assert!(lock.contains("\"integrity\""));
    assert!(!lock.contains("\"resolved\""), "a lock file with addresses holds only where those answer");
}
