//! Verdicts as JUnit XML: a suite for each design, a case for each promise.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{Checked, Found};
use crate::cli::Fault;
use crate::cli::objectives::Check;
use crate::cli::sections::title;
use crate::cli::source::label;

/// The whole file.
pub(super) fn text(all: &[Checked]) -> String {
    let mut out = Writer::new_with_indent(Vec::new(), b' ', 2);
    write(&mut out, all).expect("memory takes every byte");
    String::from_utf8(out.into_inner()).expect("the writer writes UTF-8") + "\n"
}

type Xml = Writer<Vec<u8>>;

fn write(out: &mut Xml, all: &[Checked]) -> io::Result<()> {
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let cases: usize = all.iter().map(cases).sum();
    let failures: usize = all.iter().map(failures).sum();
    let errors = all.iter().filter(|one| one.found.is_err()).count();
    let took_s: f64 = all.iter().map(|one| one.took_s).sum();
    let suites = out.create_element("testsuites").with_attributes([
        ("name", "headroom"),
        ("tests", &*cases.to_string()),
        ("failures", &*failures.to_string()),
        ("errors", &*errors.to_string()),
        ("time", &*seconds(took_s)),
    ]);
    suites.write_inner_content(|out| all.iter().try_for_each(|one| suite(out, one)))?;
    Ok(())
}

/// A design that was not checked is one case, in error.
fn cases(one: &Checked) -> usize {
    one.found.as_ref().map_or(1, |found| found.checks.len())
}

fn failures(one: &Checked) -> usize {
    one.found.as_ref().map_or(0, Found::missed)
}

fn suite(out: &mut Xml, one: &Checked) -> io::Result<()> {
    let element = out.create_element("testsuite").with_attributes([
        ("name", &*plain(&label(one.origin))),
        ("tests", &*cases(one).to_string()),
        ("failures", &*failures(one).to_string()),
        ("errors", if one.found.is_err() { "1" } else { "0" }),
        ("time", &*seconds(one.took_s)),
    ]);
    element.write_inner_content(|out| match &one.found {
        Ok(found) => found.checks.iter().try_for_each(|check| case(out, one, found, check)),
        Err(Fault(error)) => unreadable(out, one, error),
    })?;
    Ok(())
}

/// One run answers all promises of a design: each has the same share of its time, so that they add up.
fn case(out: &mut Xml, one: &Checked, found: &Found, check: &Check) -> io::Result<()> {
    let (name, class) = (plain(&check.asked), plain(title(&found.name)));
    let time = seconds(one.took_s / found.checks.len() as f64);
    let element = out.create_element("testcase").with_attributes([
        ("name", &*name),
        ("classname", &*class),
        ("time", &*time),
    ]);
    let margin = match check.margin() {
        margin if margin.is_empty() => margin,
        margin => format!(": {margin}"),
    };
    let line = plain(&format!("{}: {name}; found {}{margin}", check.verdict(), check.found));
    element.write_inner_content(|out| {
        let element = if check.met {
            out.create_element("system-out")
        } else {
            out.create_element("failure").with_attributes([("type", check.id), ("message", &*line)])
        };
        element.write_text_content(BytesText::new(&line)).map(|_| ())
    })?;
    Ok(())
}

fn unreadable(out: &mut Xml, one: &Checked, error: &str) -> io::Result<()> {
    let (name, error) = (plain(&label(one.origin)), plain(error));
    let element = out.create_element("testcase").with_attributes([
        ("name", "the design can be checked"),
        ("classname", &*name),
        ("time", &*seconds(one.took_s)),
    ]);
    element.write_inner_content(|out| {
        let element =
            out.create_element("error").with_attributes([("type", "unusable"), ("message", &*error)]);
        element.write_text_content(BytesText::new(&error)).map(|_| ())
    })?;
    Ok(())
}

fn seconds(time: f64) -> String {
    format!("{time:.3}")
}

/// XML has no way to write these characters, not even escaped.
fn plain(text: &str) -> String {
    let letter = |letter: char| match letter {
        '\n' => '\n',
        '\u{fffe}' | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        letter if letter.is_control() => char::REPLACEMENT_CHARACTER,
        letter => letter,
    };
    text.chars().map(letter).collect()
}
