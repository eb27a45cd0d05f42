//! One statement of a flowchart: nodes with shapes and labels, arrows with labels, chains and `&`.

use super::NOTE_CLASS;

/// Nodes joined by arrows: `A & B -->|reads| C --> D`.
#[derive(Debug, Default)]
pub struct Chain<'a> {
    /// Nodes that stand together, each list joined to the next by the arrow of the same place.
    pub stops: Vec<Vec<Node<'a>>>,
    /// The arrows between them.
    pub arrows: Vec<Arrow<'a>>,
}

/// A node as one statement names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'a> {
    /// Its id in the diagram.
    pub id: &'a str,
    /// Its label, when the statement gives one.
    pub label: Option<&'a str>,
    /// What its shape and its class say of it.
    pub role: Role,
}

/// What a node is by how it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// Nothing in particular.
    #[default]
    Block,
    /// A cylinder, as stores are.
    Store,
    /// A brace beside a text, or a box of the class of notes.
    Note,
}

/// An arrow.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arrow<'a> {
    /// What stands on it.
    pub label: Option<&'a str>,
    /// It is dotted.
    pub is_dotted: bool,
    /// It only keeps nodes apart, and is not drawn.
    pub is_hidden: bool,
}

/// Statements of one line; a semicolon in a label ends none.
pub fn split(line: &str) -> Vec<&str> {
    let mut quoted = false;
    let ends = line.char_indices().filter(|(at, c)| {
        quoted ^= *c == '"';
        // An escape such as `#35;` is part of a label.
        *c == ';' && !quoted && !is_escape(&line[..*at])
    });
    let ends: Vec<usize> = ends.map(|(at, _)| at).collect();
    let starts = std::iter::once(0).chain(ends.iter().map(|at| at + 1));
    let all = starts.zip(ends.iter().copied().chain([line.len()]));
    all.map(|(start, end)| line[start..end].trim()).filter(|statement| !statement.is_empty()).collect()
}

/// Reads a chain.
///
/// # Errors
/// The rest that was not understood.
pub fn chain(text: &str) -> Result<Chain<'_>, &str> {
    let mut chain = Chain::default();
    let mut rest = text;
    loop {
        let (stop, after) = stop(rest)?;
        chain.stops.push(stop);
        rest = after.trim_start();
        if rest.is_empty() {
            return Ok(chain);
        }
        let (arrow, after) = arrow(rest).ok_or(rest)?;
        chain.arrows.push(arrow);
        rest = after.trim_start();
    }
}

/// Ends of shapes by their beginnings, the longer first.
const SHAPES: [(&str, &[&str]); 14] = [
    ("(((", &[")))"]),
    ("((", &["))"]),
    ("([", &["])"]),
    ("[(", &[")]"]),
    ("[[", &["]]"]),
    ("[/", &["/]", "\\]"]),
    ("[\\", &["\\]", "/]"]),
    ("{{", &["}}"]),
    ("[|", &["|]"]),
    ("(-", &["-)"]),
    ("[", &["]"]),
    ("(", &[")"]),
    ("{", &["}"]),
    (">", &["]"]),
];

fn is_escape(before: &str) -> bool {
    let name = before.rsplit('#').next().filter(|name| name.len() < before.len());
    name.is_some_and(|name| !name.is_empty() && name.len() <= 8 && name.chars().all(char::is_alphanumeric))
}

/// Nodes joined by `&`.
fn stop(text: &str) -> Result<(Vec<Node<'_>>, &str), &str> {
    let mut nodes = Vec::new();
    let mut rest = text;
    loop {
        let (node, after) = node(rest.trim_start()).ok_or(rest)?;
        nodes.push(node);
        match after.trim_start().strip_prefix('&') {
            Some(more) => rest = more,
            None => return Ok((nodes, after)),
        }
    }
}

fn node(text: &str) -> Option<(Node<'_>, &str)> {
    let (id, rest) = id(text)?;
    let (label, role, rest) = shape(rest)?;
    // Any other class says how it looks.
    let Some(classed) = rest.strip_prefix(":::") else { return Some((Node { id, label, role }, rest)) };
    let rest = classed.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
    let is_note = &classed[..classed.len() - rest.len()] == NOTE_CLASS;
    Some((Node { id, label, role: if is_note { Role::Note } else { role } }, rest))
}

/// An id: letters, digits and `_`, with `-` and `.` inside, which begin an arrow elsewhere.
fn id(text: &str) -> Option<(&str, &str)> {
    let is_word =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '@' | '*' | '+' | '!' | '?' | '\'');
    let mut end = 0;
    for (at, c) in text.char_indices() {
        let next = text[at + c.len_utf8()..].chars().next();
        let joins = matches!(c, '-' | '.' | '/' | ':') && at > 0 && next.is_some_and(char::is_alphanumeric);
        // `@{` gives a shape.
        if !(is_word(c) || joins) || (c == '@' && next == Some('{')) {
            break;
        }
        end = at + c.len_utf8();
    }
    (end > 0).then(|| text.split_at(end))
}

/// The label of a shape, if one follows; `None` when it does not end.
fn shape(text: &str) -> Option<(Option<&str>, Role, &str)> {
    if let Some(inside) = text.strip_prefix("@{") {
        let (fields, rest) = inside.split_once('}')?;
        let field = |name: &str| fields.split_once(name).map(|(_, value)| value.trim_start());
        let label = field("label:").map(|value| match value.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or(""),
            None => value.split(',').next().unwrap_or("").trim(),
        });
        let shape = field("shape:").map_or("", |value| value.split([',', ' ']).next().unwrap_or(""));
        let role = match shape {
            "cyl" | "cylinder" | "db" | "database" | "das" | "lin-cyl" | "h-cyl" => Role::Store,
            "brace" | "brace-l" | "brace-r" | "braces" | "comment" => Role::Note,
            _ => Role::Block,
        };
        return Some((label, role, rest));
    }
    let Some((start, ends)) = SHAPES.iter().find(|(start, _)| text.starts_with(start)) else {
        return Some((None, Role::Block, text));
    };
    let inside = text[start.len()..].trim_start();
    let (label, rest) = match inside.strip_prefix('"') {
        Some(quoted) => {
            let (label, rest) = quoted.split_once('"')?;
            let rest = rest.trim_start();
            (label, ends.iter().find_map(|end| rest.strip_prefix(end))?)
        }
        None => {
            let found = ends.iter().filter_map(|end| Some((inside.find(end)?, end.len())));
            let (at, length) = found.min()?;
            (inside[..at].trim(), &inside[at + length..])
        }
    };
    Some((Some(label), if *start == "[(" { Role::Store } else { Role::Block }, rest))
}

/// An arrow with its label, and what follows it.
fn arrow(text: &str) -> Option<(Arrow<'_>, &str)> {
    let text = text.strip_prefix('<').unwrap_or(text);
    let bare = text.strip_prefix(['o', 'x']).filter(|rest| is_line(rest)).unwrap_or(text);
    if let Some(rest) = bare.strip_prefix("~~~") {
        return Some((Arrow { is_hidden: true, ..Arrow::default() }, rest.trim_start_matches('~')));
    }
    let is_dotted = bare.starts_with("-.");
    let (arrow, rest) = match head(bare) {
        Some(rest) => (Arrow { is_dotted, ..Arrow::default() }, rest),
        None => with_text(bare, is_dotted)?,
    };
    match rest.trim_start().strip_prefix('|') {
        Some(label) => {
            let (label, rest) = label.split_once('|')?;
            Some((Arrow { label: Some(label.trim().trim_matches('"')), ..arrow }, rest))
        }
        None => Some((arrow, rest)),
    }
}

fn is_line(text: &str) -> bool {
    ["--", "==", "-."].iter().any(|line| text.starts_with(line))
}

/// A whole arrow without a text on it: `-->`, `---`, `-.->`, `==>`, `--x`; what follows it.
fn head(text: &str) -> Option<&str> {
    let (stroke, rest) = if let Some(rest) = text.strip_prefix("-.") {
        (2, rest.trim_start_matches('.').strip_prefix('-')?)
    } else if text.starts_with("--") {
        let rest = text.trim_start_matches('-');
        (text.len() - rest.len(), rest)
    } else if text.starts_with("==") {
        let rest = text.trim_start_matches('=');
        (text.len() - rest.len(), rest)
    } else {
        return None;
    };
    if let Some(rest) = rest.strip_prefix('>') {
        return Some(rest);
    }
    // A cross or a dot, unless a word begins there.
    let marked =
        rest.strip_prefix(['x', 'o']).filter(|rest| rest.is_empty() || rest.starts_with([' ', '|', '\t']));
    if let Some(rest) = marked {
        return Some(rest);
    }
    // Two strokes begin a text; three are a line without a head.
    (stroke > 2 || text.starts_with("-.")).then_some(rest)
}

/// `-- text -->`, `-. text .->`, `== text ==>`.
fn with_text(text: &str, is_dotted: bool) -> Option<(Arrow<'_>, &str)> {
    let (open, close) = match text.get(..2)? {
        "-." => ("-.", ".-"),
        "--" => ("--", "--"),
        "==" => ("==", "=="),
        _ => return None,
    };
    let inside = &text[open.len()..];
    let at = inside.find(close)?;
    let rest = &inside[at + close.len()..];
    let rest = rest.trim_start_matches(['-', '=']);
    let rest = rest.strip_prefix(['>', 'x', 'o']).unwrap_or(rest);
    Some((Arrow { label: Some(inside[..at].trim().trim_matches('"')), is_dotted, is_hidden: false }, rest))
}
