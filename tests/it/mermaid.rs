//! Mermaid flowcharts in and out.

use headroom::blocks::param::Values;
use headroom::blocks::{self, words};
use headroom::design::{Design, Note, NoteId};
use headroom::examples::EXAMPLES;
use headroom::mermaid::{is_mermaid, read, write};
use headroom::session::geometry;
use headroom::share::Failure;

/// Blocks as `title:kind`, links as `from>to what`, and groups as `kind name[blocks]`.
fn picture(design: &Design) -> String {
    let title = |id| design.node(id).map_or("", |node| design.title(node));
    let nodes = design.nodes.iter().map(|node| format!("{}:{}", design.title(node), node.block));
    let links = design.links.iter().map(|link| {
        let dots = if blocks::link::is_async(&link.values) { "async" } else { "" };
        let ends = format!("{}>{}", title(link.from), title(link.to));
        let words = [ends, blocks::link::in_words(&link.values), dots.to_owned()];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    });
    let groups = design.groups.iter().map(|group| {
        let inside = design.nodes.iter().filter(|node| node.group == Some(group.id));
        let inside: Vec<&str> = inside.map(|node| design.title(node)).collect();
        format!("{} {}[{}]", group.kind.name(), group.name, inside.join(","))
    });
    let all: [Vec<String>; 3] = [nodes.collect(), links.collect(), groups.collect()];
    all.map(|list| list.join("; ")).join(" | ")
}

fn check(text: &str, expected: &str) {
    let opened = read(text).unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(picture(&opened.design), expected, "{text}\n{:?}", opened.notes);
}

fn notes(text: &str) -> Vec<String> {
    let opened = read(text).expect("a flowchart");
    opened.notes.into_iter().map(|note| format!("{}: {}", note.path, note.text)).collect()
}

#[test]
fn shapes_labels_arrows_and_chains_are_read() {
    let three = "Users:client; Shop API:app-server; Orders DB:sql-database";
    check(
        "flowchart LR\n  A([Users]) --> B[Shop API] --> C[(Orders DB)]",
        &format!("{three} | Users>Shop API; Shop API>Orders DB | "),
    );
    check(
        "graph TD;A([Users])-->B[Shop API];B-- reads -->C[(Orders DB)];B==>|\"writes\"|C;",
        &format!("{three} | Users>Shop API; Shop API>Orders DB reads; Shop API>Orders DB writes | "),
    );
    check(
        "```mermaid\n---\ntitle: Shop\n---\n%% a comment\nflowchart TB\nA[Users]:::big & X{{Mobile app}} ---> B[\"Shop<br/>API\"]\nB -. events .-> Q>Kafka]\nQ --o W((Worker))\n```",
        "Users:client; Mobile app:client; Shop API:app-server; Kafka:message-queue; Worker:worker | \
         Users>Shop API; Mobile app>Shop API; Shop API>Kafka async; Kafka>Worker | ",
    );
    check(
        "flowchart\n  web@{ shape: rect, label: \"Web server\" } <--> my-db.main@{ shape: cyl, label: \"Things\" }",
        "Web server:app-server; Things:sql-database | Web server>Things | ",
    );
    check(
        "flowchart LR\n a[Users] --- b[Load balancer] & c[CDN] --> d[Service #quot;A#quot; #35;1]",
        "Users:client; Load balancer:load-balancer; CDN:cdn; Service \"A\" #1:app-server | \
         Users>Load balancer; Users>CDN; Load balancer>Service \"A\" #1; CDN>Service \"A\" #1 | ",
    );
}

#[test]
fn what_arrows_say_of_calls_is_read() {
    check(
        "flowchart LR\n A[App] -->|reads| B[Cache]\n A -->|reads on miss| C[(Store)]\n A -->|\"not #35;pay writes\"| C",
        "App:app-server; Cache:cache; Store:sql-database | App>Cache reads; App>Store reads on miss; App>Store not #pay writes | ",
    );
}

#[test]
fn subgraphs_are_groups_that_nest() {
    check(
        "flowchart LR\nsubgraph eu [Region EU]\n direction TB\n subgraph z1[\"Zone 1\"]\n A[API]\n end\n subgraph other\n B[(DB)]\n end\nend\nU[Users] --> A --> B",
        "API:app-server; DB:sql-database; Users:client | Users>API; API>DB | \
         region Region EU[]; zone Zone 1[API]; zone other[DB]",
    );
    let found =
        notes("flowchart LR\nsubgraph a\nsubgraph b\nsubgraph c\nsubgraph d\nX[API]\nend\nend\nend\nend");
    assert!(found.iter().any(|note| note.contains("“d” lies too deep")), "{found:?}");
}

#[test]
fn what_was_not_understood_is_named_line_by_line() {
    let text = "flowchart LR\nA[Users] --> B[API]\nstyle A fill:#f9f\nB --> C[Whatsit]\nB -->|HTTPS| D[(DB)]\nthis is ] no statement\nD --> B\nA --> A2[Users]\nsubgraph g\nE[Cache]\nend\nB --> g\nend";
    let found = notes(text);
    let expected = [
        ("line 3", "“style” says how the diagram looks"),
        ("line 6", "was not understood"),
        ("line 12", "“g” is a group"),
        ("line 13", "no group to end"),
        ("line 4", "“Whatsit” names no kind of block that Headroom knows: read as App server"),
        ("line 5", "“HTTPS” on an arrow says nothing"),
        ("line 8", "takes no calls"),
    ];
    for (line, says) in expected {
        assert!(
            found.iter().any(|note| note.starts_with(&format!("{line}:")) && note.contains(says)),
            "{line} {says}: {found:#?}"
        );
    }
}

#[test]
fn kinds_are_told_by_the_words_of_the_trade() {
    let cases = [
        ("Postgres", "sql-database"),
        ("User DB", "sql-database"),
        ("Redis", "cache"),
        ("Cache server", "cache"),
        ("Session cache", "cache"),
        ("nginx", "load-balancer"),
        ("AWS Lambda", "function"),
        ("Amazon S3", "object-store"),
        ("Kafka topic", "message-queue"),
        ("Payment queue", "message-queue"),
        ("RabbitMQ", "message-queue"),
        ("Mobile app", "client"),
        ("Web browser", "client"),
        ("Order service", "app-server"),
        ("Order Service Database", "sql-database"),
        ("API Gateway", "api-gateway"),
        ("Elasticsearch", "search-index"),
        ("DynamoDB", "key-value-store"),
        ("CloudFront", "cdn"),
        ("Prometheus", "monitoring"),
        ("Image worker", "worker"),
        ("Stripe", "external-service"),
        ("DNS", "dns"),
    ];
    let lexicon = words::Lexicon::default();
    for (label, kind) in cases {
        assert_eq!(lexicon.kind_of(label).map(|about| about.id), Some(kind), "{label}");
    }
    assert!(lexicon.kind_of("Whatsit").is_none() && lexicon.kind_of("").is_none());
    for block in blocks::BLOCKS {
        assert_eq!(lexicon.kind_of(block.about().name).map(|about| about.id), Some(block.about().id));
        assert_eq!(
            words::named(&block.about().name.to_uppercase()).map(|about| about.id),
            Some(block.about().id)
        );
    }
}

#[test]
fn what_is_exported_comes_back_with_names_kinds_links_and_groups() {
    for example in EXAMPLES {
        let design = example.design();
        let text = write(&design);
        assert!(is_mermaid(&text), "{text}");
        let opened = read(&text).expect("a flowchart");
        let titled = |design: &Design| {
            let mut picture = picture(design);
            // A group is exported with its kind in its name, and the order in which blocks are written is that of groups.
            for kind in ["host ", "zone ", "region "] {
                picture = picture.replace(&format!("{kind}{kind}"), kind);
            }
            let mut parts: Vec<Vec<String>> = picture
                .split(" | ")
                .map(|part| part.split("; ").map(|item| item.to_lowercase()).collect())
                .collect();
            parts.iter_mut().for_each(|part| part.sort());
            parts
        };
        assert_eq!(titled(&opened.design), titled(&design), "{}: {text}", example.name);
        assert_eq!(opened.notes, [], "{text}");
        assert_eq!(opened.design.name, design.name);
    }
}

/// The texts of the notes on the canvas.
fn texts(design: &Design) -> Vec<&str> {
    design.notes.iter().map(|note| note.text.as_str()).collect()
}

#[test]
fn notes_come_back_as_they_were_written_below_the_blocks() {
    let mut design = EXAMPLES[0].design();
    let written =
        ["Peak is at noon.\n\n  ask \"the shop\"; a --> b", "<b>#35;</b> `x` \\n end", "class x note"];
    for (index, text) in written.into_iter().enumerate() {
        let (id, at) = (NoteId(index as u32 + 4), [0, 0]);
        design.notes.push(Note { id, at, text: text.to_owned(), values: Values::default() });
    }
    let text = write(&design);
    assert!(text.contains("note4[\"Peak is at noon.<br/><br/>  ask"), "a box as every tool draws it: {text}");
    let opened = read(&text).expect("a flowchart");
    assert_eq!(opened.notes, [], "{text}");
    assert_eq!(texts(&opened.design), written);
    assert_eq!(
        picture(&opened.design).split(';').count(),
        picture(&design).split(';').count(),
        "no block more"
    );
    let cards: Vec<_> = opened.design.nodes.iter().map(|node| geometry::card(node.at)).collect();
    let papers: Vec<_> = opened.design.notes.iter().map(geometry::note).collect();
    for (index, paper) in papers.iter().enumerate() {
        assert!(!cards.iter().chain(&papers[index + 1..]).any(|other| other.overlaps(paper)), "{papers:?}");
    }
}

#[test]
fn notes_of_other_tools_are_braces_and_boxes_of_the_class_note() {
    let opened = read(
        "flowchart LR\nA[Users] --> B[API]\nC@{ shape: comment, label: \"Slow at noon\" }\nD[Ask Ann] -.- B\nclass D,E note\nclassDef note fill:#ff0\nX[Cache]:::big",
    )
    .expect("a flowchart");
    assert_eq!(picture(&opened.design), "Users:client; API:app-server; Cache:cache | Users>API | ");
    assert_eq!(texts(&opened.design), ["Slow at noon", "Ask Ann"]);
    let found: Vec<&str> = opened.notes.iter().map(|note| note.path.as_str()).collect();
    assert_eq!(found, ["line 4"], "the arrow is named: {:?}", opened.notes);
}

#[test]
fn hostile_names_come_back_as_text() {
    let mut design = EXAMPLES[0].design();
    let names = [
        "a\"] --> b[\"",
        "x;y %% z",
        "<script>alert(1)</script>",
        "end",
        "line\nbreak `code` #quot; \\n",
        "数据库 ☂",
    ];
    for (node, name) in design.nodes.iter_mut().zip(names) {
        node.name = name.to_owned();
    }
    let opened = read(&write(&design)).expect("a flowchart");
    assert_eq!(opened.design.nodes.len(), design.nodes.len());
    assert_eq!(opened.design.links.len(), design.links.len());
    for (node, name) in opened.design.nodes.iter().zip(names) {
        assert_eq!(node.name, name.replace('\n', " "));
    }
}

#[test]
fn blocks_stand_in_columns_along_the_arrows_and_never_on_each_other() {
    let opened = read("flowchart LR\nU[Users] --> L[Load balancer] --> A[API] & B[API two]\nA & B --> D[(DB)]\nA --> C[Cache]\nD --> A").expect("a flowchart");
    let at = |title: &str| {
        let node = opened.design.nodes.iter().find(|node| opened.design.title(node) == title).expect("there");
        node.at
    };
    assert!(at("Users")[0] < at("Load balancer")[0] && at("Load balancer")[0] < at("API")[0]);
    assert!(at("API")[0] == at("API two")[0] && at("API")[0] < at("DB")[0]);
    let cards: Vec<_> = opened.design.nodes.iter().map(|node| geometry::card(node.at)).collect();
    for (index, card) in cards.iter().enumerate() {
        assert!(cards[index + 1..].iter().all(|other| !card.overlaps(other)), "{cards:?}");
    }
}

#[test]
fn a_flowchart_is_pasted_among_the_blocks_that_are_there() {
    let mut session = headroom::session::Session::new(EXAMPLES[0].design());
    let (nodes, links) = (session.design().nodes.len(), session.design().links.len());
    session.paste("flowchart LR\nA[Users] --> B[API] --> C[(DB)]");
    assert_eq!((session.design().nodes.len(), session.design().links.len()), (nodes + 3, links + 2));
    assert_eq!(session.selection().nodes.len(), 3);
    session.command("edit.undo", 0.0);
    assert_eq!(session.design().nodes.len(), nodes, "one step");
}

#[test]
fn other_diagrams_and_broken_texts_are_answered_in_words() {
    let refused = |text: &str| match read(text) {
        Err(Failure::Damaged(text)) => text,
        other => panic!("{other:?}"),
    };
    assert!(refused("sequenceDiagram\nA->>B: hi").contains("sequenceDiagram"));
    assert!(is_mermaid("sequenceDiagram\nA->>B: hi") && !is_mermaid("graphic novel") && !is_mermaid(""));
    assert!(refused("").contains("empty"));
    let whole = write(&EXAMPLES[0].design());
    // However it is cut, it is a flowchart or is refused: nothing panics.
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        let _ = read(&whole[..end]);
    }
    for odd in [
        "flowchart LR\nA[",
        "graph\nA -->",
        "graph\n--> B",
        "graph\nA -- x",
        "graph\nA & --> B",
        "graph\nA@{",
        "graph\nA -.",
        "graph\n;;;",
        "graph\nsubgraph",
        "graph\nA==",
        "graph\nA|b|",
        "graph\nA--ö-->B",
        "graph\nA ~~~ B",
    ] {
        let _ = read(odd);
    }
}
