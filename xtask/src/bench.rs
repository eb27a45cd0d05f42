//! `cargo xtask bench`: one table from one run of how fast systems are simulated here, in the page, by SimPy and by Ciw.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::build::Effort;
use crate::{Outcome, build, command, serve, tools};

/// Where the designs are put for the others to read.
const FOLDER: &str = "target/bench";
/// How long each of the other simulators runs one system [s].
const PEER_S: &str = "10";
/// The system that the marks are about.
const MARKED: &str = "three tiers";

/// One system and how fast each simulates it [1/s].
struct Row {
    name: String,
    design: String,
    native: Speed,
    chromium: Option<Speed>,
    simpy: Option<f64>,
    ciw: Option<f64>,
}

/// An answer that comes without a run, and how long it takes [ms].
struct Answer {
    name: String,
    /// Its place among the parts that the worker repeats.
    part: String,
    design: String,
    native: f64,
    chromium: Option<f64>,
}

#[derive(Clone, Copy)]
struct Speed {
    requests: f64,
    events: f64,
}

/// Measures everything and prints the table.
pub fn task(arguments: &[String]) -> Outcome {
    let native_only = match arguments {
        [] => false,
        [only] if only == "--native" => true,
        _ => return Err("the one argument of this task is --native".to_owned()),
    };
    let (mut rows, mut answers) = native()?;
    if !native_only {
        in_chromium(&mut rows, &mut answers)?;
        peers(&mut rows)?;
    }
    print(&rows, &answers);
    Ok(())
}

/// Ours, natively.
fn native() -> Outcome<(Vec<Row>, Vec<Answer>)> {
    let (mut rows, mut answers) = (Vec::new(), Vec::new());
    println!("xtask: building and running the benchmarks natively (the first time takes minutes)");
    let mut command = Command::new("cargo");
    command.args([
        "bench",
        "--locked",
        "--quiet",
        "--no-default-features",
        "--bench",
        "speed",
        "--",
        "--table",
    ]);
    let printed = command::output(&mut command)?;
    for line in printed.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        if let ["answer", name, part, ms, design] = fields[..] {
            let [name, part, design] = [name, part, design].map(str::to_owned);
            answers.push(Answer { name, part, design, native: number(ms)?, chromium: None });
        }
        let [name, requests, events, design] = fields[..] else { continue };
        rows.push(Row {
            name: name.to_owned(),
            design: design.to_owned(),
            native: Speed { requests: number(requests)?, events: number(events)? },
            chromium: None,
            simpy: None,
            ciw: None,
        });
    }
    if rows.is_empty() {
        Err(format!("the benchmark printed no table:\n{printed}"))
    } else {
        Ok((rows, answers))
    }
}

/// Ours, in Chromium, through the worker of the page as it is published.
fn in_chromium(rows: &mut [Row], answers: &mut [Answer]) -> Outcome {
    build::page(Effort::Release)?;
    let chromium = tools::for_browser()?;
    let url = serve::in_background("/")?;
    fs::create_dir_all(FOLDER).map_err(|e| format!("{FOLDER}: {e}"))?;
    let systems = rows.iter().map(|row| format!("{{\"name\":\"{}\",\"design\":{}}}", row.name, row.design));
    let parts = answers.iter().map(|answer| {
        let Answer { name, part, design, .. } = answer;
        format!("{{\"name\":\"{name}\",\"part\":{part},\"design\":{design}}}")
    });
    let (systems, parts) = (list("systems.json", systems)?, list("answers.json", parts)?);
    let mut command = Command::new("node");
    command
        .args(["node_modules/@playwright/test/cli.js", "test", "--config", "bench.config.mjs"])
        .current_dir(tools::E2E)
        .env("HEADROOM_URL", url)
        .env("HEADROOM_BENCH_SYSTEMS", systems)
        .env("HEADROOM_BENCH_ANSWERS", parts)
        .env("HEADROOM_CHROMIUM", chromium);
    let mut lines = Vec::new();
    command::each_line(&mut command, |line| lines.push(line.to_owned()))?;
    for line in lines {
        if let ["answer", name, ms] = line.split('\t').collect::<Vec<_>>()[..]
            && let Some(answer) = answers.iter_mut().find(|answer| answer.name == name)
        {
            answer.chromium = Some(number(ms)?);
        }
        let ["speed", name, requests, events] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
        if let Some(row) = rows.iter_mut().find(|row| row.name == name) {
            row.chromium = Some(Speed { requests: number(requests)?, events: number(events)? });
        }
    }
    Ok(())
}

/// Writes a list for the browser's half to read; its whole path.
fn list(name: &str, parts: impl Iterator<Item = String>) -> Outcome<PathBuf> {
    let file = Path::new(FOLDER).join(name);
    let text = format!("[{}]", parts.collect::<Vec<_>>().join(","));
    let written = fs::write(&file, text).and_then(|()| fs::canonicalize(&file));
    written.map_err(|e| format!("{}: {e}", file.display()))
}

/// SimPy and Ciw, which read the same designs.
fn peers(rows: &mut [Row]) -> Outcome {
    let python = tools::peers()?;
    for (place, row) in rows.iter_mut().enumerate() {
        let file = Path::new(FOLDER).join(format!("{place}.json"));
        fs::write(&file, &row.design).map_err(|e| format!("{}: {e}", file.display()))?;
        let run = |script: &str| {
            let mut command = Command::new(&python);
            command.arg(Path::new("benches/peers").join(script)).arg(&file).arg(PEER_S);
            let printed = command::output(&mut command)?;
            println!("xtask: {script}: {}: requests/s, mean [s], p99 [s]: {}", row.name, printed.trim());
            number(printed.split('\t').next().unwrap_or_default())
        };
        row.simpy = Some(run("with_simpy.py")?);
        row.ciw = Some(run("with_ciw.py")?);
    }
    Ok(())
}

fn number(text: &str) -> Outcome<f64> {
    text.trim().parse().map_err(|_| format!("`{text}` is not a number"))
}

fn print(rows: &[Row], answers: &[Answer]) {
    println!("\nper second of processor time{}", load());
    println!(
        "{:<32} {:>12} {:>12} {:>12} {:>12} {:>10} {:>10}",
        "", "native", "native", "Chromium", "Chromium", "SimPy", "Ciw"
    );
    println!(
        "{:<32} {:>12} {:>12} {:>12} {:>12} {:>10} {:>10}",
        "system", "requests", "events", "requests", "events", "requests", "requests"
    );
    let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.0}"));
    for row in rows {
        println!(
            "{:<32} {:>12} {:>12} {:>12} {:>12} {:>10} {:>10}",
            row.name,
            shown(Some(row.native.requests)),
            shown(Some(row.native.events)),
            shown(row.chromium.map(|speed| speed.requests)),
            shown(row.chromium.map(|speed| speed.events)),
            shown(row.simpy),
            shown(row.ciw)
        );
    }
    println!("\n{:<32} {:>12} {:>12}", "answers without a run [ms]", "native", "Chromium");
    for Answer { name, native, chromium, .. } in answers {
        let there = chromium.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.1}"));
        println!("{name:<32} {native:>12.1} {there:>12}");
    }
    println!();
    for (what, value, mark) in marks(rows).into_iter().chain(marks_of(answers)) {
        let word = if mark.holds(value) { "reached" } else { "missed " };
        println!("{word}  {what:<52} {value:>10.2}  {mark}");
    }
}

/// What is to be reached.
enum Mark {
    AtLeast(f64),
    AtMost(f64),
}

impl Mark {
    fn holds(&self, value: f64) -> bool {
        match self {
            Mark::AtLeast(least) => value >= *least,
            Mark::AtMost(most) => value <= *most,
        }
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Mark::AtLeast(least) => write!(f, "at least {least}"),
            Mark::AtMost(most) => write!(f, "at most {most}"),
        }
    }
}

/// Each mark with what was measured, as far as it was.
fn marks(rows: &[Row]) -> Vec<(&'static str, f64, Mark)> {
    let row = |name: &str| rows.iter().find(|row| row.name == name);
    let mut marks = Vec::new();
    if let Some(marked) = row(MARKED) {
        let native = marked.native;
        let over = |peer: Option<f64>| peer.map(|peer| native.requests / peer);
        let chromium = marked.chromium;
        let found = [
            ("three tiers, native requests over Ciw's", over(marked.ciw), Mark::AtLeast(150.0)),
            ("three tiers, native requests over SimPy's", over(marked.simpy), Mark::AtLeast(60.0)),
            (
                "three tiers, Chromium's events over native's",
                chromium.map(|speed| speed.events / native.events),
                Mark::AtLeast(0.7),
            ),
            (
                "three tiers, million events a second in Chromium",
                chromium.map(|speed| speed.events / 1e6),
                Mark::AtLeast(3.0),
            ),
        ];
        marks.extend(found.into_iter().filter_map(|(what, value, mark)| Some((what, value?, mark))));
    }
    for (what, few, many) in [
        ("cost of an event, 200 instances over 20", "20 instances", "200 instances"),
        ("cost of an event, 200 blocks over 20", "20 blocks", "200 blocks"),
    ] {
        if let (Some(few), Some(many)) = (row(few), row(many)) {
            marks.push((what, few.native.events / many.native.events, Mark::AtMost(1.3)));
        }
    }
    marks
}

/// The marks of the answers that come without a run.
fn marks_of(answers: &[Answer]) -> impl Iterator<Item = (&'static str, f64, Mark)> {
    let marks = [
        ("steady, 1,000 blocks", "steady method of 1,000 blocks in Chromium [ms]", 10.0),
        ("availability, 280 parts", "availability of 280 parts in Chromium [ms]", 50.0),
    ];
    marks.into_iter().filter_map(|(name, what, most)| {
        let answer = answers.iter().find(|answer| answer.name == name)?;
        Some((what, answer.chromium?, Mark::AtMost(most)))
    })
}

/// What else the machine does, where it says so.
fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ')
        .next()
        .filter(|load| !load.is_empty())
        .map_or_else(String::new, |load| format!("; {load} programs wanted to run at once"))
}
