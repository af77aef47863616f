//! A reader who looks only at the pages learns what an update changed in the files.

use serde_json::{Value, json};

use crate::client::{Running, options};
use crate::fixture::Fixture;

const NEW_ID: &str = "The exercise lamps/dim is now lamps/fade.";

fn rename(fixture: &Fixture) {
    let path = "solutions/07-lamps/exercises.toml";
    let id = "id = \"lamps/dim\"";
    let text = fixture.read(path);
    assert!(text.contains(id), "{text}");
    let new = "id = \"lamps/fade\"\nformerly = [\"lamps/dim\"]";
    fixture.write(path, &text.replace(id, new));
}

fn news(server: &Running) -> Value {
    server.api("GET", "/api/exercises").json()["news"].clone()
}

#[test]
fn news_reach_every_page_and_stay_until_the_reader_has_read_them() {
    let server = Running::new();
    let mut events = server.events("/api/events");
    events.until("hello");
    assert_eq!(news(&server), json!([]));
    rename(&server.fixture);
    assert_eq!(events.until("news")["news"], json!([NEW_ID]));
    assert_eq!(news(&server), json!([NEW_ID]));

    // A line that came after the page was drawn stays.
    let read =
        |lines: &str| server.api_with("POST", "/api/news/read", lines).json()["news"].clone();
    assert_eq!(read("0"), json!([NEW_ID]));
    assert_eq!(read("7"), json!([]));
    assert_eq!(news(&server), json!([]));
    assert_eq!(server.api_with("POST", "/api/news/read", "-1").status, 422);
}

#[test]
fn news_of_an_update_before_the_start_are_on_the_pages_too() {
    let fixture = Fixture::new();
    rename(&fixture);
    let server = Running::on(fixture, options());
    assert_eq!(news(&server), json!([NEW_ID]));
}

#[test]
fn the_greeting_of_a_new_folder_is_no_news() {
    let fixture = Fixture::new();
    std::fs::remove_dir_all(fixture.root().join("work")).expect("it can be removed");
    let server = Running::on(fixture, options());
    assert_eq!(news(&server), json!([]));
}

/// An editor still has the file open under the name that it had before a pull.
#[test]
fn a_save_of_the_old_file_of_a_renamed_exercise_is_moved_tested_and_told() {
    let fixture = Fixture::new();
    let record = fixture.read("work/.pristine");
    let former = "former lamps/dim 07-lamps/src/dark.rs\n";
    fixture.write("work/.pristine", &(record + former));
    let server = Running::on(fixture, options());
    let mut events = server.events("/api/events");
    events.until("hello");
    server.fixture.write(
        "work/07-lamps/src/dark.rs",
        "pub fn dim(level: u8) -> u8 {\n    level / 2\n}\n",
    );
    let first = events.until("news")["news"].clone();
    let told = first[0].to_string();
    assert!(
        told.contains("work/07-lamps/src/dark.rs -> work/07-lamps/src/dim.rs"),
        "{told}"
    );
    assert_eq!(events.verdict()["state"], "solved");

    // Each save of the editor moves it again, which is one piece of news.
    server.fixture.write(
        "work/07-lamps/src/dark.rs",
        "pub fn dim(level: u8) -> u8 {\n    level\n}\n",
    );
    assert_eq!(events.until("news")["news"], first);
    assert_eq!(events.verdict()["state"], "failing");
    assert!(
        !server
            .fixture
            .root()
            .join("work/07-lamps/src/dim.rs.yours-1")
            .exists()
    );
}

#[test]
fn news_that_another_command_has_told_are_on_the_pages_too() {
    let server = Running::new();
    let mut events = server.events("/api/events");
    events.until("hello");
    let layout = server.fixture.layout();
    course::work::keep_news(&layout, "told elsewhere").expect("it can be written");
    assert_eq!(events.until("news")["news"], json!(["told elsewhere"]));
    assert_eq!(news(&server), json!(["told elsewhere"]));
}
