//! Cards, curves and frames, against arithmetic.

use headroom::design::{GroupId, LinkId, NodeId};
use headroom::session::geometry::{self, Rect};
use headroom::session::routing;

use crate::session::{ROW, open};

#[test]
fn a_link_leaves_to_the_right_and_arrives_from_the_left() {
    for to in [[300, 0], [300, 200], [190, 30], [-300, 0], [-300, 200], [-40, -90], [0, 0]] {
        let curve = geometry::curve([0, 0], to, 0.0);
        let [start, first, last, end] = curve.0;
        assert_eq!(start, [176.0, 38.0], "{to:?}");
        assert_eq!(end, [f64::from(to[0]), f64::from(to[1]) + 38.0], "{to:?}");
        assert!(first[0] >= start[0] && last[0] <= end[0], "{to:?}: {curve:?}");
    }
}

#[test]
fn a_link_back_at_the_same_height_runs_clear_of_both_cards() {
    for from in [400, 900] {
        let curve = geometry::curve([from, 0], [0, 0], 0.0);
        let middle = curve.at(0.5);
        assert!(middle[1] > geometry::CARD[1] + 10.0, "below the cards: {middle:?}");
    }
    let around = geometry::curve([0, 0], [0, 0], 0.0).at(0.5);
    assert!(around[1] < -10.0 && around[0] == 88.0, "a block's link to itself runs above it: {around:?}");
}

#[test]
fn the_distance_to_a_straight_link_is_plain_arithmetic() {
    let curve = geometry::curve([0, 0], [300, 0], 0.0);
    for (point, distance) in [([238.0, 38.0], 0.0), ([238.0, 48.0], 10.0), ([310.0, 38.0], 10.0)] {
        assert!((curve.distance(point) - distance).abs() < 1e-9, "{point:?}");
    }
    assert_eq!(curve.path(), "M176 38C238 38 238 38 300 38");
    assert_eq!(curve.at(0.5), [238.0, 38.0]);
}

#[test]
fn links_between_the_same_two_blocks_run_apart() {
    let json = r#"{"headroom":1,"nodes":[{"id":1,"block":"client","at":[0,0]},
        {"id":2,"block":"app-server","at":[300,0]}],
        "links":[[1,2,{"ops":"reads"}],[1,2,{"ops":"writes"}],[1,2]]}"#;
    let session = open(json);
    assert_eq!(routing::bends(session.design()), [-28.0, 0.0, 28.0]);
    let middle = |id| geometry::link_curve(session.design(), LinkId(id)).expect("a link").at(0.5)[1];
    assert!(middle(2) - middle(1) > 12.0 && middle(3) - middle(2) > 12.0);
    let hit = |y| geometry::link_at(session.design(), [238.0, y], 12.0);
    assert_eq!(
        [hit(20.0), hit(38.0), hit(56.0), hit(90.0)],
        [Some(LinkId(1)), Some(LinkId(2)), Some(LinkId(3)), None]
    );
}

#[test]
fn the_uppermost_card_is_hit() {
    let mut session = open(ROW);
    session.edit(&headroom::design::Edit::Move(vec![(NodeId(3), [60, 30])]));
    let hit = |at| geometry::node_at(session.design(), at);
    assert_eq!(hit([20.0, 20.0]), Some(NodeId(1)));
    assert_eq!(hit([100.0, 50.0]), Some(NodeId(3)), "drawn later, it lies above");
    assert_eq!(hit([270.0, 50.0]), None);
}

#[test]
fn frames_hold_their_blocks_and_the_frames_inside() {
    let json = r#"{"headroom":1,"nodes":[{"id":1,"block":"client","at":[0,0]},
        {"id":2,"block":"app-server","at":[300,0],"in":2},{"id":3,"block":"app-server","at":[300,150],"in":1}],
        "groups":[{"id":1,"kind":"region","name":"north"},{"id":2,"kind":"zone","name":"a","in":1},
            {"id":3,"kind":"zone","name":"empty","in":1}]}"#;
    let frames = geometry::frames(open(json).design());
    let [(outer, region), (inner, zone)] = frames[..] else {
        panic!("an empty group has no frame: {frames:?}")
    };
    assert_eq!((outer, inner), (GroupId(1), GroupId(2)), "the outer one is drawn first");
    assert_eq!(zone, geometry::card([300, 0]).grown(24.0));
    assert_eq!(region, geometry::card([300, 150]).grown(24.0).union(&geometry::card([300, 0]).grown(48.0)));
}

#[test]
fn the_extent_holds_cards_curves_and_frames() {
    let extent = |json| geometry::extent(open(json).design());
    assert_eq!(extent(r#"{"headroom":1}"#), None);
    assert_eq!(
        extent(ROW),
        Some(Rect { min: [0.0, 0.0], max: [776.0, 76.0] }),
        "a straight link adds nothing"
    );
    let back = r#"{"headroom":1,"nodes":[{"id":1,"block":"app-server","at":[0,0]},
        {"id":2,"block":"app-server","at":[300,0]}],"links":[[2,1]]}"#;
    let all = extent(back).expect("two blocks");
    assert!(
        all.max[1] > 100.0 && all.max[0] > 476.0 && all.min[0] < 0.0,
        "the way back runs around: {all:?}"
    );
}

#[test]
fn rectangles_overlap_only_when_they_share_area() {
    let a = Rect::of_corners([10.0, 10.0], [0.0, 0.0]);
    let beside = Rect::of_corners([10.0, 0.0], [20.0, 10.0]);
    assert!(!a.overlaps(&beside) && a.overlaps(&beside.grown(0.5)));
    assert_eq!(a.union(&beside).size(), [20.0, 10.0]);
}
