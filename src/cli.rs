//! What the command line understands, and how it ends: 0 when all is well, 1 when the answer is no (a promise is
//! missed, an exercise not passed), 2 when the input cannot be used.

mod analyze;
mod blocks;
mod check;
mod compare;
mod completions;
mod exercises;
mod export;
mod json;
mod link;
mod objectives;
mod open;
mod progress;
mod run;
mod running;
mod schema;
mod sections;
mod source;
mod standing;
mod table;
mod text;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// An architecture sandbox: push traffic through a design and see what breaks first.
///
/// A design is a JSON file, a link from the page in quotes, or - for standard input. It is simulated request by request,
/// or answered at once by queueing formulas; the same design with the same seed gives the same figures, to the last bit,
/// here and in every browser.
#[derive(Debug, Parser)]
#[command(name = "headroom", version, arg_required_else_help = true, max_term_width = 110, after_help = ENDS, after_long_help = FIRST_STEPS)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const ENDS: &str = "Ends with 0 when all is well, 1 when the answer is no, 2 when the input cannot be used.";

const FIRST_STEPS: &str = "\
Exit codes:
  0  all is well
  1  the answer is no: a promise is missed, an exercise not passed
  2  the input cannot be used: standard error says where and what is allowed

Examples:
  headroom analyze shop.json             what breaks first, what may not fail, what it costs
  headroom check shop.json               whether it keeps its promises; ends a build that does not
  headroom compare shop.json new.json    what a change does, on the same random numbers
  headroom run shop.json                 everything that there is to say about a run
  headroom schema > headroom.schema.json so that an editor checks and completes designs";

/// One line for each command: its file, and its name with a capital. The file has `Arguments`, whose comment is the help,
/// and `run`.
macro_rules! commands {
    ($($file:ident $name:ident,)*) => {
        #[derive(Debug, Subcommand)]
        enum Command {
            $($name($file::Arguments),)*
        }

        fn perform(command: &Command) -> Result<Outcome, Fault> {
            match command {
                $(Command::$name(arguments) => $file::run(arguments),)*
            }
        }
    };
}

commands! {
    check Check,
    analyze Analyze,
    compare Compare,
    run Run,
    exercises Exercises,
    link Link,
    open Open,
    export Export,
    blocks Blocks,
    schema Schema,
    completions Completions,
}

/// How to print an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// All is well.
    Yes = 0,
    /// The answer is no.
    No = 1,
    /// Some of the input cannot be used.
    Unusable = 2,
}

impl End {
    fn of(passed: bool) -> Self {
        if passed { End::Yes } else { End::No }
    }
}

/// What a command leaves behind.
struct Outcome {
    /// What goes to standard output.
    text: String,
    /// What goes to standard error: what of the design was not understood.
    notes: Vec<String>,
    end: End,
}

impl Outcome {
    fn of(text: String) -> Self {
        Outcome { text, notes: Vec::new(), end: End::Yes }
    }
}

/// Why a command could not do its work, in words for a person.
#[derive(Debug)]
struct Fault(String);

/// Runs the command that the arguments ask for.
pub fn main() -> ExitCode {
    match perform(&Arguments::parse().command) {
        Ok(outcome) => print(&outcome),
        Err(Fault(text)) => {
            eprintln!("headroom: {}", harmless(&text));
            ExitCode::from(End::Unusable as u8)
        }
    }
}

/// A reader that has seen enough (`headroom … | head`) is no fault.
fn print(outcome: &Outcome) -> ExitCode {
    for note in &outcome.notes {
        eprintln!("headroom: {}", harmless(note));
    }
    let _ = std::io::stdout().write_all(harmless(&outcome.text).as_bytes());
    ExitCode::from(outcome.end as u8)
}

/// Names come from strangers: a terminal must not obey them. What controls it is written as in JSON, which leaves
/// JSON the same.
fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() && letter != '\n' {
            out += &format!("\\u{:04x}", u32::from(letter));
        } else {
            out.push(letter);
        }
    }
    out
}
