//! Formulas of policies against the reference cases, to the accuracy that each case states.

use headroom::engine::formulas::orders::{by_priority, calls_until_in_a_row, erlang_a, fork_join, harmonic};
use headroom::topology::{Jitter, Policies};

use crate::reference::case;

#[test]
fn erlang_a_is_exact() {
    let case = case("erlangA_overload_c8");
    let found = erlang_a(
        case.param("lam"),
        1.0 / case.param("mu"),
        case.param("c") as u32,
        1.0 / case.param("theta"),
    );
    case.check("P_abandon", found.abandons);
    case.check("P_wait", found.waits);
    case.check("Lq", found.waiting);
    case.check("throughput", found.carried);
}

#[test]
fn priorities_are_exact() {
    for (id, preemptive) in [("priority_nonpreemptive", false), ("priority_preemptive_resume", true)] {
        let case = case(id);
        let [urgent, others] =
            by_priority([case.param("l1"), case.param("l2")], 1.0 / case.param("mu"), preemptive);
        case.check("T1_mean", urgent);
        case.check("T2_mean", others);
    }
}

#[test]
fn forks_and_joins_are_as_published() {
    case("forkjoin_2").check("T_mean", fork_join(2, 0.7, 1.0));
    case("forkjoin_8").check("T_mean_NT", fork_join(8, 0.7, 1.0));
    case("fanout_noqueue_100").check("T_mean", harmonic(100) / 100.0);
}

#[test]
fn backoff_and_breaker_are_arithmetic() {
    let backoff = case("backoff_exponential");
    let policies = Policies { backoff_cap_s: 2.0, ..Policies::default() };
    let total: f64 = (1..=6).map(|number| policies.longest_delay(0.1, number)).sum();
    backoff.check("total_no_jitter", Jitter::None.mean() * total);
    backoff.check("total_full_jitter_mean", Jitter::Full.mean() * total);
    backoff.check("total_equal_jitter_mean", Jitter::Equal.mean() * total);
    case("breaker_consecutive").check("calls_to_trip_mean", calls_until_in_a_row(0.5, 5));
}
