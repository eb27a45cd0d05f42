//! What the command line understands, and how it ends: 0 when all is well, 1 when the answer is no (a promise is
//! missed, an exercise not passed), 2 when the input cannot be used.

mod blocks;
mod exercises;
mod links;
mod objectives;
mod run;
mod source;
mod table;
mod text;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// Push traffic through an architecture and see what breaks first.
#[derive(Debug, Parser)]
#[command(name = "headroom", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a design and report what its users get, what breaks first and what it costs
    ///
    /// Ends with 1 when the design states objectives and misses one.
    Run(run::Arguments),
    /// List the building blocks with every parameter, its unit, range, default and source
    Blocks {
        /// How to print them
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Print the links that carry a design, readable and compact, with their lengths
    Link {
        /// A design: a JSON file, a link, or - for standard input
        #[arg(value_name = "FILE|LINK|-")]
        design: String,
        /// Address of the page that opens it, in front of the #
        #[arg(long, value_name = "URL", default_value = "")]
        page: String,
    },
    /// Print the design that a link carries, as JSON with a line for each block
    Open {
        /// A link, a JSON file, or - for standard input
        #[arg(value_name = "LINK|FILE|-")]
        design: String,
    },
    /// Print the JSON Schema of designs
    Schema,
    /// List the exercises, explain a step, or judge a design by it
    ///
    /// Ends with 1 when the design does not pass.
    Exercises(exercises::Arguments),
}

/// How to print an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// What a command leaves behind.
struct Outcome {
    /// What goes to standard output.
    text: String,
    /// What goes to standard error: what of the design was not understood.
    notes: Vec<String>,
    /// Whether the answer is yes.
    passed: bool,
}

impl Outcome {
    fn of(text: String) -> Self {
        Outcome { text, notes: Vec::new(), passed: true }
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
            ExitCode::from(2)
        }
    }
}

fn perform(command: &Command) -> Result<Outcome, Fault> {
    match command {
        Command::Run(arguments) => run::run(arguments),
        Command::Blocks { format } => Ok(Outcome::of(blocks::list(*format))),
        Command::Link { design, page } => links::link(design, page),
        Command::Open { design } => links::open(design),
        Command::Exercises(arguments) => exercises::run(arguments),
        Command::Schema => Ok(Outcome::of(headroom::share::schema())),
    }
}

/// A reader that has seen enough (`headroom … | head`) is no fault.
fn print(outcome: &Outcome) -> ExitCode {
    for note in &outcome.notes {
        eprintln!("headroom: {}", harmless(note));
    }
    let _ = std::io::stdout().write_all(harmless(&outcome.text).as_bytes());
    ExitCode::from(u8::from(!outcome.passed))
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
