//! ▶ runs a block of a page: within limits, one at a time, and only while its page listens.

#[cfg(target_os = "linux")]
use crate::client::{await_that, runs};
use crate::{
    client::{Running, options},
    fixture::Fixture,
};

const CHAPTER: &str = "07-lamps";

#[test]
fn a_block_runs_against_its_chapters_crate_and_needs_no_main() {
    let server = Running::new();
    let code = "use lamps::Lamp;\nprintln!(\"{}\", Lamp::on().is_on());\neprintln!(\"ä\");";
    let lines = server.play(CHAPTER, code).rest();
    let kinds: Vec<_> = lines
        .iter()
        .map(|line| line["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.first(), Some(&"compiling"), "{lines:?}");
    assert!(
        lines.contains(&serde_json::json!({ "type": "stdout", "text": "true\n" })),
        "{lines:?}"
    );
    assert!(
        lines.contains(&serde_json::json!({ "type": "stderr", "text": "ä\n" })),
        "{lines:?}"
    );
    let done = lines.last().unwrap();
    assert_eq!(
        (&done["type"], &done["outcome"], &done["code"]),
        (&"done".into(), &"exited".into(), &0.into())
    );
}

/// The book must say so, because a reader may expect a sandbox.
#[test]
fn a_block_can_read_any_file_of_the_reader_and_the_book_says_so() {
    let server = Running::new();
    let secret = tempfile::NamedTempFile::new().expect("a file outside of the course");
    std::fs::write(secret.path(), "mine").unwrap();
    let code = format!(
        "print!(\"{{}}\", std::fs::read_to_string({:?}).unwrap());",
        secret.path()
    );
    let said = server.play(CHAPTER, &code).until("stdout");
    assert_eq!(said["text"], "mine");
    for page in ["book/src/how-to.md", "SECURITY.md"] {
        let path = format!("{}/../{page}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap();
        let line = text
            .lines()
            .find(|line| line.contains("▶") && line.contains("`cargo run` can"));
        assert!(line.is_some_and(|line| line.contains("read")), "{page}");
    }
}

#[test]
fn a_block_that_panics_reports_its_exit_code() {
    let server = Running::new();
    let done = server.play(CHAPTER, "panic!(\"out\")").until("done");
    assert_eq!(
        (&done["outcome"], &done["code"]),
        (&"exited".into(), &101.into())
    );
}

#[test]
fn a_block_that_does_not_compile_shows_the_compilers_message() {
    let server = Running::new();
    let mut lines = server.play(CHAPTER, "let x: u8 = \"no\";");
    assert!(
        lines.until("diagnostics")["text"]
            .as_str()
            .unwrap()
            .contains("E0308")
    );
    assert_eq!(lines.until("done")["outcome"], "build_failed");
}

/// Readers count the lines they see. They may also have asked for backtraces in their environment.
#[test]
fn errors_and_panics_have_the_line_numbers_that_the_reader_sees() {
    let server = Running::new();
    let mut lines = server.play(CHAPTER, "let a = 1;\nlet x: u8 = \"no\";");
    let text = lines.until("diagnostics")["text"].to_string();
    assert!(text.contains("--> block.rs:2:13"), "{text}");
    drop(lines);
    let panic = server
        .play(CHAPTER, "let a = 1;\npanic!(\"out\")")
        .until("stderr")["text"]
        .to_string();
    assert!(panic.contains("panicked at block.rs:2:1:\\nout"), "{panic}");
}

#[test]
fn a_panic_in_the_chapter_shows_the_path_from_the_root() {
    let fixture = Fixture::new();
    fixture.write(
        "chapters/07-lamps/src/lib.rs",
        "pub fn burst() {\n    panic!(\"glass\")\n}\n",
    );
    let server = Running::on(fixture, options());
    let panic = server.play(CHAPTER, "lamps::burst()").until("stderr")["text"].to_string();
    assert!(
        panic.contains("panicked at chapters/07-lamps/src/lib.rs:2:5:"),
        "{panic}"
    );
}

#[test]
fn a_block_that_loops_forever_is_stopped() {
    let server = Running::new();
    assert_eq!(
        server.play(CHAPTER, "loop {}").until("done")["outcome"],
        "timed_out"
    );
}

#[test]
fn a_block_that_prints_forever_is_stopped() {
    let server = Running::new();
    let lines = server.play(CHAPTER, "loop { println!(\"and on\") }").rest();
    assert_eq!(lines.last().unwrap()["outcome"], "too_much_output");
    let printed: usize = lines
        .iter()
        .filter_map(|l| l["text"].as_str())
        .map(str::len)
        .sum();
    assert!(printed <= 128 * 1024, "{printed} bytes arrived");
}

#[test]
fn jobs_run_one_at_a_time_and_each_knows_how_many_are_ahead() {
    let server = Running::new();
    let mut first = server.play(CHAPTER, "loop {}");
    first.until("compiling");
    let mut second = server.play(CHAPTER, "println!(\"second\")");
    assert_eq!(
        second.next().unwrap(),
        serde_json::json!({ "type": "queued", "ahead": 1 })
    );
    drop(first);
    second.until("compiling");
    assert_eq!(second.until("done")["outcome"], "exited");
}

#[cfg(target_os = "linux")]
#[test]
fn closing_the_request_kills_the_programs_it_started() {
    let server = Running::new();
    let mut block = server.play(
        CHAPTER,
        "println!(\"{}\", std::process::id()); std::thread::park(); loop {}",
    );
    let id = block.until("stdout")["text"]
        .as_str()
        .unwrap()
        .trim()
        .to_owned();
    assert!(runs(&id));
    drop(block);
    await_that("the block of a closed page ends", || !runs(&id));
}

#[cfg(target_os = "linux")]
#[test]
fn closing_the_request_also_ends_a_process_that_left_the_group() {
    let server = Running::new();
    let code = r#"
        let mut shell = std::process::Command::new("setsid");
        shell.args(["sh", "-c", "sleep 1000 > /dev/null 2>&1 & echo $!"]);
        let printed = shell.output().unwrap().stdout;
        println!("{}", String::from_utf8(printed).unwrap());
        loop { std::thread::park() }
    "#;
    let mut block = server.play(CHAPTER, code);
    let id = block.until("stdout")["text"]
        .as_str()
        .unwrap()
        .trim()
        .to_owned();
    assert!(runs(&id));
    drop(block);
    await_that("the process ends with its block", || !runs(&id));
}

#[test]
fn a_chapter_is_looked_up_by_name_and_is_never_a_path() {
    let server = Running::new();
    for chapter in [
        "../../etc",
        "07-lamps/..",
        "",
        "lamps",
        "/07-lamps",
        "08-none",
    ] {
        assert!(
            server.play(chapter, "").next().unwrap()["error"]
                .as_str()
                .unwrap()
                .contains("no chapter"),
            "{chapter}"
        );
    }
}

#[test]
fn a_block_that_cannot_be_built_says_what_to_do() {
    let server = Running::new();
    // It must be a directory.
    let path = "target/course/blocks";
    server.fixture.write(path, "");
    let mut block = server.play(CHAPTER, "");
    let text = block.until("diagnostics")["text"].to_string();
    assert!(text.contains("cannot create"), "{text}");
    assert!(
        text.contains("help: move ") && text.contains(path),
        "{text}"
    );
}
