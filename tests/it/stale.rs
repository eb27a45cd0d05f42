//! What readers see: stale reads at a lag, and acknowledged writes that a failover loses.

use headroom::engine::simulate::{Simulation, measure};
use headroom::engine::{Plan, Unit};
use headroom::report::{Report, Seen};
use headroom::topology::{self, Topology};

use crate::reference::case;

pub fn topology(json: &str) -> Topology {
    let opened = headroom::share::from_json(json).expect("a design");
    assert_eq!(opened.notes, [], "{json}");
    topology::build(&opened.design).0
}

pub fn run(json: &str, duration_s: f64) -> Report {
    measure(&topology(json), &Plan { seed: 1, duration_s, warmup_s: duration_s / 10.0 })
}

/// What all clients of a run saw.
pub fn seen(json: &str, duration_s: f64) -> Seen {
    run(json, duration_s).consistency.counts
}

#[track_caller]
pub fn near(name: &str, part: u64, whole: u64, share: f64, absolute: f64) {
    let found = part as f64 / whole as f64;
    assert!((found - share).abs() <= absolute, "{name}: {part} of {whole} is {found}, expected {share}");
}

/// A store with one replica that answers all reads, this far behind; nothing else takes time.
fn lagging(rate: f64, reads: f64, keys: u32, lag_ms: f64, more: &str) -> String {
    format!(
        r#"{{"headroom":1,"nodes":[
        {{"id":1,"block":"client","rate":{rate},"reads":{reads},"keys":{keys},"zipf":0}},
        {{"id":2,"block":"sql-database","replicas":1,"reads_from":"replicas","read_ms":0,"write_ms":0,"lag_ms":{lag_ms}{more}}}],
        "links":[[1,2,{{"latency_ms":0}}]]}}"#
    )
}

/// Case 96: a read is stale when a write came within the lag before it, 1 − e^(−wL).
#[test]
fn a_read_is_stale_when_a_write_came_within_the_lag() {
    let case = case("stale_read_deterministic_lag");
    let (w, lag) = (case.param("write_rate_per_key"), case.param("lag"));
    // 20 keys, each written w times a second and read nine times as often.
    let seen = seen(&lagging(20.0 * w / 0.1, 0.9, 20, lag * 1e3, ""), 300.0);
    assert!(seen.reads > 100_000, "{seen:?}");
    case.check_within("P_stale", seen.stale as f64 / seen.reads as f64, 0.02);
    assert_eq!((seen.not_found, seen.lost), (0, 0));
}

#[test]
fn without_a_lag_no_read_is_stale() {
    let seen = seen(&lagging(400.0, 0.9, 20, 0.0, ""), 20.0);
    assert!(seen.reads > 5_000 && seen.writes > 500, "{seen:?}");
    assert_eq!(seen.stale, 0);
}

/// Puzzle 5: 10,000 keys with Zipf 0.8 and 200 writes a second; three replicas answer all
/// reads: Σ p (1 − e^(−200 p L)) of them are stale, 2.8 % at 50 ms and 20.7 % at a second.
#[test]
fn replicas_near_and_far_make_a_few_reads_stale_or_many() {
    let design = |lag_ms: f64| {
        format!(
            r#"{{"headroom":1,"nodes":[
            {{"id":1,"block":"client","rate":6200,"reads":0.967741935,"keys":10000,"zipf":0.8}},
            {{"id":2,"block":"sql-database","replicas":3,"reads_from":"replicas","lag_ms":{lag_ms}}}],
            "links":[[1,2,{{"latency_ms":0}}]]}}"#
        )
    };
    let near_by = run(&design(50.0), 20.0);
    let [near_seen, far_seen] = [near_by.consistency.counts, seen(&design(1000.0), 30.0)];
    near("50 ms", near_seen.stale, near_seen.reads, 0.028, 0.002);
    near("1 s", far_seen.stale, far_seen.reads, 0.207, 0.01);
    let hottest = near_by.nodes[1].hottest.expect("cores");
    assert!((hottest - 0.55).abs() < 0.02, "6,000 × 2 ms / 3 and 200 × 2 ms of 8 cores: {hottest}");
}

/// Replicas apply in order, so one busy with replays falls behind by more than the lag.
#[test]
fn a_busy_replica_falls_further_behind() {
    let idle = seen(&lagging(400.0, 0.9, 20, 100.0, ""), 60.0);
    let busy = lagging(400.0, 0.9, 20, 100.0, "")
        .replace("\"write_ms\":0", "\"write_ms\":180,\"replay\":1,\"cores\":8");
    let busy = seen(&busy, 60.0);
    let share = |seen: Seen| seen.stale as f64 / seen.reads as f64;
    assert!(share(busy) > 1.5 * share(idle), "{} against {}", share(busy), share(idle));
}

fn with_standby(lag_ms: f64) -> Simulation {
    let json = format!(
        r#"{{"headroom":1,"nodes":[
        {{"id":1,"block":"client","rate":200,"reads":0,"keys":1000000,"zipf":0}},
        {{"id":2,"block":"sql-database","standby":"hot","failover_s":30,"lag_ms":{lag_ms}}},
        {{"id":3,"block":"monitoring"}}],"links":[[1,2,{{"latency_ms":0}}]]}}"#
    );
    Simulation::new(topology(&json), 1)
}

/// The recovery point: rate × lag acknowledged writes are gone, 200/s × 2 s.
#[test]
fn a_failover_loses_what_had_not_reached_the_standby() {
    for (lag_ms, lost) in [(2000.0, 400.0), (0.0, 0.0)] {
        let mut run = with_standby(lag_ms);
        run.advance(20_000_000_000, u64::MAX);
        run.kill(Unit::Instance { node: 1, instance: 0 });
        run.advance(100_000_000_000, u64::MAX);
        let found = run.report().consistency.counts;
        assert!((found.lost as f64 - lost).abs() <= 3.0 * libm::sqrt(lost), "lag {lag_ms} ms: {found:?}");
        assert!(run.report().writes.counts.ok > 5_000, "the standby took over");
    }
}

#[test]
fn a_primary_that_comes_back_in_time_loses_nothing() {
    let mut run = with_standby(2000.0);
    run.advance(20_000_000_000, u64::MAX);
    run.kill(Unit::Instance { node: 1, instance: 0 });
    run.advance(25_000_000_000, u64::MAX);
    run.revive(Unit::Instance { node: 1, instance: 0 });
    run.advance(100_000_000_000, u64::MAX);
    assert_eq!(run.report().consistency.counts.lost, 0);
}

/// Step 5 of the shortener: writes create links, every creator opens the link Exp(1 s) later, half of the reads go to
/// a replica 2 s behind: ½ (1 − e^(−2)) = 43 % of the creators see "not found".
fn creators(more: &str) -> Seen {
    seen(
        &format!(
            r#"{{"headroom":1,"nodes":[
            {{"id":1,"block":"client","rate":100,"reads":0,"creates":1,"follow":1,"follow_s":1{more}}},
            {{"id":2,"block":"sql-database","replicas":1,"read_ms":0,"write_ms":0,"lag_ms":2000}}],
            "links":[[1,2,{{"latency_ms":0}}]]}}"#
        ),
        200.0,
    )
}

#[test]
fn creators_who_look_at_once_do_not_find_their_link_on_a_replica() {
    let seen = creators("");
    let share = (1.0 - libm::exp(-2.0)) / 2.0;
    near("not found", seen.not_found, seen.reads, share, 0.015);
    assert_eq!((seen.own_missed, seen.stale, seen.after_own), (seen.not_found, seen.not_found, seen.reads));
    near("reads for each write", seen.reads, seen.writes, 1.0, 0.03);
}

#[test]
fn a_session_guarantee_lets_creators_find_their_link() {
    for session in ["own-writes", "causal"] {
        let seen = creators(&format!(r#","session":"{session}""#));
        assert!(seen.reads > 15_000, "{session}: {seen:?}");
        assert_eq!((seen.not_found, seen.own_missed), (0, 0), "{session}");
    }
}

/// A user who reads the primary first and a replica later goes back in time; a causal session does not.
#[test]
fn a_user_goes_back_in_time_without_a_causal_session() {
    let users = |session: &str| {
        seen(
            &format!(
                r#"{{"headroom":1,"nodes":[
                {{"id":1,"block":"client","rate":400,"reads":0.9,"keys":10,"zipf":0,"users":20,"session":"{session}"}},
                {{"id":2,"block":"sql-database","replicas":1,"read_ms":0,"write_ms":0,"lag_ms":500}}],
                "links":[[1,2,{{"latency_ms":0}}]]}}"#
            ),
            60.0,
        )
    };
    let [free, own, causal] = ["none", "own-writes", "causal"].map(users);
    assert!(free.backwards > 500 && free.own_missed > 200, "{free:?}");
    assert!(own.own_missed == 0 && own.backwards > 500, "{own:?}");
    assert_eq!((causal.own_missed, causal.backwards), (0, 0), "{causal:?}");
    assert!(causal.stale > 100, "others' writes may still be missed: {causal:?}");
}

/// Clients that share their keys read what the others write.
#[test]
fn only_shared_keys_are_changed_by_another_client() {
    let two = |shared: bool| {
        let shared = if shared { r#","shared":true"# } else { "" };
        let json = format!(
            r#"{{"headroom":1,"nodes":[
            {{"id":1,"block":"client","rate":20,"reads":0,"keys":10,"zipf":0{shared}}},
            {{"id":2,"block":"sql-database","replicas":1,"reads_from":"replicas","lag_ms":100,"read_ms":0}},
            {{"id":3,"block":"client","rate":500,"reads":1,"keys":10,"zipf":0{shared}}}],
            "links":[[1,2],[3,2]]}}"#
        );
        run(&json, 60.0).clients[1].seen.counts
    };
    let [own, shared] = [two(false), two(true)];
    assert_eq!(own.stale, 0);
    // Two writes a second to each key; an answer leaves the store 10 ms before it is acknowledged.
    near("stale", shared.stale, shared.reads, 1.0 - libm::exp(-2.0 * 0.09), 0.03);
}

/// The steady method has the formula: puzzle 5's 2.8 % and 20.7 %.
#[test]
fn the_steady_method_knows_the_share_of_stale_reads() {
    for (lag_ms, share) in [(50.0, 0.027_869), (1000.0, 0.206_981)] {
        let json = format!(
            r#"{{"headroom":1,"nodes":[
            {{"id":1,"block":"client","rate":6200,"reads":0.967741935,"keys":10000,"zipf":0.8}},
            {{"id":2,"block":"sql-database","replicas":3,"reads_from":"replicas","lag_ms":{lag_ms},"replay":0}}],
            "links":[[1,2,{{"latency_ms":0}}]]}}"#
        );
        let found = headroom::engine::steady::solve(&topology(&json)).consistency.stale.expect("a share");
        assert!((found.value / share - 1.0).abs() < 1e-4, "{found:?}");
    }
}

/// One client, two stores: its reads go to one, its writes to the other, and `more` links.
fn apart(more: &str) -> String {
    format!(
        r#"{{"headroom":1,"nodes":[
        {{"id":1,"block":"client","rate":400,"reads":0.5,"keys":20,"zipf":0}},
        {{"id":2,"block":"app-server","service_ms":1}},
        {{"id":3,"block":"sql-database","replicas":1,"read_ms":0.1,"write_ms":0.1}},
        {{"id":4,"block":"sql-database","replicas":1,"read_ms":0.1,"write_ms":0.1}},
        {{"id":5,"block":"message-queue"}},
        {{"id":6,"block":"worker","instances":20,"service_ms":30}}],
        "links":[[1,2],[2,3,{{"ops":"reads"}}],[2,4,{{"ops":"writes"}}]{more}]}}"#
    )
}

/// Pictures and orders of one client lie in two stores: an order does not make a picture old.
#[test]
fn reads_of_data_that_no_write_reaches_are_not_compared() {
    let report = run(&apart(""), 20.0);
    assert_eq!(report.consistency.counts.reads, 0, "{:?}", report.consistency.counts);
    assert!(report.consistency.counts.writes > 3_000 && report.consistency.stale.is_none());
    // With a projection the other store shows what was written, a little later.
    let seen = seen(&apart(r#",[2,5,{"ops":"writes"}],[5,6],[6,3,{"ops":"writes"}]"#), 20.0);
    assert!(seen.reads > 3_000 && seen.stale > 0, "{seen:?}");
    assert!(seen.stale * 5 < seen.reads, "{seen:?}");
}
