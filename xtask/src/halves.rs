//! The page's program in two parts: what the first screen needs, and the rest, which comes while a person looks at it.
//!
//! `tools/split` takes the linked WASM apart; `www/first.txt` names what belongs to the first part, and `cargo xtask first`
//! writes that list anew from what a browser really enters.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::build::{self, DIST, hash};
use crate::{Outcome, command, serve, tools};

/// What the first part consists of.
const LIST: &str = "www/first.txt";
/// What the linker left, before wasm-bindgen: it tells who names which constant (see www/build.rs).
const LINKED: &str = "target/wasm32-unknown-unknown/web/headroom-www.wasm";
/// Fetches the rest; goes to the end of the glue.
const LOADER: &str = "www/rest.js";
/// How the file of the rest ends: `sizes` counts it apart.
pub const REST: &str = "_rest.wasm";
const FOLDER: &str = "target/xtask";

const NOTE: &str = "\
# What the first part of the page's program consists of: written by `cargo xtask first`, read by `cargo xtask build`.
# A function that is missing here is in the rest. If the first screen needs it all the same, it waits for the rest.
";

/// The glue and the linked WASM, as trunk has left them.
struct Linked {
    glue: PathBuf,
    wasm: PathBuf,
}

impl Linked {
    fn find() -> Outcome<Linked> {
        let ends = |end: &str| {
            let mut files = build::files_below(Path::new(DIST))?.into_iter();
            files.find(|file| file.to_string_lossy().ends_with(end)).ok_or(format!("{DIST} has no {end}"))
        };
        let wasm = ends("_bg.wasm")?;
        let glue = PathBuf::from(wasm.to_string_lossy().replace("_bg.wasm", ".js"));
        Ok(Linked { glue, wasm })
    }
}

/// Takes the program in `dist/` apart, and names the parts by their contents.
pub fn split() -> Outcome {
    let linked = Linked::find()?;
    let rest = PathBuf::from(linked.wasm.to_string_lossy().replace("_bg.wasm", REST));
    let wasm = linked.wasm.as_os_str();
    command::run(tool().arg("split").arg(LINKED).arg(wasm).arg(LIST).arg(wasm).arg(&rest))?;
    let name =
        |file: &Path| file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let loader = text(Path::new(LOADER))?.replace("REST", &name(&rest)).replace("FIRST", &name(&linked.wasm));
    let glue = text(&linked.glue)?;
    let glue = replaced(&glue, "= __wbg_get_imports();", "= rest.joined(__wbg_get_imports());", 2)?;
    let glue = replaced(&glue, "wasm = instance.exports;", "wasm = instance.exports; rest.begin(wasm);", 1)?;
    save(&linked.glue, &format!("{glue}\n{loader}"))?;
    rename(&linked, &rest)
}

/// trunk's names tell only what was linked; where it was cut, and how it is loaded, makes other files too.
fn rename(linked: &Linked, rest: &Path) -> Outcome {
    let old = linked.glue.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let old = old.rsplit('-').next().unwrap_or_default();
    let files = [linked.glue.as_path(), linked.wasm.as_path(), rest];
    let mut sum = build::SEED;
    for file in files {
        sum = hash(&fs::read(file).map_err(|e| format!("{}: {e}", file.display()))?, sum);
    }
    let new = format!("{sum:016x}");
    let index = Path::new(DIST).join("index.html");
    for file in [linked.glue.as_path(), index.as_path()] {
        save(file, &text(file)?.replace(old, &new))?;
    }
    for file in files {
        let named = PathBuf::from(file.to_string_lossy().replace(old, &new));
        fs::rename(file, &named).map_err(|e| format!("{}: {e}", named.display()))?;
    }
    Ok(())
}

/// `cargo xtask first`: builds the page so that it tells what it enters, starts it in every way that there is, and writes
/// the list of the first part.
pub fn record() -> Outcome {
    let chromium = tools::for_browser()?;
    build::linked()?;
    let linked = Linked::find()?;
    let plain = Path::new(FOLDER).join("linked.wasm");
    fs::create_dir_all(FOLDER)
        .and_then(|()| fs::copy(&linked.wasm, &plain).map(|_| ()))
        .map_err(|e| format!("{}: {e}", plain.display()))?;
    command::run(tool().arg("record").arg(&plain).arg(&linked.wasm))?;
    let tells = "= __wbg_get_imports(); globalThis.headroomCalled = []; \
                 Object.values(imports)[0].__called = (index) => { headroomCalled.push(index); };";
    save(&linked.glue, &replaced(&text(&linked.glue)?, "= __wbg_get_imports();", tells, 2)?)?;
    build::finish_html()?;
    let called = Path::new(FOLDER).join("called.txt");
    let url = serve::in_background("/")?;
    let out = std::env::current_dir().map_err(|e| e.to_string())?.join(&called);
    command::run(
        Command::new("node").args(["first.mjs", &url]).arg(chromium).arg(out).current_dir(tools::E2E),
    )?;
    let names = command::output(tool().arg("names").arg(&plain).arg(&called))?;
    save(Path::new(LIST), &format!("{NOTE}{names}"))?;
    // What is in dist/ now is no page for a person.
    let _ = fs::remove_dir_all(DIST);
    println!("xtask: {LIST} names {} kinds of functions", names.lines().count());
    Ok(())
}

fn tool() -> Command {
    let mut command = Command::new("cargo");
    command.args(["run", "--quiet", "--locked", "--package", "headroom-split", "--"]);
    command
}

fn replaced(text: &str, from: &str, to: &str, times: usize) -> Outcome<String> {
    if text.matches(from).count() == times {
        return Ok(text.replace(from, to));
    }
    Err(format!("the glue of this wasm-bindgen does not have `{from}` {times} times: see www/rest.js"))
}

fn text(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|e| format!("{} cannot be read: {e}", path.display()))
}

fn save(path: &Path, text: &str) -> Outcome {
    fs::write(path, text).map_err(|e| format!("{} cannot be written: {e}", path.display()))
}
