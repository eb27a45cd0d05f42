//! Parameters of blocks and links: what the catalogue says of each, and the values that a design carries.

use std::cell::Cell;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A parameter of a block or of a link, as the catalogue documents it.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Name in the JSON; its ending tells the unit (`_ms`, `_s`, `_gb`, `_kb`). Never changes.
    pub id: &'static str,
    /// Label in the form.
    pub label: &'static str,
    /// One sentence: what it does to the system.
    pub doc: &'static str,
    /// What the number counts.
    pub unit: Unit,
    /// Which values are allowed.
    pub kind: Kind,
    /// What an absent value means, frozen with format 1.
    pub default: Fixed,
    /// Where the default comes from.
    pub source: &'static str,
    /// Offered only while another parameter has this value, or one of these, separated by `|`.
    pub when: Option<(&'static str, &'static str)>,
}

impl Param {
    /// What a parameter's constant leaves unsaid.
    pub const BLANK: Param = Param {
        id: "",
        label: "",
        doc: "",
        unit: Unit::None,
        kind: Kind::Flag,
        default: Fixed::Flag(false),
        source: "Neutral",
        when: None,
    };
}

impl Param {
    /// Whether this is one of the values that it takes.
    pub fn takes(&self, value: &Value) -> bool {
        match (self.kind, value) {
            (Kind::Number { min, max }, Value::Number(number)) => (min..=max).contains(number),
            (Kind::Integer { min, max }, Value::Number(number)) => {
                (min..=max).contains(number) && number.fract() == 0.0
            }
            (Kind::Choice(choices), Value::Text(text)) => choices.iter().any(|choice| choice.id == text),
            (Kind::Flag, Value::Flag(_)) => true,
            (Kind::Text { max }, Value::Text(text)) => text.chars().count() <= max,
            _ => false,
        }
    }
}

/// Units, for display only: values are stored in the unit that the id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A plain number or a choice.
    None,
    /// Per second.
    PerSecond,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Hours.
    Hours,
    /// Gigabytes of 10⁹ bytes.
    Gigabytes,
    /// Kilobytes of 1,000 bytes.
    Kilobytes,
    /// US dollars a month.
    DollarsAMonth,
    /// US dollars per gigabyte.
    DollarsAGigabyte,
    /// US dollars per million calls.
    DollarsAMillion,
    /// A share from 0 to 1, shown in percent.
    Share,
}

impl Unit {
    /// What stands behind the number, empty when nothing does.
    pub fn symbol(self) -> &'static str {
        match self {
            Unit::None => "",
            Unit::PerSecond => "/s",
            Unit::Milliseconds => "ms",
            Unit::Seconds => "s",
            Unit::Hours => "h",
            Unit::Gigabytes => "GB",
            Unit::Kilobytes => "KB",
            Unit::DollarsAMonth => "$/month",
            Unit::DollarsAGigabyte => "$/GB",
            Unit::DollarsAMillion => "$/million",
            Unit::Share => "%",
        }
    }
}

/// Which values a parameter takes.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A real number in this range.
    Number {
        /// Least value allowed.
        min: f64,
        /// Greatest value allowed.
        max: f64,
    },
    /// A whole number in this range.
    Integer {
        /// Least value allowed.
        min: f64,
        /// Greatest value allowed.
        max: f64,
    },
    /// One of a list.
    Choice(&'static [Choice]),
    /// Yes or no.
    Flag,
    /// A free text of at most so many characters.
    Text {
        /// Most characters.
        max: usize,
    },
}

/// One entry of a choice.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// Value in the JSON. Never changes.
    pub id: &'static str,
    /// Text in the form.
    pub label: &'static str,
    /// One sentence: what choosing it means.
    pub doc: &'static str,
}

/// A value that a constant can hold: defaults and initial values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fixed {
    /// A number.
    Number(f64),
    /// A choice's id, or a free text.
    Choice(&'static str),
    /// Yes or no.
    Flag(bool),
}

/// A value that a design carries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// A finite number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// A choice's id, or a free text.
    Text(String),
    /// JSON that this version does not know, kept and written back unchanged.
    Unknown(#[serde(with = "as_text")] serde_json::Value),
}

/// JSON on its way to another worker: messages do not describe themselves, so it goes as text.
mod as_text {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};
    use serde_json::Value;

    pub fn serialize<S: Serializer>(value: &Value, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&value.to_string())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Value, D::Error> {
        serde_json::from_str(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

impl From<Fixed> for Value {
    fn from(fixed: Fixed) -> Value {
        match fixed {
            Fixed::Number(number) => Value::Number(number),
            Fixed::Choice(id) => Value::Text(id.to_owned()),
            Fixed::Flag(flag) => Value::Flag(flag),
        }
    }
}

/// The parameters of one node or link that were set, by name; what is absent has the default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<(String, Value)>", into = "Vec<(String, Value)>")]
pub struct Values(BTreeMap<String, Value>);

impl From<Vec<(String, Value)>> for Values {
    fn from(all: Vec<(String, Value)>) -> Values {
        Values(crate::sorted::map(all))
    }
}

impl From<Values> for Vec<(String, Value)> {
    fn from(values: Values) -> Self {
        values.0.into_iter().collect()
    }
}

impl Values {
    /// These values, as a catalogue entry lists them.
    pub fn of(all: &[(&str, Fixed)]) -> Values {
        Values(crate::sorted::map(all.iter().map(|(id, value)| ((*id).to_owned(), (*value).into()))))
    }

    /// The value that was set, if any.
    pub fn get(&self, id: &str) -> Option<&Value> {
        self.0.get(id)
    }

    /// Sets a value; `None` goes back to the default.
    pub fn set(&mut self, id: &str, value: Option<Value>) {
        match value {
            Some(value) => {
                self.0.insert(id.to_owned(), value);
            }
            None => {
                self.0.remove(id);
            }
        }
    }

    /// All set values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(id, value)| (id.as_str(), value))
    }
}

/// Reads values against their catalogue entries: absent, malformed or out of range never fails.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    params: &'static [Param],
    values: &'a Values,
    /// Where the last one was found: most are asked for in the order of the list, and a design has many blocks.
    last: Cell<usize>,
}

impl<'a> Reader<'a> {
    /// A reader of these values by these parameters.
    pub fn new(params: &'static [Param], values: &'a Values) -> Self {
        Reader { params, values, last: Cell::new(0) }
    }

    /// A number, clamped to its range.
    ///
    /// # Panics
    /// When the catalogue has no such number: a mistake in a block's file that its test finds.
    pub fn number(&self, id: &str) -> f64 {
        let param = self.param(id);
        let (Kind::Number { min, max } | Kind::Integer { min, max }) = param.kind else {
            panic!("parameter {id} is not a number");
        };
        let Fixed::Number(default) = param.default else { panic!("default of {id} is not a number") };
        let set = match self.values.get(id) {
            Some(Value::Number(number)) if number.is_finite() => *number,
            _ => default,
        };
        let set = if matches!(param.kind, Kind::Integer { .. }) { libm::round(set) } else { set };
        set.clamp(min, max)
    }

    /// A number, or this where the block has no such parameter.
    pub fn number_or(&self, id: &str, without: f64) -> f64 {
        if self.has(id) { self.number(id) } else { without }
    }

    /// A whole number, clamped to its range.
    pub fn count(&self, id: &str) -> u32 {
        self.number(id) as u32
    }

    /// A choice: always one of the catalogue's ids.
    ///
    /// # Panics
    /// When the catalogue has no such choice.
    pub fn choice(&self, id: &str) -> &'static str {
        let param = self.param(id);
        let (Kind::Choice(choices), Fixed::Choice(default)) = (param.kind, param.default) else {
            panic!("parameter {id} is not a choice");
        };
        let Some(Value::Text(text)) = self.values.get(id) else { return default };
        choices.iter().find(|choice| choice.id == text).map_or(default, |choice| choice.id)
    }

    /// Yes or no.
    ///
    /// # Panics
    /// When the catalogue has no such flag.
    pub fn flag(&self, id: &str) -> bool {
        let Fixed::Flag(default) = self.param(id).default else { panic!("parameter {id} is not a flag") };
        match self.values.get(id) {
            Some(Value::Flag(flag)) => *flag,
            _ => default,
        }
    }

    /// A free text, without the spaces around it; empty when nothing fit is set.
    ///
    /// # Panics
    /// When the catalogue has no such text.
    pub fn text(&self, id: &str) -> &'a str {
        let Kind::Text { max } = self.param(id).kind else { panic!("parameter {id} is not a text") };
        match self.values.get(id) {
            Some(Value::Text(text)) if text.chars().count() <= max => text.trim(),
            _ => "",
        }
    }

    /// The current value of any parameter, default included: what the form shows.
    pub fn value(&self, id: &str) -> Value {
        match self.param(id).kind {
            Kind::Number { .. } | Kind::Integer { .. } => Value::Number(self.number(id)),
            Kind::Choice(_) => Value::Text(self.choice(id).to_owned()),
            Kind::Flag => Value::Flag(self.flag(id)),
            Kind::Text { .. } => Value::Text(self.text(id).to_owned()),
        }
    }

    /// Whether the block has this parameter.
    pub fn has(&self, id: &str) -> bool {
        self.find(id).is_some()
    }

    /// Whether the form offers this parameter now (its `when` holds).
    pub fn offered(&self, param: &Param) -> bool {
        let Some((other, wanted)) = param.when else { return true };
        match self.value(other) {
            Value::Text(text) => wanted.split('|').any(|one| one == text),
            Value::Flag(flag) => flag == (wanted == "true"),
            Value::Number(_) | Value::Unknown(_) => false,
        }
    }

    fn param(&self, id: &str) -> &'static Param {
        self.find(id).unwrap_or_else(|| panic!("the catalogue has no parameter {id}"))
    }

    fn find(&self, id: &str) -> Option<&'static Param> {
        let (before, from_here) = self.params.split_at(self.last.get());
        let behind = from_here.iter().position(|param| param.id == id).map(|at| before.len() + at);
        let at = behind.or_else(|| before.iter().position(|param| param.id == id))?;
        self.last.set(at);
        Some(&self.params[at])
    }
}
