//! What the tasks need and a machine may lack: found, or installed into a cache folder keyed by version.
//!
//! Everything comes from the registry that owns it: cargo's for trunk and wasm-bindgen, npm's for wasm-opt and
//! Playwright, rustup for the wasm target, the system's packages for a browser. Nothing lands outside the cache
//! folder, `node_modules` and what rustup and apt keep themselves.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use crate::{Outcome, command};

/// The last trunk that builds with the compiler of rust-toolchain.toml.
const TRUNK: &str = "0.21.14";
/// npm's `binaryen`, which brings `wasm-opt`.
const BINARYEN: &str = "132.0.0";
/// What `cargo xtask bench` compares with, from PyPI: name and version.
const PEERS: [(&str, &str); 2] = [("simpy", "4.1.2"), ("ciw", "3.2.7")];
const NODE_MAJOR: u32 = 20;
const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// Where the browser tests live.
pub const E2E: &str = "tests/e2e";

/// Programs that build the page.
pub struct PageTools {
    /// The trunk program.
    pub trunk: PathBuf,
    /// Folder of the wasm-bindgen program.
    pub bindgen_folder: PathBuf,
    /// wasm-opt as a script for node.
    pub wasm_opt: PathBuf,
}

/// Finds or installs what building the page takes.
pub fn for_page() -> Outcome<PageTools> {
    node()?;
    wasm_target()?;
    let cache = cache()?;
    let trunk = cargo_tool(&cache, "trunk", "trunk", TRUNK)?.join(program("trunk"));
    let bindgen = locked_version("wasm-bindgen")?;
    let bindgen_folder = cargo_tool(&cache, "wasm-bindgen-cli", "wasm-bindgen", &bindgen)?;
    let wasm_opt = binaryen(&cache)?;
    Ok(PageTools { trunk, bindgen_folder, wasm_opt })
}

/// Finds or installs what the browser tests take, and gives the browser.
pub fn for_browser() -> Outcome<PathBuf> {
    node()?;
    playwright()?;
    chromium()
}

/// A Python that has the simulators of others; a virtual environment of our own, installed where it is missing.
pub fn peers() -> Outcome<PathBuf> {
    let cache = cache()?;
    let versions: Vec<String> = PEERS.iter().map(|(name, version)| format!("{name}-{version}")).collect();
    let keyed = cache.join(versions.join("-"));
    let below = if cfg!(windows) { "Scripts" } else { "bin" };
    let python = |folder: &Path| folder.join(below).join(program("python"));
    if python(&keyed).is_file() {
        return Ok(python(&keyed));
    }
    say(&format!("installing SimPy and Ciw into {}", keyed.display()));
    let found = command::find(&["python3", "python"])
        .ok_or("Python 3.10 or newer is needed; on Debian: apt install python3-venv")?;
    let partial = cache.join(format!("peers.partial-{}", std::process::id()));
    command::run(Command::new(found).args(["-m", "venv"]).arg(&partial))
        .map_err(|e| format!("{e}; on Debian: apt install python3-venv"))?;
    let packages = PEERS.iter().map(|(name, version)| format!("{name}=={version}"));
    let mut pip = Command::new(python(&partial));
    command::run(
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(packages),
    )?;
    keep(&partial, &keyed)?;
    Ok(python(&keyed))
}

/// Installs rustfmt and clippy where the toolchain lacks them.
pub fn components() -> Outcome {
    for (name, probe) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if !quiet(Command::new("cargo").args([probe, "--version"])) {
            say(&format!("adding {name} to the Rust toolchain"));
            command::run(Command::new("rustup").args(["component", "add", name]))?;
        }
    }
    Ok(())
}

/// Whether this process is root, whom a browser asks to give up its sandbox.
pub fn is_root() -> bool {
    cfg!(unix) && command::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn say(text: &str) {
    println!("xtask: {text}");
}

fn quiet(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn program(name: &str) -> String {
    if cfg!(windows) { format!("{name}.exe") } else { name.to_owned() }
}

/// `$HEADROOM_TOOLS`, or `headroom/tools` in the user's cache folder.
fn cache() -> Outcome<PathBuf> {
    if let Some(folder) = env::var_os("HEADROOM_TOOLS").filter(|f| !f.is_empty()) {
        return Ok(folder.into());
    }
    let home = |name: &str| env::var_os(name).filter(|f| !f.is_empty()).map(PathBuf::from);
    home("XDG_CACHE_HOME")
        .or_else(|| home("HOME").map(|f| f.join(".cache")))
        .or_else(|| home("LOCALAPPDATA"))
        .map(|f| f.join("headroom").join("tools"))
        .ok_or_else(|| "there is no home folder; set HEADROOM_TOOLS to a folder for build tools".to_owned())
}

fn node() -> Outcome {
    let wanted = format!("Node {NODE_MAJOR} or newer with npm is needed; on Debian: apt install nodejs npm");
    let version = command::output(Command::new("node").arg("--version")).map_err(|_| wanted.clone())?;
    let major: Option<u32> =
        version.trim().trim_start_matches('v').split('.').next().and_then(|m| m.parse().ok());
    match major {
        Some(major) if major >= NODE_MAJOR && quiet(command::npm().arg("--version")) => Ok(()),
        _ => Err(format!("{wanted} (found node {})", version.trim())),
    }
}

fn wasm_target() -> Outcome {
    let sysroot = command::output(Command::new("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM_TARGET).join("lib").is_dir() {
        return Ok(());
    }
    say(&format!("adding the target {WASM_TARGET} to the Rust toolchain"));
    command::run(Command::new("rustup").args(["target", "add", WASM_TARGET]))
        .map_err(|e| format!("{e}; the target {WASM_TARGET} is needed for the page"))
}

/// The version of a package in Cargo.lock: the program has to match the crate to the letter.
fn locked_version(package: &str) -> Outcome<String> {
    let lock = fs::read_to_string("Cargo.lock").map_err(|e| format!("Cargo.lock cannot be read: {e}"))?;
    version_in(&lock, package).ok_or_else(|| format!("Cargo.lock names no {package}"))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let heading = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != heading);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"').map(str::to_owned)
}

/// Folder of a program that cargo builds from crates.io; installed where it is missing.
fn cargo_tool(cache: &Path, package: &str, name: &str, version: &str) -> Outcome<PathBuf> {
    let keyed = cache.join(format!("{name}-{version}"));
    let bin = keyed.join("bin");
    if bin.join(program(name)).is_file() {
        return Ok(bin);
    }
    say(&format!("installing {package} {version} into {} (only this first time; minutes)", keyed.display()));
    let partial = cache.join(format!("{name}-{version}.partial-{}", std::process::id()));
    command::run(
        Command::new("cargo")
            .args(["install", "--locked", "--version", version, package, "--root"])
            .arg(&partial)
            // Our own target folder and flags are not meant for it.
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("RUSTFLAGS"),
    )?;
    keep(&partial, &keyed)?;
    Ok(bin)
}

/// wasm-opt of npm's binaryen; installed where it is missing.
fn binaryen(cache: &Path) -> Outcome<PathBuf> {
    let keyed = cache.join(format!("binaryen-{BINARYEN}"));
    let script = keyed.join("node_modules/binaryen/bin/wasm-opt");
    if script.is_file() {
        return Ok(script);
    }
    say(&format!("installing binaryen {BINARYEN} (wasm-opt) into {}", keyed.display()));
    let partial = cache.join(format!("binaryen-{BINARYEN}.partial-{}", std::process::id()));
    fs::create_dir_all(&partial).map_err(|e| format!("{} cannot be made: {e}", partial.display()))?;
    let package = format!("binaryen@{BINARYEN}");
    command::run(
        command::npm()
            .args(["install", "--no-save", "--no-package-lock", "--ignore-scripts", "--loglevel=error"])
            .args(["--no-audit", "--no-fund", "--prefix"])
            .arg(&partial)
            .arg(package),
    )?;
    keep(&partial, &keyed)?;
    Ok(script)
}

/// Moves a finished installation to its place, so that a broken one never looks finished.
fn keep(partial: &Path, keyed: &Path) -> Outcome {
    if keyed.exists() {
        fs::remove_dir_all(keyed).map_err(|e| format!("{} cannot be replaced: {e}", keyed.display()))?;
    }
    fs::rename(partial, keyed).map_err(|e| format!("{} cannot be put in place: {e}", keyed.display()))
}

/// Installs the packages of the browser tests when the lock file has changed since.
fn playwright() -> Outcome {
    let lock = fs::read(Path::new(E2E).join("package-lock.json"))
        .map_err(|e| format!("the lock file of {E2E}: {e}"))?;
    let stamp = Path::new(E2E).join("node_modules/.installed-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    say(&format!("installing the packages of the browser tests into {E2E}/node_modules"));
    command::run(
        command::npm()
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(E2E),
    )?;
    fs::write(&stamp, lock).map_err(|e| format!("{}: {e}", stamp.display()))
}

/// A Chromium: named by `$HEADROOM_CHROMIUM`, on PATH, or installed.
///
/// As root on a system with apt the package comes first, because it brings the libraries that a browser needs;
/// otherwise Playwright installs its own into the user's cache.
fn chromium() -> Outcome<PathBuf> {
    if let Some(named) = env::var_os("HEADROOM_CHROMIUM").filter(|f| !f.is_empty()) {
        let named = PathBuf::from(named);
        let missing = format!("HEADROOM_CHROMIUM names {}, which is not a file", named.display());
        return if named.is_file() { Ok(named) } else { Err(missing) };
    }
    if let Some(found) = chromium_on_path().or_else(playwright_chromium) {
        return Ok(found);
    }
    if has_apt() {
        match (apt_install("chromium"), chromium_on_path()) {
            (Ok(()), Some(found)) => return Ok(found),
            (Err(text), _) => say(&text),
            (Ok(()), None) => say("apt's chromium is not a program that runs here"),
        }
    }
    say("installing Playwright's Chromium (only this first time; minutes)");
    let installed = command::run(
        Command::new("node")
            .args(["node_modules/playwright-core/cli.js", "install", "chromium"])
            .current_dir(E2E),
    );
    installed.ok().and_then(|()| playwright_chromium()).ok_or_else(|| {
        "no Chromium was found and none could be installed: install one (on Debian: apt install chromium) or \
         set HEADROOM_CHROMIUM to its program"
            .to_owned()
    })
}

/// A Firefox: named by `$HEADROOM_FIREFOX`, on PATH, or installed with apt.
pub fn firefox() -> Outcome<PathBuf> {
    if firefox_on_path().is_none() && has_apt() {
        apt_install("firefox-esr")?;
    }
    firefox_on_path().ok_or_else(|| {
        "no Firefox was found: install one (on Debian: apt install firefox-esr) or set HEADROOM_FIREFOX to its program"
            .to_owned()
    })
}

/// A Firefox that is there already.
pub fn firefox_on_path() -> Option<PathBuf> {
    let named = env::var_os("HEADROOM_FIREFOX").map(PathBuf::from).filter(|path| path.is_file());
    named.or_else(|| command::find(&["firefox-esr", "firefox"]))
}

fn has_apt() -> bool {
    is_root() && command::find(&["apt-get"]).is_some()
}

fn apt_install(package: &str) -> Outcome {
    say(&format!("installing {package} with apt (only this first time; minutes)"));
    let apt = |words: &[&str]| {
        command::run(Command::new("apt-get").args(words).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update", "--quiet"])?;
    apt(&["install", "--quiet", "--yes", "--no-install-recommends", package])
}

/// A browser on PATH that starts; a stub that only advertises another package does not count.
fn chromium_on_path() -> Option<PathBuf> {
    const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    NAMES
        .iter()
        .filter_map(|name| command::find(&[name]))
        .find(|path| quiet(Command::new(path).arg("--version")))
}

/// The browser that Playwright keeps, when it has one.
fn playwright_chromium() -> Option<PathBuf> {
    const ASK: &str = "process.stdout.write(require('playwright-core').chromium.executablePath())";
    let path = command::output(Command::new("node").args(["-e", ASK]).current_dir(E2E)).ok()?;
    Some(PathBuf::from(path)).filter(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_one_of_that_package_alone() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9.9.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.121\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen").as_deref(), Some("0.2.121"));
        assert_eq!(version_in(lock, "wasm"), None);
    }

    #[test]
    fn the_lock_file_of_this_repository_names_wasm_bindgen() {
        let lock = fs::read_to_string(crate::root().join("Cargo.lock")).expect("Cargo.lock");
        assert!(version_in(&lock, "wasm-bindgen").is_some());
    }
}
