//! Running other programs, with errors that say which program it was and what to do.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Outcome;

/// Runs it to its end with our own input and output.
pub fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|e| not_started(command, &e))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", shown(command))) }
}

/// Runs it and gives what it printed.
pub fn output(command: &mut Command) -> Outcome<String> {
    let done = command.stderr(Stdio::piped()).output().map_err(|e| not_started(command, &e))?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    let words = String::from_utf8_lossy(&done.stderr);
    Err(format!("{} ended with {}: {}", shown(command), done.status, words.trim()))
}

/// Runs it, passing every line of its output on and handing it to `line` as well.
pub fn each_line(command: &mut Command, mut line: impl FnMut(&str)) -> Outcome {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|e| not_started(command, &e))?;
    if let Some(out) = child.stdout.take() {
        for text in BufReader::new(out).lines().map_while(Result::ok) {
            println!("{text}");
            line(&text);
        }
    }
    let status = child.wait().map_err(|e| not_started(command, &e))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", shown(command))) }
}

/// The first of these programs that is on PATH.
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().find_map(|name| {
        let file = if cfg!(windows) { format!("{name}.exe") } else { (*name).to_owned() };
        folders.iter().map(|folder| folder.join(&file)).find(|candidate| candidate.is_file())
    })
}

/// PATH with these folders in front.
pub fn path_with<P: AsRef<Path>>(folders: &[P]) -> Outcome<std::ffi::OsString> {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().map(|f| f.as_ref().to_path_buf()).chain(std::env::split_paths(&old));
    std::env::join_paths(all).map_err(|e| format!("PATH cannot be extended: {e}"))
}

/// `npm`, under the name that this system starts it by.
pub fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

fn shown(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program()).chain(command.get_args()).collect();
    let line: Vec<_> = words.into_iter().map(OsStr::to_string_lossy).collect();
    let line = line.join(" ");
    if line.len() <= 100 {
        return format!("`{line}`");
    }
    let cut: String = line.chars().take(100).collect();
    format!("`{cut} …`")
}

fn not_started(command: &Command, error: &std::io::Error) -> String {
    format!("{} could not be started: {error}", shown(command))
}
