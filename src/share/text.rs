//! JSON text in and out: limits before work, one clear sentence when it is no JSON, one line a block in files.

use serde_json::{Map, Value as Json};

use super::strict::Strict;
use super::{Failure, MAX_DEPTH, MAX_TEXT, damaged};

/// Parses JSON text whose top level must be an object.
pub(super) fn parse(json: &str) -> Result<Map<String, Json>, Failure> {
    if json.len() > MAX_TEXT {
        return Err(Failure::TooLarge(format!(
            "This design is too large: its JSON has {} bytes, and at most {MAX_TEXT} are read.",
            json.len()
        )));
    }
    // Editors on Windows write a byte order mark in front.
    let json = json.trim_start_matches('\u{feff}');
    check_depth(json)?;
    match serde_json::from_str(json).map(|Strict(parsed)| parsed) {
        Ok(Json::Object(fields)) => Ok(fields),
        Ok(other) => damaged(&format!(
            "This is not a design but {}: a design is an object, such as {{\"headroom\": 1, \"nodes\": []}}.",
            kind(&other)
        )),
        Err(error) if error.is_eof() && json.trim().is_empty() => {
            damaged("There is no design here: the text is empty.")
        }
        Err(error) if error.is_eof() => damaged(&format!(
            "This design is cut off: its JSON ends in the middle, after {} characters, in line {}. Copy the whole of it \
             again.",
            json.chars().count(),
            error.line()
        )),
        Err(error) => damaged(&format!("This is not a design: it is not JSON that can be read ({error}).")),
    }
}

/// Refuses deep nesting before the parser recurses into it.
fn check_depth(json: &str) -> Result<(), Failure> {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(Failure::TooLarge(format!(
                "This design is too large: lists and objects lie more than {MAX_DEPTH} deep in each other."
            )));
        }
    }
    Ok(())
}

/// What a JSON value is, in words.
pub(super) fn kind(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a yes or no",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

/// The beginning of a value, for messages.
pub(super) fn excerpt(json: &Json) -> String {
    const LONGEST: usize = 40;
    match json {
        Json::Array(_) | Json::Object(_) => kind(json).to_owned(),
        Json::String(text) if text.chars().count() > LONGEST => {
            format!("“{}…”", text.chars().take(LONGEST).collect::<String>())
        }
        Json::String(text) => format!("“{text}”"),
        Json::Null | Json::Bool(_) | Json::Number(_) => json.to_string(),
    }
}

/// An object over several lines: one for each field, and one for each entry of a list.
pub(super) fn lines(fields: &Map<String, Json>) -> String {
    let field =
        |(name, value): (&String, &Json)| format!("  {}: {}", Json::from(name.as_str()), entries(value));
    let fields: Vec<String> = fields.iter().map(field).collect();
    format!("{{\n{}\n}}\n", fields.join(",\n"))
}

fn entries(value: &Json) -> String {
    match value.as_array() {
        Some(list) if !list.is_empty() => {
            let list: Vec<String> = list.iter().map(|entry| format!("    {entry}")).collect();
            format!("[\n{}\n  ]", list.join(",\n"))
        }
        _ => value.to_string(),
    }
}
