//! Servers: disciplines, sessions, autoscaling, sizes, errors; functions. Each with the number that theory gives.

use headroom::engine::simulate::{Simulation, measure};
use headroom::engine::{Plan, Unit};
use headroom::report::{Cause, Report};

use crate::checks::{assert_conserved, near, of};

fn run(nodes: &str, links: &str, duration_s: f64) -> Report {
    let plan = Plan { seed: 11, duration_s, warmup_s: duration_s / 20.0 };
    let report = measure(&of(nodes, links), &plan);
    assert_conserved(&report);
    report
}

fn mean(report: &Report) -> f64 {
    report.total.latency.expect("answers").mean.value
}

fn share(report: &Report, cause: Cause) -> f64 {
    report.total.counts.failed[cause as usize] as f64 / report.total.counts.sent as f64
}

const NOW: &str = r#"[1,2,{"latency_ms":0}]"#;

fn client(rate: f64) -> String {
    format!(r#"{{"id":1,"block":"client","rate":{rate},"reads":1,"timeout_s":3600}}"#)
}

#[test]
fn sharing_the_cores_takes_as_long_whatever_the_services_are() {
    // mm1ps_rho80, mg1ps_h2_rho80, md1ps_rho80: 0.05 s each, where first come, first served gives 0.05, 0.13 and 0.03.
    let shapes =
        [("exponential", 1.0, 0.05), ("hyperexponential", 10f64.sqrt(), 0.1), ("constant", 1.0, 0.05)];
    for (shape, cv, tolerance) in shapes {
        let server = format!(
            r#"{{"id":2,"block":"app-server","cores":1,"service_ms":10,"service_shape":"{shape}","service_cv":{cv},
            "discipline":"sharing","threads":"async","queue":1048576}}"#
        );
        let report = run(&format!("{},{server}", client(80.0)), NOW, 4_000.0);
        near(shape, mean(&report), 0.05, tolerance);
        near("busy", report.nodes[1].busy.expect("cores").value, 0.8, 0.02);
        near("present", report.nodes[1].present, 4.0, tolerance);
    }
}

#[test]
fn several_shared_cores_serve_as_m_m_c_does() {
    // mmc_c4: Erlang C of 4 servers at 2.8 erlangs: 1 + 0.357… of the service time on average.
    let server = |discipline: &str| {
        format!(
            r#"{{"id":2,"block":"app-server","cores":4,"service_ms":10,"discipline":"{discipline}","threads":"async"}}"#
        )
    };
    let found =
        |discipline: &str| mean(&run(&format!("{},{}", client(280.0), server(discipline)), NOW, 600.0));
    near("as in order", found("sharing"), found("fifo"), 0.02);
}

/// Mean times of the urgent and of the other class of the reference cases.
fn by_priority(discipline: &str) -> [f64; 2] {
    let nodes = format!(
        r#"{{"id":1,"block":"client","rate":0.2,"reads":1,"timeout_s":3600,"priority":5}},
        {{"id":3,"block":"client","rate":0.6,"reads":0,"timeout_s":3600}},
        {{"id":2,"block":"app-server","cores":1,"service_ms":1000,"write_ms":1000,"discipline":"{discipline}",
        "threads":"async","queue":1048576}}"#
    );
    let report = run(&nodes, r#"[1,2,{"latency_ms":0}],[3,2,{"latency_ms":0}]"#, 100_000.0);
    [&report.reads, &report.writes].map(|traffic| traffic.latency.expect("answers").mean.value)
}

#[test]
fn urgent_calls_wait_less_as_cobham_says() {
    let [urgent, others] = by_priority("priority");
    near("priority_nonpreemptive T1", urgent, 2.0, 0.04);
    near("priority_nonpreemptive T2", others, 6.0, 0.07);
}

#[test]
fn urgent_calls_that_push_others_out_do_not_see_them() {
    let [urgent, others] = by_priority("preemptive");
    near("priority_preemptive_resume T1", urgent, 1.25, 0.04);
    near("priority_preemptive_resume T2", others, 6.25, 0.07);
}

#[test]
fn priorities_hold_in_the_line_for_threads_as_well() {
    // 200 threads that wait 1 s for others: 100/s urgent and 200/s others for 200/s. The urgent ones all get through.
    let nodes = r#"{"id":1,"block":"client","rate":100,"reads":1,"timeout_s":2,"priority":9},
        {"id":3,"block":"client","rate":200,"reads":0,"timeout_s":2},
        {"id":2,"block":"app-server","cores":8,"service_ms":0,"write_ms":0,"discipline":"priority","queue":10000},
        {"id":4,"block":"external-service","service_ms":1000,"service_shape":"constant","errors":0}"#;
    let report = run(nodes, r#"[1,2],[3,2],[2,4]"#, 60.0);
    assert!(report.reads.latency.expect("answers").mean.value < 1.1, "{:?}", report.reads.latency);
    assert!(
        report.reads.success.value > 0.99 && report.writes.success.value < 0.6,
        "{:?}",
        report.writes.success
    );
}

#[test]
fn a_session_in_memory_fails_on_the_other_instances() {
    // n − 1 in n of the logged-in requests land elsewhere.
    let nodes = |logged_in: f64| {
        format!(
            r#"{{"id":1,"block":"client","rate":500,"reads":1,"users":100}},{{"id":2,"block":"load-balancer","policy":"random"}},
            {{"id":3,"block":"app-server","instances":3,"service_ms":1,"state":"sessions","logged_in":{logged_in}}}"#
        )
    };
    let stateful = |logged_in: f64| share(&run(&nodes(logged_in), "[1,2],[2,3]", 100.0), Cause::Stateful);
    near("all", stateful(1.0), 2.0 / 3.0, 0.02);
    near("half", stateful(0.5), 1.0 / 3.0, 0.04);
    let alone = nodes(1.0).replace("\"instances\":3", "\"instances\":1");
    assert_eq!(share(&run(&alone, "[1,2],[2,3]", 20.0), Cause::Stateful), 0.0);
}

#[test]
fn a_server_fails_as_often_as_it_is_told() {
    let server = r#"{"id":2,"block":"app-server","service_ms":0.1,"errors":0.05}"#;
    let report = run(&format!("{},{server}", client(1000.0)), NOW, 100.0);
    near("errors", share(&report, Cause::DependencyFailed), 0.05, 0.03);
}

fn scaled(rate: f64, more: &str) -> String {
    format!(
        r#"{{"id":1,"block":"client","rate":{rate},"reads":1}},{{"id":2,"block":"load-balancer"}},
        {{"id":3,"block":"app-server","cores":1,"service_ms":10,"autoscaling":true,"min_instances":2,
        "max_instances":12,"instances":2,"boot_s":10,"cooldown_s":30,"target_busy":0.6{more}}}"#
    )
}

#[test]
fn instances_come_and_go_with_the_load_without_an_error() {
    // 400/s of 10 ms are 4 cores of work: 4 / 0.6 = 6.67, so 7 instances; at 90/s 1.5, so the least, 2.
    let mut simulation = Simulation::new(of(&scaled(90.0, ""), "[1,2],[2,3]"), 2);
    simulation.advance(60_000_000_000, u64::MAX);
    assert_eq!(simulation.report().nodes[2].alive, 2);
    simulation.set_traffic(400.0 / 90.0);
    simulation.advance(300_000_000_000, u64::MAX);
    let alive = simulation.report().nodes[2].alive;
    assert!((7..=8).contains(&alive), "{alive} instances");
    near("busy of what runs", simulation.report().nodes[2].load.expect("cores"), 4.0 / 7.0, 0.3);
    simulation.set_traffic(1.0);
    simulation.advance(301_000_000_000, u64::MAX);
    simulation.start_measuring();
    simulation.advance(500_000_000_000, u64::MAX);
    let report = simulation.report();
    assert_conserved(&report);
    assert_eq!(report.nodes[2].alive, 2);
    assert_eq!(report.total.counts.failures(), 0, "draining loses nothing");
}

#[test]
fn until_new_instances_have_booted_the_old_ones_are_overloaded() {
    let report = |boot: u32| {
        let more = format!(r#","boot_s":{boot},"queue":20"#);
        let nodes = scaled(90.0, "").replace("\"boot_s\":10,", "");
        let nodes = nodes.replace("\"target_busy\":0.6", &format!("\"target_busy\":0.6{more}"));
        let mut simulation = Simulation::new(of(&nodes, "[1,2],[2,3]"), 2);
        simulation.advance(30_000_000_000, u64::MAX);
        simulation.set_traffic(400.0 / 90.0);
        simulation.advance(150_000_000_000, u64::MAX);
        simulation.report().total.counts.failures()
    };
    // Half of 400/s is lost until the decision and the boot are over: at least 100 s against 10 to 25 s.
    let (slow, quick) = (report(100), report(5));
    assert!(slow > 18_000 && quick < 6_000, "{slow} and {quick}");
}

#[test]
fn workers_scale_with_their_backlog() {
    let nodes = r#"{"id":1,"block":"client","rate":40,"reads":0},{"id":2,"block":"message-queue"},
        {"id":3,"block":"worker","service_ms":100,"cores":1,"autoscaling":true,"instances":1,"max_instances":20,"boot_s":5}"#;
    let mut simulation = Simulation::new(of(nodes, "[1,2],[2,3]"), 2);
    simulation.advance(200_000_000_000, u64::MAX);
    let report = simulation.report();
    // 4 cores of work at 60 %.
    assert!(report.nodes[2].alive >= 7, "{}", report.nodes[2].alive);
    assert!(report.nodes[1].waiting < 1_000.0);
}

#[test]
fn a_size_of_machine_sets_cores_and_price() {
    let lowered = |size: &str| {
        let topology =
            of(&format!(r#"{{"id":1,"block":"app-server","instances":2,"machine":"{size}"}}"#), "");
        (topology.place(0).servers.cores, topology.place(0).price.month)
    };
    assert_eq!(lowered("custom"), (Some(2), 112.42));
    assert_eq!(lowered("m5-2xlarge"), (Some(8), 560.64));
}

#[test]
fn a_function_throttles_as_erlang_b_says() {
    // concurrency_limit_1000 in small: 9.5 erlangs on 10: B(10, 9.5) = 0.1965.
    let function = r#"{"id":2,"block":"function","service_ms":200,"service_shape":"lognormal","concurrency":10,"cold_ms":0}"#;
    let report = run(&format!("{},{function}", client(47.5)), NOW, 2_000.0);
    near("throttled", share(&report, Cause::Throttled), headroom::engine::formulas::erlang_b(10, 9.5), 0.02);
}

#[test]
fn a_function_that_is_seldom_called_starts_cold() {
    // cold_start_low_rate: kept for twice the mean gap between calls (here 0.6 s and 0.3 s): e^(−2).
    let function = r#"{"id":2,"block":"function","service_ms":0,"cold_ms":1,"keep_alive_s":0.6}"#;
    let rate = 1.0 / 0.3;
    let report = run(&format!("{},{function}", client(rate)), NOW, 10_000.0);
    near("cold", report.nodes[1].cold.expect("calls"), 0.135_335, 0.05);
    near("latency", mean(&report), 0.001 * 0.135_335, 0.05);
}

#[test]
fn a_given_share_of_cold_starts_makes_two_kinds_of_calls() {
    // cold_start_mixture: 98 % exponential 50 ms, 2 % with 800 ms more.
    let function = r#"{"id":2,"block":"function","service_ms":50,"service_shape":"exponential","cold_ms":800,
        "cold_starts":"given","cold_share":0.02}"#;
    let report = run(&format!("{},{function}", client(200.0)), NOW, 500.0);
    let latency = report.total.latency.expect("answers");
    near("mean", latency.mean.value, 0.066, 0.03);
    near("p50", latency.p50.value, 0.035_688, 0.02);
    near("p95", latency.p95.value, 0.174_318, 0.04);
    near("p99", latency.p99.value, 0.834_658, 0.02);
    near("cold", report.nodes[1].cold.expect("calls"), 0.02, 0.05);
}

#[test]
fn a_function_is_ended_after_its_longest_run() {
    // P(Exp(50 ms) > 100 ms) = e^(−2), and nobody takes longer.
    let function = r#"{"id":2,"block":"function","service_ms":50,"service_shape":"exponential","cold_ms":0,"max_duration_s":0.1}"#;
    let report = run(&format!("{},{function}", client(200.0)), NOW, 400.0);
    near("timed out", share(&report, Cause::TimedOut), 0.135_335, 0.02);
    assert!(report.total.latency.expect("answers").p99.value <= 0.1);
    // Waiting for others counts.
    let nodes = format!(
        r#"{},{{"id":2,"block":"function","service_ms":1,"max_duration_s":0.1}},{{"id":3,"block":"external-service","service_ms":500}}"#,
        client(20.0)
    );
    let report = run(&nodes, &format!("{NOW},[2,3]"), 60.0);
    assert!(share(&report, Cause::TimedOut) > 0.9);
}

#[test]
fn edits_and_kills_under_every_discipline_keep_the_books() {
    let nodes = |discipline: &str, cores: u32| {
        format!(
            r#"{{"id":1,"block":"client","rate":180,"reads":1,"timeout_s":0.5,"priority":3,"retries":1}},
            {{"id":9,"block":"client","rate":100,"reads":1,"timeout_s":1}},{{"id":2,"block":"load-balancer"}},
            {{"id":3,"block":"app-server","instances":2,"cores":{cores},"service_ms":10,"discipline":"{discipline}","queue":50,
            "state":"sessions","logged_in":0.1}},
            {{"id":4,"block":"function","service_ms":20,"concurrency":5,"max_duration_s":0.05}}"#
        )
    };
    let links = r#"[1,2,{"on_timeout":"stops"}],[9,2,{"on_timeout":"leaves"}],[2,3,{"timeout_ms":200,"on_timeout":"stops"}],[3,4]"#;
    let all = ["sharing", "priority", "preemptive", "fifo"];
    let mut simulation = Simulation::new(of(&nodes("fifo", 1), links), 3);
    for turn in 0..32_u32 {
        let discipline = all[(turn as usize * 5 + 1) % 4];
        simulation.change(of(&nodes(discipline, 1 + turn % 3), links));
        simulation.advance(u64::from(turn + 1) * 400_000_000, u64::MAX);
        assert_conserved(&simulation.report());
        match turn % 4 {
            1 => simulation.kill(Unit::Instance { node: 3, instance: turn % 2 }),
            2 => simulation.revive(Unit::Block { node: 3 }),
            _ => {}
        }
    }
    assert!(simulation.report().nodes[3].ledger.arrived > 1_000);
}
