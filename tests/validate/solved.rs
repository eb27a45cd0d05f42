//! Every quantity by formula and by the steady method on the drawn design, to the tolerance of its case.

use headroom::analysis::{Answer, answer};
use headroom::report::Trust;

use crate::cases::{Case, Exactness, Quantity, all};
use crate::draw::{Drawing, Reason, draw};
use crate::read::{Figure, analyzed};
use crate::simulate::clean;
use crate::theory::formula;

/// What the two instant ways say of a quantity.
#[derive(Debug, Clone)]
pub struct Solved {
    /// The design, or why there is none.
    pub drawn: Result<Drawing, Reason>,
    /// By the engine's formula alone.
    pub formula: Option<Figure>,
    /// By the steady method and the analyses on the drawn design.
    pub steady: Option<Figure>,
    /// Whether the formula meets what is expected.
    pub by_formula: bool,
    /// Whether the steady method meets it.
    pub by_steady: bool,
    /// How far the steady method's report trusts its figures.
    pub trust: Option<Trust>,
}

/// Designs of a case that were solved already, because its quantities mostly share one.
pub struct Answers(Vec<(Drawing, Answer)>);

impl Answers {
    /// None yet.
    pub fn new() -> Answers {
        Answers(Vec::new())
    }

    fn of(&mut self, drawn: &Drawing) -> &Answer {
        let known = self.0.iter().position(|(other, _)| other == drawn);
        let at = known.unwrap_or_else(|| {
            self.0.push((drawn.clone(), answer(&clean(&drawn.json()))));
            self.0.len() - 1
        });
        &self.0[at].1
    }
}

/// Solves one quantity of a case.
pub fn solve(case: &Case, quantity: &Quantity, answers: &mut Answers) -> Solved {
    let drawn = draw(case, quantity);
    let formula = formula(case, quantity);
    let answer = drawn.as_ref().ok().map(|drawn| (drawn, answers.of(drawn)));
    // A run that is counted to its end, or whose traffic moves, is no steady state.
    let answer = answer.filter(|(drawn, _)| drawn.exactly_s.is_none());
    let steady = answer.and_then(|(drawn, answer)| analyzed(case, quantity, drawn, answer));
    let trust = answer.and_then(|(_, answer)| Some(answer.report.total.latency?.mean.trust));
    let by_formula = formula.as_ref().is_some_and(|found| meets(quantity, found, false));
    let by_steady = steady.as_ref().is_some_and(|found| meets(quantity, found, true));
    Solved { drawn, formula, steady, by_formula, by_steady, trust }
}

/// Whether a figure is what the case expects; one of a design (`drawn`) only has to keep a bound.
pub fn meets(quantity: &Quantity, found: &Figure, drawn: bool) -> bool {
    let expected = Figure::expected(&quantity.expected);
    let near = found.off(&expected) <= quantity.analytic_rel_tol;
    match quantity.exactness {
        Exactness::Counterexample => !near,
        Exactness::Bound if drawn => near || keeps(quantity, found),
        _ => near,
    }
}

/// Whether a figure lies on the right side of a bound.
pub fn keeps(quantity: &Quantity, found: &Figure) -> bool {
    let Some((found, bound)) = found.number().zip(quantity.expected.as_f64()) else { return false };
    if quantity.name.contains("lower") { found >= bound } else { found <= bound }
}

/// What the steady method only comes near, and how near [share]. Each is an approximation that says so, or follows something
/// that no formula here does.
pub const NEAR: &[(&str, &str, f64, &str)] = &[
    (
        "load balancing",
        "T_mean",
        0.03,
        "the case is that of infinitely many servers; the design has as many as it says",
    ),
    ("fan-out", "T_p", 0.07, "the slowest of many calls is followed by two moments, as low confidence"),
    ("fan-out", "P_any", 0.03, "the slowest of many calls is followed by two moments, as low confidence"),
    (
        "fan-out",
        "P_T_gt",
        2.0,
        "no formula follows a second copy that is sent late; the figure is that without, as low confidence",
    ),
];

/// Why a quantity may be as far off as it is by the steady method; `None` where nothing is known.
pub fn excuse(case: &Case, quantity: &Quantity, off: f64) -> Option<&'static str> {
    let found =
        NEAR.iter().find(|(family, name, ..)| *family == case.family && quantity.name.starts_with(name));
    found.filter(|(_, _, most, _)| off <= *most).map(|(.., why)| *why)
}

#[test]
fn every_quantity_follows_from_a_formula_or_from_the_drawn_design() {
    let mut complaints = Vec::new();
    for case in all() {
        let mut answers = Answers::new();
        for quantity in &case.expect {
            let found = solve(&case, quantity, &mut answers);
            let name = format!("{} {}", case.id, quantity.name);
            if let Some(formula) = found.formula.as_ref().filter(|_| !found.by_formula) {
                complaints.push(format!("{name}: the formula says {formula:?}, not {}", quantity.expected));
            }
            if let Some(steady) = found.steady.as_ref().filter(|_| !found.by_steady) {
                let off = steady.off(&Figure::expected(&quantity.expected));
                if excuse(&case, quantity, off).is_none() {
                    complaints.push(format!(
                        "{name}: the steady method says {steady:?}, not {}: {off:e} off, and trusts that as {:?}",
                        quantity.expected, found.trust
                    ));
                }
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}
