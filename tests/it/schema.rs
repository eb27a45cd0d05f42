//! The published JSON Schema is the catalogue's, accepts every design we ship, and refuses what reading would name.

use std::fs;
use std::path::PathBuf;

use headroom::share::{from_json, schema};
use serde_json::{Value as Json, json};

const PUBLISHED: &str = "static/headroom-1.schema.json";

#[test]
fn the_published_schema_is_current() {
    if std::env::var_os("HEADROOM_BLESS").is_some() {
        fs::write(PUBLISHED, schema()).expect("writes the schema");
    }
    let published = fs::read_to_string(PUBLISHED).expect("the schema");
    assert!(published == schema(), "write it anew: HEADROOM_BLESS=1 cargo test --test it schema");
}

#[test]
fn every_design_that_we_ship_validates_and_opens_without_a_note() {
    let mut designs = 0;
    for folder in ["static/examples", "tests/links"] {
        for path in json_files(folder) {
            let text = fs::read_to_string(&path).expect("a file");
            let design: Json = serde_json::from_str(&text).expect("JSON");
            if design.get("headroom").is_none() {
                continue;
            }
            assert_eq!(faults(&design), Vec::<String>::new(), "{path:?}");
            assert_eq!(from_json(&text).expect("opens").notes, [], "{path:?}");
            designs += 1;
        }
    }
    assert!(designs >= 5, "only {designs} designs found");
}

fn json_files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect()
}

#[test]
fn what_reading_would_name_the_schema_refuses() {
    let design = |nodes: Json, links: Json| json!({"headroom": 1, "nodes": nodes, "links": links});
    let server = |field: &str, value: Json| {
        let mut node = json!({"id": 1, "block": "app-server", "at": [0, 0]});
        node[field] = value;
        design(json!([node]), json!([]))
    };
    let wrong = [
        json!([]),
        json!({}),
        json!({"headroom": 2}),
        json!({"headroom": 1, "faults": [5]}),
        json!({"headroom": 1, "faults": [{"at_s": 1}]}),
        json!({"headroom": 1, "faults": [{"at_s": -1, "chaos": true}]}),
        json!({"headroom": 1, "faults": [{"at_s": 1, "chaos": false}]}),
        json!({"headroom": 1, "faults": [{"at_s": 1, "traffic": true, "factor": -1}]}),
        json!({"headroom": 1, "faults": [{"at_s": 1, "traffic": true, "color": "red"}]}),
        json!({"headroom": 1, "name": 5}),
        json!({"headroom": 1, "objectives": {"success": 1.5}}),
        json!({"headroom": 1, "run": {"seed": -1}}),
        json!({"headroom": 1, "groups": [{"id": 1, "kind": "galaxy"}]}),
        server("cores", json!(0)),
        server("cores", json!(2.5)),
        server("cores", json!("two")),
        server("threads", json!("green")),
        server("turbo", json!(true)),
        server("at", json!([0])),
        server("id", json!(-1)),
        server("name", json!("x".repeat(201))),
        server("block", json!("quantum-db")),
        design(json!([]), json!([[1]])),
        design(json!([{"id": 1, "block": "client"}]), json!([[1, 1, {"ops": "none"}]])),
        design(json!([{"id": 1, "block": "client"}]), json!([[1, 1, {"color": "red"}]])),
    ];
    for json in wrong {
        assert!(!faults(&json).is_empty(), "the schema accepts {json}");
        if let Ok(opened) = from_json(&json.to_string()) {
            assert!(!opened.notes.is_empty(), "reading accepts {json}");
        }
    }
}

#[test]
fn the_schema_documents_every_parameter() {
    let schema: Json = serde_json::from_str(&schema()).expect("JSON");
    for block in headroom::blocks::BLOCKS {
        for param in block.about().params {
            let entry = &schema["definitions"][block.about().id]["properties"][param.id];
            assert!(
                entry["description"].as_str().is_some_and(|text| text.starts_with(param.doc)),
                "{}",
                param.id
            );
            assert!(!entry["default"].is_null(), "{}", param.id);
        }
    }
}

/// What the published schema has against a value, by path.
fn faults(value: &Json) -> Vec<String> {
    let schema = serde_json::from_str(&fs::read_to_string(PUBLISHED).expect("the schema")).expect("JSON");
    let mut faults = Vec::new();
    Validator { root: &schema }.check(value, &schema, "", &mut faults);
    faults
}

/// The part of JSON Schema that ours uses; it stops at a keyword that it does not know, so that none goes unchecked.
struct Validator<'a> {
    root: &'a Json,
}

impl Validator<'_> {
    fn holds(&self, value: &Json, schema: &Json) -> bool {
        let mut faults = Vec::new();
        self.check(value, schema, "", &mut faults);
        faults.is_empty()
    }

    fn check(&self, value: &Json, schema: &Json, path: &str, faults: &mut Vec<String>) {
        for (keyword, rule) in schema.as_object().expect("a schema is an object") {
            let holds = match keyword.as_str() {
                "$schema" | "title" | "description" | "default" | "definitions" | "then" => true,
                "type" => is_a(value, rule.as_str().expect("a type")),
                "const" => value == rule,
                "enum" => rule.as_array().expect("a list").contains(value),
                "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().expect("a number")),
                "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().expect("a number")),
                "minItems" => value.as_array().is_none_or(|list| list.len() as u64 >= size(rule)),
                "maxItems" => value.as_array().is_none_or(|list| list.len() as u64 <= size(rule)),
                "maxLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 <= size(rule)),
                "pattern" => {
                    assert_eq!(rule, "^[0-9a-fA-F]{20}$", "teach the validator this pattern");
                    value
                        .as_str()
                        .is_none_or(|text| text.len() == 20 && text.bytes().all(|b| b.is_ascii_hexdigit()))
                }
                "required" => {
                    let names = rule.as_array().expect("a list");
                    names.iter().all(|name| value.get(name.as_str().expect("a name")).is_some())
                }
                "additionalProperties" => {
                    let known = |name: &String| schema["properties"].get(name).is_some();
                    value.as_object().is_none_or(|fields| fields.keys().all(known))
                }
                "$ref" => return self.check(value, self.definition(rule), path, faults),
                "properties" => self.check_fields(value, rule, path, faults),
                "items" => self.check_items(value, rule, path, faults),
                "allOf" => {
                    rule.as_array()
                        .expect("a list")
                        .iter()
                        .for_each(|rule| self.check(value, rule, path, faults));
                    true
                }
                "anyOf" => rule.as_array().expect("a list").iter().any(|rule| self.holds(value, rule)),
                "if" => !self.holds(value, rule) || self.holds(value, &schema["then"]),
                other => panic!("teach the validator “{other}”"),
            };
            if !holds {
                faults.push(format!("{path}: {keyword} {rule} does not hold"));
            }
        }
    }

    fn check_fields(&self, value: &Json, rules: &Json, path: &str, faults: &mut Vec<String>) -> bool {
        for (name, rule) in rules.as_object().expect("an object") {
            if let Some(field) = value.get(name) {
                self.check(field, rule, &format!("{path}.{name}"), faults);
            }
        }
        true
    }

    fn check_items(&self, value: &Json, rules: &Json, path: &str, faults: &mut Vec<String>) -> bool {
        for (index, entry) in value.as_array().into_iter().flatten().enumerate() {
            let rule = rules.as_array().map_or(Some(rules), |rules| rules.get(index));
            if let Some(rule) = rule {
                self.check(entry, rule, &format!("{path}[{index}]"), faults);
            }
        }
        true
    }

    fn definition(&self, reference: &Json) -> &Json {
        let name =
            reference.as_str().and_then(|text| text.strip_prefix("#/definitions/")).expect("a definition");
        self.root["definitions"].get(name).unwrap_or_else(|| panic!("no definition {name}"))
    }
}

fn is_a(value: &Json, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        other => panic!("teach the validator the type “{other}”"),
    }
}

fn size(rule: &Json) -> u64 {
    rule.as_u64().expect("a size")
}
