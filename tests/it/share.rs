//! Format 1: a design survives being written and read, whatever it holds.

use headroom::blocks::param::{Kind, Param, Value, Values};
use headroom::blocks::{BLOCKS, life, link};
use headroom::design::fault::{self, Fault, FaultId, Strikes, Target};
use headroom::design::{
    Design, Group, GroupId, GroupKind, Link, LinkId, Node, NodeId, Note, NoteId, Objectives, Run,
};
use headroom::share::{
    self, Claim, Failure, Opened, Sameness, compact_fragment, from_json, open_fragment, readable_fragment,
    to_json,
};
use serde_json::json;

/// The design page of the format, word for word.
const EXAMPLE: &str = r#"{
  "headroom": 1,
  "name": "URL shortener",
  "nodes": [
    {"id": 1, "block": "app-server", "name": "Redirect", "at": [480, 120], "instances": 3, "cores": 4, "service_ms": 2},
    {"id": 5, "block": "app-server", "at": [720, 180], "in": 1}
  ],
  "links": [[1, 5], [1, 5, {"ops": "reads", "when": "miss"}], [5, 1, {"id": 9, "ops": "writes"}]],
  "groups": [{"id": 1, "kind": "zone", "name": "zone a"}],
  "objectives": {"p99_ms": 100, "success": 0.999},
  "faults": [{"at_s": 20, "for_s": 10, "kill": 5}],
  "run": {"seed": 7, "duration_s": 60, "warmup_s": 6}
}"#;

fn open(json: &str) -> Opened {
    from_json(json).unwrap_or_else(|failure| panic!("{failure}: {json}"))
}

#[track_caller]
fn check_note(json: &str, path: &str, words: &str) -> Design {
    let opened = open(json);
    let found = opened.notes.iter().find(|note| note.path == path);
    let note = found.unwrap_or_else(|| panic!("no note at {path}: {:?}", opened.notes));
    assert!(note.text.contains(words), "{} does not say {words:?}", note.text);
    opened.design
}

fn server(fields: &str) -> String {
    format!(r#"{{"headroom": 1, "nodes": [{{"id": 1, "block": "app-server", "at": [0, 0], {fields}}}]}}"#)
}

#[test]
fn the_example_opens_without_a_note() {
    let opened = open(EXAMPLE);
    assert_eq!(opened.notes, []);
    let design = opened.design;
    assert_eq!(design.name, "URL shortener");
    assert_eq!(design.nodes[0].values.get("cores"), Some(&Value::Number(4.0)));
    assert_eq!(design.nodes[1].group, Some(GroupId(1)));
    assert_eq!(design.links.iter().map(|link| link.id.0).collect::<Vec<_>>(), [1, 2, 9]);
    assert_eq!(design.links[1].values.get("when"), Some(&Value::Text("miss".to_owned())));
    assert_eq!(design.objectives.success, Some(0.999));
    assert_eq!(design.run, Run { seed: 7, duration_s: Some(60.0), warmup_s: Some(6.0), traffic: 1.0 });
}

#[test]
fn writing_leaves_defaults_out_and_keeps_the_order_of_the_format() {
    let text = to_json(&open(EXAMPLE).design);
    assert_eq!(
        text,
        r#"{"headroom":1,"name":"URL shortener","nodes":[{"id":1,"block":"app-server","name":"Redirect","at":[480,120],"instances":3,"cores":4,"service_ms":2},{"id":5,"block":"app-server","at":[720,180],"in":1}],"links":[[1,5],[1,5,{"ops":"reads","when":"miss"}],[5,1,{"id":9,"ops":"writes"}]],"groups":[{"id":1,"kind":"zone","name":"zone a"}],"objectives":{"p99_ms":100,"success":0.999},"faults":[{"at_s":20,"for_s":10,"kill":5}],"run":{"seed":7,"duration_s":60,"warmup_s":6}}"#
    );
    let set_to_default = open(&server(r#""cores": 2"#)).design;
    assert!(!to_json(&set_to_default).contains("cores"));
}

#[test]
fn a_file_is_the_same_design_with_a_line_for_each_block() {
    let design = open(EXAMPLE).design;
    let file = share::to_file(&design);
    assert_eq!(open(&file).design, design);
    assert_eq!(file.lines().filter(|line| line.contains("\"block\"")).count(), 2);
}

#[test]
fn an_unknown_block_is_kept_and_written_back_unchanged() {
    let text = r#"{"headroom":1,"nodes":[{"id":3,"block":"quantum-db","name":"Q","at":[1,2],"qubits":[1,{"a":null}]}]}"#;
    let design = check_note(text, "nodes[0].block", "quantum-db");
    assert_eq!(to_json(&design), text);
}

#[test]
fn unknown_parameters_and_fields_are_kept_and_named() {
    let text = r#"{"headroom":1,"nodes":[{"id":1,"block":"app-server","at":[0,0],"turbo":true}],"links":[[1,1,{"color":"red"}]],"groups":[{"id":4,"kind":"zone","mttf_d":900}],"objectives":{"p50_ms":3},"faults":[{"at_s":20}],"run":{"jitter":1}}"#;
    let design = open(text).design;
    for path in [
        "nodes[0].turbo",
        "links[0][2].color",
        "groups[0].mttf_d",
        "objectives.p50_ms",
        "run.jitter",
        "faults[0]",
    ] {
        check_note(text, path, "kept");
    }
    assert_eq!(to_json(&design), text);
}

#[test]
fn values_out_of_range_are_clamped_and_named() {
    let design = check_note(&server(r#""cores": 5000"#), "nodes[0].cores", "between 1 and 1,024");
    assert_eq!(design.nodes[0].values.get("cores"), Some(&Value::Number(1024.0)));
    let design = check_note(&server(r#""cores": 2.6"#), "nodes[0].cores", "whole number");
    assert_eq!(design.nodes[0].values.get("cores"), Some(&Value::Number(3.0)));
    let design = check_note(&server(r#""service_ms": -1"#), "nodes[0].service_ms", "read as 0");
    assert_eq!(design.nodes[0].values.get("service_ms"), Some(&Value::Number(0.0)));
}

#[test]
fn values_of_the_wrong_type_are_named_and_written_back() {
    for wrong in
        [r#""cores":"four""#, r#""cores":null"#, r#""threads":"green""#, r#""threads":7"#, r#""cores":[2]"#]
    {
        let field = wrong.split('"').nth(1).expect("a field name");
        let design = check_note(&server(wrong), &format!("nodes[0].{field}"), "the default is used");
        assert!(to_json(&design).contains(wrong), "{wrong} was lost");
    }
    check_note(&server(r#""threads": "green""#), "nodes[0].threads", "blocking, async");
}

#[test]
fn links_to_nothing_are_left_out_and_named_and_the_others_keep_their_ids() {
    let text = r#"{"headroom":1,"nodes":[{"id":1,"block":"app-server","at":[0,0]}],"links":[[1,2],[1,1]]}"#;
    let design = check_note(text, "links[0][1]", "No block has the id 2");
    assert_eq!(design.links.len(), 1);
    assert_eq!(design.links[0].id, LinkId(2));
    assert!(to_json(&design).contains(r#"[1,1,{"id":2}]"#));
}

#[test]
fn ids_are_made_unique_and_named() {
    let node = |id: &str| format!(r#"{{"id":{id},"block":"app-server","at":[0,0]}}"#);
    let text = |ids: [&str; 3]| {
        format!(r#"{{"headroom":1,"nodes":[{},{},{}]}}"#, node(ids[0]), node(ids[1]), node(ids[2]))
    };
    let design = check_note(&text(["7", "7", "2"]), "nodes[1].id", "second time");
    assert_eq!(design.nodes.iter().map(|node| node.id.0).collect::<Vec<_>>(), [7, 8, 2]);
    for bad in ["-1", "1.5", "\"a\"", "4294967295", "null", "1e300"] {
        let design = check_note(&text(["3", bad, "5"]), "nodes[1].id", "got the id 6");
        assert_eq!(design.nodes[1].id, NodeId(6));
    }
}

#[test]
fn groups_nest_but_never_in_a_circle() {
    let text = r#"{"headroom":1,"groups":[{"id":1,"kind":"zone","in":2},{"id":2,"kind":"region","in":1}]}"#;
    let design = check_note(text, "groups[1].in", "cannot lie in itself");
    assert_eq!(design.groups[0].parent, Some(GroupId(2)));
    assert_eq!(design.groups[1].parent, None);
    check_note(r#"{"headroom":1,"groups":[{"id":1,"kind":"galaxy"}]}"#, "groups[0].kind", "read as zone");
}

#[test]
fn a_claim_travels_and_tells_other_engines_from_other_results() {
    let design = open(EXAMPLE).design;
    let claim = Claim::new("00112233445566aa");
    let opened = open(&share::to_json_with_claim(&design, &claim));
    assert_eq!(opened.claim.as_ref(), Some(&claim));
    assert_eq!(opened.design, design);
    assert_eq!(claim.compare("00112233445566aa"), Sameness::Same);
    assert_eq!(claim.compare("00112233445566ab"), Sameness::Different);
    let other = Claim { engine: 999, ..claim };
    assert_eq!(other.compare("00112233445566aa"), Sameness::OtherEngine(999));
    check_note(r#"{"headroom":1,"result":"zz"}"#, "result", "20 hex digits");
}

#[test]
fn nothing_is_absent_newer_and_not_a_design_are_told_apart() {
    for nothing in ["", "#", "#top", "#d", "#d1", "#exercise=url-shortener"] {
        assert_eq!(open_fragment(nothing), Err(Failure::Absent), "{nothing}");
    }
    assert_eq!(from_json(r#"{"headroom": 2, "cells": []}"#), Err(Failure::Newer(2)));
    assert_eq!(open_fragment("#d2.AAAA"), Err(Failure::Newer(2)));
    for damaged in ["", "[]", "null", "{}", r#"{"headroom":"1"}"#, r#"{"headroom":0}"#, r#"{"headroom":1.5}"#]
    {
        assert!(matches!(from_json(damaged), Err(Failure::Damaged(_))), "{damaged}");
    }
}

#[test]
fn both_links_open_as_what_they_were_made_of() {
    let design = open(EXAMPLE).design;
    for fragment in [readable_fragment(&design), compact_fragment(&design)] {
        assert_eq!(open_fragment(&fragment).expect("opens").design, design);
        assert_eq!(open_fragment(&format!("#{fragment}")).expect("opens").design, design);
        assert!(fragment.bytes().all(|b| b.is_ascii_alphanumeric() || b"=.-_~%".contains(&b)), "{fragment}");
    }
}

#[test]
fn reading_what_was_written_gives_the_same_design() {
    for seed in 0..300 {
        let design = Random(seed).design();
        let text = to_json(&design);
        let opened = open(&text);
        assert_eq!(opened.design, design, "seed {seed}: {text}");
        assert_eq!(to_json(&opened.design), text, "seed {seed}");
        assert_eq!(open(&share::to_file(&design)).design, design, "seed {seed}");
        assert_eq!(open_fragment(&readable_fragment(&design)).expect("opens").design, design, "seed {seed}");
        assert_eq!(open_fragment(&compact_fragment(&design)).expect("opens").design, design, "seed {seed}");
    }
}

/// A small deterministic generator (splitmix64), so that a failing seed can be run again.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn name(&mut self) -> String {
        const NAMES: [&str; 8] = [
            "",
            "Database",
            "名前",
            "<b>bold</b>",
            "a \"quoted\" \\ name",
            "%41&#=+",
            "emoji 🚀",
            "line\nbreak\u{0}",
        ];
        NAMES[self.below(NAMES.len())].to_owned()
    }

    fn values(&mut self, params: &[Param]) -> Values {
        let mut values = Values::default();
        for param in params {
            let value = match param.kind {
                Kind::Number { min, max } => Value::Number(min + self.unit() * (max - min)),
                Kind::Integer { min, max } => Value::Number((min + self.unit() * (max - min)).floor()),
                Kind::Choice(choices) => Value::Text(choices[self.below(choices.len())].id.to_owned()),
                Kind::Flag => Value::Flag(self.one_in(2)),
                Kind::Text { .. } => Value::Text(["gold", "0 1\n60 2.5"][self.below(2)].to_owned()),
            };
            if self.one_in(2) && value != Value::from(param.default) {
                values.set(param.id, Some(value));
            }
        }
        if self.one_in(5) {
            values.set("zz_new", Some(Value::Unknown(json!({"deep": [1, 2.5, "x", null]}))));
        }
        values
    }

    fn design(&mut self) -> Design {
        let groups: Vec<Group> = (0..self.below(4)).map(|i| self.group(i as u32)).collect();
        let nodes: Vec<Node> = (0..self.below(12)).map(|i| self.node(i as u32, groups.len())).collect();
        let count = if nodes.is_empty() { 0 } else { self.below(20) };
        let links: Vec<Link> = (0..count).map(|i| self.link(i as u32, &nodes)).collect();
        let mut unknown = serde_json::Map::new();
        if self.one_in(3) {
            unknown.insert("faults".to_owned(), json!([{"at_s": 20, "for_s": 10, "meteor": 5}]));
        }
        let objectives = Objectives {
            p99_ms: self.one_in(2).then(|| self.unit() * 1000.0),
            success: self.one_in(2).then(|| self.unit()),
            cost_month: self.one_in(2).then(|| self.unit() * 1e6),
            headroom: self.one_in(2).then(|| self.unit() * 10.0),
            availability: self.one_in(2).then(|| self.unit()),
        };
        let faults =
            (0..self.below(6)).filter_map(|i| self.fault(i as u32, &nodes, &links, &groups)).collect();
        let notes = (0..self.below(3)).map(|i| self.note(i as u32)).collect();
        let run = self.run();
        Design { name: self.name(), nodes, links, groups, notes, objectives, faults, run, unknown }
    }

    fn note(&mut self, index: u32) -> Note {
        let at = [self.below(2_000) as i32 - 1_000, self.below(2_000) as i32];
        let text = format!("{}\n{}", self.name(), self.name());
        Note { id: NoteId(index + 1), at, text, values: self.values(&[]) }
    }

    fn fault(&mut self, index: u32, nodes: &[Node], links: &[Link], groups: &[Group]) -> Option<Fault> {
        let kind = &fault::KINDS[self.below(fault::KINDS.len())];
        let all = kind.strikes == Strikes::BlockOrAll && self.one_in(2);
        let target = match kind.strikes {
            Strikes::BlockOrAll if all => Target::All,
            Strikes::Block | Strikes::BlockOrAll => Target::Block(nodes.get(self.below(12))?.id),
            Strikes::Group => Target::Group(groups.get(self.below(4))?.id),
            Strikes::Link => Target::Link(links.get(self.below(20))?.id),
        };
        let at_s = self.unit() * 100.0;
        let for_s = self.one_in(2).then(|| self.unit() * 100.0);
        let values = self.values(kind.params);
        let id = FaultId(if self.one_in(3) { index + 50 } else { index + 1 });
        Some(Fault { id, kind: kind.id.to_owned(), target, at_s, for_s, values })
    }

    fn run(&mut self) -> Run {
        Run {
            seed: self.next() % share::MAX_SEED,
            duration_s: self.one_in(2).then(|| 0.1 + self.unit() * 1000.0),
            warmup_s: self.one_in(2).then(|| self.unit() * 10.0),
            traffic: if self.one_in(2) { 1.0 } else { self.unit() * 100.0 },
        }
    }

    fn group(&mut self, index: u32) -> Group {
        let kind = [GroupKind::Host, GroupKind::Zone, GroupKind::Region][self.below(3)];
        let parent = (index > 0 && self.one_in(2)).then(|| GroupId(index * 3));
        let (values, collapsed) = (self.values(life::OF_GROUP), self.one_in(2));
        Group { id: GroupId((index + 1) * 3), kind, name: self.name(), parent, collapsed, values }
    }

    fn node(&mut self, index: u32, groups: usize) -> Node {
        let known = BLOCKS[self.below(BLOCKS.len())].about();
        let values = self.values(known.params);
        let (block, values) = if self.one_in(10) {
            ("not-a-block".to_owned(), Values::default())
        } else {
            (known.id.to_owned(), values)
        };
        let far = 2 * share::MAX_PLACE as usize;
        let along = |random: &mut Random| random.below(far) as i32 - share::MAX_PLACE;
        let at = [along(self), along(self)];
        let group = (groups > 0 && self.one_in(2)).then(|| GroupId((self.below(groups) as u32 + 1) * 3));
        Node { id: NodeId(index * 7 + 1), block, name: self.name(), at, group, values }
    }

    fn link(&mut self, index: u32, nodes: &[Node]) -> Link {
        let id = if self.one_in(3) { index + 100 } else { index + 1 };
        let (from, to) = (nodes[self.below(nodes.len())].id, nodes[self.below(nodes.len())].id);
        Link { id: LinkId(id), from, to, values: self.values(link::PARAMS) }
    }
}
