//! Format 1 is frozen: what an absent parameter means, which values are allowed, and every link ever published.

use std::fs;
use std::path::Path;

use headroom::blocks::param::{Fixed, Kind, Param};
use headroom::blocks::{BLOCKS, life, link};
use headroom::share::{from_json, open_fragment, to_json};
use serde_json::{Map, Value as Json, json};

const GOLDEN: &str = "tests/golden/format1-defaults.json";
const LINKS: &str = "tests/links";

fn entry(param: &Param) -> Json {
    let default = match param.default {
        Fixed::Number(number) => json!(number),
        Fixed::Choice(id) => json!(id),
        Fixed::Flag(flag) => json!(flag),
    };
    match param.kind {
        Kind::Number { min, max } | Kind::Integer { min, max } => {
            json!({"default": default, "min": min, "max": max})
        }
        Kind::Choice(choices) => {
            json!({"default": default, "of": choices.iter().map(|choice| choice.id).collect::<Vec<_>>()})
        }
        Kind::Flag => json!({ "default": default }),
        Kind::Text { max } => json!({ "default": default, "max": max }),
    }
}

fn table() -> Map<String, Json> {
    let of = |params: &[Param]| -> Map<String, Json> {
        params.iter().map(|param| (param.id.to_owned(), entry(param))).collect()
    };
    let blocks =
        BLOCKS.iter().map(|block| (block.about().id.to_owned(), Json::Object(of(block.about().params))));
    let links = ("link".to_owned(), Json::Object(of(link::PARAMS)));
    let faults = headroom::design::fault::KINDS
        .iter()
        .map(|kind| (format!("fault {}", kind.id), Json::Object(of(kind.params))));
    let groups = ("group".to_owned(), Json::Object(of(life::OF_GROUP)));
    blocks.chain([links, groups]).chain(faults).collect()
}

fn bless(table: &Map<String, Json>) {
    let line = |(id, entry): (&String, &Json)| format!("    {id:?}: {entry}");
    let block = |(id, params): (&String, &Json)| {
        let lines: Vec<String> = params.as_object().expect("params").iter().map(line).collect();
        format!("  {id:?}: {{\n{}\n  }}", lines.join(",\n"))
    };
    let blocks: Vec<String> = table.iter().map(block).collect();
    fs::write(GOLDEN, format!("{{\n{}\n}}\n", blocks.join(",\n"))).expect("writes the golden table");
}

/// A frozen entry still means the same: same default, no narrower range, no choice less.
fn still_means(frozen: &Json, now: &Json) -> bool {
    let number = |json: &Json, field: &str| json.get(field).and_then(Json::as_f64);
    let choices = |json: &Json| json.get("of").and_then(Json::as_array).cloned().unwrap_or_default();
    frozen.get("default") == now.get("default")
        && number(now, "min") <= number(frozen, "min")
        && number(now, "max") >= number(frozen, "max")
        && choices(frozen).iter().all(|choice| choices(now).contains(choice))
}

#[test]
fn an_absent_parameter_means_what_it_meant_when_format_1_was_published() {
    let now = table();
    if std::env::var_os("HEADROOM_BLESS").is_some() {
        bless(&now);
    }
    let frozen: Map<String, Json> =
        serde_json::from_str(&fs::read_to_string(GOLDEN).expect("the golden table")).expect("JSON");
    for (block, params) in &frozen {
        for (id, entry) in params.as_object().expect("params") {
            let found = now.get(block).and_then(|params| params.get(id));
            let found =
                found.unwrap_or_else(|| panic!("{block}.{id} is gone: links that use it would lose it"));
            assert!(
                still_means(entry, found),
                "{block}.{id} was {entry} and is {found}: old links change meaning"
            );
        }
    }
    for (block, params) in &now {
        for id in params.as_object().expect("params").keys() {
            let known = frozen.get(block).and_then(|params| params.get(id)).is_some();
            assert!(known, "{block}.{id} is new: add it with HEADROOM_BLESS=1 cargo test --test it format1");
        }
    }
}

/// Each `NAME.txt` holds links, one a line, and `NAME.json` beside it the design that they must open as.
#[test]
fn every_published_link_still_opens_as_the_design_it_was() {
    let mut opened = 0;
    for file in fs::read_dir(LINKS).expect("the folder of links") {
        let path = file.expect("an entry").path();
        if path.extension().is_some_and(|ending| ending == "txt") {
            opened += check_links(&path);
        }
    }
    assert!(opened >= 8, "only {opened} published links: they are never deleted");
}

fn check_links(path: &Path) -> usize {
    let json = fs::read_to_string(path.with_extension("json")).expect("the design beside the links");
    let design = from_json(&json).unwrap_or_else(|failure| panic!("{failure} in {path:?}"));
    assert_eq!(design.notes, [], "{path:?}");
    let text = fs::read_to_string(path).expect("links");
    for line in text.lines() {
        let (_, fragment) = line.split_once('#').expect("a link with a fragment");
        let opened = open_fragment(fragment).unwrap_or_else(|failure| panic!("{failure} in {path:?}"));
        assert_eq!(opened.notes, [], "{path:?}");
        assert_eq!(opened.design, design.design, "{path:?}");
        assert_eq!(to_json(&opened.design), to_json(&design.design), "{path:?}");
    }
    text.lines().count()
}
