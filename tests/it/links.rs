//! Links from a hostile world: each ends in the outcome and the words written down, and nothing panics.

use std::fs;

use headroom::design::Design;
use headroom::share::{Failure, Opened, compact, from_json, open_fragment, readable, to_json};
use headroom::topology;
use serde_json::Value as Json;

/// The browser tests read the same file.
const HOSTILE: &str = "tests/links/hostile.json";

/// A fragment as it stands in the file, or one that would be too long to write down: `before`, `repeat` many `times`,
/// `after`.
fn fragment(case: &Json) -> String {
    let text = |field: &str| case[field].as_str().unwrap_or_else(|| panic!("{field} is missing in {case}"));
    if case.get("fragment").is_some() {
        return text("fragment").to_owned();
    }
    let times = case["times"].as_u64().expect("times") as usize;
    format!("{}{}{}", text("before"), text("repeat").repeat(times), text("after"))
}

fn outcome(result: &Result<Opened, Failure>) -> &'static str {
    match result {
        Ok(_) => "opened",
        Err(Failure::Absent) => "absent",
        Err(Failure::Newer(_)) => "newer",
        Err(Failure::TooLarge(_)) => "too-large",
        Err(Failure::Damaged(_)) => "damaged",
    }
}

#[track_caller]
fn check(case: &Json) {
    let name = &case["name"];
    let result = open_fragment(&fragment(case));
    assert_eq!(Some(outcome(&result)), case["outcome"].as_str(), "{name}: {result:?}");
    match result {
        Err(failure) => {
            let says = case.get("says").and_then(Json::as_str).unwrap_or("");
            assert!(failure.to_string().contains(says), "{name}: “{failure}” does not say “{says}”");
        }
        Ok(opened) => check_opened(case, &opened),
    }
}

#[track_caller]
fn check_opened(case: &Json, opened: &Opened) {
    let name = &case["name"];
    let expected = case.get("notes").and_then(Json::as_array).cloned().unwrap_or_default();
    for path in &expected {
        let found = opened.notes.iter().any(|note| Some(note.path.as_str()) == path.as_str());
        assert!(found, "{name}: no note at {path}: {:?}", opened.notes);
    }
    assert_eq!(expected.is_empty(), opened.notes.is_empty(), "{name}: {:?}", opened.notes);
    if let Some(keeps) = case.get("keeps").and_then(Json::as_str) {
        assert!(to_json(&opened.design).contains(keeps), "{name}: lost {keeps}");
    }
    check_stable(&opened.design);
}

/// What was read is in order: writing and reading it changes nothing more, and the engines' view of it can be built.
#[track_caller]
fn check_stable(design: &Design) {
    let text = to_json(design);
    let again = from_json(&text).unwrap_or_else(|failure| panic!("{failure}: {text}"));
    assert_eq!(again.design, *design, "{text}");
    let (built, _) = topology::build(design);
    assert!(built.len() <= design.nodes.len());
}

#[test]
fn every_hostile_link_ends_as_written_down() {
    let cases: Vec<Json> =
        serde_json::from_str(&fs::read_to_string(HOSTILE).expect("the cases")).expect("JSON");
    assert!(cases.len() >= 80, "only {} cases", cases.len());
    cases.iter().for_each(check);
}

/// A design with everything the format has, for mutations.
fn everything() -> String {
    let json = fs::read_to_string("tests/links/everything.json").expect("a design");
    to_json(&from_json(&json).expect("opens").design)
}

#[test]
fn every_cut_of_a_link_is_recognized() {
    let json = everything();
    for whole in [compact(&json), readable(&json)] {
        let start = whole.find(['.', '=']).expect("a prefix") + 1;
        for end in start..whole.len() {
            match open_fragment(&whole[..end]) {
                Err(Failure::Damaged(text)) => assert!(text.contains("cut off"), "cut at {end}: {text}"),
                other => panic!("cut at {end}: {other:?}"),
            }
        }
    }
}

#[test]
fn every_changed_character_of_a_compact_link_is_noticed() {
    let whole = compact(&everything());
    let design = open_fragment(&whole).expect("opens").design;
    for at in 3..whole.len() {
        let mut changed = whole.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).expect("ASCII");
        match open_fragment(&changed) {
            Err(Failure::Damaged(_)) => {}
            // The last character of base64 may carry bits that belong to no byte.
            Ok(opened) if at + 1 == whole.len() => assert_eq!(opened.design, design),
            other => panic!("changed at {at}: {other:?}"),
        }
    }
}

#[test]
fn thousands_of_mutated_designs_open_or_are_refused_in_words() {
    let json = everything();
    let (mut opened, mut refused) = (0, 0);
    for seed in 0..4_000 {
        match from_json(&mutated(&json, seed)) {
            Ok(found) => {
                check_stable(&found.design);
                opened += 1;
            }
            Err(failure) => {
                assert!(failure.to_string().len() > 20, "seed {seed}");
                refused += 1;
            }
        }
    }
    assert!(opened > 400 && refused > 400, "{opened} opened, {refused} refused: the mutations prove nothing");
}

/// One to four changes: a byte, a cut, a piece twice, or a value in place of another.
fn mutated(json: &str, seed: u64) -> String {
    const VALUES: [&str; 14] = [
        "null",
        "-1",
        "1e308",
        "0.5",
        "true",
        "[]",
        "{}",
        "\"\"",
        "4294967295",
        "18446744073709551615",
        "[1,[2]]",
        "{\"id\":1}",
        "\"\\u0000\"",
        "1e999",
    ];
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = |end: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % end.max(1)
    };
    let mut text = json.as_bytes().to_vec();
    for _ in 0..=draw(3) {
        let at = draw(text.len());
        let piece = at..(at + draw(30)).min(text.len());
        match draw(8) {
            0 => text[at] = draw(256) as u8,
            1 => drop(text.drain(piece)),
            2 => {
                let twice = text[piece].to_vec();
                text.splice(at..at, twice);
            }
            3 if at % 7 == 0 => text.truncate(at),
            _ => replace_value(&mut text, at, VALUES[draw(VALUES.len())]),
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// Puts a value where the next value begins: behind a colon or in a list.
fn replace_value(text: &mut Vec<u8>, at: usize, value: &str) {
    let Some(colon) = text[at..].iter().position(|byte| b":[,".contains(byte)) else { return };
    let start = at + colon + 1;
    let length = text[start..].iter().position(|byte| b",]}".contains(byte)).unwrap_or(0);
    text.splice(start..start + length, value.bytes());
}
