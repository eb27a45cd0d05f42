//! The service worker: the list of the page's files and their version go into `www/sw.js`.

use std::fs;
use std::path::Path;

use crate::Outcome;
use crate::build::{self, DIST, hash};

const SOURCE: &str = "www/sw.js";
/// What no page asks for.
const LEFT_OUT: [&str; 3] = ["static/examples/", "static/headroom-1.schema.json", "sw.js"];

/// Writes `dist/sw.js`.
pub fn write() -> Outcome {
    let (mut sum, mut names) = (build::SEED, vec!["./".to_owned()]);
    for file in build::files_below(Path::new(DIST))? {
        let name = file.strip_prefix(DIST).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        if LEFT_OUT.iter().any(|left| name.starts_with(left)) {
            continue;
        }
        sum = hash(name.as_bytes(), sum);
        sum = hash(&fs::read(&file).map_err(|e| format!("{}: {e}", file.display()))?, sum);
        names.push(name);
    }
    let list: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let source = fs::read_to_string(SOURCE).map_err(|e| format!("{SOURCE} cannot be read: {e}"))?;
    let written = source
        .replace("\"VERSION\"", &format!("\"{sum:016x}\""))
        .replace("const FILES = [];", &format!("const FILES = [{}];", list.join(", ")));
    let out = Path::new(DIST).join("sw.js");
    fs::write(&out, written).map_err(|e| format!("{} cannot be written: {e}", out.display()))
}
