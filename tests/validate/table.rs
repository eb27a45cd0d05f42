//! The validation table: every quantity of every case, what theory says and what the engine says, written by command and held
//! against the engine by `cargo test`.

use headroom::engine::Plan;
use headroom::engine::random::mix;
use headroom::engine::simulate::{digest, measure};
use headroom::engine::steady;
use headroom::report::Trust;
use serde_json::{Map, Value, json};

use crate::cases::{Case, Exactness, Quantity, all};
use crate::coverage;
use crate::draw::{Drawing, draw};
use crate::page;
use crate::random;
use crate::read::Figure;
use crate::simulate::{self, RUNS, Simulated, seed, topology};
use crate::solved::{Answers, Solved, excuse, keeps, solve};

/// Where the table lies.
const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/static/validation.json");
/// Requests of the short runs whose digests tell that something has changed.
const SHORT: f64 = 2_000.0;
/// Random designs, and those of them that plain `cargo test` solves again.
const DESIGNS: u64 = 300;
/// Runs for each coverage.
const SEEDS: u32 = 300;
/// Cases that need no more requests than this are simulated by plain `cargo test`.
const QUICK: f64 = 100_000.0;
/// Quantities that may lie outside their own 99 % interval, of 210 (binomial, 99.9 %).
const OUTSIDE: usize = 8;

/// A quantity that the design of its case shows in a run.
struct Shown<'a> {
    quantity: &'a Quantity,
    solved: Solved,
    simulated: Option<Simulated>,
    requests: f64,
}

/// Width that a figure has to have for which the case says none.
const UNSTATED: f64 = 0.02;

/// Whether a run of the drawn design is asked for: by the case, or because nothing else is exact.
fn is_run(quantity: &Quantity, solved: &Solved, drawn: &Drawing) -> bool {
    if !solved.by_formula && !solved.by_steady {
        return true;
    }
    let asked = quantity.sim_rel_tol.is_some() || quantity.sim_abs_tol.is_some();
    asked || drawn.exactly_s.is_some() || quantity.name.starts_with("max_in_")
}

/// How near a simulated figure has to be, as a share; 0 is exactly.
fn tolerance(quantity: &Quantity, drawn: &Drawing) -> f64 {
    let stated = quantity.sim_rel_tol.unwrap_or(UNSTATED);
    // A fluid limit: messages are whole, and so are the moments at which they come.
    match (drawn.moving, drawn.exactly_s) {
        (true, _) => 0.01,
        (false, Some(_)) => 0.0,
        (false, None) => stated,
    }
}

/// Whether a simulated figure is what the case expects: within 4.1 standard errors, the interval no wider than the tolerance.
/// Of an approximation the tolerance covers the error.
fn holds(quantity: &Quantity, drawn: &Drawing, found: &Simulated) -> bool {
    let expected = Figure::expected(&quantity.expected);
    let within = tolerance(quantity, drawn);
    let (Some(value), Some(theory)) = (found.value.number(), expected.number()) else { return false };
    if quantity.exactness == Exactness::Bound {
        return keeps(quantity, &found.value);
    }
    if found.error == 0.0 {
        return (value - theory).abs() <= within * theory.abs() + quantity.sim_abs_tol.unwrap_or(0.0);
    }
    let narrow = found.half() <= within * theory.abs();
    let near = match quantity.exactness {
        Exactness::Approximation | Exactness::Asymptotic => (value - theory).abs() <= within * theory.abs(),
        _ => (value - theory).abs() <= 4.1 * found.error,
    };
    near && narrow
}

/// Standard errors between a simulated figure and theory; `None` where there is no error.
fn errors_off(quantity: &Quantity, found: &Simulated) -> Option<f64> {
    let theory = quantity.expected.as_f64()?;
    (quantity.sim_rel_tol.is_some() && found.error > 0.0)
        .then(|| (found.value.number().unwrap_or(f64::NAN) - theory).abs() / found.error)
}

/// Simulates a case as far as its runs take no more than so many requests.
fn shown<'a>(case: &'a Case, most: f64) -> Vec<Shown<'a>> {
    let mut answers = Answers::new();
    let solve = |quantity: &'a Quantity| {
        let solved = solve(case, quantity, &mut answers);
        Shown { quantity, solved, simulated: None, requests: 0.0 }
    };
    let mut all: Vec<Shown> = case.expect.iter().map(solve).collect();
    for drawn in designs(case) {
        let here = |one: &Shown| {
            one.solved.drawn.as_ref() == Ok(&drawn) && is_run(one.quantity, &one.solved, &drawn)
        };
        let quantities: Vec<&Quantity> = all.iter().filter(|one| here(one)).map(|one| one.quantity).collect();
        let stated = quantities.iter().filter_map(|one| one.sim_min_requests_3sigma).fold(0.0, f64::max);
        if quantities.is_empty() || stated > most || stated == 0.0 && most < drawn.requests {
            continue;
        }
        let count = stated.max(drawn.requests).min(most);
        let (found, count) = simulated(case, &drawn, &quantities, count, most);
        for (one, found) in all.iter_mut().filter(|one| here(one)).zip(found) {
            (one.simulated, one.requests) = (found, count);
        }
    }
    all
}

/// Runs a design for so many requests, and for more, up to the most, while an interval is wider than its tolerance: a case
/// that says nothing of the requests it needs gets as many as that asks for. What was found, and with how many requests.
fn simulated(
    case: &Case,
    drawn: &Drawing,
    quantities: &[&Quantity],
    mut count: f64,
    most: f64,
) -> (Vec<Option<Simulated>>, f64) {
    let topology = topology(drawn);
    loop {
        let plans = simulate::plans(case, &topology, drawn, count);
        let work: Vec<(&_, Plan)> = plans.into_iter().map(|plan| (&topology, plan)).collect();
        let runs = simulate::reports(&work);
        let found: Vec<Option<Simulated>> =
            quantities.iter().map(|one| simulate::quantity(case, one, drawn, &runs)).collect();
        let wide = quantities.iter().zip(&found).filter_map(|(one, found)| {
            let half = found.as_ref()?.half() / one.expected.as_f64()?.abs();
            (half > 0.0).then(|| half / tolerance(one, drawn))
        });
        let wide = wide.fold(0.0, f64::max);
        if wide <= 1.0 || count * wide * wide * 1.5 > most {
            return (found, count);
        }
        count *= wide * wide * 1.5;
    }
}

/// The designs of a case, each once.
fn designs(case: &Case) -> Vec<Drawing> {
    let mut found: Vec<Drawing> = Vec::new();
    for drawn in case.expect.iter().filter_map(|quantity| draw(case, quantity).ok()) {
        if !found.contains(&drawn) {
            found.push(drawn);
        }
    }
    found
}

/// Nine digits: what a person compares, and no more than the arithmetic is sure of.
fn rounded(value: f64) -> Value {
    let text = format!("{value:.8e}");
    json!(text.parse::<f64>().expect("a number"))
}

fn shape(figure: &Figure) -> Value {
    match figure {
        Figure::Number(value) => rounded(*value),
        Figure::List(values) => values.iter().map(|value| rounded(*value)).collect(),
        Figure::Names(names) => json!(names),
    }
}

/// How far the steady method trusts its figure, in a word.
fn trusted(trust: Trust) -> &'static str {
    match trust {
        Trust::Exact => "exact",
        Trust::Approximate => "approximate",
        _ => "low confidence",
    }
}

/// The instant part of a row: it follows from the engine in a moment, so `cargo test` makes it anew.
fn instant(case: &Case, one: &Shown) -> Map<String, Value> {
    let Shown { quantity, solved, .. } = one;
    let mut row = Map::new();
    let mut set = |name: &str, value: Value| row.insert(name.to_owned(), value);
    set("case", json!(case.id));
    set("family", json!(case.family));
    set("quantity", json!(quantity.name));
    set("theory", shape(&Figure::expected(&quantity.expected)));
    if let Some(formula) = &solved.formula {
        set("formula", shape(formula));
    }
    if let Some(steady) = &solved.steady {
        set("steady", shape(steady));
        set("trust", solved.trust.map_or(Value::Null, |trust| json!(trusted(trust))));
        let off = steady.off(&Figure::expected(&quantity.expected));
        if let Some(why) = excuse(case, quantity, off).filter(|_| !solved.by_steady) {
            set("near", json!(why));
        }
    }
    if let Err(reason) = &solved.drawn {
        set("not_drawn", json!(reason));
    }
    row
}

/// Whole rows with what was simulated, and what is wrong with them.
fn row(case: &Case, one: &Shown, complaints: &mut Vec<String>) -> Value {
    let Shown { quantity, solved, simulated, requests } = one;
    let mut row = instant(case, one);
    let mut kinds = String::new();
    if solved.by_formula {
        kinds.push('F');
    }
    if solved.by_steady {
        kinds.push('S');
    }
    let mut ok = solved.by_formula || solved.by_steady;
    if let (Some(found), Ok(drawn)) = (simulated, &solved.drawn) {
        let held = holds(quantity, drawn, found);
        row.insert("simulated".to_owned(), shape(&found.value));
        if found.error > 0.0 {
            row.insert("half".to_owned(), rounded(found.half()));
        }
        row.insert("runs".to_owned(), json!(if drawn.exactly_s.is_some() { 1 } else { RUNS }));
        row.insert("seed".to_owned(), json!(seed(case)));
        row.insert("requests".to_owned(), rounded(*requests));
        row.insert("duration_s".to_owned(), rounded(found.duration_s));
        if held {
            kinds.push('D');
        } else {
            complaints.push(format!(
                "{} {}: simulated {found:?}, theory {}",
                case.id, quantity.name, quantity.expected
            ));
        }
        ok = held && (ok || solved.formula.is_none());
    }
    let verdict = match (ok, &solved.drawn) {
        (true, _) => "agrees",
        (false, Err(_)) if solved.formula.is_none() => "not drawn",
        (false, _) => "differs",
    };
    if verdict == "differs" {
        complaints.push(format!("{} {}: {solved:?}", case.id, quantity.name));
    }
    row.insert("kinds".to_owned(), json!(kinds));
    row.insert("verdict".to_owned(), json!(verdict));
    Value::Object(row)
}

/// Digest of short runs and of the instant answers of all designs of a case: whatever changes the engine changes it.
fn fingerprint(case: &Case) -> String {
    let mut hash = 0;
    for drawn in designs(case) {
        let topology = topology(&drawn);
        let steady = steady::solve(&topology);
        let duration_s =
            drawn.exactly_s.unwrap_or(SHORT / steady.total.offered).min(SHORT / steady.total.offered);
        let run = measure(&topology, &Plan { seed: seed(case), duration_s, warmup_s: 0.1 * duration_s });
        for digest in [digest(&steady), digest(&run)] {
            hash = mix(hash ^ u64::from_str_radix(&digest, 16).expect("16 hex digits"));
        }
    }
    format!("{hash:016x}")
}

fn fingerprints(cases: &[Case]) -> Map<String, Value> {
    let found = simulate::on_all_cores(cases, fingerprint);
    cases.iter().zip(found).map(|(case, hash)| (case.id.clone(), json!(hash))).collect()
}

/// What the comparison on random designs says, without the designs.
fn random_totals(all: &[random::Compared]) -> Value {
    let worst = |at: usize| {
        let sure = all.iter().filter(|one| !one.low).map(|one| one.off[at]);
        rounded(sure.fold(0.0, f64::max))
    };
    json!({
        "designs": all.len(),
        "low_confidence": all.iter().filter(|one| one.low).count(),
        "agree": all.iter().filter(|one| one.agrees()).count(),
        "worst_mean": worst(0),
        "worst_p99": worst(1),
        "off": all.iter().filter(|one| !one.agrees()).map(|one| json!([one.seed, rounded(one.off[0]), rounded(one.off[1])])).collect::<Value>(),
    })
}

fn covered(all: &[coverage::Covered]) -> Value {
    let one = |one: &coverage::Covered| json!({"case": one.id, "quantity": one.quantity, "runs": one.runs, "printed": one.printed, "holding": one.holding});
    all.iter().map(one).collect()
}

fn totals(rows: &[Value], worst: (f64, String), outside: usize) -> Value {
    let of = |kind: char| {
        rows.iter().filter(|row| row["kinds"].as_str().is_some_and(|kinds| kinds.contains(kind))).count()
    };
    let said = |verdict: &str| rows.iter().filter(|row| row["verdict"] == verdict).count();
    json!({
        "quantities": rows.len(),
        "by_formula": of('F'), "by_steady": of('S'), "by_simulation": of('D'),
        "agree": said("agrees"), "differ": said("differs"), "not_drawn": said("not drawn"),
        "outside_99": outside, "worst_errors": rounded(worst.0), "worst": worst.1,
    })
}

#[allow(clippy::print_stdout)]
fn print(name: &str, value: &Value) {
    let mut words = Vec::new();
    for (key, value) in value.as_object().expect("totals") {
        words.push(format!("{} {value}", key.replace('_', " ")));
    }
    println!("{name}: {}", words.join(", "));
}

/// Makes the whole table and writes it. Minutes: `cargo xtask validate` runs it in release.
#[test]
#[allow(clippy::print_stdout)] // Its totals are what the person who runs it waits for.
#[ignore = "minutes in release: cargo xtask validate"]
fn write_the_table() {
    let cases = all();
    let mut complaints = Vec::new();
    let (mut rows, mut worst, mut outside) = (Vec::new(), (0.0, String::new()), 0);
    for case in &cases {
        for one in shown(case, f64::INFINITY) {
            if let Some(off) = one.simulated.as_ref().and_then(|found| errors_off(one.quantity, found)) {
                outside += usize::from(off > simulate::T_99);
                if off > worst.0 {
                    worst = (off, format!("{} {}", case.id, one.quantity.name));
                }
            }
            rows.push(row(case, &one, &mut complaints));
        }
    }
    if outside > OUTSIDE {
        complaints.push(format!("{outside} quantities lie outside their own 99 % interval"));
    }
    let totals = totals(&rows, worst, outside);
    print("cases", &totals);
    let designs = random::compare_all(0..DESIGNS, random::REQUESTS);
    complaints.extend(random::complaints(&designs));
    print("random designs", &random_totals(&designs));
    let intervals = coverage::of_all(SEEDS);
    for one in &intervals {
        println!("{one:?}");
        if !(0.92..=0.98).contains(&one.share()) {
            complaints.push(format!("{one:?}: {:.1} % of the intervals hold", 100.0 * one.share()));
        }
    }
    let table = json!({
        "engine": headroom::ENGINE_VERSION,
        "runs": RUNS,
        "totals": totals,
        "random": random_totals(&designs),
        "intervals": covered(&intervals),
        "fingerprints": fingerprints(&cases),
        "rows": rows,
    });
    if std::env::var("HEADROOM_CASES").is_err() {
        std::fs::write(PATH, text(&table)).expect("the table is written");
        std::fs::write(page::PATH, page::html(&written())).expect("the page is written");
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// One row a line, so that a change shows as what it is.
fn text(table: &Value) -> String {
    let mut out = String::from("{\n");
    let fields = table.as_object().expect("an object");
    for (at, (name, value)) in fields.iter().enumerate() {
        let end = if at + 1 < fields.len() { "," } else { "" };
        match value {
            Value::Array(all) => {
                let lines: Vec<String> = all.iter().map(|one| format!("  {one}")).collect();
                out += &format!("\"{name}\": [\n{}\n]{end}\n", lines.join(",\n"));
            }
            other => out += &format!("\"{name}\": {other}{end}\n"),
        }
    }
    out + "}\n"
}

/// The table as it was written.
pub fn written() -> Value {
    let text = std::fs::read_to_string(PATH).expect("static/validation.json: run cargo xtask validate");
    serde_json::from_str(&text).expect("valid JSON")
}

#[test]
fn the_table_is_that_of_this_engine() {
    if std::env::var("HEADROOM_CASES").is_ok() {
        return;
    }
    let (cases, table) = (all(), written());
    assert_eq!(table["totals"]["differ"], 0, "the table says that something differs");
    let mut stale = Vec::new();
    let (now, before) = (fingerprints(&cases), &table["fingerprints"]);
    stale.extend(now.iter().filter(|(id, hash)| before[id.as_str()] != **hash).map(|(id, _)| id.clone()));
    let mut rows = table["rows"].as_array().expect("rows").iter();
    for case in &cases {
        let mut answers = Answers::new();
        for quantity in &case.expect {
            let solved = solve(case, quantity, &mut answers);
            let one = Shown { quantity, solved, simulated: None, requests: 0.0 };
            let row = rows.next();
            for (name, value) in instant(case, &one) {
                if row.is_none_or(|row| row[&name] != value) {
                    stale.push(format!("{} {}: {name} is {value}", case.id, quantity.name));
                }
            }
        }
    }
    stale.extend(rows.next().map(|row| format!("{row} is in no case")));
    assert!(
        stale.is_empty(),
        "run `cargo xtask validate`: the table is not that of this engine\n{}",
        stale.join("\n")
    );
}

/// A mended interval or a faster way must not cost what the cases say: those that need few requests are run each time.
#[test]
fn short_cases_come_out_of_a_run() {
    let mut complaints = Vec::new();
    let mut count = 0;
    for case in all() {
        for one in shown(&case, QUICK) {
            let (Some(found), Ok(drawn)) = (&one.simulated, &one.solved.drawn) else { continue };
            count += 1;
            if !holds(one.quantity, drawn, found) {
                complaints.push(format!(
                    "{} {}: {found:?}, not {}",
                    case.id, one.quantity.name, one.quantity.expected
                ));
            }
        }
    }
    assert!(complaints.is_empty() && count > 0, "{count} were run\n{}", complaints.join("\n"));
}
