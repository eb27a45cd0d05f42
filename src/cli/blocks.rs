//! The catalogue as text and as JSON.

use headroom::blocks::param::{Fixed, Kind, Param, Unit};
use headroom::blocks::{About, BLOCKS, Family, link};
use headroom::figures;
use serde_json::{Value as Json, json};

use super::table::Table;
use super::{Fault, Format, Outcome};

/// List the building blocks with every parameter, its unit, range, default and source
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Arguments {
    /// How to print them
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  headroom blocks | less
  headroom blocks --format json | jq '.blocks[] | select(.id == \"app-server\").parameters[].id'";

/// Prints the catalogue.
pub(super) fn run(arguments: &Arguments) -> Result<Outcome, Fault> {
    Ok(Outcome::of(list(arguments.format)))
}

/// Every block and every parameter.
fn list(format: Format) -> String {
    match format {
        Format::Text => text(),
        Format::Json => {
            let whole = json!({
                "blocks": BLOCKS.iter().map(|block| about(block.about())).collect::<Vec<_>>(),
                "link": {"parameters": link::PARAMS.iter().map(parameter).collect::<Vec<_>>()},
            });
            serde_json::to_string_pretty(&whole).expect("a JSON value has a text") + "\n"
        }
    }
}

fn text() -> String {
    let mut out = String::new();
    for family in Family::ALL {
        for block in BLOCKS.iter().map(|block| block.about()).filter(|about| about.family == family) {
            out += &format!("{} ({}, {})\n  {}\n", block.name, block.id, family.name(), block.doc);
            out += &parameters(block.params);
        }
    }
    out += &format!("Link\n{}", parameters(link::PARAMS));
    out
}

fn parameters(params: &[Param]) -> String {
    let mut table = Table::new(5, &["parameter", "default", "unit", "allowed", "what it does"]);
    for param in params {
        let [id, unit, doc] = [param.id, unit(param), param.doc].map(str::to_owned);
        table.row([id, default_text(param), unit, allowed(param), doc]);
    }
    if table.is_empty() { "\n".to_owned() } else { table.text() + "\n" }
}

/// The unit of the JSON: a share is 0.9 here and 90 % on the page.
fn unit(param: &Param) -> &'static str {
    if param.unit == Unit::Share { "0–1" } else { param.unit.symbol() }
}

fn default_text(param: &Param) -> String {
    match param.default {
        Fixed::Number(number) => figures::plain(number),
        Fixed::Choice(id) => id.to_owned(),
        Fixed::Flag(flag) => flag.to_string(),
    }
}

fn allowed(param: &Param) -> String {
    match param.kind {
        Kind::Number { min, max } | Kind::Integer { min, max } => {
            format!("{}–{}", figures::plain(min), figures::plain(max))
        }
        Kind::Choice(choices) => choices.iter().map(|choice| choice.id).collect::<Vec<_>>().join(" | "),
        Kind::Flag => "true | false".to_owned(),
        Kind::Text { max } => format!("text of at most {max}"),
    }
}

fn about(about: &About) -> Json {
    json!({
        "id": about.id,
        "name": about.name,
        "family": about.family.name(),
        "doc": about.doc,
        "accepts_calls": about.accepts_calls,
        "makes_calls": about.makes_calls,
        "parameters": about.params.iter().map(parameter).collect::<Vec<_>>(),
        "learn": {
            "what": about.learn.what,
            "like": about.learn.like,
            "when": about.learn.when,
            "costs": about.learn.costs,
            "fails": about.learn.fails,
            "products": about.learn.products,
        },
    })
}

fn parameter(param: &Param) -> Json {
    let default = match param.default {
        Fixed::Number(number) => json!(number),
        Fixed::Choice(id) => json!(id),
        Fixed::Flag(flag) => json!(flag),
    };
    let mut out = json!({
        "id": param.id,
        "label": param.label,
        "doc": param.doc,
        "unit": unit(param),
        "default": default,
        "source": param.source,
    });
    if let Some((other, value)) = param.when {
        out["when"] = json!({ other: value });
    }
    match param.kind {
        Kind::Number { min, max } => out["range"] = json!([min, max]),
        Kind::Integer { min, max } => {
            out["range"] = json!([min, max]);
            out["whole"] = json!(true);
        }
        Kind::Choice(choices) => {
            let choice =
                |of: &headroom::blocks::param::Choice| json!({"id": of.id, "label": of.label, "doc": of.doc});
            out["choices"] = choices.iter().map(choice).collect();
        }
        Kind::Flag => out["choices"] = json!([true, false]),
        Kind::Text { max } => out["longest"] = json!(max),
    }
    out
}
