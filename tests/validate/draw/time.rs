//! Distributions of the cases as parameters of blocks.

use serde_json::{Value, json};

use super::Reason;

/// A time: its mean [s], and how it varies in the catalogue's words.
pub struct Time {
    pub mean_s: f64,
    pub shape: &'static str,
    pub cv: f64,
}

impl Time {
    /// As the service of a block.
    pub fn served(&self) -> Value {
        json!({"service_ms": self.mean_s * 1e3, "service_shape": self.shape, "service_cv": self.cv})
    }

    /// As the reads of a store.
    pub fn read(&self) -> Value {
        json!({"read_ms": self.mean_s * 1e3, "service_shape": self.shape, "service_cv": self.cv})
    }
}

/// Reads `{"dist": …}`.
pub fn time(of: &Value) -> Result<Time, Reason> {
    let number = |name: &str| of[name].as_f64();
    let mean = || number("mean").or_else(|| number("rate").map(|rate| 1.0 / rate));
    let found = match of["dist"].as_str().unwrap_or("exponential") {
        "exponential" => mean().map(|mean_s| Time { mean_s, shape: "exponential", cv: 1.0 }),
        "deterministic" | "constant" => number("value")
            .or_else(|| number("interval"))
            .or_else(mean)
            .map(|mean_s| Time { mean_s, shape: "constant", cv: 1.0 }),
        "lognormal" => mean().zip(number("cv")).map(|(mean_s, cv)| Time { mean_s, shape: "lognormal", cv }),
        "erlang" => number("k").map(|k| Time {
            mean_s: number("mean").unwrap_or_else(|| k / of["rate"].as_f64().unwrap_or(1.0)),
            shape: "erlang",
            cv: (1.0 / k).sqrt(),
        }),
        "hyperexponential" => return two_phases(of),
        other => return Err(format!("no block has a time of shape {other}")),
    };
    found.ok_or_else(|| format!("{of} says no time"))
}

/// Two exponential phases, as long as each has half of the work (balanced means).
fn two_phases(of: &Value) -> Result<Time, Reason> {
    let list = |name: &str| -> Vec<f64> {
        of[name].as_array().map_or(Vec::new(), |list| list.iter().filter_map(Value::as_f64).collect())
    };
    let (shares, rates) = (list("p"), list("rates"));
    if shares.len() != 2 || rates.len() != 2 {
        return Err("only two phases can be drawn".to_owned());
    }
    let works = [shares[0] / rates[0], shares[1] / rates[1]];
    let mean_s = works[0] + works[1];
    if (works[0] / works[1] - 1.0).abs() > 1e-9 {
        return Err("two phases are drawn with balanced means only".to_owned());
    }
    let second = 2.0 * (works[0] / rates[0] + works[1] / rates[1]);
    Ok(Time { mean_s, shape: "hyperexponential", cv: (second / (mean_s * mean_s) - 1.0).sqrt() })
}
