//! The progress stays true if its file is damaged, cannot be written, or moves with the clone.

use crate::client::{Events, Running, options};
use crate::fixture::Fixture;

const FILE: &str = "work/07-lamps/src/dim.rs";
const ID: &str = "/api/exercises/lamps/dim";
const RIGHT: &str = "pub fn dim(level: u8) -> u8 {\n    level / 2\n}\n";

fn with_a_solved_exercise() -> (Running, Events) {
    let server = Running::new();
    let mut events = server.events("/api/events");
    events.until("hello");
    server.fixture.write(FILE, RIGHT);
    assert_eq!(events.verdict()["state"], "solved");
    (server, events)
}

#[test]
fn a_solution_counts_even_if_the_progress_file_cannot_be_written() {
    let server = Running::new();
    server.fixture.write("progress.txt.lock/x", "");
    let mut events = server.events("/api/events");
    events.until("hello");
    server.fixture.write(FILE, RIGHT);
    assert!(
        events.until("problem")["message"]
            .to_string()
            .contains("cannot keep your progress")
    );
    assert_eq!(events.verdict()["state"], "solved");
    assert_eq!(server.api("GET", &format!("{ID}/diff")).status, 200);
}

#[test]
fn a_damaged_progress_file_is_kept_and_reported() {
    let fixture = Fixture::new();
    fixture.write("progress.txt", "\u{1}\u{2} no progress\n");
    let server = Running::on(fixture, options());
    assert!(
        server
            .notes
            .iter()
            .any(|note| note.contains("progress.txt.damaged-1")),
        "{:?}",
        server.notes
    );
    assert!(
        server
            .fixture
            .read("progress.txt.damaged-1")
            .contains("no progress")
    );
}

#[test]
fn a_solved_exercise_keeps_its_place_in_a_progress_file_that_was_damaged_since() {
    let (server, _events) = with_a_solved_exercise();
    server.fixture.write("progress.txt", "rubbish\n");
    server.api("GET", "/api/exercises");
    let progress = server.fixture.read("progress.txt");
    assert!(progress.contains("lamps/dim solved"), "{progress}");
    let kept = server.fixture.read("progress.txt.damaged-1");
    assert_eq!(kept, "rubbish\n");
}

#[test]
fn a_progress_file_that_the_reader_repairs_reaches_the_pages() {
    let server = Running::new();
    let mut events = server.events("/api/events");
    events.until("hello");
    let solved = "lamps/dim solved 2026-05-01\n";
    server.fixture.write("progress.txt", solved);
    assert_eq!(events.until("exercise")["solved"], true);
    std::fs::remove_file(server.fixture.root().join("progress.txt")).expect("it is there");
    assert_eq!(events.until("exercise")["solved"], false);
}

#[test]
fn a_reset_without_work_says_that_its_files_were_missing() {
    let (server, mut events) = with_a_solved_exercise();
    let root = server.fixture.root();
    std::fs::remove_dir_all(root.join("work")).expect("it is there");
    let missing =
        |told: &serde_json::Value| told.to_string().contains("the folder work is missing");
    while !missing(&events.until("problem")) {}
    let reset = server.api("POST", &format!("{ID}/reset"));
    assert_eq!(reset.status, 200, "{reset:?}");
    // The pages hear that it is there again.
    let there = events.until("problem");
    assert!(there["message"].is_null(), "{there}");
    let news = server.api("GET", "/api/exercises").json()["news"].to_string();
    assert!(
        news.contains("Files were missing in work/") && !news.contains("New"),
        "{news}"
    );
}

/// A compiler or an editor may make parts of the old folder again.
#[test]
fn pages_of_a_clone_that_was_moved_keep_the_progress() {
    let (server, mut events) = with_a_solved_exercise();
    let root = server.fixture.root();
    std::fs::remove_file(root.join("progress.txt")).expect("it is there");
    std::fs::rename(root.join("solutions"), root.join("elsewhere")).expect("it can be moved");
    let list = server.api("GET", "/api/exercises").json();
    assert_eq!(list["exercises"][0]["solved"], true);
    let told = events.until("problem")["message"].to_string();
    assert!(told.contains("Was it moved or renamed?"), "{told}");
    // Nothing is written where the clone was.
    let block = r#"{"chapter":"07-lamps","code":"println!();"}"#;
    for (method, path, body) in [
        ("POST", "/api/run", block),
        ("POST", &format!("{ID}/reset"), ""),
        ("POST", &format!("{ID}/fill"), ""),
        ("GET", &format!("{ID}/hint"), ""),
    ] {
        let answer = server.api_with(method, path, body);
        assert_eq!(answer.status, 410, "{path}: {answer:?}");
        assert!(
            answer.body.contains("Was it moved or renamed?"),
            "{answer:?}"
        );
    }
    assert!(!root.join("progress.txt").exists());
    assert!(!root.join("target/course/blocks").exists());
    std::fs::rename(root.join("elsewhere"), root.join("solutions")).expect("it can be moved back");
}
