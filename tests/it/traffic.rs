//! Where traffic comes from: who sends, when, and what is told apart.

use headroom::engine::Plan;
use headroom::engine::simulate::measure;
use headroom::report::Report;
use headroom::topology;

fn run(json: &str, duration_s: f64) -> Report {
    let opened = headroom::share::from_json(json).expect("a design");
    assert_eq!(opened.notes, [], "{json}");
    let (topology, problems) = topology::build(&opened.design);
    assert_eq!(problems, [], "{json}");
    measure(&topology, &Plan { seed: 5, duration_s, warmup_s: 0.0 })
}

#[test]
fn one_user_asks_at_one_point_of_presence() {
    // A thousand keys of one second each: ten locations see a tenth of the reads each, one location sees all.
    let hits = |users: u32| {
        let json = format!(
            r#"{{"headroom":1,"nodes":[
            {{"id":1,"block":"client","rate":1000,"reads":1,"keys":1000,"zipf":0,"users":{users}}},
            {{"id":2,"block":"cdn","ttl_s":1,"pops":10}},{{"id":3,"block":"object-store"}}],
            "links":[[1,2],[2,3,{{"latency_ms":0}}]]}}"#
        );
        run(&json, 40.0).nodes[1].hit_ratio.expect("look-ups")
    };
    let (one, many) = (hits(1), hits(0));
    // A key asked for r times a second is a hit with probability rT/(1 + rT): 1/2 at r = 1, 1/11 at r = 0.1.
    assert!((one - 0.5).abs() < 0.03, "one user: {one}");
    assert!((many - 1.0 / 11.0).abs() < 0.02, "many users: {many}");
    assert!((hits(100_000) - many).abs() < 0.02);
}
