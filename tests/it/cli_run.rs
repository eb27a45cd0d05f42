//! `headroom run`: both methods, the words of the report, promises as exit codes, replications.

use serde_json::Value as Json;

use crate::cli::{headroom, json};

/// One client, one server of ten cores at 80 %: M/M/10.
fn one_server(more: &str) -> String {
    format!(
        r#"{{"headroom":1,"name":"One server","nodes":[{{"id":1,"block":"client","at":[0,0],"rate":800}},{{"id":2,"block":"app-server","at":[240,0],"cores":10}}],"links":[[1,2,{{"latency_ms":0}}]]{more}}}"#
    )
}

#[test]
fn both_methods_report_on_the_same_system() {
    let design = one_server("");
    let steady = json(&["run", "-", "--method", "steady", "--format", "json"], &design);
    let mean = steady["report"]["total"]["latency"]["mean"]["value"].as_f64().expect("a mean");
    assert!((mean - 0.012_046).abs() < 1e-5, "M/M/10 at 0.8 has a mean of 12.046 ms, not {mean}");
    let simulated = json(&["run", "-", "--duration", "20", "--format", "json"], &design);
    let mean = simulated["report"]["total"]["latency"]["mean"]["value"].as_f64().expect("a mean");
    assert!((mean - 0.012_046).abs() < 6e-4, "{mean}");
    assert_eq!(simulated["nodes"][1]["name"], "App server");
    assert_eq!(simulated["digest"].as_str().map(str::len), Some(16));
}

#[test]
fn the_same_seed_gives_the_same_text_and_another_seed_another() {
    let run = |seed: &str| headroom(&["run", "-", "--duration", "3", "--seed", seed], &one_server("")).out;
    assert_eq!(run("5"), run("5"));
    assert_ne!(run("5"), run("6"));
}

#[test]
fn the_text_says_what_the_users_get_and_what_breaks_first() {
    let ended = headroom(&["run", "-", "--duration", "5"], &one_server(r#","objectives":{"p99_ms":1000}"#));
    assert_eq!(ended.code, 0, "{}", ended.err);
    for words in [
        "One server\nsimulated: 5.00 s measured",
        "What the users get",
        "Promises",
        "holds",
        "Blocks",
        "What breaks first",
        "Headroom",
        "Promises kept until",
        "Availability",
        "costs most time:",
        "a year",
        "Cost",
    ] {
        assert!(ended.out.contains(words), "{words:?} is missing in:\n{}", ended.out);
    }
}

#[test]
fn a_missed_objective_ends_with_1() {
    for missed in [r#"{"p99_ms":1}"#, r#"{"headroom":9}"#, r#"{"cost_month":1}"#, r#"{"availability":1}"#] {
        let design = one_server(&format!(r#","objectives":{missed}"#));
        let ended = headroom(&["run", "-", "--method", "steady"], &design);
        assert_eq!(ended.code, 1, "{missed}: {}", ended.out);
        assert!(ended.out.contains("MISSED"), "{}", ended.out);
    }
}

#[test]
fn the_json_carries_both_headrooms_and_the_availability() {
    // M/M/10 with 99 % within 50 ms breaks below 1,000/s, of which 800 come.
    let run = ["run", "-", "--method", "steady", "--format", "json"];
    let found = json(&run, &one_server(r#","objectives":{"p99_ms":70,"availability":0.9}"#));
    let second = found["second_headroom"]["multiple"].as_f64().expect("a second headroom");
    let first = found["ladder"][0]["multiple"].as_f64().expect("a rung");
    assert!((1.0..first).contains(&second), "{second} {first}");
    assert_eq!(found["second_headroom"]["missed"], "time");
    let both = found["availability"]["both"].as_f64().expect("a share");
    let client = found["availability"]["clients"][0]["both"].as_f64().expect("a share");
    assert!((both - client).abs() < 1e-12, "{both} {client}");
    assert_eq!(found["availability"]["cuts"].as_array().map(Vec::len), Some(1));
    assert!(found["availability"]["between_outages_s"].as_f64().is_some());
}

#[test]
fn a_run_with_a_fault_says_what_each_stretch_was_like_and_why_there_is_no_interval() {
    let faults = r#","faults":[{"at_s":3,"for_s":2,"errors":2,"share":1}]"#;
    let ended = headroom(&["run", "-", "--duration", "6", "--warmup", "1"], &one_server(faults));
    for words in [
        "Between faults",
        "1.00 s to 3.00 s  9",
        "3.00 s to 5.00 s  ",
        "5.00 s to 7.00 s  100 % ok",
        "* no interval: conditions changed",
    ] {
        assert!(ended.out.contains(words), "{words:?} is missing in:\n{}", ended.out);
    }
}

#[test]
fn replications_are_pooled() {
    let run = |n: &str| {
        json(&["run", "-", "--duration", "2", "--replications", n, "--format", "json"], &one_server(""))
    };
    let (one, five) = (run("1"), run("5"));
    let sent = |report: &Json| report["report"]["total"]["counts"]["sent"].as_f64().expect("a count");
    assert!((sent(&five) / sent(&one) - 5.0).abs() < 0.3, "{} {}", sent(&one), sent(&five));
    assert!(five["report"]["total"]["latency"]["mean"]["trust"]["between"].is_array());
    assert_eq!(five["digest"], Json::Null);
}
