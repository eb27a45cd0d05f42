//! The exercises prove themselves: the start fails, the references pass, and every cheat fails for its own reason.
//!
//! These runs are short so that the suite stays quick; `full_effort` runs the judge as a learner meets it.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use headroom::blocks::param::Value;
use headroom::blocks::{self, BLOCKS, link};
use headroom::design::{Design, Edit, LinkId, NodeId};
use headroom::exercises::{self, EXERCISES, Effort, Exercise, Step, Verdict, judge};
use headroom::session::Session;
use headroom::{share, topology};

/// A second as it is and half of one after each kill: enough for what is clear.
const SHORT: Effort = Effort { warmup_s: 0.4, window_s: 1.0, settle_s: 1.0, proof_s: 0.5 };

/// For what no run decides.
const TINY: Effort = Effort { warmup_s: 0.1, window_s: 0.1, settle_s: 0.1, proof_s: 0.1 };

#[test]
fn files_open_without_notes() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/exercises/url_shortener");
    for entry in fs::read_dir(folder).expect("the folder") {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("a file");
        assert_eq!(share::from_json(&text).expect("a design").notes, []);
    }
}

#[test]
fn a_block_as_the_palette_places_it_is_allowed() {
    for (exercise, step) in every_step() {
        for block in BLOCKS.iter().filter(|block| exercise.world.offers(block.about().id)) {
            let mut session = Session::new((step.start)());
            session.set_world(Some(&exercise.world));
            session.add_block(block.about().id, None, false);
            assert_eq!(session.design().nodes.len(), (step.start)().nodes.len() + 1, "{}", block.about().id);
            let dressed = exercise.world.dress(session.design());
            assert_eq!(exercise.world.breaches(&dressed), Vec::<String>::new(), "{}", block.about().id);
        }
    }
}

#[test]
fn designs_follow_the_rules_and_build_without_problems() {
    for (exercise, step) in every_step() {
        for design in every_design(step) {
            assert_eq!(exercise.world.breaches(&design), Vec::<String>::new());
            assert_eq!(exercise.world.dressing(&design), [], "dressed once, dressed for good");
            assert_eq!(topology::build(&design).1, []);
        }
    }
}

#[test]
fn every_step_has_two_references_goals_hints_and_words() {
    for (exercise, step) in every_step() {
        assert!(step.references.len() >= 2, "{} {}", exercise.id, step.id);
        let texts = step.brief.iter().chain(step.facts).chain(step.hints);
        assert!(texts.clone().count() >= 9 && texts.clone().all(|text| !text.contains("  ")));
        assert!(!step.goals.is_empty());
        assert_eq!(exercise.step(step.id).map(|found| found.name), Some(step.name));
    }
    let ids: BTreeSet<_> = EXERCISES.iter().map(|exercise| exercise.id).collect();
    assert_eq!(ids.len(), EXERCISES.len());
}

#[test]
fn the_world_names_parameters_that_exist() {
    for exercise in EXERCISES {
        for part in exercise.world.parts {
            let params = blocks::find(part.block).expect("a block of the catalogue").about().params;
            let facts = part.facts.iter().map(|(id, _)| id);
            for id in facts.chain(part.free) {
                assert!(params.iter().any(|param| param.id == *id), "{} has no {id}", part.block);
            }
            assert!(
                part.facts.iter().all(|(id, _)| !part.free.contains(id)),
                "{}: free or fact?",
                part.block
            );
        }
        for id in exercise.world.free_on_links {
            assert!(link::PARAMS.iter().any(|param| param.id == *id), "links have no {id}");
        }
    }
}

#[test]
fn the_start_fails_both_steps_because_one_server_is_used() {
    for (exercise, step) in every_step() {
        let verdict = judge(exercise, step, &(step.start)(), SHORT, |_| {});
        assert!(!verdict.passed);
        let latency = goal(&verdict, "99 % of the reads");
        assert!(!latency.met && latency.node == Some(NodeId(2)), "{latency:?}");
        assert!(!goal(&verdict, "answered ok").met);
    }
}

#[test]
fn the_references_pass_the_read_path() {
    let (exercise, step) = step("read-path");
    for reference in step.references {
        assert_passes(exercise, step, &(reference.design)(), reference.name);
    }
}

#[test]
fn the_cache_beside_the_database_passes_scaling() {
    let (exercise, step) = step("scaling");
    assert_passes(exercise, step, &cache_aside(), "cache aside");
}

#[test]
fn copies_at_the_edge_pass_scaling() {
    let (exercise, step) = step("scaling");
    assert_passes(exercise, step, &edge(), "edge");
}

#[test]
fn progress_rises_to_one_and_slices_change_nothing() {
    let (exercise, step) = step("scaling");
    let mut heard = Vec::new();
    let whole = judge(exercise, step, &cache_aside(), TINY, |share| heard.push(share));
    assert!(heard.is_sorted() && heard[0] == 0.0 && *heard.last().expect("some") <= 1.0);
    let mut sliced = exercises::Judge::new(exercise, step, &cache_aside(), TINY);
    let verdict = loop {
        if let Some(verdict) = sliced.advance(4_321) {
            break verdict;
        }
    };
    assert_eq!(whole, verdict);
}

/// Rules 3.2: the read path's failing designs.
#[test]
fn weak_read_paths_fail_for_their_reason() {
    let no_cache = lone_database(&without_cache(&with_instances(&cache_aside(), 3, 12.0)));
    let small = with(&cache_aside(), 4, "memory_gb", 0.75);
    let old = changed(&edge(), &[("ttl_s", Value::Number(2_592_000.0)), ("on_write", text("keep"))], 2);
    for (name, design, asked) in [
        ("no cache", no_cache.clone(), "answered ok"),
        ("no cache: load", no_cache, "No database node"),
        ("cache of 0.75 GB", lone_database(&small), "answered ok"),
        ("cache of 6.5 GB", lone_database(&with(&cache_aside(), 4, "memory_gb", 6.5)), "No database node"),
        ("TTL 30 days without a purge", old, "taken down"),
    ] {
        assert_fails("read-path", &design, asked, name);
    }
}

/// Rules 3.2: 6.5 GB and one database node is quick enough, and yet too weak.
#[test]
fn a_quick_answer_can_stand_on_a_hot_database() {
    let (exercise, step) = step("read-path");
    let design = lone_database(&with(&cache_aside(), 4, "memory_gb", 6.5));
    let verdict = judge(exercise, step, &design, SHORT, |_| {});
    assert!(goal(&verdict, "99 % of the reads").met, "{verdict:#?}");
    assert!(!goal(&verdict, "No database node").met && !verdict.passed, "{verdict:#?}");
}

#[test]
fn hollow_reads_fail() {
    let optional = changed_link(&cache_aside(), 4, "optional", Value::Flag(true));
    let forgotten = changed_link(&cache_aside(), 4, "async", Value::Flag(true));
    assert_fails("read-path", &forgotten, "hollow", "fire-and-forget read");
    let mut no_store = without(&optional, 5);
    no_store.links.retain(|drawn| drawn.to != NodeId(5));
    assert_fails("read-path", &no_store, "hollow", "no store");
}

/// Rules 3.2: any load-bearing part of a reference taken away fails the goal that it serves.
#[test]
fn what_stands_alone_is_found_by_killing_it() {
    for (name, design, what) in [
        ("one load balancer", with_instances(&cache_aside(), 2, 1.0), "Load balancer"),
        ("one cache node", with_instances(&cache_aside(), 4, 1.0), "Popular links"),
        ("no standby", changed(&cache_aside(), &[("standby", text("none"))], 5), "Links (primary)"),
        ("no monitoring", without(&cache_aside(), 6), "is back only after 15.0 min"),
    ] {
        let verdict = assert_fails("scaling", &design, "Any instance may die", name);
        let measured = &goal(&verdict, "Any instance may die").measured;
        assert!(measured.contains(what), "{name}: {measured}");
    }
}

/// Rules 3.2: what needs no run to be seen.
#[test]
fn too_little_room_and_too_much_money_fail() {
    let ten = with_instances(&cache_aside(), 3, 10.0);
    let hundred = with_instances(&cache_aside(), 3, 100.0);
    let databases = with(&without_cache(&cache_aside()), 5, "replicas", 5.0);
    for (name, design, asked) in [
        ("ten servers are 1.96×", ten, "Headroom"),
        ("a hundred servers", hundred, "a month"),
        ("six databases instead of a cache", databases, "a month"),
    ] {
        let (exercise, step) = step("scaling");
        let verdict = judge(exercise, step, &design, TINY, |_| {});
        assert!(!goal(&verdict, asked).met && !verdict.passed, "{name}: {verdict:#?}");
    }
}

/// The facts of the world are facts.
#[test]
fn cheats_break_a_rule_and_are_not_run() {
    let mut no_client = cache_aside();
    Edit::RemoveNode(NodeId(1)).apply(&mut no_client).expect("the client");
    let mut foreign = cache_aside();
    foreign.nodes[5].block = "external-service".to_owned();
    for (reason, design) in [
        ("less traffic", with(&cache_aside(), 1, "rate", 10.0)),
        ("few keys", with(&cache_aside(), 1, "keys", 1_000.0)),
        ("patience", with(&cache_aside(), 1, "retries", 9.0)),
        ("quick servers", with(&cache_aside(), 3, "service_ms", 0.1)),
        ("free databases", with(&cache_aside(), 5, "price_month", 0.0)),
        ("large databases", with(&cache_aside(), 5, "cores", 64.0)),
        ("a typed hit ratio", changed(&cache_aside(), &[("hit_mode", text("given"))], 4)),
        ("a typed hit ratio", changed(&edge(), &[("hit_mode", text("given"))], 2)),
        ("small entries", with(&cache_aside(), 4, "object_kb", 0.01)),
        ("a short way", changed_link(&cache_aside(), 1, "latency_ms", Value::Number(0.0))),
        ("half of the calls", changed_link(&cache_aside(), 4, "calls", Value::Number(0.5))),
        ("no traffic", no_client),
        ("an empty design", Design::default()),
        ("a foreign block", foreign),
    ] {
        for (exercise, step) in every_step() {
            let verdict = judge(exercise, step, &design, SHORT, |_| {});
            assert!(!verdict.passed && verdict.breaches.len() == 1, "{reason}: {:?}", verdict.breaches);
            assert_eq!(verdict.goals, [], "{reason}");
        }
    }
}

#[test]
fn facts_that_are_not_mentioned_are_filled_in() {
    let world = &EXERCISES[0].world;
    let json = r#"{"headroom": 1, "nodes": [{"id": 1, "block": "client", "at": [0, 0]},
        {"id": 2, "block": "app-server", "at": [0, 0], "instances": 4}], "links": [[1, 2]]}"#;
    let design = world.dress(&share::from_json(json).expect("a design").design);
    let number = |node: usize, id: &str| design.nodes[node].values.get(id).cloned();
    assert_eq!(number(0, "rate"), Some(Value::Number(10_100.0)));
    assert_eq!(number(1, "service_ms"), Some(Value::Number(1.0)));
    assert_eq!(number(1, "instances"), Some(Value::Number(4.0)));
    assert_eq!(design.links[0].values.get("latency_ms"), Some(&Value::Number(10.0)));
    assert!(world.is_free("app-server", "instances") && !world.is_free("app-server", "cores"));
    assert!(world.offers("cache") && !world.offers("client") && !world.offers("external-service"));
}

/// What a learner draws has the facts of the world at once, and undo takes both away in one step.
#[test]
fn a_session_in_an_exercise_draws_with_its_facts() {
    let (exercise, step) = step("read-path");
    let mut session = Session::new((step.start)());
    session.set_world(Some(&exercise.world));
    session.add_block("app-server", None, false);
    let drawn = session.design().nodes.last().expect("a block");
    assert_eq!(drawn.values.get("service_ms"), Some(&Value::Number(1.0)));
    session.command("edit.undo", 0.0);
    assert_eq!(**session.design(), (step.start)());
    session.set_world(None);
    session.add_block("app-server", None, false);
    assert_eq!(session.design().nodes.last().expect("a block").values.get("service_ms"), None);
}

/// As a learner meets it: minutes in this profile. `cargo test --release -- --ignored full_effort`.
#[test]
#[ignore = "runs the judge at full length"]
fn full_effort() {
    for (exercise, step) in every_step() {
        let start = judge(exercise, step, &(step.start)(), Effort::FULL, |_| {});
        assert!(!start.passed, "{start:#?}");
        for reference in step.references {
            let verdict = judge(exercise, step, &(reference.design)(), Effort::FULL, |_| {});
            assert!(verdict.passed, "{} {}: {verdict:#?}", step.id, reference.name);
        }
    }
}

fn every_step() -> impl Iterator<Item = (&'static Exercise, &'static Step)> {
    EXERCISES.iter().flat_map(|exercise| exercise.steps.iter().map(move |step| (exercise, step)))
}

fn every_design(step: &'static Step) -> impl Iterator<Item = Design> {
    std::iter::once((step.start)()).chain(step.references.iter().map(|reference| (reference.design)()))
}

fn step(id: &str) -> (&'static Exercise, &'static Step) {
    let exercise = exercises::find("url-shortener").expect("the exercise");
    (exercise, exercise.step(id).expect("a step"))
}

fn cache_aside() -> Design {
    (step("scaling").1.references[0].design)()
}

fn edge() -> Design {
    (step("scaling").1.references[1].design)()
}

fn goal<'a>(verdict: &'a Verdict, asked: &str) -> &'a exercises::Goal {
    let found = verdict.goals.iter().find(|goal| goal.asked.contains(asked));
    found.unwrap_or_else(|| panic!("no goal “{asked}” in {verdict:#?}"))
}

fn assert_passes(exercise: &Exercise, step: &'static Step, design: &Design, name: &str) {
    let verdict = judge(exercise, step, design, SHORT, |_| {});
    assert!(verdict.passed, "{name}: {verdict:#?}");
}

fn assert_fails(id: &str, design: &Design, asked: &str, name: &str) -> Verdict {
    let (exercise, step) = step(id);
    let verdict = judge(exercise, step, design, SHORT, |_| {});
    assert!(verdict.breaches.is_empty(), "{name}: {:?}", verdict.breaches);
    assert!(!goal(&verdict, asked).met && !verdict.passed, "{name}: {verdict:#?}");
    verdict
}

fn text(choice: &str) -> Value {
    Value::Text(choice.to_owned())
}

fn changed(design: &Design, values: &[(&str, Value)], node: u32) -> Design {
    let mut changed = design.clone();
    for (param, value) in values {
        let edit = Edit::Set(NodeId(node), (*param).to_owned(), Some(value.clone()));
        edit.apply(&mut changed).expect("the node");
    }
    changed
}

fn with(design: &Design, node: u32, param: &str, number: f64) -> Design {
    changed(design, &[(param, Value::Number(number))], node)
}

fn with_instances(design: &Design, node: u32, instances: f64) -> Design {
    with(design, node, "instances", instances)
}

fn changed_link(design: &Design, link: u32, param: &str, value: Value) -> Design {
    let mut changed = design.clone();
    Edit::SetLink(LinkId(link), param.to_owned(), Some(value)).apply(&mut changed).expect("the link");
    changed
}

fn without(design: &Design, node: u32) -> Design {
    let mut changed = design.clone();
    Edit::RemoveNode(NodeId(node)).apply(&mut changed).expect("the node");
    changed
}

/// Every read goes to the database.
fn without_cache(design: &Design) -> Design {
    without(&changed_link(design, 4, "when", text("always")), 4)
}

/// The database alone: no replica, no standby.
fn lone_database(design: &Design) -> Design {
    changed(design, &[("replicas", Value::Number(0.0)), ("standby", text("none"))], 5)
}
