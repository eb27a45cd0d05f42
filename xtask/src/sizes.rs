//! What a first visit downloads before the first screen stands: raw, gzip and brotli, and the gate on the sum.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::build::{self, DIST, Effort};
use crate::halves::REST;

/// Most that everything may weigh as brotli that is loaded before the first screen stands [bytes].
pub const LIMIT: u64 = 300 * 1000;

/// Loaded once the first screen stands: what starts a simulation, what keeps the page for when there is no network, and what
/// tells how to install it.
const LATER: [&str; 3] = ["worker.js", SERVICE_WORKER, "manifest.webmanifest"];
/// Names every file there is, for a cache.
const SERVICE_WORKER: &str = "sw.js";

/// One file of the first visit [bytes].
struct Size {
    name: String,
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// Builds the page, prints the table and holds the gate.
pub fn task() -> Outcome {
    build::page(Effort::Release)?;
    gate().map(|_| ())
}

/// Prints the table; gives the sum as one line, or fails when it is over the limit.
pub fn gate() -> Outcome<String> {
    let (later, first): (Vec<PathBuf>, Vec<PathBuf>) =
        first_visit(Path::new(DIST))?.into_iter().partition(|file| is_later(file));
    let brotli = table("before the first screen [bytes]", &first)?;
    table("after it [bytes]", &later)?;
    let line = format!("{:.1} KB brotli of {} KB", brotli as f64 / 1000.0, LIMIT / 1000);
    if brotli <= LIMIT { Ok(line) } else { Err(format!("a first visit downloads {line}")) }
}

/// Prints the sizes of these files, and gives the sum as brotli.
fn table(title: &str, files: &[PathBuf]) -> Outcome<u64> {
    let sizes: Vec<Size> = files.iter().map(|file| size(file)).collect::<Outcome<_>>()?;
    println!("{title:<52} {:>9} {:>9} {:>9}", "raw", "gzip", "brotli");
    for Size { name, raw, gzip, brotli } in &sizes {
        println!("{name:<52} {raw:>9} {gzip:>9} {brotli:>9}");
    }
    let sum = |of: fn(&Size) -> u64| sizes.iter().map(of).sum::<u64>();
    let (raw, gzip, brotli) = (sum(|s| s.raw), sum(|s| s.gzip), sum(|s| s.brotli));
    println!("{:<52} {raw:>9} {gzip:>9} {brotli:>9}", "together");
    Ok(brotli)
}

/// Whether nothing asks for this file until the first screen stands.
fn is_later(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.ends_with(REST) || name.ends_with(".png") || LATER.contains(&name)
}

/// index.html and every file whose path one of the files found so far spells out, WASM included. Another page is a visit of
/// its own: a link leads to it, and nothing loads it.
///
/// The first visit in the browser tests compares this list with what Chromium really asks for.
fn first_visit(dist: &Path) -> Outcome<BTreeSet<PathBuf>> {
    let all: Vec<PathBuf> = build::files_below(dist)?
        .into_iter()
        .filter(|f| f.extension().is_none_or(|e| e != "br" && e != "gz" && e != "html"))
        .collect();
    let mut found = BTreeSet::from([dist.join("index.html")]);
    let mut open: Vec<PathBuf> = found.iter().cloned().collect();
    while let Some(file) = open.pop() {
        let text =
            fs::read(&file).map_err(|e| format!("{}: {e}; cargo xtask build makes it", file.display()))?;
        for other in all.iter().filter(|other| names(&text, other)) {
            if found.insert(other.clone()) && !other.ends_with(SERVICE_WORKER) {
                open.push(other.clone());
            }
        }
    }
    Ok(found)
}

fn names(text: &[u8], file: &Path) -> bool {
    let name = file.file_name().and_then(|n| n.to_str()).unwrap_or("");
    !name.is_empty() && text.windows(name.len()).any(|window| window == name.as_bytes())
}

fn size(file: &Path) -> Outcome<Size> {
    let length = |ending: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        fs::metadata(PathBuf::from(name)).map(|m| m.len())
    };
    let raw = length("").map_err(|e| format!("{}: {e}", file.display()))?;
    let name = file.strip_prefix(DIST).unwrap_or(file).to_string_lossy().into_owned();
    Ok(Size { name, raw, gzip: length(".gz").unwrap_or(raw), brotli: length(".br").unwrap_or(raw) })
}
