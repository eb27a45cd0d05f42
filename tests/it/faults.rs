//! Faults: what stands on the timeline happens when it says, to what it says, with the numbers that arithmetic gives.

use headroom::design::fault::{self, Strikes, Target};
use headroom::design::{Design, Edit, Fault, FaultId, GroupId, LinkId, NodeId};
use headroom::engine::simulate::{Simulation, measure};
use headroom::engine::{Plan, Unit};
use headroom::report::{Cause, Report};
use headroom::share::{fault_from_json, fault_to_json, from_json};
use headroom::topology::build;

/// A client of 1,000 constant requests a second at two servers behind a balancer; the parts in quotes come after it.
fn design(faults: &str) -> Design {
    let json = format!(
        r#"{{"headroom":1,"nodes":[
            {{"id":1,"block":"client","rate":1000,"arrivals":"constant","reads":1,"timeout_s":1}},
            {{"id":2,"block":"load-balancer","in":1}},
            {{"id":3,"block":"app-server","instances":2,"cores":8,"service_ms":2,"in":1}}],
            "links":[[1,2],[2,3]],"groups":[{{"id":1,"kind":"zone","name":"zone a"}}],"faults":[{faults}]}}"#
    );
    let opened = from_json(&json).expect("a design");
    assert_eq!(opened.notes, []);
    opened.design
}

fn run(faults: &str) -> Report {
    let (topology, problems) = build(&design(faults));
    assert_eq!(problems, []);
    measure(&topology, &Plan { seed: 1, duration_s: 20.0, warmup_s: 0.0 })
}

fn failed(report: &Report, cause: Cause) -> u64 {
    report.total.counts.failed[cause as usize]
}

/// Seconds in which something failed.
fn bad_seconds(report: &Report) -> Vec<f64> {
    report.series.iter().filter(|sample| sample.failed > 0.0).map(|sample| sample.at_s).collect()
}

#[test]
fn a_killed_block_refuses_for_as_long_as_the_fault_says() {
    let report = run(r#"{"at_s":5,"for_s":4,"kill":2}"#);
    assert_eq!(bad_seconds(&report), [6.0, 7.0, 8.0, 9.0]);
    let refused = failed(&report, Cause::Refused) + failed(&report, Cause::Died);
    assert!((3_995..=4_005).contains(&refused), "{refused}");
    let span = &report.faults[0];
    assert_eq!((span.id, span.from_s, span.until_s), (Some(1), 5.0, Some(9.0)));
    assert_eq!(span.text, "Load balancer is killed");
}

#[test]
fn a_lost_group_is_silence_and_only_timeouts_end_it() {
    let report = run(r#"{"at_s":5,"for_s":4,"lose":1}"#);
    let silent = failed(&report, Cause::Partitioned);
    assert!((3_995..=4_010).contains(&silent), "{silent}");
    assert_eq!(failed(&report, Cause::Refused), 0);
}

fn killed(id: u32, node: u32) -> Fault {
    let values = headroom::blocks::param::Values::default();
    let target = Target::Block(NodeId(node));
    Fault { id: FaultId(id), kind: "kill".to_owned(), target, at_s: 1.0, for_s: None, values }
}

#[test]
fn a_fault_is_put_on_the_timeline_changed_and_taken_off() {
    let mut drawn = design("");
    Edit::AddFault(killed(1, 3)).apply(&mut drawn).expect("added");
    Edit::SetFault(Fault { at_s: 7.0, ..killed(1, 3) }).apply(&mut drawn).expect("changed");
    assert_eq!(drawn.fault(FaultId(1)).expect("there").at_s, 7.0);
    Edit::RemoveFault(FaultId(1)).apply(&mut drawn).expect("removed");
    assert_eq!(drawn, design(""));
}

#[test]
fn a_fault_on_nothing_or_of_no_kind_is_refused_in_words() {
    let wrong = [
        Edit::AddFault(killed(1, 9)),
        Edit::AddFault(Fault { kind: "meteor".to_owned(), ..killed(1, 3) }),
        Edit::AddFault(Fault { target: Target::Group(GroupId(1)), ..killed(1, 3) }),
        Edit::AddFault(Fault { kind: "cut".to_owned(), target: Target::Link(LinkId(9)), ..killed(1, 3) }),
        Edit::SetFault(killed(1, 3)),
        Edit::RemoveFault(FaultId(1)),
        Edit::All(vec![Edit::AddFault(killed(1, 3)), Edit::AddFault(killed(1, 3))]),
    ];
    for edit in wrong {
        let mut drawn = design("");
        let refusal = edit.apply(&mut drawn).expect_err("refused");
        assert!(refusal.0.ends_with('.'), "{}", refusal.0);
        assert_eq!(drawn, design(""), "{edit:?}");
    }
}

#[test]
fn what_a_fault_strikes_takes_the_fault_with_it() {
    let faults = r#"{"kill":3},{"cut":2},{"cut":1},{"lose":1},{"chaos":true}"#;
    let left = |edit: Edit| {
        let mut drawn = design(faults);
        edit.apply(&mut drawn).expect("removed");
        drawn.faults.iter().map(|fault| fault.id.0).collect::<Vec<_>>()
    };
    assert_eq!(left(Edit::RemoveNode(NodeId(3))), [3, 4, 5]);
    assert_eq!(left(Edit::RemoveLink(LinkId(1))), [1, 2, 4, 5]);
    assert_eq!(left(Edit::RemoveGroup(GroupId(1))), [1, 2, 3, 5]);
}

#[test]
fn a_fault_that_does_nothing_where_it_strikes_is_named() {
    for (fault, word) in
        [(r#"{"flush":3}"#, "Flush"), (r#"{"kill":1}"#, "Client"), (r#"{"kill":3,"instance":3}"#, "has 2")]
    {
        let (topology, problems) = build(&design(fault));
        assert_eq!(topology.faults, [], "{fault}");
        assert!(problems.len() == 1 && problems[0].text.contains(word), "{fault}: {problems:?}");
    }
    let json = r#"{"headroom":1,"nodes":[],"faults":[{"at_s":1,"kill":5}]}"#;
    let opened = from_json(json).expect("opens");
    assert_eq!((opened.design.faults.len(), opened.notes[0].path.as_str()), (0, "faults[0].kill"));
}

#[test]
fn every_kind_travels_alone_between_page_and_worker() {
    for kind in fault::KINDS {
        let target = match kind.strikes {
            Strikes::Block => Target::Block(NodeId(3)),
            Strikes::BlockOrAll => Target::All,
            Strikes::Group => Target::Group(GroupId(1)),
            Strikes::Link => Target::Link(LinkId(2)),
        };
        let fault = Fault { kind: kind.id.to_owned(), target, for_s: Some(2.0), ..killed(8, 3) };
        assert_eq!(fault_from_json(&fault_to_json(&fault)), Ok(fault));
        let taken = kind.params.iter().any(|param| fault::find(param.id).is_some());
        assert!(!taken, "a parameter of {} has the name of a kind", kind.id);
    }
}

#[test]
fn a_rolling_deployment_loses_nothing_and_all_at_once_does() {
    let rolling = run(r#"{"at_s":2,"deploy":3,"restart_s":1}"#);
    assert_eq!(rolling.total.counts.failures(), 0, "{:?}", rolling.total.counts);
    let span = &rolling.faults[0];
    // Twice a second away and at most 5 s until the next check sees it again.
    let took = span.until_s.expect("it is over") - span.from_s;
    assert!((2.0..=13.0).contains(&took), "{took}");
    let at_once = run(r#"{"at_s":2,"deploy":3,"restart_s":1,"batch":0}"#);
    let lost = at_once.total.counts.failures();
    // Nothing answers for a second, and checks need up to 5 s more to see that it is back.
    assert!((1_000..=6_200).contains(&lost), "{lost}");
}

#[test]
fn without_draining_a_deployment_loses_what_each_instance_works_on() {
    let lost = run(r#"{"at_s":2,"deploy":3,"restart_s":1,"drain_s":0}"#).total.counts.failures();
    // The balancer is told first, so only what is at work is lost: 1,000/s for 2 ms, over both instances.
    assert!((1..=12).contains(&lost), "{lost}");
}

#[test]
fn a_cut_link_swallows_what_is_sent_and_heals() {
    let report = run(r#"{"at_s":5,"for_s":3,"cut":2}"#);
    // The client's own call arrived: it only waits in vain, and its 1 s is over before the balancer's 10 s.
    let silent = failed(&report, Cause::TimedOut);
    assert!((2_990..=3_010).contains(&silent), "{silent}");
    // A request is ended by its timeout a second later: that of 5 s at 6 s sharp.
    assert_eq!(bad_seconds(&report), [6.0, 7.0, 8.0, 9.0]);
}

/// The links of the page's frames at 4 s, while the fault of 3 s lasts, and at 8 s, when it is over.
fn cut_links(faults: &str) -> [Vec<bool>; 2] {
    let mut simulation = Simulation::new(build(&design(faults)).0, 1);
    [4, 8].map(|second| {
        while !simulation.advance(second * 1_000_000_000, u64::MAX) {}
        simulation.frame().links.iter().map(|link| link.cut).collect()
    })
}

#[test]
fn a_link_that_nothing_passes_says_so_while_it_lasts() {
    let open = vec![false, false];
    assert_eq!(cut_links(r#"{"at_s":3,"for_s":3,"cut":2}"#), [vec![false, true], open.clone()]);
    // The zone holds balancer and servers: what crosses its border is the client's link.
    assert_eq!(cut_links(r#"{"at_s":3,"for_s":3,"isolate":1}"#), [vec![true, false], open.clone()]);
    assert_eq!(cut_links(r#"{"at_s":3,"for_s":3,"slow":3,"factor":3}"#), [open.clone(), open]);
}

/// Half of the servers stand in a zone that is cut off; client, balancer and the rest do not.
fn partition() -> Report {
    let json = r#"{"headroom":1,"nodes":[
        {"id":1,"block":"client","rate":1000,"arrivals":"constant","reads":1,"timeout_s":1},
        {"id":2,"block":"load-balancer"},
        {"id":3,"block":"app-server","cores":8,"service_ms":2},
        {"id":4,"block":"app-server","cores":8,"service_ms":2,"in":1}],
        "links":[[1,2],[2,3],[2,4]],"groups":[{"id":1,"kind":"zone"}],
        "faults":[{"at_s":5,"for_s":20,"isolate":1}]}"#;
    let (topology, _) = build(&from_json(json).expect("a design").design);
    measure(&topology, &Plan { seed: 1, duration_s: 40.0, warmup_s: 0.0 })
}

#[test]
fn a_partition_cuts_what_crosses_until_health_checks_have_noticed() {
    let report = partition();
    let silent = failed(&report, Cause::TimedOut);
    // Half of 1,000/s for 6 to 11 s: two checks 5 s apart, from a random phase, and the second of their timeout.
    assert!(
        (3_000..=5_600).contains(&silent),
        "{silent} {:?} {:?}",
        report.total.counts,
        bad_seconds(&report)
    );
    assert_eq!(report.total.counts.failures(), silent);
    let late: Vec<f64> = bad_seconds(&report).into_iter().filter(|second| *second > 18.0).collect();
    assert!(late.is_empty(), "noticed, and healed: {late:?}");
    assert_eq!(report.nodes[3].alive, 1, "nobody died");
}

#[test]
fn a_slow_block_takes_so_many_times_as_long() {
    let latency = |report: &Report| report.total.latency.expect("answers").mean.value;
    let (usual, slow) = (run(""), run(r#"{"slow":3,"factor":3}"#));
    // 2 ms of service become 6 ms.
    assert!((latency(&slow) - latency(&usual) - 0.004).abs() < 0.000_3, "{}", latency(&slow));
    let one = run(r#"{"slow":3,"factor":3,"instance":1}"#);
    assert!((latency(&one) - latency(&usual) - 0.002).abs() < 0.000_3, "{}", latency(&one));
}

#[test]
fn errors_come_at_their_share() {
    let report = run(r#"{"errors":3,"share":0.2}"#);
    let share = failed(&report, Cause::DependencyFailed) as f64 / report.total.counts.sent as f64;
    // Standard error 0.28 % of 20,000 requests.
    assert!((share - 0.2).abs() < 0.012, "{share}");
}

#[test]
fn a_lost_packet_comes_200_ms_late() {
    let report = run(r#"{"loss":2,"share":0.02}"#);
    assert_eq!(report.total.counts.failures(), 0);
    let times = report.total.latency.expect("answers");
    // 4 % of the requests lose a packet on one of the two ways.
    assert!(times.p50.value < 0.02, "{}", times.p50.value);
    assert!((0.2..0.23).contains(&times.p99.value), "{}", times.p99.value);
}

#[test]
fn a_traffic_spike_multiplies_what_clients_send() {
    let report = run(r#"{"at_s":5,"for_s":5,"traffic":true,"factor":3}"#);
    let sent: Vec<f64> = report.series.iter().map(|sample| sample.sent).collect();
    assert_eq!((sent[3], sent[6], sent[12]), (1_000.0, 3_000.0, 1_000.0), "{sent:?}");
    let one = run(r#"{"at_s":5,"for_s":5,"traffic":1}"#);
    assert_eq!(one.series[6].sent, 10_000.0);
}

#[test]
fn a_chaos_monkey_takes_its_share_of_the_time() {
    let json = r#"{"headroom":1,"nodes":[
        {"id":1,"block":"client","rate":50,"arrivals":"constant","reads":1,"timeout_s":1},
        {"id":2,"block":"app-server","cores":8,"service_ms":2}],
        "links":[[1,2]],"faults":[{"chaos":2,"mttf_s":6,"mttr_s":2}]}"#;
    let (topology, _) = build(&from_json(json).expect("a design").design);
    let report = measure(&topology, &Plan { seed: 1, duration_s: 8_000.0, warmup_s: 0.0 });
    // MTTR ÷ (MTTF + MTTR) over about 1,000 cycles: standard error about 0.8 %.
    let down = 1.0 - report.total.success.value;
    assert!((down - 0.25).abs() < 0.025, "{down}");
}

#[test]
fn a_flush_sends_every_read_to_the_store() {
    let json = r#"{"headroom":1,"nodes":[
        {"id":1,"block":"client","rate":1000,"reads":1,"keys":2000,"zipf":0.5},
        {"id":2,"block":"app-server","cores":8,"service_ms":1},
        {"id":3,"block":"cache","hit_mode":"derived","memory_gb":1},
        {"id":4,"block":"sql-database","cores":64}],
        "links":[[1,2],[2,3],[2,4,{"when":"miss"}]],"faults":[{"at_s":10,"flush":3}]}"#;
    let (mut topology, problems) = build(&from_json(json).expect("a design").design);
    assert_eq!(problems, []);
    let plan = Plan { seed: 1, duration_s: 4.0, warmup_s: 9.5 };
    let flushed = measure(&topology, &plan).nodes[2].hit_ratio.expect("look-ups");
    topology.faults.clear();
    let usual = measure(&topology, &plan).nodes[2].hit_ratio.expect("look-ups");
    // Each of 2,000 keys misses once more: most of them within 3.5 s and 3,500 reads.
    assert!(usual > 0.999 && flushed < 0.7, "{usual} {flushed}");
}

#[test]
fn a_fault_that_ends_leaves_dead_what_another_holds_dead() {
    let report = run(r#"{"at_s":2,"for_s":10,"kill":3},{"at_s":4,"for_s":2,"kill":3,"instance":1}"#);
    // Both instances are dead from 2 s to 12 s, whatever happens to one of them at 6 s.
    assert!(report.series[7].ok == 0.0 && report.series[10].ok == 0.0, "{:?}", report.series);
    assert_eq!(report.nodes[2].alive, 2);
}

/// Advances to this second of the run.
fn until(simulation: &mut Simulation, second: u64) {
    while !simulation.advance(second * 1_000_000_000, u64::MAX) {}
}

/// Every fault so far: what, from when, until when.
fn happened(simulation: &Simulation) -> Vec<(String, f64, Option<f64>)> {
    let faults = simulation.report().faults;
    assert!(faults.iter().all(|fault| fault.id.is_none()));
    faults.into_iter().map(|fault| (fault.text, fault.from_s, fault.until_s)).collect()
}

#[test]
fn a_kill_by_hand_is_named_from_its_moment_until_the_last_of_it_is_back() {
    let mut simulation = Simulation::new(build(&design("")).0, 1);
    until(&mut simulation, 2);
    simulation.kill(Unit::Block { node: 2 });
    simulation.kill(Unit::Block { node: 2 });
    until(&mut simulation, 3);
    simulation.kill(Unit::Group { group: 0 });
    until(&mut simulation, 5);
    simulation.revive(Unit::Instance { node: 2, instance: 0 });
    assert_eq!(happened(&simulation)[0], ("App server is killed".to_owned(), 2.0, None));
    until(&mut simulation, 6);
    simulation.revive(Unit::Instance { node: 2, instance: 1 });
    simulation.kill(Unit::Instance { node: 2, instance: 1 });
    until(&mut simulation, 7);
    simulation.revive(Unit::Group { group: 0 });
    let spans = [
        ("App server is killed", 2.0, 6.0),
        ("zone a is lost", 3.0, 7.0),
        ("instance 2 of App server is killed", 6.0, 7.0),
    ];
    let spans = spans.map(|(text, from_s, until_s)| (text.to_owned(), from_s, Some(until_s)));
    // The zone holds only the balancer and the servers: its loss is over when all of them live.
    assert_eq!(happened(&simulation), spans);
}

#[test]
fn a_kill_by_hand_ends_when_its_block_is_taken_away_and_lasts_when_another_one_is() {
    let mut simulation = Simulation::new(build(&design("")).0, 1);
    until(&mut simulation, 2);
    simulation.kill(Unit::Instance { node: 2, instance: 1 });
    let mut drawn = design("");
    Edit::RemoveNode(NodeId(2)).apply(&mut drawn).expect("removed");
    until(&mut simulation, 3);
    simulation.change(build(&drawn).0);
    assert_eq!(
        happened(&simulation)[0].2,
        None,
        "the servers are the second block now, and one is still dead"
    );
    Edit::RemoveNode(NodeId(3)).apply(&mut drawn).expect("removed");
    until(&mut simulation, 4);
    simulation.change(build(&drawn).0);
    assert_eq!(happened(&simulation)[0].2, Some(4.0));
}
