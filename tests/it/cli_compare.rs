//! `headroom analyze` and `headroom compare`: what a design has without a run, and what a change does to it.

use serde_json::Value as Json;

use crate::cli::{headroom, json};

/// One client of 80/s, and a server of this many cores.
fn servers(cores: u32) -> String {
    format!(
        r#"{{"headroom":1,"name":"{cores} cores","nodes":[{{"id":1,"block":"client","rate":80,"reads":1}},
        {{"id":2,"block":"app-server","cores":{cores},"service_ms":10}}],"links":[[1,2,{{"latency_ms":0}}]],
        "objectives":{{"p99_ms":200}},"run":{{"duration_s":50}}}}"#
    )
}

/// The design as a link, for an argument.
fn link(cores: u32) -> String {
    let design = headroom::share::from_json(&servers(cores)).expect("a design").design;
    format!("#{}", headroom::share::compact_fragment(&design))
}

#[test]
fn an_analysis_has_every_section_and_no_run() {
    let ended = headroom(&["analyze", "-"], &servers(1));
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    for words in [
        "1 cores\nby formulas",
        "What breaks first",
        "Headroom",
        "Promises kept until",
        "Single points of failure",
        "every request of some client fails",
        "Availability",
        "may not fail:",
        "Cost",
        "Findings",
        "fix: Double the cores to 2 → 2.5× (headroom 2.5×, $",
    ] {
        assert!(ended.out.contains(words), "{words:?} is missing in:\n{}", ended.out);
    }
    assert!(!ended.out.contains("simulated"), "{}", ended.out);
}

/// The sections that `run` prints as well are the same, to the letter.
#[test]
fn run_and_analyze_say_the_same_of_the_same_design() {
    let analysis = headroom(&["analyze", "-"], &servers(1)).out;
    let run = headroom(&["run", "-", "--method", "steady"], &servers(1)).out;
    let section = |text: &str, title: &str| -> String {
        let all = text.split("\n\n").find(|part| part.starts_with(title));
        all.unwrap_or_else(|| panic!("no {title}")).to_owned()
    };
    for title in ["What breaks first", "Headroom", "Single points of failure", "Availability", "Cost"] {
        assert_eq!(section(&analysis, title), section(&run, title));
    }
}

/// One core of 100/s carries 80/s 1.25 times, two cores 2.5 times.
#[test]
fn each_fix_says_the_headroom_and_the_cost_after_it() {
    let whole = json(&["analyze", "-", "--format", "json"], &servers(1));
    assert!((whole["ladder"][0]["multiple"].as_f64().expect("a rung") - 1.25).abs() < 1e-9);
    let fixes = whole["findings"].as_array().expect("findings").iter();
    let mut fixes = fixes.flat_map(|finding| finding["fixes"].as_array().expect("fixes"));
    let double = fixes.find(|fix| fix["label"].as_str().expect("words").starts_with("Double the cores"));
    let double = double.expect("a fix");
    assert!((double["headroom"].as_f64().expect("a headroom") - 2.5).abs() < 1e-9, "{double}");
    // Twice the cores for twice the price.
    let [month, server] = [&whole["cost"]["month"], &whole["cost"]["nodes"][1]].map(|usd| usd.as_f64());
    let after = month.expect("a cost") + server.expect("a price");
    assert!((double["cost_month"].as_f64().expect("a cost") - after).abs() < 1e-9, "{double}");
}

fn difference<'a>(whole: &'a Json, figure: &str) -> &'a Json {
    let all = whole["differences"].as_array().expect("differences");
    all.iter().find(|one| one["figure"] == figure && one["of"] == "all").expect("a figure")
}

/// M/M/1 at 80 % against M/M/2 at 40 %: 11.905 − 50 = −38.095 ms.
#[test]
fn a_comparison_gives_paired_differences_and_findings() {
    let (one, two) = (link(1), link(2));
    let whole = json(&["compare", &one, &two, "--format", "json", "--replications", "20"], "");
    let mean = difference(&whole, "mean");
    let [low, high] = [0, 1].map(|end| mean["interval"][end].as_f64().expect("an interval"));
    assert!(low < -0.038_095 && -0.038_095 < high && high < 0.0, "{low} to {high}");
    assert_eq!(mean["differs"], true);
    assert_eq!(difference(&whole, "success")["differs"], false);
    assert_eq!(whole["runs"], 20);
    assert_eq!(whole["findings_vanished"][0]["rule"], "slower-than-promised");
    let text = headroom(&["compare", &one, &two, "--duration", "20"], "").out;
    for words in
        ["10 pairs of runs on the same random numbers", "B − A", "no difference", "headroom", "vanish"]
    {
        assert!(text.contains(words), "{words:?} is missing in:\n{text}");
    }
}

/// A second client that is slow, and whose server gets a second core: the first one sees no difference.
#[test]
fn with_several_clients_a_comparison_has_mean_and_p99_of_each() {
    let design = |cores: u32| {
        let json = format!(
            r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","name":"Web","rate":50,"reads":1}},
            {{"id":2,"block":"client","name":"App","rate":80,"reads":1}},
            {{"id":3,"block":"app-server","cores":1,"service_ms":10}},{{"id":4,"block":"app-server","cores":{cores},"service_ms":10}}],
            "links":[[1,3],[2,4]],"run":{{"duration_s":20}}}}"#
        );
        format!(
            "#{}",
            headroom::share::compact_fragment(&headroom::share::from_json(&json).expect("a design").design)
        )
    };
    let (one, two) = (design(1), design(2));
    let whole = json(&["compare", &one, &two, "--format", "json"], "");
    let of = |name: &str, figure: &str| {
        let all = whole["differences"].as_array().expect("differences").iter();
        let mut own = all.filter(|one| one["figure"] == figure && one["of"]["client"] == name);
        own.next().expect("a figure").clone()
    };
    for figure in ["mean", "p99"] {
        assert_eq!(of("Web", figure)["differs"], false);
        let app = of("App", figure);
        assert!(app["differs"] == true && app["interval"][1].as_f64().expect("an end") < 0.0, "{app}");
    }
    let text = headroom(&["compare", &one, &two, "--duration", "5"], "").out;
    for name in ["Web", "App"] {
        for figure in ["mean", "p99", "availability"] {
            let row = text.lines().find(|line| line.trim_start().starts_with(name) && line.contains(figure));
            assert!(row.is_some(), "{name} {figure} is missing in:\n{text}");
        }
    }
    let alone = headroom(&["compare", &link(1), &link(2), "--duration", "5"], "").out;
    assert!(alone.lines().all(|line| !line.contains("Client")), "{alone}");
}

#[test]
fn a_design_compared_with_itself_has_no_difference() {
    let one = link(1);
    let run = ["compare", &one, "-", "--format", "json", "--duration", "5"];
    let whole = json(&run, &servers(1));
    for one in whole["differences"].as_array().expect("differences") {
        assert_eq!((one["difference"].as_f64(), one["differs"].as_bool()), (Some(0.0), Some(false)), "{one}");
    }
    let text = headroom(&["compare", &one, &one, "--duration", "5"], "").out;
    let rows = text.lines().filter(|line| line.starts_with("  all "));
    assert!(rows.clone().count() >= 9 && rows.clone().all(|row| row.ends_with("no difference")), "{text}");
}

#[test]
fn a_comparison_needs_five_pairs_and_two_designs() {
    let few = headroom(&["compare", "a.json", "b.json", "--replications", "4"], "");
    assert!(few.code == 2 && few.err.contains("5..=1000"), "{}", few.err);
    let same = headroom(&["compare", "-", "-"], "");
    assert!(same.code == 2 && same.err.contains("standard input"), "{}", same.err);
}
