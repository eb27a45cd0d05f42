//! The catalogue keeps its promises: complete, in range, lowering from any value, and nobody else names a block.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use headroom::blocks::param::{Fixed, Kind, Param, Value, Values};
use headroom::blocks::{self, BLOCKS, Block, Lowered, link};
use headroom::topology::{Hits, Service, Station};

#[test]
fn ids_are_unique_and_in_kebab_case() {
    let mut seen = BTreeSet::new();
    for block in BLOCKS {
        let id = block.about().id;
        assert!(seen.insert(id), "two blocks are called {id}");
        assert!(is_named(id, '-'), "{id} is not in kebab-case");
    }
}

#[test]
fn parameter_ids_are_unique_and_in_snake_case() {
    for (owner, params) in every_form() {
        let mut seen = BTreeSet::new();
        for param in params {
            assert!(seen.insert(param.id), "{owner} has {} twice", param.id);
            assert!(is_named(param.id, '_'), "{owner}: {} is not in snake_case", param.id);
        }
    }
}

/// Format 1 keeps these beside the parameters of a node.
#[test]
fn no_parameter_takes_a_name_of_the_format() {
    for (owner, params) in every_form() {
        for param in params {
            assert!(!["id", "block", "name", "at", "in"].contains(&param.id), "{owner}: {}", param.id);
        }
    }
}

#[test]
fn every_file_with_a_block_is_in_the_palette() {
    let mut found = 0;
    for path in files(&root().join("src/blocks"), "rs") {
        let text = fs::read_to_string(&path).expect("a readable file");
        if !text.contains("impl Block for ") {
            continue;
        }
        found += 1;
        let after = text.split("static ABOUT").nth(1).expect("an ABOUT");
        let id = after.split("id: \"").nth(1).and_then(|rest| rest.split('"').next()).expect("an id");
        assert!(blocks::find(id).is_some(), "{} is missing from BLOCKS in src/blocks.rs", path.display());
        let stem = path.file_stem().expect("a name").to_string_lossy().replace('_', "-");
        assert_eq!(stem, id, "a block's file has the name of its id");
    }
    assert_eq!(found, BLOCKS.len());
}

#[test]
fn the_palette_is_sorted_by_family() {
    let families: Vec<_> = BLOCKS.iter().map(|block| block.about().family).collect();
    assert!(families.is_sorted());
}

#[test]
fn every_default_is_of_the_right_kind_and_in_range() {
    for (owner, params) in every_form() {
        for param in params {
            check_fixed(owner, param, param.default);
            assert!(!param.source.is_empty(), "{owner}: {} says not where its default comes from", param.id);
        }
    }
}

#[test]
fn initial_values_exist_and_are_in_range() {
    for block in BLOCKS {
        let about = block.about();
        for (form, initial) in [(about.params, about.initial), (link::PARAMS, about.initial_link)] {
            for (name, value) in initial {
                let param = form.iter().find(|param| param.id == *name);
                let param = param.unwrap_or_else(|| panic!("{}: no parameter {name}", about.id));
                check_fixed(about.id, param, *value);
            }
        }
    }
}

#[test]
fn conditions_name_a_choice_or_flag_of_the_same_form() {
    for (owner, params) in every_form() {
        for (param, (other, wanted)) in params.iter().filter_map(|param| Some((param, param.when?))) {
            let other = params.iter().find(|p| p.id == other);
            let other = other.unwrap_or_else(|| panic!("{owner}: {} hangs on nothing", param.id));
            let allowed = match other.kind {
                Kind::Choice(choices) => wanted.split('|').all(|one| choices.iter().any(|c| c.id == one)),
                Kind::Flag => ["true", "false"].contains(&wanted),
                Kind::Number { .. } | Kind::Integer { .. } | Kind::Text { .. } => false,
            };
            assert!(allowed, "{owner}: {} hangs on {} = {wanted}", param.id, other.id);
        }
    }
}

#[test]
fn everything_is_documented() {
    for block in BLOCKS {
        let about = block.about();
        let learn = about.learn;
        let texts = [about.name, about.doc, about.icon, learn.what, learn.like, learn.when];
        let more = [learn.costs, learn.fails, learn.products];
        for text in texts.iter().chain(&more) {
            assert!(!text.is_empty(), "{} has an empty text", about.id);
            assert!(!text.contains("  "), "{} has a double space: {text}", about.id);
        }
        for text in [about.doc, learn.what, learn.like, learn.when, learn.costs, learn.fails] {
            assert!(text.ends_with('.'), "{}: not a sentence: {text}", about.id);
        }
    }
    for (owner, params) in every_form() {
        for param in params {
            assert!(!param.label.is_empty(), "{owner}: {} has no label", param.id);
            assert!(param.doc.ends_with('.'), "{owner}: {}: not a sentence", param.id);
            if let Kind::Choice(choices) = param.kind {
                assert!(choices.len() > 1, "{owner}: {} leaves no choice", param.id);
                assert!(choices.iter().all(|c| !c.label.is_empty() && c.doc.ends_with('.')), "{}", param.id);
            }
        }
    }
}

#[test]
fn every_icon_is_in_the_sprite() {
    let sprite = fs::read_to_string(root().join("static/icons.svg")).expect("the sprite");
    for block in BLOCKS {
        let symbol = format!("id=\"{}\"", block.about().icon);
        assert!(sprite.contains(&symbol), "{}: no icon {symbol}", block.about().id);
    }
}

#[test]
fn every_value_lowers_to_a_sound_station() {
    for block in BLOCKS {
        check_lowered(*block, &Values::default());
        for param in block.about().params {
            for value in extremes(param) {
                let mut values = Values::default();
                values.set(param.id, Some(value));
                check_lowered(*block, &values);
            }
        }
        check_lowered(*block, &all_at(block.about().params, 0));
        check_lowered(*block, &all_at(block.about().params, 1));
    }
}

/// A parameter that changes nothing in what the engines see would be an idle promise.
#[test]
fn every_parameter_reaches_the_engines() {
    for block in BLOCKS {
        for param in block.about().params {
            assert!(changes_something(*block, param), "{}: {} changes nothing", block.about().id, param.id);
        }
    }
}

#[test]
fn machines_are_priced_by_the_piece() {
    let month = |id: &str, set: &[(&str, f64)]| {
        let mut values = Values::default();
        for (name, number) in set {
            values.set(name, Some(Value::Number(*number)));
        }
        blocks::find(id).expect("a block").lower(&values).price.month
    };
    assert!((month("load-balancer", &[("instances", 2.0)]) - 112.42).abs() < 1e-9);
    assert!((month("sql-database", &[("replicas", 2.0)]) - 3.0 * 499.32).abs() < 1e-9);
    assert!((month("sql-database", &[("replicas", 2.0), ("data_gb", 344.0)]) - 1_580.52).abs() < 1e-9);
    for (memory_gb, price) in [(0.2, 5.0), (3.0, 30.0), (6.5, 46.0), (8.0, 92.0), (13.0, 92.0), (26.0, 184.0)]
    {
        assert_eq!(month("cache", &[("memory_gb", memory_gb)]), price, "{memory_gb} GB");
    }
    assert_eq!(month("cache", &[("memory_gb", 13.0), ("instances", 2.0)]), 184.0);
}

#[test]
fn a_cache_holds_what_fits() {
    let mut values = Values::default();
    values.set("memory_gb", Some(Value::Number(13.0)));
    values.set("object_kb", Some(Value::Number(0.6)));
    let Station::Cache(cache) = blocks::find("cache").expect("a cache").lower(&values).station else {
        panic!("not a cache");
    };
    let Hits::Derived { entries, ttl_s, locations } = cache.hits else { panic!("not derived") };
    assert!((entries - 21_666_666.67).abs() < 1.0);
    assert_eq!((ttl_s, locations), (f64::INFINITY, 1));
}

/// Blocks are open, stations are closed: adding or renaming a block touches its own file only.
#[test]
fn nobody_outside_the_catalogue_names_a_block() {
    let data = ["src/blocks", "src/exercises"];
    let mut named = BTreeMap::new();
    for folder in ["src", "www/src"] {
        for path in files(&root().join(folder), "rs") {
            let name = path.strip_prefix(root()).expect("below the root").display().to_string();
            if data.iter().any(|prefix| name.starts_with(prefix)) {
                continue;
            }
            let text = fs::read_to_string(&path).expect("a readable file");
            let code = text.split("#[cfg(test)]").next().expect("some code");
            for block in BLOCKS.iter().filter(|b| code.contains(&format!("\"{}\"", b.about().id))) {
                named.entry(name.clone()).or_insert_with(Vec::new).push(block.about().id);
            }
        }
    }
    assert!(named.is_empty(), "block ids outside src/blocks: {named:?}");
}

/// The core runs anywhere: whatever needs a browser belongs to the page.
#[test]
fn the_core_depends_on_no_web_crate() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("Cargo.lock");
    let tree = dependencies(&lock);
    let mut reached = BTreeSet::from(["headroom".to_owned()]);
    let mut open = vec!["headroom".to_owned()];
    while let Some(name) = open.pop() {
        for next in tree.get(&name).into_iter().flatten() {
            if reached.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    assert!(reached.contains("petgraph"), "the lock file was not understood");
    let web = ["leptos", "web-sys", "js-sys", "wasm-bindgen", "gloo"];
    let found: Vec<_> = reached.iter().filter(|name| web.iter().any(|w| name.starts_with(w))).collect();
    assert!(found.is_empty(), "the core depends on {found:?}");
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn every_form() -> Vec<(&'static str, &'static [Param])> {
    let blocks = BLOCKS.iter().map(|block| (block.about().id, block.about().params));
    blocks.chain([("link", link::PARAMS)]).collect()
}

fn is_named(id: &str, joint: char) -> bool {
    let words =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    id.starts_with(|c: char| c.is_ascii_lowercase()) && id.split(joint).all(words)
}

fn check_fixed(owner: &str, param: &Param, fixed: Fixed) {
    let sound = match (param.kind, fixed) {
        (Kind::Number { min, max }, Fixed::Number(n)) => (min..=max).contains(&n),
        (Kind::Integer { min, max }, Fixed::Number(n)) => (min..=max).contains(&n) && n.fract() == 0.0,
        (Kind::Choice(choices), Fixed::Choice(id)) => choices.iter().any(|choice| choice.id == id),
        (Kind::Flag, Fixed::Flag(_)) => true,
        (Kind::Text { .. }, Fixed::Choice(text)) => text.is_empty(),
        _ => false,
    };
    assert!(sound, "{owner}: {} cannot be {fixed:?}", param.id);
}

fn extremes(param: &Param) -> Vec<Value> {
    match param.kind {
        Kind::Number { min, max } | Kind::Integer { min, max } => {
            [min, max, f64::NAN, -1e300, 1e300].map(Value::Number).to_vec()
        }
        Kind::Choice(choices) => {
            let listed = choices.iter().map(|choice| Value::Text(choice.id.to_owned()));
            listed.chain([Value::Text("no such choice".to_owned()), Value::Number(3.0)]).collect()
        }
        Kind::Flag => vec![Value::Flag(true), Value::Flag(false), Value::Text("yes".to_owned())],
        Kind::Text { max } => {
            let long = "x".repeat(max + 1);
            ["gold", "", "0 1\n10 5", &long].map(|text| Value::Text(text.to_owned())).to_vec()
        }
    }
}

/// Every parameter at its n-th extreme at the same time.
fn all_at(params: &[Param], n: usize) -> Values {
    let mut values = Values::default();
    for param in params {
        values.set(param.id, extremes(param).get(n).cloned());
    }
    values
}

fn check_lowered(block: &dyn Block, values: &Values) {
    let Lowered { station, servers, price, managed: _ } = block.lower(values);
    let what = format!("{} with {values:?}", block.about().id);
    assert!(servers.instances >= 1, "{what}: no instance");
    assert!(servers.cores.is_none_or(|cores| cores >= 1), "{what}: no core");
    assert!(servers.slots >= 1, "{what}: no slot");
    assert!((0.0..=1.0).contains(&servers.errors), "{what}: errors {}", servers.errors);
    assert!(servers.limit.is_none_or(|l| l.rate > 0.0 && l.burst >= 1), "{what}: {:?}", servers.limit);
    for Service { mean_s, shape } in [servers.read, servers.write] {
        assert!(mean_s.is_finite() && mean_s >= 0.0, "{what}: serves in {mean_s} s");
        assert!(shape.scv().is_finite() && shape.scv() >= 0.0, "{what}: {shape:?}");
    }
    for dollars in [price.month, price.million_calls, price.egress_gb] {
        assert!(dollars.is_finite() && dollars >= 0.0, "{what}: costs {dollars}");
    }
    check_station(&what, &station, servers.instances);
}

fn check_station(what: &str, station: &Station, instances: u32) {
    match station {
        Station::Source(source) => {
            assert!(source.rate.is_finite() && source.rate >= 0.0, "{what}");
            assert!((0.0..=1.0).contains(&source.reads) && (0.0..=1.0).contains(&source.average), "{what}");
            assert!(source.keys >= 1 && source.timeout_ns > 0 && source.zipf >= 0.0, "{what}");
        }
        Station::Router(router) => {
            assert!(router.health.interval_s > 0.0 && router.health.failures >= 1, "{what}");
        }
        Station::Cache(cache) => match cache.hits {
            Hits::Given(ratio) => assert!((0.0..=1.0).contains(&ratio), "{what}"),
            Hits::Derived { entries, ttl_s, locations } => {
                assert!(entries > 0.0 && ttl_s > 0.0 && locations >= 1, "{what}");
            }
        },
        Station::Store(store) => {
            assert_eq!(instances, store.nodes(), "{what}");
            assert!((0.0..=1.0).contains(&store.replay) && store.promotion_s >= 0.0, "{what}");
        }
        Station::Queue(queue) => assert!(queue.backlog >= 1, "{what}"),
        Station::Server(_) | Station::Observer => {}
    }
}

/// Whether some setting of the parameter, under its own and every other condition, changes the lowered block.
fn changes_something(block: &dyn Block, param: &Param) -> bool {
    let params = block.about().params;
    let settings = std::iter::once(Values::default()).chain(params.iter().flat_map(|other| {
        let set = |value| {
            let mut values = Values::default();
            values.set(other.id, Some(value));
            values
        };
        extremes(other).into_iter().map(set).collect::<Vec<_>>()
    }));
    // What hangs on two choices is only seen when both are made.
    let choices: Vec<(&str, Value)> = params
        .iter()
        .filter(|other| matches!(other.kind, Kind::Choice(_)))
        .flat_map(|other| extremes(other).into_iter().map(|value| (other.id, value)))
        .collect();
    let pairs = choices.iter().flat_map(|first| {
        choices.iter().filter(|second| first.0 < second.0).map(|second| {
            let mut values = Values::default();
            values.set(first.0, Some(first.1.clone()));
            values.set(second.0, Some(second.1.clone()));
            values
        })
    });
    settings.chain(pairs).any(|base| {
        let lowered = |values: &Values| {
            let lowered = block.lower(values);
            let (life, network) = (block.life(values, lowered.managed), block.network(values));
            let (tries, tag) = (block.tries(values), block.tag(values));
            format!("{lowered:?} {life:?} {network:?} {tries} {tag}")
        };
        let before = lowered(&base);
        extremes(param).into_iter().any(|value| {
            let mut values = base.clone();
            values.set(param.id, Some(value));
            lowered(&values) != before
        })
    })
}

/// Package names and what each depends on, as the lock file says.
fn dependencies(lock: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut tree: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let quoted = |line: &str| line.split('"').nth(1).unwrap_or_default().to_owned();
        let name = package.lines().find(|line| line.starts_with("name = ")).map(quoted).expect("a name");
        let listed = package.lines().filter(|line| line.starts_with(" \"")).map(quoted);
        let names = listed.map(|entry| entry.split(' ').next().unwrap_or_default().to_owned());
        tree.entry(name).or_default().extend(names);
    }
    tree
}
