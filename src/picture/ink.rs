//! The colors of a drawing, those of `static/css/tokens.css`: a picture cannot read the page's style.

use crate::report::State;

/// One theme.
#[derive(Debug)]
pub struct Ink {
    /// Behind everything.
    pub ground: &'static str,
    /// Behind what stands in a card.
    pub card: &'static str,
    /// Edges of cards.
    pub line: &'static str,
    /// Links and frames.
    pub strong: &'static str,
    /// Names.
    pub text: &'static str,
    /// Everything else that is written.
    pub quiet: &'static str,
    /// Clients, and calls on their way.
    pub accent: &'static str,
    /// States in the order calm, busy, hot, saturated, down.
    pub states: [&'static str; 5],
    /// What has no room left, and what failed.
    pub saturated: &'static str,
    /// The ring of a single point of failure.
    pub single: &'static str,
    /// Letters on the color of a state.
    pub on_state: &'static str,
}

/// The light theme, also that of files and paper.
pub static LIGHT: Ink = Ink {
    ground: "#f4f6f8",
    card: "#ffffff",
    line: "#dde2e8",
    strong: "#b9c2cd",
    text: "#161c24",
    quiet: "#465261",
    accent: "#1463cf",
    states: ["#0f7d57", "#8a6700", "#813400", "#d01a50", "#5f6b7e"],
    saturated: "#d01a50",
    single: "#6d3fd0",
    on_state: "#ffffff",
};

/// The dark theme.
pub static DARK: Ink = Ink {
    ground: "#0d1015",
    card: "#13171e",
    line: "#262e39",
    strong: "#3a4553",
    text: "#e8ecf2",
    quiet: "#a9b4c2",
    accent: "#6cb0ff",
    states: ["#45c39a", "#f2dd86", "#f5923e", "#ff5d5a", "#8a94a3"],
    saturated: "#ff5d5a",
    single: "#bb96ff",
    on_state: "#0d1015",
};

impl Ink {
    /// The color of a state.
    pub fn of(&self, state: State) -> &'static str {
        self.states[state as usize]
    }
}
