//! Exercises run on request and after a save, and the page never shows an outdated verdict.

use serde_json::Value;

#[cfg(unix)]
use crate::client::await_that;
use crate::{
    client::{Running, options},
    fixture::Fixture,
};

const FILE: &str = "work/07-lamps/src/dim.rs";
const ID: &str = "/api/exercises/lamps/dim";
const RIGHT: &str = "pub fn dim(level: u8) -> u8 {\n    level / 2\n}\n";
const WRONG: &str = "pub fn dim(level: u8) -> u8 {\n    level\n}\n";

#[test]
fn the_list_of_exercises_has_everything_that_a_panel_shows() {
    let server = Running::new();
    let list = server.api("GET", "/api/exercises").json();
    let expected = serde_json::json!({
        "id": "lamps/dim", "chapter": "07-lamps", "title": "Dim <it>", "kind": "extend", "minutes": 5,
        "file": FILE, "test": "work/07-lamps/tests/dim.rs", "state": "todo", "solved": false, "hints_shown": 0
    });
    assert_eq!(list["exercises"], serde_json::json!([expected]));
}

#[test]
fn the_place_of_an_exercise_is_its_whole_path_and_the_line_of_the_first_hole() {
    let server = Running::new();
    let place = || server.api("GET", &format!("{ID}/place")).json();
    let file = server.fixture.root().join(FILE);
    let expected = serde_json::json!({ "path": file.display().to_string(), "line": 3 });
    assert_eq!(place(), expected);
    let solved = format!("//! Dims.\n\nuse std::fmt;\n\n/// Dims it.\n{RIGHT}");
    server.fixture.write(FILE, &solved);
    assert_eq!(place()["line"], 5, "a file without a hole: its first item");
    server.fixture.write(FILE, "");
    assert_eq!(place()["line"], 1, "an empty file");
}

#[test]
fn a_reader_fails_saves_passes_compares_and_resets() {
    let server = Running::new();
    let mut events = server.events("/api/events");
    events.until("hello");

    assert_eq!(server.api("POST", &format!("{ID}/run")).status, 202);
    let running = events.until("exercise");
    assert_eq!(
        (&running["state"], running.get("verdict")),
        (&"running".into(), None)
    );
    let red = events.verdict();
    assert_eq!(red["state"], "failing");
    assert_eq!(red["verdict"]["outcome"], "failed");
    assert_eq!(red["verdict"]["tests"][0]["name"], "half_as_bright");
    assert!(
        red["verdict"]["tests"][0]["message"]
            .to_string()
            .contains("halve it"),
        "{red}"
    );
    let progress = server.fixture.root().join("progress.txt");
    assert!(!progress.exists(), "the reader has not begun it");
    assert_eq!(server.api("GET", &format!("{ID}/diff")).status, 403);

    server.fixture.write(FILE, RIGHT);
    assert_eq!(events.until("exercise")["state"], "running");
    assert_eq!(
        events.until("progress")["solved"],
        serde_json::json!(["lamps/dim"])
    );
    let green = events.verdict();
    assert_eq!(
        (&green["state"], &green["verdict"]["outcome"]),
        (&"solved".into(), &"passed".into())
    );
    assert_eq!(server.api("GET", &format!("{ID}/diff")).status, 200);
    assert!(
        server
            .fixture
            .read("progress.txt")
            .contains("lamps/dim solved")
    );

    let kept = server.api("POST", &format!("{ID}/reset")).json()["kept"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(server.fixture.read(&kept), RIGHT);
    assert!(server.fixture.read(FILE).contains("todo!"));
}

#[test]
fn a_page_names_a_change_of_an_exercise_until_the_reader_has_looked() {
    let server = Running::new();
    let mut events = server.events("/api/events");
    events.until("hello");
    server.fixture.write(FILE, RIGHT);
    let solved = events.verdict();
    assert_eq!(
        (&solved["state"], solved.get("changed")),
        (&"solved".into(), None)
    );

    let test = "solutions/07-lamps/tests/dim.rs";
    let harder = server.fixture.read(test).replace("dim(8), 4", "dim(9), 5");
    server.fixture.write(test, &harder);
    let fails = events.verdict();
    assert_eq!(
        (&fails["state"], &fails["changed"]),
        (&"failing".into(), &"its test".into())
    );
    let listed = || server.api("GET", "/api/exercises").json()["exercises"][0].clone();
    assert_eq!(listed()["changed"], "its test");

    let look = || server.api("POST", &format!("{ID}/look")).json();
    let diff = look()["diff"].to_string();
    assert!(
        diff.contains("+    assert_eq!(lamps_exercises::dim::dim(9), 5);"),
        "{diff}"
    );
    assert_eq!(events.until("exercise").get("changed"), None);
    assert_eq!(listed().get("changed"), None);
    // It does not do yet what the new test asks for.
    assert_eq!(listed()["outdated"], true);
    assert_eq!(look()["diff"], Value::Null);
}

#[test]
fn a_change_during_the_build_is_part_of_the_verdict() {
    let server = Running::new();
    let mut events = server.events("/api/events");
    events.until("hello");
    // The save starts a run.
    server.fixture.write(FILE, WRONG);
    assert_eq!(events.until("exercise")["state"], "running");
    server.fixture.write(FILE, RIGHT);
    assert_eq!(events.verdict()["state"], "solved");
}

#[test]
fn the_compilers_message_reaches_the_page() {
    let server = Running::new();
    let mut events = server.events("/api/events");
    events.until("hello");
    server
        .fixture
        .write(FILE, "pub fn dim(level: u8) -> u8 {\n    \"bright\"\n}\n");
    let verdict = events.verdict();
    assert_eq!(verdict["verdict"]["outcome"], "build_failed");
    assert!(
        verdict["verdict"]["diagnostics"]
            .to_string()
            .contains("E0308"),
        "{verdict}"
    );
}

/// All exercises of a chapter share one crate, so one broken file keeps the others from compiling.
#[test]
fn repairing_one_exercise_runs_the_others_that_it_kept_from_compiling() {
    let fixture = Fixture::new();
    let exercises = fixture.read("solutions/07-lamps/exercises.toml");
    let second = exercises
        .replace("lamps/dim", "lamps/glow")
        .replace("dim.rs", "glow.rs");
    fixture.write(
        "solutions/07-lamps/exercises.toml",
        &format!("{exercises}{second}"),
    );
    for room in ["solutions", "work"] {
        let (source, test) = ("src/glow.rs", "tests/glow.rs");
        fixture.write(
            &format!("{room}/07-lamps/src/lib.rs"),
            "pub mod dim;\npub mod glow;\n",
        );
        fixture.write(
            &format!("{room}/07-lamps/{source}"),
            "pub const GLOWS: bool = true;\n",
        );
        fixture.write(
            &format!("{room}/07-lamps/{test}"),
            "#[test]\nfn glows() {\n    assert!(lamps_exercises::glow::GLOWS);\n}\n",
        );
    }
    fixture.write(FILE, "pub fn dim(\n");
    let server = Running::on(fixture, options());
    let mut events = server.events("/api/events");
    events.until("hello");
    server.api("POST", "/api/exercises/lamps/glow/run");
    let stuck = events.verdict();
    assert_eq!(
        (&stuck["id"], &stuck["verdict"]["outcome"]),
        (&"lamps/glow".into(), &"build_failed".into())
    );
    server.fixture.write(FILE, RIGHT);
    let mut solved = [events.verdict(), events.verdict()].map(|view| {
        assert_eq!(view["state"], "solved", "{view}");
        view["id"].to_string()
    });
    solved.sort();
    assert_eq!(solved, ["\"lamps/dim\"", "\"lamps/glow\""]);
}

#[test]
fn a_broken_manifest_is_reported_and_the_server_continues() {
    let server = Running::new();
    let mut events = server.events("/api/events");
    events.until("hello");
    server
        .fixture
        .write("work/07-lamps/Cargo.toml", "[package\n");
    assert_eq!(events.verdict()["verdict"]["outcome"], "manifest_broken");
    assert_eq!(server.get("/07-lamps.html").status, 200);
}

#[test]
fn hints_are_shown_one_after_another_and_remembered() {
    let server = Running::new();
    let second = server.api("GET", &format!("{ID}/hint?n=2")).json();
    assert_eq!(
        second,
        serde_json::json!({ "n": 2, "of": 3, "text": "Half." })
    );
    assert_eq!(
        server.api("GET", "/api/exercises").json()["exercises"][0]["hints_shown"],
        2
    );
    assert_eq!(server.api("GET", &format!("{ID}/hint?n=4")).status, 404);
    assert_eq!(server.api("GET", &format!("{ID}/hint?n=0")).status, 404);
    assert_eq!(server.api("GET", &format!("{ID}/hint?n=-1")).status, 400);
}

#[test]
fn the_current_source_is_shown() {
    let server = Running::new();
    server.fixture.write(FILE, WRONG);
    assert_eq!(
        server.api("GET", &format!("{ID}/source")).json(),
        serde_json::json!({ "path": FILE, "text": WRONG })
    );
    let test = "work/07-lamps/tests/dim.rs";
    assert_eq!(
        server.api("GET", &format!("{ID}/tests")).json(),
        serde_json::json!({ "path": test, "text": server.fixture.read(test) })
    );
}

#[test]
fn the_error_for_an_unknown_exercise_lists_the_known_ones() {
    let server = Running::new();
    let answer = server.api("POST", "/api/exercises/lamps/dimm/run");
    assert_eq!(
        (answer.status, &answer.json()["known"]),
        (404, &serde_json::json!(["lamps/dim"]))
    );
}

#[cfg(unix)]
#[test]
fn the_exercise_opens_in_the_readers_editor() {
    use std::os::unix::fs::PermissionsExt;
    let bin = tempfile::tempdir().unwrap();
    let (code, seen) = (bin.path().join("code"), bin.path().join("seen"));
    std::fs::write(
        &code,
        format!(
            "#!/bin/sh\nprintf '%s' \"$*\" > {0}.new && mv {0}.new {0}\n",
            seen.display()
        ),
    )
    .unwrap();
    std::fs::set_permissions(&code, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut options = options();
    options.editor.path =
        std::env::join_paths([bin.path(), "/bin".as_ref(), "/usr/bin".as_ref()]).unwrap();
    let server = Running::on(Fixture::new(), options);
    assert_eq!(
        server.api("POST", &format!("{ID}/open")).json()["with"],
        "code"
    );
    await_that("the editor starts", || seen.exists());
    let said = std::fs::read_to_string(&seen).unwrap();
    assert!(said.starts_with("--goto "), "{said}");
    assert!(said.ends_with(&format!("{FILE}:3")), "{said}");
}

#[test]
fn without_an_editor_the_page_says_which_file_to_open() {
    let server = Running::new();
    let answer = server.api("POST", &format!("{ID}/open"));
    assert_eq!(answer.status, 409);
    assert!(answer.json()["path"].as_str().unwrap().ends_with(FILE));
}

#[test]
fn exercises_that_change_while_the_book_is_open_reach_the_readers_files() {
    let server = Running::new();
    let mut events = server.events("/api/events");
    events.until("hello");
    let solution = server.fixture.read("solutions/07-lamps/src/dim.rs");
    server.fixture.write(
        "solutions/07-lamps/src/dim.rs",
        &format!("//! Newer.\n{solution}"),
    );
    events.until("book");
    assert!(server.fixture.read(FILE).starts_with("//! Newer.\n"));
}
