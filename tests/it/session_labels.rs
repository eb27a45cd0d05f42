//! Labels of links: as much as fits between the cards, by arithmetic.

use headroom::job::LinkFrame;
use headroom::session::geometry::curve;
use headroom::session::labels::{Parts, Room, Seat, Shape, Words, laid};
use headroom::share::from_json;

/// The room beside the only link, from a block at the origin to one here, and beside others.
fn room(to: [i32; 2], others: &[[i32; 2]]) -> Room {
    let place = |(index, at): (usize, &[i32; 2])| {
        format!(r#"{{"id":{},"block":"app-server","at":[{},{}]}}"#, index + 1, at[0], at[1])
    };
    let all: Vec<[i32; 2]> = [[0, 0], to].into_iter().chain(others.iter().copied()).collect();
    let nodes: Vec<String> = all.iter().enumerate().map(place).collect();
    let json = format!(r#"{{"headroom":1,"nodes":[{}],"links":[[1,2]]}}"#, nodes.join(","));
    let design = from_json(&json).expect("a design").design;
    laid(&design)[0].1
}

#[test]
fn between_two_blocks_in_a_row_a_label_has_the_gap() {
    // Cards are 176 wide and keep 4 to each side: of a gap of 124, 116 are left; of one of 34, 26.
    assert_eq!(room([300, 0], &[]), Room { line: 116.0, stack: 116.0 });
    assert_eq!(room([210, 0], &[]).line, 26.0);
    assert_eq!(room([176, 0], &[]).line, 0.0, "cards that touch");
}

#[test]
fn a_third_card_takes_room_away() {
    // The label of a link from 176,38 to 900,38 stands at 538,29; a card above it, from 500 to 676 and from -60 to 16,
    // ends 13 above its foot: with 4 of room, letters 12 high touch it.
    assert_eq!(room([900, 0], &[[500, -60]]).line, 0.0);
    // 5 higher, one line is clear of it, and three are not.
    let Room { line, stack } = room([900, 0], &[[500, -65]]);
    assert_eq!((line, stack), (320.0, 0.0));
}

/// Their lanes are 28 apart and their middles 21: a line of 16 fits between them, three lines do not.
#[test]
fn links_between_the_same_two_blocks_have_one_line_each() {
    let json = r#"{"headroom":1,"nodes":[{"id":1,"block":"app-server","at":[0,0]},{"id":2,"block":"sql-database","at":[300,0]}],
        "links":[[1,2,{"ops":"reads"}],[1,2,{"ops":"writes"}]]}"#;
    let design = from_json(json).expect("a design").design;
    assert_eq!(laid(&design), [-14.0, 14.0].map(|bend| (bend, Room { line: 116.0, stack: 0.0 })));
    let [one, other] = [-14.0, 14.0].map(|bend| Seat::beside(&curve([0, 0], [300, 0], bend)).at);
    assert_eq!(other[1] - one[1], 21.0);
}

#[test]
fn between_two_rows_that_nearly_touch_a_label_has_no_room_although_it_is_wide() {
    // Back to the left and 90 lower: 14 between the rows, less than a line and its room.
    assert_eq!(room([-100, 90], &[]).line, 0.0);
    assert!(room([-100, 180], &[]).line > 100.0);
}

#[test]
fn the_most_that_fits_is_shown() {
    let parts = Parts { carries: 60.0, rate: 50.0, failed: 40.0 };
    let shape = |line: f64, stack: f64| parts.shape(Room { line, stack });
    assert_eq!(shape(150.0, 0.0), Shape::Line);
    assert_eq!(shape(149.0, 60.0), Shape::Stack);
    assert_eq!(shape(149.0, 59.0), Shape::Rate);
    assert_eq!(shape(49.0, 59.0), Shape::Nothing);
}

#[test]
fn a_label_says_what_is_carried_how_much_and_how_many_fail() {
    let now = |calls, failures, cut| LinkFrame { calls, failures, cut };
    let said = |carries, now| {
        let Words { carries, rate, failed } = Words::of(carries, &now);
        (carries, rate.unwrap_or_default(), failed.unwrap_or_default())
    };
    let words = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    assert_eq!(said("reads", now(1_000.0, 0.5, false)), words("reads", "1,000/s", ""));
    assert_eq!(said("", now(0.0, 0.0, true)), words("cut", "", ""));
    assert_eq!(said("#paid", now(100.0, 1.25, true)), words("#paid cut", "100/s", "✕ 1.25 %"));
    assert_eq!(said("", now(1_000.0, 333.3, false)).2, "✕ 33 %", "where many fail, whole percents");
}

#[test]
fn the_width_of_a_label_is_that_of_its_letters_and_bold_where_calls_fail() {
    let words = |carries: &str, failures| {
        Words::of(carries, &LinkFrame { calls: 500.0, failures, cut: false }).parts(10.0)
    };
    // “reads ” and “500/s”.
    assert_eq!(words("reads", 0.0), Parts { carries: 60.0, rate: 50.0, failed: 0.0 });
    // “500/s” and “ ✕ 20 %”, 13 % wider.
    let Parts { carries, rate, failed } = words("", 100.0);
    let widths = [carries, rate, failed].map(|width| (width * 10.0).round() / 10.0);
    assert_eq!(widths, [0.0, 56.5, 79.1]);
}

#[test]
fn a_label_stands_above_a_flat_link_and_on_a_steep_one() {
    assert_eq!(Seat::beside(&curve([0, 0], [400, 0], 0.0)), Seat { at: [288.0, 29.0], steep: false });
    let steep = Seat::beside(&curve([0, 0], [200, 400], 0.0));
    assert_eq!((steep.at, steep.steep), ([188.0, 242.0], true));
}
