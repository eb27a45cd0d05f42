//! What several commands say as JSON; `nodes` and `links` name what the dense indices of a report stand for.

use headroom::analysis::{Answer, Finding, Fix};
use headroom::topology::Problem;
use serde_json::{Value as Json, json};

/// A JSON value as the text of a file.
pub(super) fn text(json: &Json) -> String {
    serde_json::to_string_pretty(json).expect("a JSON value has a text") + "\n"
}

/// How a design stands without a run: everything but the findings.
pub(super) fn standing(name: &str, answer: &Answer) -> Json {
    let topology = &answer.topology;
    let nodes: Vec<Json> =
        topology.places().map(|(_, place)| json!({"id": place.id.0, "name": place.name})).collect();
    let link = |index: usize| {
        let (from, to) = topology.ends(index);
        json!({"id": topology.route(index).id.0, "from": from, "to": to})
    };
    json!({
        "name": name,
        "nodes": nodes,
        "links": (0..topology.graph.edge_count()).map(link).collect::<Vec<_>>(),
        "ladder": answer.ladder,
        "second_headroom": answer.second,
        "vulnerable": answer.vulnerable,
        "availability": answer.availability,
        "spofs": answer.spofs,
        "cost": answer.cost,
        "problems": problems(&answer.problems),
    })
}

/// What is left out of the design or read differently.
pub(super) fn problems(problems: &[Problem]) -> Vec<Json> {
    let problem = |problem: &Problem| {
        json!({
            "node": problem.node.map(|id| id.0), "link": problem.link.map(|id| id.0), "text": problem.text,
        })
    };
    problems.iter().map(problem).collect()
}

/// Findings, each fix as `fix` says it.
pub(super) fn findings(findings: &[Finding], fix: impl Fn(&Fix) -> Json) -> Vec<Json> {
    let one = |finding: &Finding| {
        json!({
            "rule": finding.rule,
            "severity": finding.severity,
            "node": finding.node.map(|id| id.0),
            "link": finding.link.map(|id| id.0),
            "title": finding.title,
            "reason": finding.reason,
            "fixes": finding.fixes.iter().map(&fix).collect::<Vec<_>>(),
        })
    };
    findings.iter().map(one).collect()
}

/// A fix by its words alone.
pub(super) fn label(fix: &Fix) -> Json {
    Json::from(fix.label.as_str())
}
