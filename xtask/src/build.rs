//! Builds the page into `dist/`: trunk, two halves, wasm-opt, no inline script, a content security policy, compressed copies.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{fs, io};

use crate::tools::{self, PageTools};
use crate::{Outcome, command, halves, offline};

/// Where the page ends up.
pub const DIST: &str = "dist";

/// What the page may load and run: its own files, its own WASM, nothing else.
///
/// It is sent as a header by `cargo xtask serve` and stands in the page as well, for sites that send no headers.
pub const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; \
     base-uri 'none'; form-action 'none'";

/// What decides the built page; when none of it changed, neither did the page.
const INPUTS: [&str; 10] = [
    "src",
    "www",
    "static",
    ".cargo",
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
    "rust-toolchain.toml",
    "tools/split",
    "xtask",
];

/// -Oz makes the file smaller by a twentieth, but not what is sent: brotli then finds less to share.
/// The first kilobyte is the far end of the stack, which the linker puts below all data.
const WASM_OPT: [&str; 8] = [
    "-O2",
    "--low-memory-unused",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    // Some functions of the library return two values.
    "--enable-multivalue",
];

/// How much work goes into the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// What is published: small and fast.
    Release,
    /// What is built in a minute, for writing browser tests.
    Quick,
}

/// Builds the page, unless the one in `dist/` is of these very sources.
pub fn page(effort: Effort) -> Outcome {
    let stamp = format!("{effort:?} {}", stamp()?);
    let stamp_file = Path::new("target/xtask/page");
    let same = fs::read_to_string(stamp_file).is_ok_and(|old| old == stamp);
    if same && Path::new(DIST).join("index.html").is_file() {
        println!("xtask: the page in {DIST}/ is up to date");
        return Ok(());
    }
    let tools = tools::for_page()?;
    println!("xtask: building the page (the first time takes minutes)");
    let start = Instant::now();
    let _ = fs::remove_file(stamp_file);
    trunk(&tools, effort)?;
    finish(&tools, effort)?;
    write(Path::new("target/xtask"), "page", &stamp)?;
    println!("xtask: built {DIST}/ in {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Rebuilds and reloads whenever a file changes, until it is stopped.
pub fn watch(port: u16, open: bool) -> Outcome {
    let tools = tools::for_page()?;
    let mut command = trunk_command(&tools)?;
    command.args(["serve", "--port", &port.to_string()]);
    if open {
        command.arg("--open");
    }
    command::run(&mut command)
}

fn trunk(tools: &PageTools, effort: Effort) -> Outcome {
    let _ = fs::remove_dir_all(DIST);
    let profile: &[&str] = match effort {
        Effort::Release => &["--release", "--cargo-profile", "web"],
        Effort::Quick => &[],
    };
    command::run(trunk_command(tools)?.args(["build", "--locked"]).args(profile))
}

/// Trunk with our wasm-bindgen in front of any other, and no reason to ask the network.
fn trunk_command(tools: &PageTools) -> Outcome<Command> {
    let mut command = Command::new(&tools.trunk);
    command
        .env("PATH", command::path_with(&[&tools.bindgen_folder])?)
        .env("TRUNK_SKIP_VERSION_CHECK", "true")
        // Some environments set this to a value that trunk does not read.
        .env_remove("NO_COLOR");
    Ok(command)
}

/// The linked page as trunk leaves it, with the names of its functions.
pub fn linked() -> Outcome {
    let _ = fs::remove_file("target/xtask/page");
    trunk(&tools::for_page()?, Effort::Release)
}

fn finish(tools: &PageTools, effort: Effort) -> Outcome {
    if effort == Effort::Release {
        halves::split()?;
        optimize(tools)?;
    }
    finish_html()?;
    match effort {
        Effort::Release => {
            offline::write()?;
            command::run(Command::new("node").arg("xtask/compress.mjs").arg(DIST))
        }
        Effort::Quick => Ok(()),
    }
}

/// Brings index.html into the form that the policy allows.
pub fn finish_html() -> Outcome {
    let html = read(&Path::new(DIST).join("index.html"))?;
    let (html, scripts) = without_inline_scripts(&html);
    for (name, text) in &scripts {
        write(Path::new(DIST), name, text)?;
    }
    write(Path::new(DIST), "index.html", &with_policy(&html)?)
}

fn optimize(tools: &PageTools) -> Outcome {
    for wasm in files_below(Path::new(DIST))?.iter().filter(|f| f.extension().is_some_and(|e| e == "wasm")) {
        command::run(
            Command::new("node").arg(&tools.wasm_opt).args(WASM_OPT).arg(wasm).arg("--output").arg(wasm),
        )?;
    }
    Ok(())
}

/// Moves every inline script into a file named by its content, so that the policy needs no exception.
fn without_inline_scripts(html: &str) -> (String, Vec<(String, String)>) {
    let (mut out, mut scripts, mut rest) = (String::with_capacity(html.len()), Vec::new(), html);
    while let Some((before, script)) = rest.split_once("<script") {
        let Some(((attributes, text), after)) =
            script.split_once("</script>").and_then(|(s, after)| Some((s.split_once('>')?, after)))
        else {
            break;
        };
        out.push_str(before);
        rest = after;
        if attributes.contains("src=") || attributes.contains("application/json") {
            out.push_str(&format!("<script{attributes}>{text}</script>"));
            continue;
        }
        let name = format!("start-{:016x}.js", hash(text.as_bytes(), SEED));
        out.push_str(&format!("<script{attributes} src=\"./{name}\"></script>"));
        scripts.push((name, text.trim().to_owned()));
    }
    out.push_str(rest);
    (out, scripts)
}

fn with_policy(html: &str) -> Outcome<String> {
    let head = html.find("<head>").ok_or("dist/index.html has no <head>")? + "<head>".len();
    let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">");
    Ok(format!("{}{meta}{}", &html[..head], &html[head..]))
}

/// One line that changes whenever a file changes that decides the page.
fn stamp() -> Outcome<String> {
    let mut sum = SEED;
    for input in INPUTS {
        for file in files_below(Path::new(input))? {
            sum = hash(file.to_string_lossy().as_bytes(), sum);
            sum = hash(&fs::read(&file).map_err(|e| unreadable(&file, &e))?, sum);
        }
    }
    Ok(format!("{sum:016x}\n"))
}

/// Offset basis of 64-bit FNV-1a.
pub const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a: names and compares contents; nothing here needs more.
pub fn hash(bytes: &[u8], seed: u64) -> u64 {
    bytes.iter().fold(seed, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Every file below a folder, sorted; the file itself, or nothing when there is none.
pub fn files_below(path: &Path) -> Outcome<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(path, &error)),
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        files.extend(files_below(&path)?);
    }
    Ok(files)
}

fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|e| unreadable(path, &e))
}

fn write(folder: &Path, name: &str, text: &str) -> Outcome {
    let path = folder.join(name);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&path, text))
        .map_err(|e| format!("{} cannot be written: {e}", path.display()))
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    format!("{} cannot be read: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_move_into_files_and_others_stay() {
        let html = "<head><script src=\"a.js\"></script><script type=\"module\">go()</script></head>";
        let (html, scripts) = without_inline_scripts(html);
        assert_eq!(scripts.len(), 1);
        assert_eq!(scripts[0].1, "go()");
        assert!(html.contains("<script src=\"a.js\"></script>"), "{html}");
        assert!(
            html.contains(&format!("<script type=\"module\" src=\"./{}\"></script>", scripts[0].0)),
            "{html}"
        );
        assert!(!html.contains("go()"), "{html}");
    }

    #[test]
    fn the_policy_is_the_first_thing_in_the_head() {
        let html = with_policy("<html><head><link></head>").expect("a head");
        assert!(html.starts_with("<html><head><meta http-equiv=\"Content-Security-Policy\""), "{html}");
        assert!(with_policy("<html></html>").is_err());
    }
}
