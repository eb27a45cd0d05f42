//! `headroom check`: promises as lines, exit codes, JSON and JUnit, for one design and for several.

use roxmltree::{Document, Node};
use serde_json::Value as Json;

use crate::cli::{headroom, json};

/// M/M/1 at 80 % with 10 ms of work: 99 % within 50 ms · ln 100 = 230 ms, and a headroom of 1.25.
fn one_core(name: &str, objectives: &str) -> String {
    format!(
        r#"{{"headroom":1,"name":"{name}","nodes":[{{"id":1,"block":"client","rate":80,"reads":1}},
        {{"id":2,"block":"app-server","cores":1,"service_ms":10}}],"links":[[1,2,{{"latency_ms":0}}]],
        "objectives":{objectives},"run":{{"duration_s":100}}}}"#
    )
}

/// A file with this text, which is gone when the test is.
struct File(std::path::PathBuf);

impl File {
    fn of(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("headroom-{}-{name}", std::process::id()));
        std::fs::write(&path, text).expect("a file");
        File(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn a_promise_that_holds_ends_with_0_and_one_that_is_missed_with_1_and_by_how_much() {
    let holds = headroom(&["check", "-"], &one_core("Calm", r#"{"p99_ms":1000,"headroom":1.2,"success":1}"#));
    assert_eq!(holds.code, 0, "{}{}", holds.out, holds.err);
    assert!(holds.out.contains("all 3 promises hold") && holds.out.contains("to spare"), "{}", holds.out);
    // All are answered in every run: the promise of all of them is not close, although the interval ends there.
    assert!(!holds.out.contains("close"), "{}", holds.out);
    assert_eq!(holds.err, "");
    let missed = headroom(&["check", "-"], &one_core("Slow", r#"{"p99_ms":100,"headroom":1.2}"#));
    assert_eq!(missed.code, 1, "{}", missed.err);
    let line = missed.out.lines().find(|line| line.contains("MISSED")).expect("a missed promise");
    for words in ["99 % of the requests answered within 100 ms", "ms", "too much"] {
        assert!(line.contains(words), "{words:?} is missing in {line}");
    }
    assert!(missed.out.contains("1 of 2 promises missed") && missed.out.contains("5 runs"), "{}", missed.out);
}

/// The promised figure is the one that was found: it lies within its own interval, whatever that is.
#[test]
fn a_promise_within_the_interval_is_close() {
    let run = ["check", "-", "--format", "json"];
    let found = |promise: f64| {
        let ended = headroom(&run, &one_core("Close", &format!(r#"{{"p99_ms":{promise}}}"#)));
        let whole: Json = serde_json::from_str(&ended.out).expect("JSON");
        (ended.code, whole["designs"][0]["objectives"][0].clone())
    };
    let (_, far) = found(1000.0);
    let [value, low, high] = ["value", "low", "high"].map(|field| far[field].as_f64().expect(field));
    assert!(low < value && value < high && far["close"] == false, "{far}");
    let exact = 0.050 * 100_f64.ln();
    assert!(low < exact && exact < high, "{low} to {high}, theory {exact}");
    let (code, above) = found(1e3 * (value + 0.5 * (high - value)));
    assert_eq!((code, &above["close"], &above["met"]), (0, &Json::Bool(true), &Json::Bool(true)));
    let (code, below) = found(1e3 * (value - 0.5 * (value - low)));
    assert_eq!((code, &below["close"], &below["met"]), (1, &Json::Bool(true), &Json::Bool(false)));
    let (code, outside) = found(1e3 * (low - 0.5 * (value - low)));
    assert_eq!((code, &outside["close"]), (1, &Json::Bool(false)));
}

#[test]
fn every_kind_of_promise_can_be_missed_and_says_by_how_much() {
    let of = |objectives: &str| {
        let ended =
            headroom(&["check", "-", "--method", "steady", "--format", "json"], &one_core("All", objectives));
        assert_eq!(ended.code, 1, "{}", ended.err);
        let whole: Json = serde_json::from_str(&ended.out).expect("JSON");
        whole["designs"][0]["objectives"][0].clone()
    };
    let headroom = of(r#"{"headroom":2}"#);
    assert_eq!(
        (headroom["id"].as_str(), headroom["by"].as_str()),
        (Some("headroom"), Some("0.75× too little"))
    );
    let time = of(r#"{"p99_ms":100}"#);
    // 50 ms · ln 100 = 230.26 ms.
    assert_eq!(time["by"], "130 ms too much");
    let cost = of(r#"{"cost_month":1}"#);
    let over = cost["value"].as_f64().expect("a cost") - 1.0;
    assert!(over > 1.0 && cost["by"].as_str().expect("words").ends_with("too much"), "{cost}");
    assert_eq!(of(r#"{"availability":1}"#)["unit"], "1");
    // A client that gives up after 10 ms gets less than all of its answers.
    assert_eq!(of(r#"{"success":1,"p99_ms":1}"#)["met"], false);
}

#[test]
fn several_designs_are_checked_and_the_worst_decides() {
    let good = File::of("good.json", &one_core("Good", r#"{"p99_ms":1000}"#));
    let bad = File::of("bad.json", &one_core("Bad", r#"{"p99_ms":1}"#));
    let of = |paths: &[&str]| {
        headroom(&[&["check", "--method", "steady", "--format", "json"], paths].concat(), "")
    };
    assert_eq!(of(&[good.path()]).code, 0);
    assert_eq!(of(&[good.path(), bad.path()]).code, 1);
    let all = of(&[good.path(), "nowhere.json", bad.path()]);
    assert_eq!(all.code, 2);
    let whole: Json = serde_json::from_str(&all.out).expect("JSON");
    let passed: Vec<&Json> =
        whole["designs"].as_array().expect("designs").iter().map(|one| &one["passed"]).collect();
    assert_eq!(passed, [&Json::Bool(true), &Json::Bool(false), &Json::Bool(false)]);
    assert!(all.err.contains("“nowhere.json” cannot be read"), "{}", all.err);
}

/// Half of what is sent is turned away: there is no time within which 99 % are answered.
#[test]
fn what_is_never_reached_is_missed_and_a_link_is_named_by_its_beginning() {
    let half = one_core("Half", r#"{"p99_ms":1000}"#).replace("\"rate\":80", "\"rate\":200");
    let design = headroom::share::from_json(&half).expect("a design").design;
    let link = format!("#{}", headroom::share::compact_fragment(&design));
    let ended = headroom(&["check", &link, "--duration", "20"], "");
    assert_eq!(ended.code, 1, "{}", ended.err);
    assert!(ended.out.contains("MISSED  99 % of the requests answered within 1 s  never\n"), "{}", ended.out);
    let first = ended.out.lines().next().expect("a line");
    assert!(first.starts_with(&link[..40]) && first.contains("…: 1 of 1 promises missed"), "{first}");
}

#[test]
fn what_is_not_the_design_that_was_meant_is_not_checked() {
    let promises = one_core("No", "{}");
    let ended = headroom(&["check", "-"], &promises);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("$.objectives: This design promises nothing"), "{}", ended.err);
    assert!(ended.err.contains("p99_ms, success, headroom, availability, cost_month"), "{}", ended.err);
    let slip = one_core("Slip", r#"{"p99_ms":1000}"#).replace("\"cores\"", "\"core\"");
    let ended = headroom(&["check", "-", "--method", "steady"], &slip);
    assert_eq!(ended.code, 2, "{}", ended.out);
    assert!(ended.err.contains("$.nodes[1].core:") && ended.err.contains("“cores”"), "{}", ended.err);
    let ended = headroom(&["check", "-", "--method", "steady", "--lenient"], &slip);
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(ended.err.contains("$.nodes[1].core:"), "{}", ended.err);
}

#[test]
fn the_same_seed_gives_the_same_verdict_to_the_last_digit() {
    let run = |seed: &str| {
        json(
            &["check", "-", "--format", "json", "--duration", "5", "--seed", seed],
            &one_core("Seeds", r#"{"p99_ms":5000}"#),
        )
    };
    assert_eq!(run("3"), run("3"));
    assert_ne!(run("3"), run("4"));
}

fn children<'a>(of: Node<'a, 'a>, name: &'a str) -> Vec<Node<'a, 'a>> {
    of.children().filter(|child| child.has_tag_name(name)).collect()
}

/// The name has all that XML must escape, and a character that it cannot hold at all.
#[test]
fn junit_is_xml_with_a_suite_for_each_design_and_a_case_for_each_promise() {
    let name = r#"<A & B> \"'\u0007 ]]>"#;
    let good = File::of("junit-<good> & 'quoted'.json", &one_core(name, r#"{"p99_ms":1000,"headroom":1.2}"#));
    let bad = File::of("junit-bad.json", &one_core(name, r#"{"p99_ms":1,"headroom":1.2}"#));
    let run = ["check", "--format", "junit", "--method", "steady", good.path(), bad.path(), "no.json"];
    let ended = headroom(&run, "");
    assert_eq!(ended.code, 2);
    let document = Document::parse(&ended.out).unwrap_or_else(|error| panic!("{error}\n{}", ended.out));
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let count = |node: Node, name: &str| node.attribute(name).and_then(|text| text.parse::<usize>().ok());
    assert_eq!(["tests", "failures", "errors"].map(|name| count(root, name)), [Some(5), Some(1), Some(1)]);
    let suites = children(root, "testsuite");
    let names: Vec<Option<&str>> = suites.iter().map(|suite| suite.attribute("name")).collect();
    assert_eq!(names, [Some(good.path()), Some(bad.path()), Some("no.json")]);
    for suite in &suites {
        let cases = children(*suite, "testcase");
        assert_eq!(count(*suite, "tests"), Some(cases.len()));
        let seconds = |node: Node| node.attribute("time").and_then(|text| text.parse::<f64>().ok());
        assert!(cases.iter().chain([suite]).all(|node| seconds(*node).is_some_and(|time| time >= 0.0)));
    }
    let cases = children(suites[1], "testcase");
    assert_eq!(cases[0].attribute("classname"), Some("<A & B> \"'\u{fffd} ]]>"));
    let failure = children(cases[0], "failure")[0];
    assert_eq!(failure.attribute("type"), Some("p99_ms"));
    assert!(failure.text().expect("words").contains("too much"), "{failure:?}");
    assert!(children(cases[1], "failure").is_empty() && !children(cases[1], "system-out").is_empty());
    assert!(children(children(suites[2], "testcase")[0], "error")[0].text().is_some());
}
