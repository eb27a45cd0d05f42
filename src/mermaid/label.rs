//! Labels: Mermaid's escapes, line breaks and Markdown, in and out.

/// A label as people read it: escapes undone, tags and Markdown quotes gone; each line that says something for itself.
pub fn lines(label: &str) -> Vec<String> {
    let all = text(label);
    let trimmed = all.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    trimmed.filter(|line| !line.is_empty()).collect()
}

/// The same with empty lines and all spaces kept; lines end with a line feed.
pub fn text(label: &str) -> String {
    let plain = label.trim().trim_matches('`').replace("\\n", "\n");
    let mut text = String::new();
    let mut rest = plain.as_str();
    while let Some(c) = rest.chars().next() {
        let tag =
            (c == '<').then(|| rest.split_once('>')).flatten().filter(|(tag, _)| tag.len() <= LONGEST_TAG);
        if let Some((tag, after)) = tag {
            if tag[1..].trim_start_matches('/').to_ascii_lowercase().starts_with("br") {
                text.push('\n');
            }
            rest = after;
            continue;
        }
        let escape = (c == '#').then(|| rest[1..].split_once(';')).flatten();
        if let Some((found, after)) = escape.and_then(|(name, after)| Some((entity(name)?, after))) {
            text.push(found);
            rest = after;
            continue;
        }
        rest = &rest[c.len_utf8()..];
        text.push(c);
    }
    text
}

/// A text as a quoted label.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | ';' | '\\' => out.push_str(&format!("#{};", u32::from(c))),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A tag such as `<br/>` is no longer than this [bytes].
const LONGEST_TAG: usize = 32;

fn entity(name: &str) -> Option<char> {
    match name {
        "quot" => Some('"'),
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => char::from_u32(name.parse().ok()?).filter(|c| !c.is_control()),
    }
}
