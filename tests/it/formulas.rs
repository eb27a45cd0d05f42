//! Queueing formulas against the reference cases, each to the tolerance of its case.

use headroom::engine::formulas::invert::{self, Complex};
use headroom::engine::formulas::{
    Bounded, Wait, batch_m_1, erlang_b, erlang_c, gi_g_c, gi_m_c, h2_m_c, mmpp_m_1, token_bucket_admits,
    wave_m_inf,
};

use crate::reference::case;

#[test]
fn erlang_b_and_what_it_answers() {
    for id in ["erlangB_c1_a5", "erlangB_c5_a30", "erlangB_c50_a450"] {
        let case = case(id);
        let offered = case.param("lam") / case.param("mu");
        let lost = erlang_b(case.param("c") as u32, offered);
        case.check("P_block", lost);
        case.check("throughput", case.param("lam") * (1.0 - lost));
        case.check("busy_servers", offered * (1.0 - lost));
    }
    // Millions of servers: the loss at full load nears √(2 ÷ (π c)).
    let many = erlang_b(100_000_000, 1e8);
    assert!((many / (2.0 / (std::f64::consts::PI * 1e8)).sqrt() - 1.0).abs() < 1e-3, "{many}");
    assert_eq!((erlang_b(0, 3.0), erlang_b(5, 0.0)), (1.0, 0.0));
    case("erlangB_insens_logn").check("P_block", erlang_b(10, 8.0));
    let limit = case("concurrency_limit_1000");
    limit.check("throttle_fraction", erlang_b(1_000, 950.0));
    limit.check("admit_fraction", 1.0 - erlang_b(1_000, 950.0));
    case("sliding_log_l80_L100").check("admit_fraction", 1.0 - erlang_b(100, 80.0));
    case("sliding_log_l150_L100").check("admit_fraction", 1.0 - erlang_b(100, 150.0));
}

/// A bounded queue without waiting places is Erlang B, with very many it is M/M/c, and above saturation it carries
/// what the servers can.
#[test]
fn mmck_joins_its_neighbors() {
    let near = |a: f64, b: f64| assert!((a - b).abs() <= 1e-12 * b.abs(), "{a} and {b}");
    near(Bounded::new(45.0, 1.0, 50, 50).lost, erlang_b(50, 45.0));
    near(Bounded::new(45.0, 1.0, 50, 5_000).mean_wait(), Wait::mmc(45.0, 1.0, 50).mean());
    near(Bounded::new(45.0, 1.0, 50, 5_000).waits, erlang_c(50, 45.0));
    near(Bounded::new(80.0, 1.0, 50, 1_200).carried(), 50.0);
    // The queue stands full but for the gaps that leave before the next arrival: K − 1/(ρ − 1) present.
    near(Bounded::new(80.0, 1.0, 50, 1_200).waiting, 1_150.0 - 1.0 / (80.0 / 50.0 - 1.0));
}

/// GI/M/c with Poisson gaps by its own formula is Erlang C: a hair beside 1 takes the long way.
#[test]
fn gi_m_c_with_poisson_gaps_is_mmc() {
    for servers in [1, 2, 4, 10, 40] {
        let arrivals = 0.85 * f64::from(servers);
        let (long, short) = (gi_m_c(arrivals, 1.0 - 1e-9, 1.0, servers), Wait::mmc(arrivals, 1.0, servers));
        assert!((long.chance / short.chance - 1.0).abs() < 1e-6, "{servers}: {long:?} {short:?}");
        assert!((long.delayed / short.delayed - 1.0).abs() < 1e-6, "{servers}: {long:?} {short:?}");
    }
}

#[test]
fn constant_service_on_four_servers_is_near() {
    let exact = 0.003860949308616716;
    let got = gi_g_c(320.0, 1.0, 0.01, 0.0, 4).mean();
    assert!((got / exact - 1.0).abs() < 0.005, "{got}");
}

#[test]
fn sums_and_mixtures_by_transform() {
    let exponential = |rate: f64| move |s: Complex| (Complex::ONE + s * (1.0 / rate)).inverse();
    let tandem = case("tandem2");
    let (first, second) = (exponential(80.0 - 50.0), exponential(100.0 - 50.0));
    let sum = |s| first(s) * second(s);
    for (quantity, p) in [("T_p50", 0.5), ("T_p95", 0.95), ("T_p99", 0.99)] {
        tandem.check(quantity, invert::quantile(|time| invert::survival(sum, time), 0.1, p));
    }
    let h2 = case("mh2_1_cv2_4_rho50");
    let phases = [(0.1127016653792583, 22.54033307585166), (1.0 - 0.1127016653792583, 177.45966692414834)];
    let service = |s: Complex| {
        let [slow, quick] = phases.map(|(share, rate)| exponential(rate)(s) * share);
        slow + quick
    };
    let sojourn = |s: Complex| s * 0.5 / (s - Complex::real(50.0) + service(s) * 50.0) * service(s);
    h2.check("T_p99", invert::quantile(|time| invert::survival(sojourn, time), 0.2, 0.99));
}

/// Where the exact chain ends, diffusion goes on: near loads on both sides of 1, and the fluid limit above.
#[test]
fn large_token_buckets_continue_small_ones() {
    for load in [0.97, 0.99, 1.0, 1.01, 1.2] {
        let (small, large) = (token_bucket_admits(load, 1.0, 200), token_bucket_admits(load, 1.0, 201));
        assert!((small - large).abs() < 2e-3, "{load}: {small} and {large}");
    }
    assert!((token_bucket_admits(200.0, 100.0, 1_000) - 0.5).abs() < 1e-9);
}

#[test]
fn lines_of_one_source_are_those_of_the_reference() {
    let wave = case("mt_minf_sinusoid");
    let at = |time: f64| wave_m_inf(100.0, 60.0, 60.0, 2.0, time);
    for (time, quantity) in [(0.0, "EN_t0"), (15.0, "EN_t15"), (30.0, "EN_t30"), (45.0, "EN_t45")] {
        wave.check(quantity, at(time).0);
    }
    wave.check("peak_lag_s", at(0.0).1);
    let h2 = case("h2m1_cv4_rho80");
    let wait = h2_m_c(80.0, 4.0, 0.01, 1);
    h2.check("sigma", wait.chance);
    h2.check("Wq_mean", wait.mean());
    // A batch of one and two equal rates are Poisson: M/M/1.
    let mm1 = Wait::mmc(70.0, 0.01, 1);
    let alike = |a: Wait| {
        assert!(
            (a.chance - mm1.chance).abs() < 1e-12 && (a.delayed / mm1.delayed - 1.0).abs() < 1e-10,
            "{a:?}"
        );
    };
    alike(batch_m_1(70.0, 1, 0.01));
    alike(mmpp_m_1([70.0, 70.0], [0.5, 1.5], 0.01));
    let mmpp = case("mmpp2_m1");
    let wait = mmpp_m_1([20.0, 150.0], [0.5, 1.5], 0.01);
    mmpp.check("T_mean", wait.mean() + 0.01);
    mmpp.check("L", 52.5 * (wait.mean() + 0.01));
}
