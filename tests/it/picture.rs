//! Pictures that carry the design, and every kind of file that may come in.

use headroom::blocks::param::Values;
use headroom::design::{Design, Note, NoteId};
use headroom::examples::EXAMPLES;
use headroom::job::Frame;
use headroom::picture::{film, ink, png, svg};
use headroom::session::collapse::apparent;
use headroom::session::geometry::{self, Rect};
use headroom::session::labels::LETTER;
use headroom::share::{self, Failure};
use headroom::{analysis, file};

const ICONS: &str = include_str!("../../static/icons.svg");

/// A PNG of one gray pixel, as a browser's canvas writes it: header, data, end.
const PIXEL: [u8; 67] = [
    137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 58,
    126, 155, 85, 0, 0, 0, 10, 73, 68, 65, 84, 120, 156, 99, 104, 0, 0, 0, 130, 0, 129, 119, 205, 114, 182,
    0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130,
];

fn designs() -> Vec<Design> {
    let mut all: Vec<Design> = EXAMPLES.iter().map(|example| example.design()).collect();
    let mut strange = all[0].clone();
    strange.name = "<b>&amp; ]]> \"quoted\" — \u{fffe}\u{1} Ünï ☂ 数据库".to_owned();
    strange.nodes[0].name = "</design></metadata><script>".to_owned();
    let mut noted = all[1].clone();
    let text = "Why two regions?\nBecause one may fail, and <nobody> waits for averylongwordthatdoesnotfitintoonelineatall";
    noted.notes =
        vec![Note { id: NoteId(1), at: [-400, 700], text: text.to_owned(), values: Values::default() }];
    all.extend([strange, noted, Design::default()]);
    all
}

fn damaged(bytes: &[u8]) -> String {
    match file::open(bytes) {
        Err(Failure::Damaged(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_picture_opens_as_the_identical_design() {
    for design in designs() {
        let json = share::to_json(&design);
        let reopen = |bytes: &[u8]| file::open(bytes).unwrap_or_else(|failure| panic!("{failure}")).design;
        let drawn = svg::draw(&design, ICONS, None);
        assert_eq!(share::to_json(&reopen(drawn.as_bytes())), json, "SVG");
        let with_figures = svg::draw(&design, ICONS, Some(&analysis::answer(&design)));
        assert_eq!(share::to_json(&reopen(with_figures.as_bytes())), json, "SVG with figures");
        let png = png::embed(&PIXEL, &design).expect("a whole PNG");
        assert_eq!(share::to_json(&reopen(&png)), json, "PNG");
        assert_eq!(reopen(&png), reopen(json.as_bytes()));
    }
}

#[test]
fn the_drawing_is_xml_without_styles_and_shows_every_name() {
    for design in designs() {
        let answer = analysis::answer(&design);
        for answer in [None, Some(&answer)] {
            let drawn = svg::draw(&design, ICONS, answer);
            let xml = roxmltree::Document::parse(&drawn).unwrap_or_else(|error| panic!("{error}: {drawn}"));
            assert!(!drawn.contains("style"), "a strict policy forbids styles");
            let is = |name: &'static str| move |node: &roxmltree::Node| node.tag_name().name() == name;
            assert_eq!(xml.descendants().filter(is("script")).count(), 0);
            let text: Vec<&str> =
                xml.descendants().filter(is("text")).filter_map(|node| node.text()).collect();
            for node in &design.nodes {
                let title = design.title(node);
                let start: String = title.chars().take(4).collect();
                assert!(text.iter().any(|text| text.starts_with(&start)), "{title}: {text:?}");
            }
        }
    }
}

#[test]
fn the_drawing_has_room_for_all_that_is_in_it() {
    for design in designs().into_iter().filter(|design| !design.nodes.is_empty()) {
        let drawn = svg::draw(&design, ICONS, None);
        let xml = roxmltree::Document::parse(&drawn).expect("XML");
        let view = xml.root_element().attribute("viewBox").expect("a view");
        let view: Vec<f64> = view.split(' ').map(|number| number.parse().expect("a number")).collect();
        let extent = geometry::extent(&design).expect("blocks");
        assert!(view[0] < extent.min[0] && view[1] < extent.min[1], "{view:?} {extent:?}");
        assert!(
            view[0] + view[2] > extent.max[0] && view[1] + view[3] > extent.max[1],
            "{view:?} {extent:?}"
        );
    }
}

#[test]
fn figures_are_drawn_when_they_are_given() {
    let json = r#"{"headroom":1,"nodes":[{"id":1,"block":"client","at":[0,0],"rate":1000,"reads":1},
        {"id":2,"block":"app-server","at":[300,0],"cores":1,"service_ms":2}],"links":[[1,2]]}"#;
    let design = share::from_json(json).expect("a design").design;
    let bare = svg::draw(&design, ICONS, None);
    let drawn = svg::draw(&design, ICONS, Some(&analysis::answer(&design)));
    // 1,000/s of 2 ms each on one core are 200 % of it.
    for text in [">1,000/s<", ">200 %<", ">saturated<"] {
        assert!(drawn.contains(text) && !bare.contains(text), "{text}: {drawn}");
    }
}

/// The labels of links in a drawing: text, its width at most, and the middle of its foot.
fn labels(drawn: &str) -> Vec<(String, f64, [f64; 2])> {
    let xml = roxmltree::Document::parse(drawn).expect("XML");
    let is_label = |node: &roxmltree::Node| node.has_tag_name("text") && node.has_attribute("paint-order");
    let middle = |node: &roxmltree::Node| node.attribute("text-anchor") == Some("middle");
    let number = |node: &roxmltree::Node, name| node.attribute(name).expect(name).parse().expect("a number");
    let found = xml.descendants().filter(is_label).filter(middle).map(|node| {
        let text = node.text().expect("words").to_owned();
        let bold = if node.attribute("font-weight") == Some("600") { 1.13 } else { 1.0 };
        let width = bold * LETTER * text.chars().count() as f64;
        (text, width, [number(&node, "x"), number(&node, "y")])
    });
    found.collect()
}

/// A client that sends 1,000/s to a server 900 to the right, and a third card here.
fn with_a_third(x: i32, y: i32) -> String {
    let json = format!(
        r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","at":[0,0],"rate":1000,"reads":1}},
        {{"id":2,"block":"app-server","at":[900,0],"cores":8,"service_ms":1}},
        {{"id":3,"block":"cache","at":[{x},{y}]}}],"links":[[1,2]]}}"#
    );
    let design = share::from_json(&json).expect("a design").design;
    svg::draw(&design, ICONS, Some(&analysis::answer(&design)))
}

#[test]
fn a_label_is_drawn_where_no_card_covers_it_and_else_left_out() {
    // It would stand at 538,29; letters are 12 high, and a card keeps 4 to them: one that ends at 11 or above is clear of it.
    assert_eq!(labels(&with_a_third(500, -65)), [("1,000/s".to_owned(), 7.0 * LETTER, [538.0, 29.0])]);
    assert_eq!(labels(&with_a_third(500, -60)), []);
}

#[test]
fn in_a_picture_labels_of_links_between_the_same_two_blocks_stand_apart() {
    let example = EXAMPLES.iter().find(|example| example.id == "three-tiers-with-everything").expect("there");
    let design = example.design();
    let drawn = labels(&svg::draw(&design, ICONS, Some(&analysis::answer(&design))));
    // The letters themselves are 9 high.
    let rects: Vec<(Rect, String)> = drawn
        .into_iter()
        .map(|(text, width, [x, y])| {
            (Rect::of_corners([x - width / 2.0, y - 9.0], [x + width / 2.0, y]), text)
        })
        .collect();
    for (index, (one, text)) in rects.iter().enumerate() {
        let over = rects[..index].iter().find(|(other, _)| other.overlaps(one));
        assert_eq!(over.map(|(_, other)| other), None, "over {text}");
    }
}

#[test]
fn in_pictures_of_all_examples_no_card_covers_a_label() {
    let mut found = 0;
    for design in designs() {
        let seen = apparent(&design);
        let answer = analysis::answer(&design);
        for (text, width, [x, y]) in labels(&svg::draw(&design, ICONS, Some(&answer))) {
            let label = Rect::of_corners([x - width / 2.0, y - 12.0], [x + width / 2.0, y + 4.0]);
            let over = seen.nodes.iter().find(|node| geometry::card(node.at).overlaps(&label));
            assert_eq!(over.map(|node| seen.title(node)), None, "{text} in {}", design.name);
            found += 1;
        }
    }
    assert!(found > 100, "only {found} labels");
}

#[test]
fn a_png_keeps_its_picture_and_carries_one_design() {
    let [a, b] = [0, 1].map(|index: usize| EXAMPLES[index].design());
    let first = png::embed(&PIXEL, &a).expect("a whole PNG");
    let second = png::embed(&first, &b).expect("a whole PNG");
    assert_eq!(second, png::embed(&PIXEL, &b).expect("a whole PNG"), "the design that was in it goes");
    assert!(second.starts_with(&PIXEL[..55]), "header and data stand as they were");
    assert!(second.ends_with(&PIXEL[55..]), "and so does the end");
    // Length, type and checksum, as the PNG specification lays a chunk out (5.3).
    let chunk = &second[55..second.len() - 12];
    let length = u32::from_be_bytes(chunk[..4].try_into().expect("four")) as usize;
    assert_eq!((length + 12, &chunk[4..8]), (chunk.len(), &b"tEXt"[..]));
    assert_eq!(chunk[8 + length..], crc32(&chunk[4..8 + length]).to_be_bytes());
    assert_eq!(png::embed(b"no picture", &a), None);
    assert_eq!(png::embed(&PIXEL[..60], &a), None, "without its end it is no whole PNG");
}

/// CRC-32 as the PNG specification gives it, bit by bit (annex D).
fn crc32(bytes: &[u8]) -> u32 {
    let byte = |crc: u32, byte: &u8| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 },
        )
    };
    !bytes.iter().fold(u32::MAX, byte)
}

#[test]
fn every_cut_and_every_changed_byte_is_answered_in_words() {
    let design = EXAMPLES[0].design();
    let png = png::embed(&PIXEL, &design).expect("a whole PNG");
    let drawn = svg::draw(&design, ICONS, None);
    let metadata = drawn.find("</metadata>").expect("metadata");
    for end in 0..png.len() {
        match file::open(&png[..end]) {
            // The design stands in front of the end.
            Ok(opened) => assert!(end >= png.len() - 12 && opened.design == design),
            Err(failure) => assert!(failure.to_string().len() > 20, "{end}: {failure}"),
        }
    }
    for end in 0..drawn.len() {
        match file::open(&drawn.as_bytes()[..end]) {
            Ok(opened) => assert!(end + 16 > metadata && opened.design == design, "{end}"),
            Err(failure) => assert!(failure.to_string().len() > 20, "{end}: {failure}"),
        }
    }
    for at in 0..png.len() {
        let mut changed = png.clone();
        changed[at] ^= 0x20;
        match file::open(&changed) {
            // A keyword in capitals, a byte of the picture, or the checksum of our chunk: ours has one of its own.
            Ok(opened) => assert_eq!(opened.design, design, "{at}"),
            Err(failure) => assert!(failure.to_string().len() > 20, "{at}: {failure}"),
        }
    }
}

#[test]
fn files_that_are_no_designs_are_named() {
    let cases: [(&[u8], &str); 12] = [
        (b"", "empty"),
        (b"\xff\xd8\xff\xe0 and so on", "JPEG"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04rest", "ZIP"),
        (&PIXEL, "not saved by Headroom"),
        (&PIXEL[..40], "cut off"),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>", "not saved by Headroom"),
        (b"<html><body>Hello</body></html>", "not saved by Headroom"),
        (b"Dear all, see you on Monday.", "holds no design"),
        (b"{\"a\": 1}", "not a Headroom design"),
        (b"\xff\xfe{\0", "UTF-16"),
        (b"ab\x80\x81", "from byte 2"),
    ];
    for (bytes, says) in cases {
        let text = damaged(bytes);
        assert!(text.contains(says), "{says}: {text}");
    }
}

#[test]
fn ten_megabytes_of_junk_are_refused_quickly_and_in_words() {
    let megabytes = 10 * 1024 * 1024;
    // A multiplicative generator: what matters is that no two bytes follow a rule that a parser knows.
    let mut state = 1_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    let junk: Vec<u8> = (0..megabytes).map(|_| random()).collect();
    let mut png = png::SIGNATURE.to_vec();
    png.extend(&junk);
    let svg = [b"<svg>".to_vec(), vec![b'&'; megabytes]].concat();
    let carrying = [b"<svg urn:headroom:design>".to_vec(), vec![b'&'; megabytes], b"</".to_vec()].concat();
    let mermaid = [b"flowchart LR\n".to_vec(), vec![b'-'; megabytes]].concat();
    for bytes in [junk, png, vec![b'{'; megabytes], svg, carrying, mermaid, vec![b'#'; megabytes]] {
        let failure = file::open(&bytes).expect_err("no design");
        assert!(failure.to_string().len() > 20, "{failure}");
    }
    let large = vec![b'{'; file::MAX_FILE + 1];
    assert!(matches!(file::open(&large), Err(Failure::TooLarge(_))));
}

#[test]
fn a_text_with_a_link_opens_what_the_link_carries() {
    let design = EXAMPLES[0].design();
    for fragment in [share::readable_fragment(&design), share::compact_fragment(&design)] {
        let text = format!("Look at this:\n<https://example.org/headroom/#{fragment}>\nBest\n");
        assert_eq!(file::open(text.as_bytes()).expect("a link").design, design);
    }
    assert!(damaged(b"https://example.org/#d1.abc").contains("cut off"));
}

#[test]
fn names_of_files_are_such_as_every_system_takes() {
    let cases =
        [("URL shortener", "url-shortener"), ("a/b\\c: d?", "a-b-c-d"), ("", "design"), ("数据 1", "数据-1")];
    for (title, name) in cases {
        assert_eq!(file::name(title), name);
    }
    assert!(file::name(&"long ".repeat(100)).chars().count() <= 80);
}

#[test]
fn an_embed_opens_the_same_design_as_the_link() {
    let design = EXAMPLES[0].design();
    for fragment in [share::readable_fragment(&design), share::compact_fragment(&design)] {
        let embedded = format!("#embed=1&{fragment}");
        assert_eq!(share::open_fragment(&embedded).expect("a link").design, design);
        assert!(share::is_embed(&embedded) && !share::is_embed(&fragment));
    }
    assert!(share::is_embed("#embed=1"));
    assert_eq!(share::open_fragment("#embed=1"), Err(Failure::Absent));
}

#[test]
fn a_picture_of_a_film_shows_the_moment_in_the_theme_of_the_page_and_carries_no_design() {
    let design = EXAMPLES[0].design();
    let answer = analysis::answer(&design);
    let mut frame = Frame::of(&answer.report, &answer.topology);
    frame.nodes.iter_mut().for_each(|node| node.offered = 777.0);
    let dark = svg::still(&design, ICONS, &answer, frame.clone(), &ink::DARK);
    assert_eq!(dark.matches(">777/s<").count(), design.nodes.len(), "{dark}");
    assert!(!dark.contains("metadata") && file::open(dark.as_bytes()).is_err());
    let colors = |svg: &str| -> std::collections::BTreeSet<String> {
        svg.split('"').filter(|part| part.len() == 7 && part.starts_with('#')).map(str::to_owned).collect()
    };
    // Letters on the color of a state are the page's own, and the ground of the other theme.
    let css = include_str!("../../static/css/tokens.css");
    let (dark_css, light_css) = css.split_once(r#"[data-theme="light"]"#).expect("both themes");
    assert!(colors(&dark).iter().all(|color| dark_css.contains(color.as_str())), "{:?}", colors(&dark));
    let light = svg::still(&design, ICONS, &answer, frame, &ink::LIGHT);
    assert!(colors(&light).iter().all(|color| light_css.contains(color.as_str())), "{:?}", colors(&light));
}

#[test]
fn a_drawing_lies_whole_in_the_middle_of_its_film() {
    let rect = |width: f64, height: f64| Rect { min: [-50.0, 20.0], max: [width - 50.0, 20.0 + height] };
    // 1.5 pixels a unit where there is room, and 40 for the line.
    assert_eq!(film::size(&rect(600.0, 300.0)), [900, 490]);
    assert_eq!(film::place(&rect(600.0, 300.0), [900, 490]), ([0.0, 0.0], [900.0, 450.0]));
    // A wide one fills 1,280 across, a high one 720 down; a narrow one leaves room for the line.
    assert_eq!(film::size(&rect(5_120.0, 1_280.0)), [1_280, 360]);
    // A flat one lies in the middle of what players need for their buttons.
    assert_eq!(film::size(&rect(2_560.0, 256.0)), [1_280, 360]);
    assert_eq!(film::place(&rect(2_560.0, 256.0), [1_280, 360]), ([0.0, 96.0], [1_280.0, 128.0]));
    assert_eq!(film::size(&rect(680.0, 1_360.0)), [640, 720]);
    assert_eq!(film::place(&rect(680.0, 1_360.0), [640, 720]), ([150.0, 0.0], [340.0, 680.0]));
    for design in designs() {
        let size = film::size(&svg::view(&design));
        assert!(size.iter().all(|side| side % 2 == 0) && size[0] <= 1_280 && size[1] <= 720, "{size:?}");
    }
}

#[test]
fn the_line_of_a_film_says_what_runs_and_how() {
    let frame = Frame { at_s: 34.6, sent: 1_000.0, ok: 998.0, p95: 0.012, ..Frame::default() };
    assert_eq!(
        film::line("Shop", &frame, 50.0),
        "Shop · 34 s · 1,000/s sent, 998/s ok · p95 12.0 ms · one dot is 50 requests"
    );
    let silent = Frame { p95: f64::NAN, ..Frame::default() };
    assert_eq!(film::line("", &silent, 1.0), "0/s sent, 0/s ok");
}
