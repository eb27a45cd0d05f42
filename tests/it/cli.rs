//! The command line as a person and a build server use it: what it prints, where, and how it ends.

use std::io::Write;
use std::process::{Command, Stdio};

use headroom::blocks::BLOCKS;
use headroom::exercises::EXERCISES;
use headroom::share;
use serde_json::Value as Json;

const DESIGN: &str = "tests/links/shortener.json";

/// How the program ended and what it said.
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs the program with this on its standard input.
#[track_caller]
pub fn headroom(arguments: &[&str], input: &str) -> Ended {
    let mut child = Command::new(env!("CARGO_BIN_EXE_headroom"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that ends before it has read everything is no fault of this test.
    let _ = child.stdin.take().expect("standard input").write_all(input.as_bytes());
    let ended = child.wait_with_output().expect("the program ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ended { code: ended.status.code().expect("a code"), out: text(ended.stdout), err: text(ended.stderr) }
}

/// Runs the program and reads what it prints.
#[track_caller]
pub fn json(arguments: &[&str], input: &str) -> Json {
    let ended = headroom(arguments, input);
    assert_eq!(ended.code, 0, "{}", ended.err);
    serde_json::from_str(&ended.out).expect("JSON")
}

#[test]
fn a_design_goes_into_a_link_and_comes_out_of_it() {
    let ended = headroom(&["link", DESIGN, "--page", "https://example.org/"], "");
    let links: Vec<&str> =
        ended.out.lines().filter(|line| line.starts_with("https://example.org/#")).collect();
    assert_eq!(links.len(), 2, "{}", ended.out);
    assert!(ended.out.contains(&format!(
        "{},{:03} characters",
        links[0].len() / 1000,
        links[0].len() % 1000
    )));
    let file = share::to_file(
        &share::from_json(&std::fs::read_to_string(DESIGN).expect("a design")).expect("opens").design,
    );
    for link in links {
        assert_eq!(headroom(&["open", link], "").out, file);
        assert_eq!(headroom(&["open", "-"], link).out, file);
    }
}

#[test]
fn the_catalogue_is_printed_whole() {
    let text = headroom(&["blocks"], "").out;
    let whole = json(&["blocks", "--format", "json"], "");
    for (block, printed) in
        BLOCKS.iter().map(|block| block.about()).zip(whole["blocks"].as_array().expect("blocks"))
    {
        assert_eq!(printed["id"], block.id);
        let ids: Vec<&str> = block.params.iter().map(|param| param.id).collect();
        let printed = printed["parameters"].as_array().expect("parameters");
        assert_eq!(printed.iter().map(|param| param["id"].as_str().expect("an id")).collect::<Vec<_>>(), ids);
        assert!(printed.iter().all(|param| !param["default"].is_null() && !param["source"].is_null()));
        assert!(printed.iter().all(|param| {
            ["range", "choices", "longest"].iter().filter(|kind| param.get(**kind).is_some()).count() == 1
        }));
        assert!(text.contains(&format!("({}, {})", block.id, block.family.name())));
    }
}

#[test]
fn the_schema_is_the_published_one() {
    assert_eq!(headroom(&["schema"], "").out, share::schema());
}

#[track_caller]
fn check_fault(arguments: &[&str], input: &str, words: &str) {
    let ended = headroom(arguments, input);
    assert_eq!(ended.code, 2, "{arguments:?}: {}", ended.out);
    assert_eq!(ended.out, "", "{arguments:?}");
    assert!(ended.err.contains(words), "{arguments:?}: {} does not say {words:?}", ended.err);
}

#[test]
fn what_cannot_be_used_ends_with_2_and_says_what_to_do() {
    check_fault(&["open", "no-such-file.json"], "", "“no-such-file.json” cannot be read");
    check_fault(&["open", "-"], r#"{"headroom":1,"nodes":["#, "cut off");
    check_fault(&["open", "#d9.AAAA"], "", "newer Headroom");
    check_fault(&["open", "https://example.org/#top"], "", "carries no design");
    check_fault(&["run", "-"], "hello", "holds no design");
    check_fault(&["run", "-", "--duration", "0"], "", "a number from 0.001 to 86400");
    check_fault(&["run", "-", "--traffic", "NaN"], "", "a number from 0 to 1000000");
    check_fault(&["run", "-", "--replications", "0"], "", "0");
    check_fault(&["dance"], "", "unrecognized subcommand");
}

#[test]
fn a_terminal_does_not_obey_names() {
    let ended = headroom(&["open", "-"], r#"{"headroom":1,"name":"\u001b[31m\u009b1m","\u0007":1}"#);
    assert!(ended.out.contains(r"\u001b[31m\u009b1m"), "{}", ended.out);
    assert!((ended.out + &ended.err).chars().all(|letter| letter == '\n' || !letter.is_control()));
}

#[test]
fn what_was_not_understood_goes_to_standard_error_with_its_place() {
    let ended = headroom(
        &["open", "-"],
        r#"{"headroom":1,"nodes":[{"id":1,"block":"app-server","at":[0,0],"cores":0}]}"#,
    );
    assert_eq!(ended.code, 0);
    assert!(
        ended.err.starts_with("headroom: $.nodes[0].cores: This must lie between 1 and 1,024"),
        "{}",
        ended.err
    );
}

#[test]
fn exercises_are_listed_explained_and_judged() {
    for exercise in EXERCISES {
        assert!(headroom(&["exercises"], "").out.contains(exercise.id));
        let steps = headroom(&["exercises", exercise.id], "").out;
        for step in exercise.steps {
            assert!(steps.contains(step.id) && steps.contains(step.name), "{steps}");
            let told = headroom(&["exercises", exercise.id, step.id], "").out;
            assert!(step.facts.iter().all(|fact| told.contains(fact)), "{told}");
        }
    }
}

#[test]
fn the_start_of_an_exercise_ends_with_1_and_its_missed_goals() {
    let (exercise, step) = (EXERCISES[0].id, EXERCISES[0].steps[0].id);
    let start = headroom(&["exercises", exercise, step, "--start"], "").out;
    let ended = headroom(&["exercises", exercise, step, "-"], &start);
    assert_eq!(ended.code, 1, "{}", ended.err);
    assert!(ended.out.contains("not passed") && ended.out.contains("MISSED"), "{}", ended.out);
    check_fault(&["exercises", "nothing"], "", "there is no exercise “nothing”");
    check_fault(&["exercises", exercise, "nothing"], "", "has no step “nothing”");
}

#[test]
fn a_design_goes_into_other_forms_and_comes_back() {
    let export = |form: &str| headroom(&["export", DESIGN, "--to", form], "").out;
    let json = headroom(&["open", DESIGN], "").out;
    assert_eq!(export("json"), json);
    assert_eq!(headroom(&["open", "-"], &export("svg")).out, json);
    let flowchart = export("mermaid");
    assert!(flowchart.contains("flowchart LR\n"), "{flowchart}");
    let count = |text: &str| share::from_json(text).expect("a design").design.nodes.len();
    assert_eq!(count(&headroom(&["open", "-"], &flowchart).out), count(&json));
    let ended = headroom(&["open", "-"], "flowchart LR\nA[Users] --> B[API]\nstyle A fill:red\n");
    assert!(ended.err.contains("headroom: line 3: “style”"), "{}", ended.err);
    let ended = headroom(&["open", "-"], "\u{89}PNG");
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("standard input does not open. This file holds no design."), "{}", ended.err);
}
