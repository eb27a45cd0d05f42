//! What the command line says of broken designs: the place, what stands there and what is allowed; and its help.

use crate::cli::headroom;

/// Opens a broken design and looks for these words; `0` as exit code where the rest of it can be used.
#[track_caller]
fn says(design: &str, code: i32, words: &[&str]) {
    let ended = headroom(&["open", "-"], design);
    assert_eq!(ended.code, code, "{design}: {}", ended.err);
    for word in words {
        assert!(ended.err.contains(word), "{design}:\n{}does not say {word:?}", ended.err);
    }
}

/// A design of one block with these fields.
#[track_caller]
fn block(fields: &str, words: &[&str]) {
    says(&format!(r#"{{"headroom":1,"nodes":[{{"id":1,{fields}}}]}}"#), 0, words);
}

#[test]
fn what_is_no_design_says_the_line_or_the_field() {
    says(
        "{\"headroom\":1,\n \"nodes\":[{\"id\":1 \"block\":\"client\"}]}",
        2,
        &["expected `,`", "line 2 column 19"],
    );
    says(r#"{"headroom":1,"nodes":[{"id":1},]}"#, 2, &["trailing comma", "line 1 column 33"]);
    says("{\"headroom\":1,\n\"nodes\":[{\"id\"", 2, &["cut off", "in line 2"]);
    says(r#"{"headroom":1,"nodes":[{"id":1,"id":2}]}"#, 2, &["“id” stands twice", "line 1 column 38"]);
    says(r#"{"headroom":1,"nodes":{"id":1}}"#, 2, &["$.nodes must be a list", "an object"]);
    says(r#"{"nodes":[]}"#, 2, &["no “headroom” number", "Add \"headroom\": 1"]);
    says(r#"{"headroom":"one"}"#, 2, &["$.headroom must be 1", "“one”"]);
    says("[1]", 2, &["a list", "{\"headroom\": 1"]);
}

#[test]
fn what_a_block_cannot_be_says_what_it_can_be() {
    block(r#""block":"app-servr""#, &["$.nodes[0].block: ", "“app-servr”", "Did you mean “app-server”?"]);
    block(r#""block":"mainframe""#, &["$.nodes[0].block: ", "There is: client, ", "sql-database"]);
    block(r#""block":7"#, &["$.nodes[0].block: ", "such as \"app-server\"", "here it is 7"]);
    block(r#""name":"x""#, &["$.nodes[0].block: ", "here it is missing"]);
    block(r#""block":"app-server","core":2"#, &["$.nodes[0].core: ", "Did you mean “cores”?"]);
    block(r#""block":"app-server","service":2"#, &["$.nodes[0].service: ", "Did you mean “service_ms”?"]);
    block(r#""block":"app-server","wibble":2"#, &["$.nodes[0].wibble: ", "There is: ", "cores"]);
    block(
        r#""block":"app-server","cores":0"#,
        &["$.nodes[0].cores: ", "between 1 and 1,024", "here it is 0"],
    );
    block(
        r#""block":"app-server","cores":"two""#,
        &["$.nodes[0].cores: ", "number from 1 to 1,024", "“two”"],
    );
    block(r#""block":"app-server","threads":"blockin""#, &["$.nodes[0].threads: ", "blocking, async"]);
    block(r#""block":"app-server","in":4"#, &["$.nodes[0].in: ", "No group has the id 4"]);
}

#[test]
fn what_a_link_or_a_fault_cannot_be_says_what_it_can_be() {
    let two = r#""nodes":[{"id":1,"block":"client"},{"id":2,"block":"app-server"}]"#;
    let with = |more: &str| format!(r#"{{"headroom":1,{two},{more}}}"#);
    says(&with(r#""links":[[1,3]]"#), 0, &["$.links[0][1]: No block has the id 3", "There are: 1, 2."]);
    says(&with(r#""links":[{"from":1}]"#), 0, &["$.links[0]: A link must be [from, to]"]);
    says(&with(r#""links":[[1,2,{"latency":3}]]"#), 0, &["$.links[0][2].latency: ", "“latency_ms”"]);
    says(&with(r#""faults":[{"at_s":2,"kil":1}]"#), 0, &["$.faults[0]: ", "Did you mean “kill”?"]);
    says(&with(r#""faults":[{"at_s":2,"kill":9}]"#), 0, &["$.faults[0].kill: No block has the id 9"]);
    says(&with(r#""groups":[{"id":1,"kind":"rack"}]"#), 0, &["$.groups[0].kind: ", "host, zone or region"]);
}

#[test]
fn what_a_promise_or_a_run_cannot_be_says_what_it_can_be() {
    says(r#"{"headroom":1,"objectives":{"p99":9}}"#, 0, &["$.objectives.p99: ", "Did you mean “p99_ms”?"]);
    says(r#"{"headroom":1,"objectives":{"success":9}}"#, 0, &["$.objectives.success: ", "between 0 and 1"]);
    says(r#"{"headroom":1,"run":{"seed":"a"}}"#, 0, &["$.run.seed: ", "a number from 0 to", "“a”"]);
    says(r#"{"headroom":1,"run":{"duration_s":-4}}"#, 0, &["$.run.duration_s: ", "between 0.001 and 86,400"]);
    says(r#"{"headroom":1,"node":[]}"#, 0, &["$.node: ", "Did you mean “nodes”?"]);
}

const COMMANDS: [&str; 10] =
    ["check", "analyze", "compare", "run", "exercises", "link", "open", "blocks", "schema", "completions"];

#[test]
fn each_shell_completes_each_command_and_its_options() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = headroom(&["completions", shell], "");
        assert_eq!((script.code, script.err.as_str()), (0, ""), "{shell}");
        for word in COMMANDS.into_iter().chain(["replications", "junit"]) {
            // Two shells complete no values of options.
            let values = word == "junit" && ["powershell", "elvish"].contains(&shell);
            assert!(values || script.out.contains(word), "{shell} does not complete {word}");
        }
        assert!(!script.out.contains("\\u00"), "{shell}: a control character was written out");
    }
}

#[test]
fn every_command_is_in_the_help_and_explains_itself() {
    let all = headroom(&["--help"], "").out;
    for words in ["Exit codes:", "Examples:"] {
        assert!(all.contains(words), "{all}");
    }
    for command in COMMANDS {
        assert!(all.contains(&format!("\n  {command} ")), "{command} is not in the help");
        let own = headroom(&[command, "--help"], "").out;
        assert!(own.contains("Example"), "{command} has no example:\n{own}");
        assert!(own.contains("Usage: headroom"), "{own}");
    }
}
