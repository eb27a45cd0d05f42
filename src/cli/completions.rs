//! Completions for shells.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Fault, Outcome};

/// Print a script with which a shell completes commands, options and files
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The shell
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  headroom completions bash > ~/.local/share/bash-completion/completions/headroom
  headroom completions zsh  > ~/.zfunc/_headroom          with fpath+=~/.zfunc before compinit
  headroom completions fish > ~/.config/fish/completions/headroom.fish
  headroom completions powershell >> $PROFILE";

/// Prints the script.
pub(super) fn run(arguments: &Arguments) -> Result<Outcome, Fault> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), "headroom", &mut script);
    Ok(Outcome::of(String::from_utf8(script).expect("a script is UTF-8")))
}
