//! Numbers as people read them.

use headroom::figures::{Kind, count, estimate, money, multiple, plain, rate, share, stated, time, whole};
use headroom::report::{Estimate, Trust};

#[track_caller]
fn check(cases: &[(f64, &str)], show: fn(f64) -> String) {
    for (value, expected) in cases {
        assert_eq!(show(*value), *expected, "for {value}");
    }
}

#[test]
fn rates_keep_three_digits_and_stay_whole_up_to_ten_thousand() {
    check(
        &[
            (0.0, "0/s"),
            (0.25, "0.250/s"),
            (12.4, "12.4/s"),
            (99.96, "100/s"),
            (4_100.0, "4,100/s"),
            (9_994.0, "9,994/s"),
            (12_400.0, "12.4 k/s"),
            (999_499.0, "999 k/s"),
            (1_200_000.0, "1.20 M/s"),
            (f64::NAN, "–"),
        ],
        rate,
    );
}

#[test]
fn times_choose_their_unit() {
    check(
        &[
            (0.0, "0 ms"),
            (2.5e-7, "250 ns"),
            (2.5e-4, "250 µs"),
            (0.0125, "12.5 ms"),
            (0.187, "187 ms"),
            (0.999_6, "1.00 s"),
            (12.0, "12.0 s"),
            (150.0, "2.50 min"),
            (7_200.0, "2.00 h"),
            (259_200.0, "3.00 days"),
            (f64::INFINITY, "–"),
        ],
        time,
    );
}

#[test]
fn shares_show_what_is_missing_and_never_round_up_to_everything() {
    check(
        &[
            (0.0, "0 %"),
            (0.000_3, "0.03 %"),
            (0.123_4, "12.3 %"),
            (0.5, "50 %"),
            (0.999, "99.9 %"),
            (0.999_5, "99.95 %"),
            (0.999_986, "99.9986 %"),
            (1.0, "100 %"),
            (1.4, "140 %"),
        ],
        share,
    );
}

#[test]
fn money_has_cents_only_where_they_matter() {
    check(
        &[
            (0.0, "$0"),
            (0.012_34, "$0.0123"),
            (0.2, "$0.20"),
            (56.21, "$56.21"),
            (1_857.4, "$1,857"),
            (-20.0, "−$20.00"),
        ],
        money,
    );
}

#[test]
fn plain_numbers() {
    check(&[(0.52, "0.52"), (12.44, "12.4"), (12_400.0, "12,400"), (-1_500.0, "−1,500")], count);
    check(&[(1.44, "1.4×"), (2.0, "2.0×"), (12.2, "12×"), (f64::INFINITY, "without limit")], multiple);
    check(&[(0.1, "0.1"), (1_048_576.0, "1,048,576"), (2.5e-5, "0.000025"), (1e300, "1e300")], plain);
    assert_eq!(whole(1_048_576), "1,048,576");
}

#[test]
fn what_was_stated_does_not_look_measured() {
    let cases = [(0.05, Kind::Time, "50 ms"), (600.0, Kind::Time, "10 min"), (2.0, Kind::Multiple, "2×")];
    let more =
        [(1.25, Kind::Multiple, "1.25×"), (0.999, Kind::Share, "99.9 %"), (3_000.0, Kind::Money, "$3,000")];
    for (value, kind, expected) in cases.into_iter().chain(more) {
        assert_eq!(stated(value, kind), expected);
    }
}

#[track_caller]
fn check_estimate(value: f64, trust: Trust, kind: Kind, expected: &str) {
    assert_eq!(estimate(&Estimate { value, trust }, kind), expected);
}

#[test]
fn estimates_say_how_far_they_can_be_trusted() {
    check_estimate(0.187, Trust::Exact, Kind::Time, "187 ms");
    check_estimate(0.187, Trust::Approximate, Kind::Time, "≈ 187 ms");
    check_estimate(0.187, Trust::Low, Kind::Time, "roughly 187 ms");
    check_estimate(0.187, Trust::Between(0.181, 0.193), Kind::Time, "187 ms ± 6");
    check_estimate(0.187, Trust::Between(0.186, 0.2), Kind::Time, "187 ms (186–200)");
    check_estimate(12_046.0, Trust::Between(12_000.0, 12_092.0), Kind::Rate, "12.05 k/s ± 0.05");
    check_estimate(0.012_046, Trust::Between(0.012, 0.012_092), Kind::Time, "12.05 ms ± 0.05");
    check_estimate(0.999, Trust::Between(0.998_5, 0.999_5), Kind::Share, "99.90 % ± 0.05");
    check_estimate(0.012_046, Trust::Between(0.011_926, 0.012_166), Kind::Time, "12.05 ms ± 0.12");
    check_estimate(800.0, Trust::Between(785.0, 815.0), Kind::Rate, "800/s ± 15");
    check_estimate(0.059, Trust::Between(0.0562, 0.0618), Kind::Time, "59 ms ± 3");
    check_estimate(1.0, Trust::Between(1.0, 1.0), Kind::Share, "100 %");
    check_estimate(5.0, Trust::AtLeast(3.0), Kind::Time, "5.00 s (at least 3.00 s)");
    check_estimate(5.0, Trust::TooFew, Kind::Time, "5.00 s (no interval)");
    check_estimate(5.0, Trust::Growing, Kind::Time, "5.00 s (depends on the length of the run)");
    check_estimate(5.0, Trust::Changing, Kind::Time, "5.00 s (no interval: conditions changed)");
}

#[test]
fn time_left_is_said_once_it_can_be_known_and_not_more_exactly_than_it_is() {
    // A quarter in 3 s: 9 s are left; a tenth in 10 s: 90.
    assert_eq!(headroom::figures::left(3.0, 0.25).as_deref(), Some("about 9 s left"));
    assert_eq!(headroom::figures::left(10.0, 0.1).as_deref(), Some("about 90 s left"));
    assert_eq!(headroom::figures::left(100.0, 0.1).as_deref(), Some("about 15 min left"));
    assert_eq!(headroom::figures::left(11.0, 0.2).as_deref(), Some("about 50 s left"));
    for (after_s, done) in [(0.5, 0.25), (3.0, 0.0), (30.0, 0.01), (10.0, 0.95), (10.0, 1.0)] {
        assert_eq!(headroom::figures::left(after_s, done), None, "{after_s} {done}");
    }
}
