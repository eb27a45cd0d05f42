//! Promises that the design does not keep: its own objectives, and timeouts shorter than the answers take.

use super::{Case, Change, Fix, fix, listed, saturation, unit_name};
use crate::analysis::{Finding, Resource, Rung, Severity};
use crate::blocks::param::Value;
use crate::design::Edit;
use crate::engine::steady;
use crate::figures::{self, rows};
use crate::report::Report;
use crate::topology::Station;

/// Objectives of the design that it misses, each with by how much.
pub fn missed(case: Case) -> Vec<Finding> {
    [slow(case), unanswered(case), unavailable(case), dear(case), tight(case)].into_iter().flatten().collect()
}

fn promise(
    rule: &'static str,
    severity: Severity,
    title: String,
    reason: String,
    fixes: Vec<Fix>,
) -> Finding {
    Finding { rule: rule.into(), severity, node: None, link: None, title, reason, fixes }
}

/// At least 99 % of the requests sent are to be answered ok in time (rules 1.14).
fn slow(case: Case) -> Option<Finding> {
    let promised = case.topology().objectives.p99_ms? / 1e3;
    let total = &case.answer.report.total;
    let reached = total.p99_sent.map(|p99| p99.value);
    if total.offered <= 0.0 || reached.is_some_and(|reached| reached <= promised) {
        return None;
    }
    let title = match reached {
        Some(reached) => format!(
            "It takes {} until 99 % of the requests are answered: {} more than the {} promised.",
            figures::time(reached),
            figures::time(reached - promised),
            figures::time(promised)
        ),
        None => format!(
            "Only {} of the requests are answered ok; 99 % within {} are promised.",
            figures::share(total.success.value),
            figures::time(promised)
        ),
    };
    let reason = match reached {
        Some(_) => "By the steady method, at today's traffic; a run shows it request by request.",
        None => "What is not answered is not answered in time.",
    };
    let fixes = relieving(case, |report| {
        let p99 = report.total.p99_sent?.value;
        let better = p99 < reached.unwrap_or(f64::INFINITY) * 0.99;
        better.then(|| (p99, format!("99 % within {}", figures::time(p99))))
    });
    Some(promise("slower-than-promised", Severity::Warning, title, reason.to_owned(), fixes))
}

fn unanswered(case: Case) -> Option<Finding> {
    let promised = case.topology().objectives.success?;
    let total = &case.answer.report.total;
    let success = total.success.value;
    if total.offered <= 0.0 || success >= promised {
        return None;
    }
    let title = format!(
        "{} of the requests are answered ok, {} are promised: {} fail.",
        figures::share(success),
        figures::share(promised),
        figures::rate(total.offered * (1.0 - success))
    );
    let fixes = relieving(case, |report| {
        let reached = report.total.success.value;
        (reached > success + 1e-4).then(|| (-reached, format!("{} ok", figures::share(reached))))
    });
    let reason = "By the steady method, at today's traffic.".to_owned();
    Some(promise("fails-more-than-promised", Severity::Critical, title, reason, fixes))
}

fn unavailable(case: Case) -> Option<Finding> {
    let promised = case.topology().objectives.availability?;
    let found = &case.answer.availability;
    let up = found.both.filter(|up| *up < promised)?;
    let title = format!(
        "Requests are answered {} of the time, {} are promised: {} too little.",
        figures::share(up),
        figures::share(promised),
        rows::a_year(promised - up)
    );
    let worst = found.parts.first();
    let reason = worst.map_or_else(String::new, |part| {
        let names: Vec<String> = part.units.iter().map(|unit| unit_name(case.topology(), *unit)).collect();
        format!("Most of it is lost by {}: {}.", listed(&names), rows::a_year(part.costs))
    });
    Some(promise("less-available-than-promised", Severity::Warning, title, reason, Vec::new()))
}

fn dear(case: Case) -> Option<Finding> {
    let promised = case.topology().objectives.cost_month?;
    let month = case.answer.cost.month;
    if month <= promised {
        return None;
    }
    let title = format!(
        "It costs {} a month: {} more than the {} allowed.",
        figures::money(month),
        figures::money(month - promised),
        figures::money(promised)
    );
    let nodes = &case.answer.cost.nodes;
    let dearest = (0..nodes.len()).max_by(|a, b| nodes[*a].total_cmp(&nodes[*b]))?;
    let reason = format!(
        "The largest part is {}, {} a month.",
        case.place(dearest).name,
        figures::money(nodes[dearest])
    );
    Some(promise("dearer-than-allowed", Severity::Warning, title, reason, Vec::new()))
}

fn tight(case: Case) -> Option<Finding> {
    let promised = case.topology().objectives.headroom?;
    let reached = case.headroom();
    if reached >= promised {
        return None;
    }
    let first = case.answer.ladder.first()?;
    let title = format!(
        "The headroom is {}, promised is {}.",
        figures::multiple(reached),
        figures::multiple(promised)
    );
    let reason = format!("{} sets it.", case.place(first.node as usize).name);
    let fixes = case.raising_headroom(saturation::relief(case, first));
    Some(promise("less-headroom-than-promised", Severity::Warning, title, reason, fixes))
}

/// Relief for the hottest station, kept where `measure` sees an improvement; least measure first.
fn relieving(case: Case, measure: impl Fn(&Report) -> Option<(f64, String)>) -> Vec<Fix> {
    let mut tried: Vec<(f64, Fix)> = Vec::new();
    for change in hottest(case).map(|rung| saturation::relief(case, &rung)).unwrap_or_default() {
        let Some((_, topology)) = change.tried(case.design) else { continue };
        if let Some((measured, effect)) = measure(&steady::solve(&topology)) {
            tried.push((measured, fix(change, &effect)));
        }
    }
    crate::sorted::sort_by(&mut tried, |a, b| a.0.total_cmp(&b.0));
    tried.into_iter().map(|(_, fix)| fix).collect()
}

/// The station with the highest load, as the rung that its cores would be.
fn hottest(case: Case) -> Option<Rung> {
    let loads = case.answer.report.nodes.iter().enumerate();
    let loaded = loads.filter_map(|(node, report)| Some((node, report.load.filter(|load| *load > 0.0)?)));
    let (node, load) = loaded.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let on_ladder = case.answer.ladder.iter().find(|rung| rung.node as usize == node);
    let what = on_ladder.map_or(Resource::Cores, |rung| rung.what);
    Some(Rung {
        node: node as u32,
        multiple: 1.0 / load,
        rate: case.answer.report.total.offered / load,
        what,
    })
}

/// Links whose timeout ends more than one answer in a hundred.
pub fn gives_up_early(case: Case) -> Vec<Finding> {
    let topology = case.topology();
    let mut findings = Vec::new();
    for index in 0..topology.graph.edge_count() {
        let (from, to) = topology.ends(index);
        let (route, report) = (topology.route(index), &case.answer.report);
        let Some(latency) = report.nodes[to].latency.filter(|_| report.links[index].calls > 0.0) else {
            continue;
        };
        let timeout = route.timeout_ns as f64 / 1e9;
        let p99 = latency.p99.value + 2.0 * route.latency_ns as f64 / 1e9;
        if timeout >= p99 {
            continue;
        }
        let (caller, callee) = (&case.place(from).name, &case.place(to).name);
        let title = format!(
            "{caller} gives up on {callee} after {}, but 1 % of the answers take longer than {}.",
            figures::time(timeout),
            figures::time(p99)
        );
        let reason = "What is given up is still worked on, and then thrown away.".to_owned();
        let fixes = patience(case, index, p99).into_iter().collect();
        let about = case.about("gives-up-early", Severity::Warning, from);
        findings.push(Finding { link: Some(route.id), title, reason, fixes, ..about });
    }
    findings
}

/// A timeout of twice the 99th percentile.
fn patience(case: Case, index: usize, p99: f64) -> Option<Fix> {
    let from = case.topology().ends(index).0;
    let millis = f64::ceil(2e3 * p99);
    let edit = if let Station::Source(_) = case.place(from).station {
        let seconds = Some(Value::Number(millis / 1e3));
        Edit::Set(case.place(from).id, "timeout_s".to_owned(), seconds)
    } else {
        Edit::SetLink(case.topology().route(index).id, "timeout_ms".to_owned(), Some(Value::Number(millis)))
    };
    let change = Change { what: format!("Wait {}", figures::time(millis / 1e3)), edit };
    let (_, topology) = change.tried(case.design)?;
    let (now, then) = (case.answer.report.total.success.value, steady::solve(&topology).total.success.value);
    (then >= now).then(|| fix(change, &format!("{} ok", figures::share(then))))
}
