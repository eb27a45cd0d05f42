//! Tags: requests keep their client's tag through every hop, links and limits tell them apart, and every answer follows.

use headroom::analysis::{self, Loss, spof};
use headroom::blocks::TAG;
use headroom::blocks::param::Value;
use headroom::engine::flows::{self, Flows, Scenario};
use headroom::engine::formulas::token_bucket_admits;
use headroom::engine::simulate::{Simulation, digest, measure};
use headroom::engine::{Plan, Unit, steady};
use headroom::examples::EXAMPLES;
use headroom::report::{Cause, Report};
use headroom::topology::{self, MOST_TAGS, Operation, Topology};

use crate::checks::{assert_conserved, near, of};

/// Visitors and buyers, as the first two blocks: 100 reads a second tagged static, 50 writes tagged pay.
const CLIENTS: &str = r#"{"id":1,"block":"client","name":"Visitors","rate":100,"reads":1,"tag":"static"},
    {"id":2,"block":"client","name":"Buyers","rate":50,"reads":0,"tag":"pay"}"#;

/// A design that begins with these two clients.
#[track_caller]
fn shop(nodes: &str, links: &str) -> Topology {
    of(&format!("{CLIENTS},{nodes}"), links)
}

fn solved(topology: &Topology) -> Flows {
    flows::solve(topology, &Scenario::default())
}

fn run(topology: &Topology, seconds: f64) -> Report {
    let report = measure(topology, &Plan { seed: 5, duration_s: seconds, warmup_s: 1.0 });
    assert_conserved(&report);
    report
}

/// The calls along each link are these, exactly by the flows and within noise in a run of 200 s.
#[track_caller]
fn calls_are(topology: &Topology, wanted: &[f64]) -> Report {
    let flows = solved(topology);
    let report = run(topology, 200.0);
    for (index, wanted) in wanted.iter().enumerate() {
        let exact: f64 = flows.routes[index].calls.iter().sum();
        assert!((exact - wanted).abs() < 1e-9, "link {index}: {exact}, not {wanted}");
        // Four standard errors of a Poisson count.
        let found = report.links[index].calls;
        assert!(
            (found - wanted).abs() <= 4.0 * (wanted / 200.0).sqrt(),
            "link {index}: {found}, not {wanted}"
        );
    }
    report
}

#[test]
fn a_server_makes_the_calls_that_match_and_no_others() {
    let topology = shop(
        r#"{"id":3,"block":"app-server","service_ms":1,"threads":"async"},
        {"id":4,"block":"key-value-store"},{"id":5,"block":"sql-database"},{"id":6,"block":"external-service","errors":0}"#,
        r#"[1,3],[2,3],[3,4,{"tag":"!pay"}],[3,5,{"tag":"pay"}],[3,6]"#,
    );
    calls_are(&topology, &[100.0, 50.0, 100.0, 50.0, 150.0]);
}

#[test]
fn a_client_weighs_only_the_links_that_carry_its_tag() {
    let topology = shop(
        r#"{"id":3,"block":"external-service","errors":0},{"id":4,"block":"external-service","errors":0},{"id":5,"block":"external-service","errors":0}"#,
        r#"[1,3,{"weight":1,"tag":"static"}],[1,4,{"weight":3}],[1,5,{"weight":9,"tag":"!static"}],[2,5]"#,
    );
    // One in four and three in four: the link with weight 9 is not there for visitors.
    calls_are(&topology, &[25.0, 75.0, 0.0, 50.0]);
}

#[test]
fn a_router_chooses_among_the_links_that_carry_the_tag() {
    for policy in ["round-robin", "random"] {
        let topology = shop(
            &format!(
                r#"{{"id":3,"block":"load-balancer","policy":"{policy}"}},
                {{"id":4,"block":"app-server"}},{{"id":5,"block":"app-server"}}"#
            ),
            r#"[1,3],[2,3],[3,4,{"tag":"static"}],[3,5]"#,
        );
        // Pages go to both in turn, orders to the second alone.
        let report = run(&topology, 100.0);
        for (link, wanted) in [(2, 50.0), (3, 100.0)] {
            near(policy, report.links[link].calls, wanted, 0.1);
            let exact: f64 = solved(&topology).routes[link].calls.iter().sum();
            assert!((exact - wanted).abs() < 1e-9, "{policy}: {exact}");
        }
    }
    // Who has fewer calls at work gets more of the pages, and still none of the orders.
    for policy in ["least-connections", "power-of-two"] {
        let topology = shop(
            &format!(
                r#"{{"id":3,"block":"load-balancer","policy":"{policy}"}},
                {{"id":4,"block":"app-server","service_ms":10}},{{"id":5,"block":"app-server","service_ms":10}}"#
            ),
            r#"[1,3],[2,3],[3,4,{"tag":"static"}],[3,5]"#,
        );
        let [first, second] = [2, 3].map(|link| run(&topology, 100.0).links[link].calls);
        near(policy, first + second, 150.0, 0.05);
        assert!(first > 55.0 && second > 55.0, "{policy}: {first} and {second}");
    }
    // By path, and the first alive: each within its own links.
    for (policy, wanted) in [("path", [75.0, 25.0, 50.0]), ("failover", [100.0, 0.0, 50.0])] {
        let topology = shop(
            &format!(
                r#"{{"id":3,"block":"load-balancer","policy":"{policy}"}},{{"id":4,"block":"app-server"}},
                {{"id":5,"block":"app-server"}},{{"id":6,"block":"app-server"}}"#
            ),
            r#"[1,3],[2,3],[3,4,{"tag":"static","weight":3}],[3,5,{"tag":"static"}],[3,6,{"tag":"pay"}]"#,
        );
        calls_are(&topology, &[&[100.0, 50.0], &wanted[..]].concat());
    }
}

/// Free calls a limit of 100 a second twice over, paid ones are not counted.
#[test]
fn a_limit_counts_its_tag_and_lets_the_others_pass() {
    for (block, more) in [("rate-limiter", ""), ("api-gateway", r#","policy":"round-robin""#)] {
        let topology = of(
            &format!(
                r#"{{"id":1,"block":"client","rate":200,"reads":1,"arrivals":"constant","tag":"free"}},
                {{"id":2,"block":"client","rate":300,"reads":0,"tag":"paid"}},
                {{"id":3,"block":"{block}","limit":100,"burst":1,"tag":"free"{more}}},{{"id":4,"block":"external-service","errors":0}}"#
            ),
            r#"[1,3,{"latency_ms":0}],[2,3,{"latency_ms":0}],[3,4]"#,
        );
        let report = run(&topology, 100.0);
        // Every other call of the constant stream finds the one token.
        near(block, report.nodes[2].dropped[Cause::RateLimited as usize], 100.0, 0.001);
        assert_eq!(report.writes.counts.failures(), 0, "{block}");
        let flows = solved(&topology);
        assert_eq!(flows.clients[1].ok[1], 1.0, "{block}");
        assert_eq!(flows.stations[2].limit, 2.0, "{block}");
        // The formula takes free calls as Poisson, and only them.
        assert_eq!(flows.clients[0].ok[0], token_bucket_admits(200.0, 100.0, 1), "{block}");
    }
}

#[test]
fn both_methods_agree_on_a_limit_of_a_tag() {
    for counted in ["all", "user"] {
        let topology = of(
            &format!(
                r#"{{"id":1,"block":"client","rate":240,"reads":1,"users":2,"tag":"free"}},
                {{"id":2,"block":"client","rate":300,"reads":0,"users":2,"tag":"paid"}},
                {{"id":3,"block":"rate-limiter","limit":100,"burst":20,"counted":"{counted}","tag":"!paid"}},
                {{"id":4,"block":"external-service","errors":0}}"#
            ),
            "[1,3],[2,3],[3,4]",
        );
        let (steady, measured) = (steady::solve(&topology), run(&topology, 300.0));
        near(counted, measured.reads.success.value, steady.reads.success.value, 0.01);
        assert_eq!((measured.writes.success.value, steady.writes.success.value), (1.0, 1.0));
    }
}

#[test]
fn messages_keep_their_tag_and_wait_for_their_own_consumers() {
    for kind in ["broker", "log"] {
        let clients = CLIENTS.replace("\"reads\":1", "\"reads\":0");
        let topology = of(
            &format!(
                r#"{clients},{{"id":3,"block":"message-queue","kind":"{kind}"}},{{"id":4,"block":"worker","service_ms":5}},
                {{"id":5,"block":"worker","service_ms":5,"cores":1,"instances":1}},{{"id":6,"block":"load-balancer"}},
                {{"id":7,"block":"sql-database"}},{{"id":8,"block":"key-value-store"}}"#
            ),
            r#"[1,3],[2,3],[3,4,{"tag":"static"}],[3,5,{"tag":"pay"}],[4,6],[5,6],
            [6,8,{"tag":"static"}],[6,7,{"tag":"pay"}]"#,
        );
        // After queue, worker and balancer each message is in the store of its tag.
        calls_are(&topology, &[100.0, 50.0, 100.0, 50.0, 100.0, 50.0, 100.0, 50.0]);
    }
}

/// Payments come twice as fast as their one worker takes them; pages have a worker of their own.
#[test]
fn a_line_of_one_tag_does_not_hold_up_another() {
    let clients = CLIENTS.replace("\"reads\":1", "\"reads\":0");
    let topology = of(
        &format!(
            r#"{clients},{{"id":3,"block":"message-queue"}},{{"id":4,"block":"worker","service_ms":5,"cores":4}},
            {{"id":5,"block":"worker","service_ms":40,"cores":1,"concurrency":1,"instances":1,"service_shape":"constant"}}"#
        ),
        r#"[1,3],[2,3],[3,4,{"tag":"static","latency_ms":0}],[3,5,{"tag":"pay","latency_ms":0}]"#,
    );
    let report = run(&topology, 100.0);
    near("pages", report.links[2].calls, 100.0, 0.05);
    near("payments", report.links[3].calls, 25.0, 0.01);
    let queue = report.nodes[2].queue.as_ref().expect("a queue");
    near("payments that wait, each second more", queue.growth, 25.0, 0.1);
    let flows = solved(&topology);
    near("by formula", flows.stations[2].growth, 25.0, 1e-9);
    near("load of the line of payments", flows.stations[2].backlog, 2.0, 1e-9);
}

/// Links without a filter share one line, first come first served, whatever the tags.
#[test]
fn tags_without_filters_change_no_event() {
    for example in EXAMPLES {
        let plain = example.design();
        let mut tagged = plain.clone();
        for (number, node) in tagged.nodes.iter_mut().enumerate() {
            // Only clients have one.
            if headroom::blocks::find(&node.block).is_some_and(|block| !block.about().accepts_calls) {
                node.values.set(TAG, Some(Value::Text(format!("kind {number}"))));
            }
        }
        let plan = Plan { seed: 1, duration_s: 2.0, warmup_s: 0.5 };
        let [a, b] = [&plain, &tagged].map(|design| topology::build(design).0);
        if filters(&a) {
            continue;
        }
        assert_eq!(digest(&measure(&a, &plan)), digest(&measure(&b, &plan)), "{}", example.id);
        let [a, b] = [steady::solve(&a), steady::solve(&b)];
        near(example.id, b.total.goodput.value, a.total.goodput.value, 1e-6);
        for (tagged, plain) in b.nodes.iter().zip(&a.nodes).filter(|(_, plain)| plain.offered > 0.0) {
            near(example.id, tagged.offered, plain.offered, 1e-6);
        }
    }
}

/// Whether links of a design tell tags apart already.
fn filters(topology: &Topology) -> bool {
    (0..topology.graph.edge_count()).any(|index| topology.route(index).tags != topology::Tags::ALL)
}

/// Each tag has its own way, and its own time by arithmetic: what the way takes in both directions and the service.
#[test]
fn each_client_has_the_latency_of_its_own_lane() {
    let topology = shop(
        r#"{"id":3,"block":"app-server","service_ms":2,"write_ms":2,"service_shape":"constant","threads":"async","cores":64},
        {"id":4,"block":"external-service","errors":0,"service_ms":20},{"id":5,"block":"external-service","errors":0,"service_ms":80}"#,
        r#"[1,3,{"latency_ms":10}],[2,3,{"latency_ms":10}],[3,4,{"tag":"static","latency_ms":1}],
        [3,5,{"tag":"pay","latency_ms":1}]"#,
    );
    let own = |node: usize| topology.place(node).servers.read.mean_s;
    let wanted = [own(3), own(4)].map(|service| 0.020 + 0.002 + 0.002 + service);
    let flows = solved(&topology);
    near("visitors", flows.clients[0].time[0].mean, wanted[0], 0.001);
    near("buyers", flows.clients[1].time[1].mean, wanted[1], 0.001);
    let (steady, measured) = (steady::solve(&topology), run(&topology, 300.0));
    for (steady, measured, wanted) in
        [(&steady.reads, &measured.reads, wanted[0]), (&steady.writes, &measured.writes, wanted[1])]
    {
        let [steady, measured] = [steady, measured].map(|traffic| traffic.latency.expect("answers"));
        near("mean", measured.mean.value, wanted, 0.02);
        near("p99", measured.p99.value, steady.p99.value, 0.05);
    }
}

/// A cache that only pages reach hits as if there were only pages, and the misses of each tag are its own.
#[test]
fn a_cache_sees_the_mix_that_reaches_it() {
    let clients = r#"{"id":1,"block":"client","rate":1000,"reads":1,"keys":10000,"zipf":1,"tag":"static"},
        {"id":2,"block":"client","rate":1000,"reads":1,"keys":100000000,"zipf":0.2,"tag":"pay"}"#;
    let rest = r#"{"id":3,"block":"app-server","service_ms":0,"threads":"async"},
        {"id":4,"block":"cache","memory_gb":0.1,"object_kb":100,"ttl_s":0},{"id":5,"block":"key-value-store","cores":64}"#;
    let both = |filter: &str| {
        of(
            &format!("{clients},{rest}"),
            &format!(
                r#"[1,3],[2,3],[3,4,{{"ops":"reads"{filter}}}],
        [3,5,{{"when":"miss"{filter}}}],[3,5,{{"tag":"pay"}}]"#
            ),
        )
    };
    let apart = both(r#","tag":"static""#);
    let alone = of(
        &format!("{},{rest}", clients.lines().next().expect("a client").trim_end_matches(',')),
        r#"[1,3],[3,4,{"ops":"reads"}],[3,5,{"when":"miss"}]"#,
    );
    let hit = |topology: &Topology, node: usize| solved(topology).stations[node].hit_ratio.expect("a cache");
    near("pages alone", hit(&apart, 3), hit(&alone, 2), 1e-9);
    // With both in it payments, which ask for nothing twice, press pages out; each tag keeps its own ratio.
    let shared =
        of(&format!("{clients},{rest}"), r#"[1,3],[2,3],[3,4,{"ops":"reads"}],[3,5,{"when":"miss"}]"#);
    let flows = solved(&shared);
    let [pages, payments] = [1, 2].map(|tag| flows.stations[3].hits[tag]);
    assert!(pages < hit(&apart, 3) && payments < 0.01 && pages > 0.3, "{pages} {payments}");
    near("mean of both", flows.stations[3].hit_ratio.expect("a cache"), 0.5 * (pages + payments), 1e-9);
    let measured = run(&shared, 60.0);
    near("store", measured.nodes[4].offered, 2_000.0 - 1_000.0 * (pages + payments), 0.03);
}

/// Browsing from an AP store, paying from a database with one node.
const SPLIT: (&str, &str) = (
    r#"{"id":3,"block":"load-balancer","instances":2},{"id":4,"block":"app-server","instances":2},
    {"id":5,"block":"key-value-store"},{"id":6,"block":"sql-database","mttf_h":1000,"mttr_h":1}"#,
    r#"[1,3],[2,3],[3,4],[4,5,{"tag":"static"}],[4,6,{"tag":"pay"}]"#,
);

#[test]
fn what_a_loss_costs_is_told_for_each_tag() {
    let topology = shop(SPLIT.0, SPLIT.1);
    let database = spof::lose(&topology, Unit::Instance { node: 5, instance: 0 });
    assert_eq!(database.spof.loss, Loss::Total);
    assert_eq!((database.spof.reads, database.spof.writes), (Some(1.0), Some(0.0)));
    assert_eq!(database.silenced, [1], "buyers, not visitors");
    // One of three copies: nobody notices.
    assert_eq!(spof::lose(&topology, Unit::Instance { node: 4, instance: 0 }).spof.loss, Loss::Survived);
    let store = spof::lose(&topology, Unit::Block { node: 4 });
    assert_eq!(store.silenced, [0]);
    // The run says the same.
    let mut simulation = Simulation::new(topology.clone(), 3);
    simulation.advance(2_000_000_000, u64::MAX);
    simulation.kill(Unit::Block { node: 5 });
    simulation.start_measuring();
    simulation.advance(12_000_000_000, u64::MAX);
    let report = simulation.report();
    assert_eq!((report.reads.success.value, report.writes.success.value), (1.0, 0.0));
}

#[test]
fn availability_of_a_client_is_that_of_its_own_way() {
    let topology = shop(
        r#"{"id":3,"block":"app-server","mttf_h":500,"mttr_h":1},{"id":4,"block":"sql-database","mttf_h":1000,"mttr_h":1},
        {"id":5,"block":"sql-database","mttf_h":100,"mttr_h":1}"#,
        r#"[1,3],[2,3],[3,4,{"tag":"static"}],[3,5,{"tag":"pay"}]"#,
    );
    let found = analysis::availability::availability(&topology, &solved(&topology));
    let up = |mttf: f64| mttf / (mttf + 1.0);
    near("visitors", found.clients[0].both, up(500.0) * up(1_000.0), 1e-12);
    near("buyers", found.clients[1].both, up(500.0) * up(100.0), 1e-12);
    // Two thirds of the requests are visitors'.
    let both = up(500.0) * (2.0 * up(1_000.0) + up(100.0)) / 3.0;
    near("all", found.both.expect("traffic"), both, 1e-12);
}

#[track_caller]
fn problems(nodes: &str, links: &str) -> Vec<String> {
    let json = format!(r#"{{"headroom":1,"nodes":[{nodes}],"links":[{links}]}}"#);
    let design = headroom::share::from_json(&json).expect("a design").design;
    topology::build(&design).1.into_iter().map(|problem| problem.text).collect()
}

#[test]
fn filters_and_tags_that_do_not_meet_are_problems_in_words() {
    let app = r#"{"id":3,"block":"app-server","name":"App"},{"id":4,"block":"key-value-store"}"#;
    let nodes = format!("{CLIENTS},{app}");
    assert_eq!(problems(&nodes, "[1,3],[2,3],[3,4]"), [""; 0]);
    assert_eq!(
        problems(&nodes, r#"[1,3],[2,3],[3,4],[3,4,{"tag":"payy"}]"#),
        [
            "No client has the tag “payy”, so this link carries nothing: give a client that tag, or clear the link's."
        ]
    );
    assert_eq!(
        problems(&nodes, r#"[1,3],[2,3],[3,4,{"tag":"!payy"}]"#),
        [
            "No client has the tag “payy”, so this link carries everything: give a client that tag, or clear the link's."
        ]
    );
    assert_eq!(
        problems(&nodes, r#"[1,3],[2,3],[3,4,{"tag":"static"}]"#),
        [
            "No link from App carries writes of the tag “pay”: they go no further and find no data. Let one of its links carry \
          them."
        ]
    );
    assert_eq!(
        problems(&nodes, r#"[1,3],[2,3,{"tag":"static"}],[3,4]"#),
        [
            "No request of this link's tag (#static) ever comes to Buyers, so nothing takes it: let the links that lead there \
             carry it.",
            "No link from Buyers carries writes of the tag “pay”: they are refused. Let one of its links carry them."
        ]
    );
    let balancer = format!(
        r#"{CLIENTS},{{"id":3,"block":"load-balancer","name":"Door"}},{{"id":4,"block":"app-server"}}"#
    );
    assert_eq!(
        problems(&balancer, r#"[1,3],[2,3],[3,4,{"tag":"!static"}]"#),
        [
            "No link from Door carries reads of the tag “static”: they are refused. Let one of its links carry them."
        ]
    );
    let queue =
        format!(r#"{CLIENTS},{{"id":3,"block":"message-queue","name":"Line"}},{{"id":4,"block":"worker"}}"#);
    assert_eq!(
        problems(&queue, r#"[1,3],[2,3],[3,4,{"tag":"pay"}]"#),
        [
            "No link from Line carries reads of the tag “static”: they wait there for ever. Let one of its links carry them."
        ]
    );
    let limiter = format!(
        r#"{CLIENTS},{{"id":3,"block":"rate-limiter","name":"Bouncer","tag":"free"}},{{"id":4,"block":"app-server"}}"#
    );
    assert_eq!(
        problems(&limiter, "[1,3],[2,3],[3,4]"),
        [
            "Bouncer: no client has the tag “free”, so it limits nothing. Give a client that tag, or clear the limit's."
        ]
    );
    let aside = format!(r#"{nodes},{{"id":5,"block":"cache"}}"#).replace("\"reads\":0", "\"reads\":1");
    assert_eq!(
        problems(&aside, r#"[1,3],[2,3],[3,5,{"tag":"static"}],[3,4,{"when":"miss"}]"#),
        [
            "A link of App says “only on cache miss”, but no earlier link brings requests of the tag “pay” to a cache: they \
          never take it."
        ]
    );
}

#[test]
fn more_tags_than_can_be_told_apart_are_named() {
    let client = |id: usize| format!(r#"{{"id":{id},"block":"client","tag":"t{id}"}}"#);
    let nodes: Vec<String> = (1..=MOST_TAGS).map(client).collect();
    let links: Vec<String> = (1..=MOST_TAGS).map(|id| format!("[{id},99]")).collect();
    let nodes = format!(r#"{},{{"id":99,"block":"app-server"}}"#, nodes.join(","));
    assert_eq!(
        problems(&nodes, &links.join(",")),
        ["Only 31 different tags are told apart: the requests of this client count as without one."]
    );
}

/// A tag that is renamed during a run takes what is on its way along: nothing is lost from the books.
#[test]
fn a_renamed_tag_keeps_the_books() {
    let named = |tag: &str| {
        let design = r#"{"id":2,"block":"client","rate":50,"reads":0,"tag":"pay"},{"id":3,"block":"message-queue"},
            {"id":4,"block":"worker","service_ms":100,"cores":1,"concurrency":1},{"id":5,"block":"sql-database"}"#;
        of(&design.replace("pay", tag), &r#"[2,3],[3,4,{"tag":"pay"}],[4,5]"#.replace("pay", tag))
    };
    let mut simulation = Simulation::new(named("pay"), 1);
    simulation.advance(5_000_000_000, u64::MAX);
    simulation.change(named("buy"));
    simulation.advance(10_000_000_000, u64::MAX);
    let report = simulation.report();
    assert_conserved(&report);
    let queue = report.nodes[1].queue.as_ref().expect("a queue");
    assert!(queue.groups.iter().all(|group| group.published == group.accounted()), "{queue:?}");
}

#[test]
fn figures_of_reads_and_writes_count_all_tags() {
    let topology = shop(SPLIT.0, SPLIT.1);
    let flows = solved(&topology);
    let sent = Operation::ALL.map(|op| flows.sent(op));
    assert_eq!(sent, [100.0, 50.0]);
    assert_eq!(flows.stations[3].offered, [100.0, 50.0]);
}

/// What the example says: while zone A is cut off nobody can pay, and pages and pictures notice nothing.
#[test]
fn one_shop_loses_its_payments_alone_when_a_zone_is_cut_off() {
    let design = headroom::examples::find("one-shop-three-ways").expect("the example").design();
    let mut simulation = Simulation::new(topology::build(&design).0, 1);
    // From when the first buyers have lost patience, after 5 s, until just before the end of the cut.
    simulation.advance(26_000_000_000, u64::MAX);
    simulation.start_measuring();
    simulation.advance(34_000_000_000, u64::MAX);
    let report = simulation.report();
    let failing = |client: usize| report.links[client].failures / report.links[client].calls;
    assert_eq!([failing(0), failing(1)], [0.0, 0.0]);
    // As many give up as come, each 5 s later: two counts of about 800, three standard errors apart at most.
    assert!((failing(2) - 1.0).abs() < 3.0 * (2.0f64 / 800.0).sqrt(), "{}", failing(2));
    // What the zone has missed is stale when it is back.
    simulation.advance(35_000_000_000, u64::MAX);
    simulation.start_measuring();
    simulation.advance(60_000_000_000, u64::MAX);
    let report = simulation.report();
    let stale = |client: usize| report.clients[client].seen.stale.map_or(0.0, |share| share.value);
    assert!(stale(1) > 0.001 && stale(1) < 0.05, "{}", stale(1));
    assert_eq!([stale(0), stale(2)], [0.0, 0.0]);
    // Without the cut the death of the primary costs buyers alone, and a hot standby saves them.
    let buyers = |design| {
        let topology = topology::build(design).0;
        spof::lose(&topology, Unit::Instance { node: 9, instance: 0 }).silenced
    };
    assert_eq!(buyers(&design), [2]);
    let mut safe = design.clone();
    safe.nodes[9].values.set("standby", Some(Value::Text("hot".to_owned())));
    assert_eq!(buyers(&safe), [0; 0]);
}
