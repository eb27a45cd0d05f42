//! The fidelity page: the validation table in words and rows, for people. Made from the table, so that it cannot drift.

use serde_json::Value;

use crate::table;

const TEMPLATE: &str = include_str!("fidelity.html");
pub const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/static/fidelity.html");

/// The whole page.
pub fn html(table: &Value) -> String {
    let engine = format!("Engine version {}.", table["engine"]);
    let parts = [
        ("{{LEAD}}", lead(&table["totals"])),
        ("{{INTERVALS}}", intervals(&table["intervals"])),
        ("{{RANDOM}}", random(&table["random"])),
        ("{{RUNS}}", table["runs"].to_string()),
        ("{{CASES}}", cases(rows(table))),
        ("{{ENGINE}}", engine),
    ];
    parts.iter().fold(TEMPLATE.to_owned(), |page, (name, text)| page.replace(name, text))
}

fn rows(table: &Value) -> &[Value] {
    table["rows"].as_array().expect("rows")
}

fn lead(totals: &Value) -> String {
    format!(
        "{} quantities of systems with known answers: {} agree, {} differ, {} cannot be drawn. {} are compared by formula, \
         {} on the drawn design by the steady method, {} by simulating it; {} of the simulated ones lie outside their own \
         99 % interval, where one in a hundred may.",
        totals["quantities"],
        totals["agree"],
        totals["differ"],
        totals["not_drawn"],
        totals["by_formula"],
        totals["by_steady"],
        totals["by_simulation"],
        totals["outside_99"],
    )
}

fn intervals(all: &Value) -> String {
    let head = "<tr><th>Case</th><th>Quantity</th><th>Runs</th><th>Intervals printed</th><th>Hold the truth</th></tr>";
    let row = |one: &Value| {
        let [printed, holding] = ["printed", "holding"].map(|name| one[name].as_f64().expect("a count"));
        format!(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{printed}</td><td>{:.1} %</td></tr>\n",
            text(&one["case"]),
            text(&one["quantity"]),
            one["runs"],
            100.0 * holding / printed
        )
    };
    let body: String = all.as_array().expect("a list").iter().map(row).collect();
    wide(head, &format!("<tbody>\n{body}</tbody>"))
}

fn random(found: &Value) -> String {
    let share = |name: &str| 100.0 * found[name].as_f64().expect("a share");
    format!(
        "{} designs are drawn at random, every station at most 80 % busy, and both methods answer. The steady method marks {} of \
         them as <i>order of magnitude</i>. Of the others it is at worst {:.1} % off in the mean and {:.1} % in the 99th percentile, \
         held against runs whose own intervals are part of that.",
        found["designs"],
        found["low_confidence"],
        share("worst_mean"),
        share("worst_p99"),
    )
}

fn cases(rows: &[Value]) -> String {
    let head = "<tr><th>Case</th><th>Quantity</th><th>Theory</th><th>Formula</th><th>Steady</th><th>Simulated</th><th>Verdict</th></tr>";
    let mut body = String::new();
    for family in rows.chunk_by(|a, b| a["family"] == b["family"]) {
        let name = text(&family[0]["family"]);
        body += &format!("<tbody>\n<tr><th scope=\"rowgroup\" colspan=\"7\">{name}</th></tr>\n");
        body.extend(family.iter().map(row));
        body += "</tbody>\n";
    }
    wide(head, &body)
}

fn row(row: &Value) -> String {
    let simulated = match row["half"].as_f64() {
        Some(half) => format!("{} <small>± {}</small>", number(&row["simulated"]), figure(half, 2)),
        None => number(&row["simulated"]),
    };
    let verdict = match (row["not_drawn"].as_str(), row["verdict"].as_str()) {
        (Some(why), _) => format!("<td class=\"not-drawn\">not drawn: {}</td>", escaped(why)),
        (None, Some("agrees")) => "<td class=\"agrees\">agrees</td>".to_owned(),
        (None, other) => format!("<td class=\"differs\">{}</td>", escaped(other.unwrap_or("?"))),
    };
    format!(
        "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{simulated}</td>{verdict}</tr>\n",
        text(&row["case"]),
        text(&row["quantity"]),
        number(&row["theory"]),
        number(&row["formula"]),
        number(&row["steady"]),
    )
}

fn wide(head: &str, body: &str) -> String {
    format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>\n<thead>{head}</thead>\n{body}</table></div>"
    )
}

fn number(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Number(number) => figure(number.as_f64().expect("finite"), 6),
        Value::Array(all) => all.iter().map(number).collect::<Vec<_>>().join(", "),
        other => text(other),
    }
}

/// So many significant digits, without zeros behind the last.
fn figure(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let above = value.abs().log10().floor() as i32;
    if !(-5..7).contains(&above) {
        return format!("{value:.*e}", digits - 1);
    }
    let text = format!("{value:.*}", (digits as i32 - 1 - above).max(0) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn text(value: &Value) -> String {
    escaped(value.as_str().unwrap_or(&value.to_string()))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[test]
fn the_page_shows_the_table() {
    let page = std::fs::read_to_string(PATH).expect("static/fidelity.html: run cargo xtask validate");
    assert!(page == html(&table::written()), "run `cargo xtask validate`: the page is not that of the table");
    assert!(!page.contains("{{"));
}

/// Writes the page of the table as it is, after a change of the words around it.
#[test]
#[ignore = "writes static/fidelity.html; cargo xtask validate does too"]
fn write_the_page() {
    std::fs::write(PATH, html(&table::written())).expect("the page is written");
}
