//! The reference cases: systems whose exact answer is known, as data.

use serde::Deserialize;
use serde_json::Value;

/// A system, and what theory says of it.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// Stable name.
    pub id: String,
    /// Kind of system.
    pub family: String,
    /// What is connected with what.
    pub topology: Value,
    /// The numbers.
    pub params: Value,
    /// What theory says.
    pub expect: Vec<Quantity>,
}

/// One figure of a case.
#[derive(Debug, Clone, Deserialize)]
pub struct Quantity {
    /// Its name.
    #[serde(rename = "quantity")]
    pub name: String,
    /// The formula in words, which says what no parameter does.
    #[serde(default)]
    pub formula: String,
    /// What theory says: a number, numbers, a name or names.
    pub expected: Value,
    /// How it is meant.
    pub exactness: Exactness,
    /// How near a solver has to come.
    pub analytic_rel_tol: f64,
    /// How near a simulation has to come; `None` where it is not asked.
    pub sim_rel_tol: Option<f64>,
    /// The same in absolute terms.
    pub sim_abs_tol: Option<f64>,
    /// Requests whose three standard errors are the tolerance.
    pub sim_min_requests_3sigma: Option<f64>,
}

/// How a figure of a case is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Exactness {
    /// A closed form.
    Exact,
    /// Solved numerically to about ten digits.
    Numerical,
    /// A published approximation: a simulation comes as near as its tolerance.
    Approximation,
    /// True for infinitely many; the same.
    Asymptotic,
    /// Nothing lies beyond it.
    Bound,
    /// What a wrong model says: not to be met.
    Counterexample,
}

/// All cases, of `tests/reference/cases.json` or of the file that `HEADROOM_CASES` names.
pub fn all() -> Vec<Case> {
    #[derive(Deserialize)]
    struct File {
        cases: Vec<Case>,
    }
    let text = match std::env::var("HEADROOM_CASES") {
        Ok(path) => std::fs::read_to_string(path).expect("a file of cases"),
        Err(_) => include_str!("../reference/cases.json").to_owned(),
    };
    serde_json::from_str::<File>(&text).expect("cases").cases
}

impl Case {
    /// A number among its parameters.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.params[name].as_f64()
    }

    /// The same, where the family always has it.
    pub fn param(&self, name: &str) -> f64 {
        self.number(name).unwrap_or_else(|| panic!("{} has no {name}", self.id))
    }

    /// Numbers among its parameters.
    pub fn list(&self, name: &str) -> Vec<f64> {
        let list = self.params[name].as_array().unwrap_or_else(|| panic!("{} has no list {name}", self.id));
        list.iter().map(|one| one.as_f64().expect("a number")).collect()
    }

    /// A node of its topology whose type is this.
    pub fn node(&self, kind: &str) -> Option<&Value> {
        self.nodes().iter().find(|node| node["type"] == kind)
    }

    /// All nodes of its topology.
    pub fn nodes(&self) -> &[Value] {
        self.topology["nodes"].as_array().map_or(&[], Vec::as_slice)
    }
}
