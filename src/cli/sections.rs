//! Sections of a text: a heading and lines below it.

use headroom::figures::rows::Row;

/// A heading with its lines; `None` without any.
pub(super) fn section(title: &str, body: String) -> Option<String> {
    (!body.is_empty()).then(|| format!("{title}\n{body}"))
}

/// The sections that have something to say, with a line between them.
pub(super) fn joined(sections: impl IntoIterator<Item = Option<String>>) -> String {
    sections.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// Rows as a table of two columns.
pub(super) fn listed(rows: Vec<Row>) -> String {
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    let line = |row: Row| {
        let padding = " ".repeat(width - row.name.chars().count());
        format!("  {}{padding}  {}\n", row.name, row.value)
    };
    rows.into_iter().map(line).collect()
}

/// What a design is called.
pub(super) fn title(name: &str) -> &str {
    if name.is_empty() { "Unnamed design" } else { name }
}
