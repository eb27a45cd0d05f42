//! The reference cases: systems whose exact answer is known, as data.

use serde_json::Value;

/// All cases of `tests/reference/cases.json`.
pub fn cases() -> Vec<Case> {
    let all: Value = serde_json::from_str(include_str!("../reference/cases.json")).expect("valid JSON");
    all["cases"].as_array().expect("a list").iter().map(|case| Case(case.clone())).collect()
}

/// The case with this id.
pub fn case(id: &str) -> Case {
    cases().into_iter().find(|case| case.id() == id).unwrap_or_else(|| panic!("no case {id}"))
}

/// One case.
pub struct Case(Value);

impl Case {
    /// Its id.
    pub fn id(&self) -> &str {
        self.0["id"].as_str().expect("an id")
    }

    /// A number among its parameters.
    pub fn param(&self, name: &str) -> f64 {
        self.0["params"][name].as_f64().unwrap_or_else(|| panic!("{} has no {name}", self.id()))
    }

    /// Whether it says anything of a quantity.
    pub fn has(&self, quantity: &str) -> bool {
        self.expectation(quantity).is_some()
    }

    /// The expected value of a quantity.
    pub fn wanted(&self, quantity: &str) -> f64 {
        let found =
            self.expectation(quantity).unwrap_or_else(|| panic!("{} expects no {quantity}", self.id()));
        found["expected"].as_f64().expect("a number")
    }

    /// Asserts that a quantity has its expected value, within the tolerance of the case.
    #[track_caller]
    pub fn check(&self, quantity: &str, got: f64) {
        self.check_within(quantity, got, 0.0);
    }

    /// The same, within this relative tolerance where the case's own is stricter.
    #[track_caller]
    pub fn check_within(&self, quantity: &str, got: f64, relative: f64) {
        let found = self.expectation(quantity);
        let found = found.unwrap_or_else(|| panic!("{} expects no {quantity}", self.id()));
        let wanted = found["expected"].as_f64().expect("a number");
        let tolerance = found["analytic_rel_tol"].as_f64().expect("a tolerance").max(relative) * wanted.abs();
        let off = (got - wanted).abs();
        assert!(off <= tolerance, "{} {quantity}: {got} instead of {wanted}, {off:e} off", self.id());
    }

    fn expectation(&self, quantity: &str) -> Option<&Value> {
        let all = self.0["expect"].as_array().expect("expectations");
        all.iter().find(|expect| expect["quantity"] == quantity)
    }
}
