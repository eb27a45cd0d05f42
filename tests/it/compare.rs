//! Two designs on common random numbers: differences that theory gives, none where there is none, and narrower intervals.

use headroom::analysis::Finding;
use headroom::analysis::compare::{Comparison, Figure, Of, Pair, compare};
use headroom::blocks::param::Value;
use headroom::design::Design;
use headroom::engine::Plan;
use headroom::engine::replicate::{measure_many, plan};
use headroom::engine::simulate::{digest, measure};
use headroom::report::{Estimate, Report, Trust};
use headroom::topology::build;

use crate::checks::{design, near};

/// 80 reads a second, 10 ms of exponential work each, and this many cores.
fn servers(cores: u32) -> Design {
    design(&format!(
        r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","rate":80,"reads":1}},{{"id":2,"block":"app-server","cores":{cores},"service_ms":10}}],
        "links":[[1,2,{{"latency_ms":0}}]],"run":{{"duration_s":200,"warmup_s":10}}}}"#
    ))
}

fn compared(first: &Design, second: &Design, runs: u32) -> Comparison {
    compare([first, second], runs, &mut |_| {})
}

#[track_caller]
fn pair(found: &Comparison, figure: Figure) -> &Pair {
    let own = |pair: &&Pair| pair.figure == figure && pair.of == Of::All;
    found.pairs.iter().find(own).unwrap_or_else(|| panic!("no {figure:?}"))
}

#[track_caller]
fn interval(change: Option<Estimate>) -> (f64, f64) {
    let Some(Estimate { trust: Trust::Between(low, high), .. }) = change else {
        panic!("no interval: {change:?}")
    };
    (low, high)
}

/// M/M/1 at 80 %: 10 ms / (1 − 0.8) = 50 ms. M/M/2 at 40 %: 10 ms / (1 − 0.4²) = 11.905 ms. The difference is −38.095 ms.
#[test]
fn a_second_core_saves_what_theory_says() {
    let found = compared(&servers(1), &servers(2), 10);
    let mean = pair(&found, Figure::Mean);
    let (low, high) = interval(mean.change);
    assert!(low < -0.038_095 && -0.038_095 < high, "{low} to {high}");
    assert!(high - low < 0.012, "{low} to {high} is no use");
    assert_eq!(mean.differs(), Some(true));
    near("M/M/2", mean.second.expect("a mean"), 0.010 / (1.0 - 0.16), 0.02);
    // The busiest resource has half the load: twice the headroom, 1/0.8 and 2/0.8.
    let headroom = pair(&found, Figure::Headroom);
    near("headroom", headroom.change.expect("both").value, 1.25, 1e-9);
    assert_eq!(pair(&found, Figure::Success).differs(), Some(false));
}

#[test]
fn the_same_design_twice_differs_by_exactly_nothing() {
    let one = servers(1);
    let found = compared(&one, &one, 5);
    assert!(found.pairs.len() >= 9, "{:?}", found.pairs);
    for pair in &found.pairs {
        let change = pair.change.expect("both have it");
        assert_eq!(change.value, 0.0, "{pair:?}");
        assert!(matches!(change.trust, Trust::Exact | Trust::Between(0.0, 0.0)), "{pair:?}");
        assert_eq!((pair.differs(), pair.first), (Some(false), pair.second));
    }
    assert!(found.appeared.is_empty() && found.vanished.is_empty());
}

/// Work that is 2 % shorter at 80 % load: 9.8 / (1 − 0.784) = 45.37 ms instead of 50, a tenth less. The runs scatter by as
/// much, but together. Of 20 intervals of 95 %, 14 or fewer hold the truth once in 3,000 times.
#[test]
fn the_paired_interval_holds_theory_and_is_narrower_than_two_separate_ones() {
    let exact = 0.0098 / (1.0 - 0.784) - 0.050;
    let (mut holds, mut width, mut separate) = (0, 0.0, 0.0);
    for seed in 0..20 {
        let mut first = servers(1);
        first.run.seed = 1 + seed;
        let mut second = first.clone();
        second.nodes[1].values.set("service_ms", Some(Value::Number(9.8)));
        let found = compared(&first, &second, 5);
        let (low, high) = interval(pair(&found, Figure::Mean).change);
        holds += usize::from(low < exact && exact < high);
        width += high - low;
        separate += [&first, &second].map(width_of_mean).iter().sum::<f64>();
    }
    assert!(holds > 14, "{holds} of 20 intervals hold {exact}");
    assert!(width < separate / 3.0, "{width} is not narrower than a third of {separate}");
}

/// Width of the interval that five runs give by themselves.
fn width_of_mean(design: &Design) -> f64 {
    let (topology, _) = build(design);
    let report = measure_many(&topology, &plan(&topology, &design.run), 5);
    let (low, high) = interval(report.total.latency.map(|times| times.mean));
    high - low
}

/// 99 % of M/M/1 at 80 % take ln 100 · 50 ms = 230 ms, and of M/M/2 at 40 % less than half of it.
#[test]
fn what_is_new_among_the_findings_appears_and_what_is_gone_vanishes() {
    let [calm, full] = [2, 1].map(|cores| {
        let mut design = servers(cores);
        design.objectives.p99_ms = Some(150.0);
        design
    });
    let there = compared(&calm, &full, 5);
    assert_eq!(rules(&there.appeared), ["slower-than-promised"]);
    assert_eq!(rules(&there.vanished), [""; 0]);
    let back = compared(&full, &calm, 5);
    assert_eq!((rules(&back.appeared), rules(&back.vanished)), (vec![], vec!["slower-than-promised"]));
}

fn rules(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.rule.as_ref()).collect()
}

/// Two clients with a server each, the second client named and of this rate, its server with this many cores.
fn two_clients(name: &str, cores: u32) -> Design {
    design(&format!(
        r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","name":"Web","rate":50,"reads":1}},
        {{"id":2,"block":"client","name":"{name}","rate":80,"reads":1}},
        {{"id":3,"block":"app-server","cores":1,"service_ms":10}},{{"id":4,"block":"app-server","cores":{cores},"service_ms":10}}],
        "links":[[1,3,{{"latency_ms":0}}],[2,4,{{"latency_ms":0}}]],"run":{{"duration_s":200,"warmup_s":10}}}}"#
    ))
}

#[track_caller]
fn of_client<'a>(found: &'a Comparison, figure: Figure, name: &str) -> &'a Pair {
    let of = Of::Client(name.to_owned());
    let own = |pair: &&Pair| pair.figure == figure && pair.of == of;
    found.pairs.iter().find(own).unwrap_or_else(|| panic!("no {figure:?} of {name}"))
}

/// Of the client whose server gets a second core, M/M/1 at 80 % becomes M/M/2 at 40 %: 11.905 − 50 = −38.095 ms, and 99 %
/// within 230.26 ms within less than half of it. The other client, M/M/1 at 50 %, sees exactly what it saw: 20 ms, and
/// ln 100 times that.
#[test]
fn each_of_several_clients_has_its_own_times() {
    let found = compared(&two_clients("App", 1), &two_clients("Phone", 2), 10);
    let mean = of_client(&found, Figure::Mean, "Phone");
    let (low, high) = interval(mean.change);
    assert!(low < -0.038_095 && -0.038_095 < high && high - low < 0.012, "{low} to {high}");
    near("M/M/1 at 80 %", mean.first.expect("a mean"), 0.050, 0.05);
    near("M/M/2 at 40 %", mean.second.expect("a mean"), 0.010 / (1.0 - 0.16), 0.02);
    let p99 = of_client(&found, Figure::P99, "Phone");
    near("p99 before", p99.first.expect("a p99"), 0.050 * f64::ln(100.0), 0.08);
    assert!(interval(p99.change).1 < -0.115, "{p99:?}");
    let (mean, p99) = (of_client(&found, Figure::Mean, "Web"), of_client(&found, Figure::P99, "Web"));
    near("M/M/1 at 50 %", mean.first.expect("a mean"), 0.020, 0.05);
    near("p99 at 50 %", p99.first.expect("a p99"), 0.020 * f64::ln(100.0), 0.08);
    assert_eq!((mean.differs(), p99.differs()), (Some(false), Some(false)));
    assert_eq!(
        (interval(mean.change), mean.first),
        ((0.0, 0.0), mean.second),
        "its requests are the same ones"
    );
}

/// Where the other design has this client alone, its times are those of all requests there.
#[test]
fn a_client_that_is_alone_in_one_design_is_compared_by_all_requests_there() {
    let mut alone = two_clients("App", 1);
    alone.nodes.retain(|node| [2, 4].contains(&node.id.0));
    alone.links.retain(|link| link.from.0 == 2);
    let found = compared(&alone, &two_clients("App", 1), 5);
    let mean = of_client(&found, Figure::Mean, "App");
    assert_eq!(mean.first, pair(&found, Figure::Mean).first);
    assert_eq!((mean.first, mean.differs()), (mean.second, Some(false)), "the other one is not in its way");
    assert!(!found.pairs.iter().any(|pair| pair.of == Of::Client("Web".to_owned())));
}

#[test]
fn with_one_client_there_are_no_figures_of_clients_and_no_other_digest() {
    let one = servers(1);
    let found = compared(&one, &servers(2), 5);
    assert!(found.pairs.iter().all(|pair| !matches!(pair.of, Of::Client(_))));
    let (topology, _) = build(&two_clients("App", 1));
    let report = measure(&topology, &Plan { seed: 1, duration_s: 5.0, warmup_s: 1.0 });
    assert_eq!(report.by_client.len(), 2);
    let without = Report { by_client: Vec::new(), ..report.clone() };
    assert_eq!(digest(&report), digest(&without), "links that carry a result stay true");
    // Every answered request is of one of them: 80 and 50 of 130.
    let times: Vec<f64> =
        report.by_client.iter().map(|client| client.latency.expect("answers").mean.value).collect();
    let all = report.total.latency.expect("answers").mean.value;
    assert!(times[0] < all && all < times[1], "{times:?} {all}");
}

/// A client that one design has alone has nothing to be compared with, and the longer of two windows counts for both.
#[test]
fn clients_are_compared_where_both_designs_have_them() {
    let of = |clients: &str, links: &str, run: &str| {
        design(&format!(
            r#"{{"headroom":1,"nodes":[{{"id":9,"block":"app-server"}},{clients}],"links":[{links}],"run":{run}}}"#
        ))
    };
    let two = of(
        r#"{"id":1,"block":"client","name":"Web","rate":10},{"id":2,"block":"client","name":"App","rate":10}"#,
        "[1,9],[2,9]",
        r#"{"duration_s":2,"seed":7}"#,
    );
    let one = of(r#"{"id":2,"block":"client","name":"Phone","rate":10}"#, "[2,9]", r#"{"duration_s":5}"#);
    let found = compared(&two, &one, 5);
    let of_clients = found.pairs.iter().filter(|pair| matches!(pair.of, Of::Client(_)));
    let clients: Vec<(&str, Figure)> = of_clients.map(|pair| (pair.of.name(), pair.figure)).collect();
    assert_eq!(clients, [Figure::Mean, Figure::P99, Figure::Availability].map(|figure| ("Phone", figure)));
    assert_eq!((found.plan.seed, found.plan.duration_s, found.plan.warmup_s), (7, 5.0, 0.5));
}
