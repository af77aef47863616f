//! Modules of the reader's runtime: what they need, and `fill`.

use serde_json::Value;

use crate::client::{Running, options};
use crate::fixture::Fixture;

const ID: &str = "/api/exercises/lamps/dim";
const MODULES: &str = r#"modules = ["wick", "flame", "later"]

[[exercise]]
id = "lamps/wick"
chapter = "07-lamps"
title = "A wick"
kind = "build"
minutes = 5
file = "src/wick.rs"
test = "tests/wick.rs"
fails = "it_has_a_length"
summary = "Make a wick."
hints = ["a", "b", "c"]

[[exercise]]
id = "lamps/flame"
chapter = "07-lamps"
title = "A flame"
kind = "build"
minutes = 5
file = "src/flame.rs"
test = "tests/flame.rs"
uses = ["lamps/wick"]
fails = "it_burns"
summary = "Make a flame."
hints = ["a", "b", "c"]
"#;

/// A runtime of two modules, of which the second is written and needs the first.
fn with_modules() -> Fixture {
    let fixture = Fixture::new();
    let hole = |name: &str, answer: &str| {
        format!(
            "pub fn {name}() -> u8 {{\n    // hole: begin\n    {answer}\n    // hole: instead\n    //| todo!()\n    // hole: end\n}}\n"
        )
    };
    let test = |name: &str, claim: &str| {
        format!("#[test]\nfn {claim}() {{\n    assert_eq!(my_runtime::{name}::{name}(), 7);\n}}\n")
    };
    for (path, text) in [
        ("exercises.toml", MODULES.to_owned()),
        (
            "Cargo.toml",
            "[package]\nname = \"my-runtime-solutions\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\nname = \"my_runtime\"\n"
                .to_owned(),
        ),
        ("src/lib.rs", "pub mod flame;\npub mod wick;\n".to_owned()),
        ("src/wick.rs", hole("wick", "7")),
        ("src/flame.rs", hole("flame", "crate::wick::wick()")),
        ("tests/wick.rs", test("wick", "it_has_a_length")),
        ("tests/flame.rs", test("flame", "it_burns")),
    ] {
        fixture.write(&format!("solutions/my-runtime/{path}"), &text);
    }
    fixture
}

#[test]
fn a_module_says_what_it_needs_and_runs_again_once_that_is_filled() {
    let server = Running::on(with_modules(), options());
    let list = server.api("GET", "/api/exercises").json();
    let counts =
        |list: &Value| ["all", "solved", "filled"].map(|part| list["runtime"][part].clone());
    assert_eq!(counts(&list), [3, 0, 0]);
    assert_eq!(list["exercises"][2]["module"], "flame");
    let mut events = server.events("/api/events");
    events.until("hello");
    server.fixture.write(
        "work/my-runtime/src/flame.rs",
        "pub fn flame() -> u8 {\n    let wick = crate::wick::wick();\n    wick\n}\n",
    );
    let red = events.verdict();
    assert_eq!(red["id"], "lamps/flame");
    assert_eq!(red["verdict"]["needs"], serde_json::json!(["lamps/wick"]));
    let message = red["verdict"]["tests"][0]["message"].to_string();
    assert!(
        message.contains("cargo course fill lamps/wick"),
        "{message}"
    );

    let filled = server.api("POST", "/api/exercises/lamps/wick/fill");
    assert_eq!(filled.status, 200);
    assert_eq!(filled.json()["file"], "work/my-runtime/src/wick.rs");
    let mut flame = events.verdict();
    while flame["id"] != "lamps/flame" {
        flame = events.verdict();
    }
    assert_eq!(flame["state"], "solved", "{flame}");
    let list = server.api("GET", "/api/exercises").json();
    assert_eq!(counts(&list), [3, 1, 1]);
    // Without the folder, the list and the runtime still say the same.
    let root = server.fixture.root();
    std::fs::rename(root.join("work"), root.join("elsewhere")).expect("it can be moved");
    let list = server.api("GET", "/api/exercises").json();
    assert_eq!(counts(&list), [3, 1, 1]);
    let told = events.until("problem")["message"].to_string();
    assert!(
        told.contains("the folder work is missing. Help: `cargo course list` makes it"),
        "{told}"
    );
    std::fs::rename(root.join("elsewhere"), root.join("work")).expect("it can be moved back");
    assert_eq!(
        server.api("POST", &format!("{ID}/fill")).status,
        409,
        "it is no module"
    );
}

#[test]
fn an_exercise_runs_again_when_the_manifest_of_another_package_is_repaired() {
    let server = Running::on(with_modules(), options());
    let mut events = server.events("/api/events");
    events.until("hello");
    let manifest = "work/my-runtime/Cargo.toml";
    let whole = server.fixture.read(manifest);
    server.fixture.write(manifest, "[package\n");
    server.api("POST", &format!("{ID}/run"));
    let run_of_dim = |events: &mut crate::client::Events| loop {
        let view = events.verdict();
        if view["id"] == "lamps/dim" {
            break view["verdict"]["outcome"].clone();
        }
    };
    assert_eq!(run_of_dim(&mut events), "manifest_broken");
    server.fixture.write(manifest, &whole);
    assert_eq!(run_of_dim(&mut events), "failed");
}
