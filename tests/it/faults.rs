//! Faults: what stands on the timeline happens when it says, to what it says, with the numbers that arithmetic gives.

use headroom::design::fault::{self, Strikes, Target};
use headroom::design::{Design, Edit, Fault, FaultId, GroupId, LinkId, NodeId};
use headroom::engine::Plan;
use headroom::engine::simulate::measure;
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
