//! A parameter as a field of a form: the text that stands in it, and what a typed text means.
//!
//! A share is typed in percent; everything else in the unit that the parameter's name says.

use super::param::{Fixed, Kind, Param, Unit, Value};
use crate::figures;

/// What the field shows for a value: a number without separators, a choice's id, `true` or `false`.
pub fn text(param: &Param, value: &Value) -> String {
    match value {
        Value::Number(number) if param.unit == Unit::Share => tidy(number * 100.0),
        Value::Number(number) => tidy(*number),
        Value::Flag(flag) => flag.to_string(),
        Value::Text(text) => text.clone(),
        Value::Unknown(json) => json.to_string(),
    }
}

/// What a typed text means; an empty one is the default.
///
/// # Errors
/// What is wrong and what is allowed, in words for a person.
pub fn read(param: &Param, typed: &str) -> Result<Option<Value>, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    match param.kind {
        Kind::Number { min, max } => number(param, typed, min, max, false),
        Kind::Integer { min, max } => number(param, typed, min, max, true),
        Kind::Choice(choices) => match choices.iter().find(|choice| choice.id == typed) {
            Some(choice) => Ok(Some(Value::Text(choice.id.to_owned()))),
            None => Err("Choose one of the list.".to_owned()),
        },
        Kind::Flag => Ok(Some(Value::Flag(typed == "true"))),
        Kind::Text { max } if typed.chars().count() > max => Err(format!("At most {max} characters.")),
        Kind::Text { .. } => Ok(Some(Value::Text(typed.to_owned()))),
    }
}

/// The range of a number in the field's unit, such as `1 to 1,000`; `None` for what is not a number.
pub fn range(param: &Param) -> Option<String> {
    let (Kind::Number { min, max } | Kind::Integer { min, max }) = param.kind else { return None };
    let one = if param.unit == Unit::Share { 100.0 } else { 1.0 };
    let ends = format!("{} to {}", figures::plain(min * one), figures::plain(max * one));
    Some(format!("{ends} {}", param.unit.symbol()).trim_end().to_owned())
}

/// The default as the field would show it.
pub fn default(param: &Param) -> String {
    match param.default {
        Fixed::Choice(id) => id.to_owned(),
        fixed => text(param, &Value::from(fixed)),
    }
}

fn number(param: &Param, typed: &str, min: f64, max: f64, whole: bool) -> Result<Option<Value>, String> {
    let range = range(param).unwrap_or_default();
    let Some(typed) = plain_number(typed) else { return Err(format!("Type a number, {range}.")) };
    if whole && typed.fract() != 0.0 {
        return Err(format!("Type a whole number, {range}."));
    }
    let value = if param.unit == Unit::Share { tidied(typed / 100.0) } else { typed };
    if !(min..=max).contains(&value) {
        return Err(format!("Out of range: {range}."));
    }
    Ok(Some(Value::Number(value)))
}

/// Reads `10000`, `10,000`, `10k`, `2.5M`.
fn plain_number(typed: &str) -> Option<f64> {
    let (digits, times) = match typed.strip_suffix(['k', 'K']) {
        Some(rest) => (rest, 1e3),
        None => typed.strip_suffix('M').map_or((typed, 1.0), |rest| (rest, 1e6)),
    };
    let digits = digits.trim();
    let separated = digits.contains(',');
    if separated && !in_thousands(digits) {
        return None;
    }
    let number: f64 = digits.replace(',', "").parse().ok()?;
    number.is_finite().then_some(number * times)
}

/// Whether every comma separates thousands: a decimal comma would otherwise be read a thousand times too large.
fn in_thousands(digits: &str) -> bool {
    let whole = digits.split('.').next().unwrap_or("");
    let mut parts = whole.split(',');
    let first = parts.next().is_some_and(|part| (1..=3).contains(&part.len()));
    first && parts.all(|part| part.len() == 3) && !digits.split('.').skip(1).any(|rest| rest.contains(','))
}

fn tidy(number: f64) -> String {
    tidied(number).to_string()
}

/// Twelve digits: what multiplying and dividing by 100 leaves behind disappears, what a person typed stays.
fn tidied(number: f64) -> f64 {
    format!("{number:.11e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Param = Param {
        id: "rate",
        label: "Rate",
        doc: "",
        unit: Unit::PerSecond,
        kind: Kind::Integer { min: 1.0, max: 1e6 },
        default: Fixed::Number(10.0),
        source: "",
        when: None,
    };
    const SHARE: Param = Param { unit: Unit::Share, kind: Kind::Number { min: 0.0, max: 1.0 }, ..RATE };

    #[test]
    fn a_typed_number_is_read_as_people_write_it() {
        for (typed, value) in [("10000", 1e4), ("10,000", 1e4), (" 10k ", 1e4), ("0.5M", 5e5)] {
            assert_eq!(read(&RATE, typed), Ok(Some(Value::Number(value))), "{typed}");
        }
        assert_eq!(read(&RATE, ""), Ok(None));
    }

    #[test]
    fn what_is_wrong_is_said_with_the_range() {
        for typed in ["0", "2e6", "1.5", "1,5", "ten", "inf", "NaN"] {
            let error = read(&RATE, typed).expect_err(typed);
            assert!(error.contains("1 to 1,000,000 /s"), "{typed}: {error}");
        }
    }

    #[test]
    fn a_share_is_typed_and_shown_in_percent() {
        assert_eq!(read(&SHARE, "7"), Ok(Some(Value::Number(0.07))));
        for percent in ["7", "14", "28", "99.9", "0.05", "55", "56", "57", "58"] {
            let value = read(&SHARE, percent).expect("in range").expect("a number");
            assert_eq!(text(&SHARE, &value), percent);
        }
        assert!(read(&SHARE, "101").expect_err("too much").contains("0 to 100 %"));
    }
}
