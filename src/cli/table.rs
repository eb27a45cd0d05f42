//! Text in columns: the first column to the left, figures to the right, nothing wider than it must be.

/// Rows of cells under a heading.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
    left: usize,
}

impl Table {
    /// A table with these column heads; the first `left` columns hold words.
    pub(super) fn new(left: usize, heads: &[&str]) -> Self {
        Table { rows: vec![heads.iter().map(|head| (*head).to_owned()).collect()], left }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Whether there is nothing under the heads.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.len() == 1
    }

    /// The rows as lines, indented; columns without any content are left out.
    pub(super) fn text(&self) -> String {
        let columns = self.rows[0].len();
        let width = |column: usize| self.rows.iter().map(|row| length(&row[column])).max().unwrap_or(0);
        let used = |column: &usize| *column == 0 || self.rows[1..].iter().any(|row| !row[*column].is_empty());
        let columns: Vec<(usize, usize)> =
            (0..columns).filter(used).map(|column| (column, width(column))).collect();
        let mut out = String::new();
        for row in &self.rows {
            let cells = columns.iter().map(|(column, width)| self.cell(&row[*column], *column, *width));
            let line = cells.collect::<Vec<_>>().join("  ");
            out += &format!("  {}\n", line.trim_end());
        }
        out
    }

    fn cell(&self, text: &str, column: usize, width: usize) -> String {
        let padding = " ".repeat(width - length(text));
        if column < self.left { format!("{text}{padding}") } else { format!("{padding}{text}") }
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}
