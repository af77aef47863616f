//! The published book: what its pages offer without a server, and what its address adds.

mod fixture;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use course::book;
use fixture::Fixture;

fn publish(fixture: &Fixture) -> PathBuf {
    let out = fixture.root().join("target/site");
    book::publish(&fixture.layout(), &out).expect("the book builds");
    out
}

fn page(fixture: &Fixture, name: &str) -> String {
    fs::read_to_string(publish(fixture).join(name)).expect("the page is there")
}

fn local_page(fixture: &Fixture, name: &str) -> String {
    let out = fixture.root().join("target/book");
    book::build(&fixture.layout(), &out).expect("the book builds");
    fs::read_to_string(out.join(name)).expect("the page is there")
}

/// The data that a page has for a widget.
fn data(html: &str, class: &str) -> serde_json::Value {
    let start = format!("<script type=\"application/json\" class=\"{class}\">");
    let from = html.find(&start).expect("the page has this data") + start.len();
    let json = &html[from..from + html[from..].find("</script>").expect("which ends")];
    serde_json::from_str(json).expect("it is JSON")
}

fn with_keys(keys: &str) -> Fixture {
    let fixture = Fixture::new();
    let toml = fixture.read("book/book.toml");
    let marker = "[preprocessor.course]\n";
    assert!(toml.contains(marker));
    fixture.write(
        "book/book.toml",
        &toml.replace(marker, &format!("{marker}{keys}\n")),
    );
    fixture.write("book/loop.png", "a picture");
    fixture
}

#[test]
fn a_block_has_its_program_and_the_names_of_the_crates_below_it() {
    let fixture = Fixture::new();
    let out = publish(&fixture);
    let html = fs::read_to_string(out.join("07-lamps.html")).expect("the page is there");
    let file = data(&html, "one-file");
    assert_eq!(
        file["program"],
        "#![allow(unused)]\n\nfn main() {\n    use lamps::Lamp;\n    println!(\"{}\", Lamp::on().is_on());\n}\n"
    );
    assert_eq!(file["crates"], serde_json::json!(["lamps"]));
    let crates = fs::read_to_string(out.join("generated/crates.js")).expect("the crates are there");
    let crates = crates
        .strip_prefix("window.chapterCrates = ")
        .expect("a script");
    let crates: serde_json::Value =
        serde_json::from_str(crates.trim_end().trim_end_matches(';')).expect("with JSON");
    let lamps = crates["lamps"].as_str().expect("a text");
    assert!(
        lamps.starts_with("pub mod lamps {\n    //! Lamps.\n"),
        "{lamps}"
    );
    assert!(!lamps.contains("ANCHOR"), "{lamps}");
}

#[test]
fn a_block_whose_chapter_needs_other_packages_says_where_it_runs() {
    let fixture = Fixture::new();
    let manifest = fixture.read("chapters/07-lamps/Cargo.toml");
    fixture.write(
        "chapters/07-lamps/Cargo.toml",
        &(manifest + "[target.'cfg(unix)'.dependencies]\nrustix = \"1\"\n"),
    );
    let html = page(&fixture, "07-lamps.html");
    assert!(
        html.contains("Runs on your machine with <a href=\"how-to.html#do\"><code>cargo course</code></a>.</p>"),
        "{html}"
    );
    assert!(!html.contains("one-file"));
    assert!(
        html.contains(
            "To see the compiler's message, read the book with <a href=\"how-to.html#do\">"
        ),
        "{html}"
    );
}

#[test]
fn a_package_of_the_playground_and_a_package_of_a_feature_are_no_obstacles() {
    let fixture = Fixture::new();
    let manifest = fixture.read("chapters/07-lamps/Cargo.toml");
    fixture.write(
        "chapters/07-lamps/Cargo.toml",
        &(manifest
            + "[dependencies]\nslab = \"0.4\"\nloom = { version = \"0.7\", optional = true }\n"),
    );
    assert!(page(&fixture, "07-lamps.html").contains("one-file"));
}

#[test]
fn a_page_of_the_local_course_offers_no_file() {
    let html = local_page(&Fixture::new(), "07-lamps.html");
    assert!(!html.contains("one-file"));
    assert!(html.contains("read the book with <code>cargo course</code>"));
}

#[test]
fn a_piece_for_one_kind_of_reader_is_on_no_other_page() {
    let fixture = Fixture::new();
    fixture.write(
        "book/src/hello.md",
        "# Hello\n\n````local\n*Here.*\n````\n\n````published\n*There.*\n\n```text\ncode\n```\n````\n",
    );
    let (here, there) = (
        local_page(&fixture, "hello.html"),
        page(&fixture, "hello.html"),
    );
    assert!(here.contains("<em>Here.</em>") && !here.contains("There."));
    assert!(there.contains("<em>There.</em>") && !there.contains("Here."));
    assert!(there.contains("<code class=\"language-text\">code"));
}

#[test]
fn the_trace_of_a_recorded_run_is_on_its_page_and_arrives_as_it_was() {
    let fixture = Fixture::new();
    let trace = fixture.read("book/traces/07-lamps.json");
    let odd = trace.replace("now", "</script> {{#include hello.md}} & `a`");
    fixture.write("book/traces/07-lamps.json", &odd);
    let expected: serde_json::Value = serde_json::from_str(&odd).expect("it is JSON");
    assert_eq!(data(&page(&fixture, "07-lamps.html"), "trace"), expected);
    assert_eq!(
        data(&local_page(&fixture, "07-lamps.html"), "trace"),
        expected
    );
}

#[test]
fn a_widget_that_the_bundle_cannot_read_is_named_with_its_line() {
    let fixture = Fixture::new();
    fixture.write(
        "book/widgets/lamp.js",
        "// A lamp.\nexport default 1;\nexport function render() {}\n",
    );
    let error = book::publish(&fixture.layout(), &fixture.root().join("target/site"));
    let said = error.expect_err("the form is unknown").to_string();
    assert!(
        said.starts_with("book/widgets/lamp.js:2: the bundle does not know this form"),
        "{said}"
    );
}

#[test]
fn a_second_build_leaves_the_scripts_untouched() {
    let fixture = Fixture::new();
    publish(&fixture);
    let script = fixture.root().join("book/generated/widgets.js");
    let written = || {
        fs::metadata(&script)
            .and_then(|about| about.modified())
            .expect("it is there")
    };
    let first = written();
    publish(&fixture);
    assert_eq!(written(), first);
}

#[test]
fn without_an_address_a_page_says_nothing_of_one() {
    let fixture = Fixture::new();
    let out = publish(&fixture);
    let html = fs::read_to_string(out.join("07-lamps.html")).expect("the page is there");
    for part in ["canonical", "og:", "Tell us"] {
        assert!(!html.contains(part), "{part}");
    }
    assert!(!out.join("sitemap.xml").exists());
}

#[test]
fn with_an_address_each_page_names_itself_to_search_engines_and_in_link_previews() {
    let fixture = with_keys("address = \"https://books.example/lamps\"");
    let out = publish(&fixture);
    let html = fs::read_to_string(out.join("hello.html")).expect("the page is there");
    let lamps = fs::read_to_string(out.join("07-lamps.html")).expect("the page is there");
    for part in [
        "<link rel=\"canonical\" href=\"https://books.example/lamps/07-lamps.html\">",
        "<meta property=\"og:title\" content=\"Lamps\">",
        "<meta property=\"og:description\" content=\"A lamp as a_lamp_remembers holds it.\">",
        "<meta name=\"description\" content=\"A lamp as a_lamp_remembers holds it.\">",
        "<meta property=\"og:image\" content=\"https://books.example/lamps/loop.png\">",
    ] {
        assert!(lamps.contains(part), "{part} in {lamps}");
    }
    // The first page is also the front page, and has only one address.
    assert!(
        html.contains("<link rel=\"canonical\" href=\"https://books.example/lamps/\">"),
        "{html}"
    );
    assert!(
        html.contains("<meta property=\"og:title\" content=\"Hello - Lamps\">"),
        "{html}"
    );
    let map = fs::read_to_string(out.join("sitemap.xml")).expect("the map is there");
    let places: Vec<_> = map
        .split("<loc>")
        .skip(1)
        .filter_map(|rest| rest.split_once("</loc>"))
        .collect();
    let places: Vec<_> = places.iter().map(|(place, _)| *place).collect();
    assert_eq!(
        places,
        [
            "https://books.example/lamps/07-lamps.html",
            "https://books.example/lamps/glossary.html",
            "https://books.example/lamps/",
        ]
    );
    let lost = fs::read_to_string(out.join("404.html")).expect("the page is there");
    assert!(lost.contains("<base href=\"/lamps/\">"), "{lost}");
    assert!(!lost.contains("canonical"));
}

#[test]
fn with_a_repository_each_page_has_a_link_to_report_a_fault() {
    let fixture = with_keys("repository = \"https://forge.example/me/lamps\"");
    let html = page(&fixture, "07-lamps.html");
    assert!(
        html.contains("https://forge.example/me/lamps/issues/new?title=Lamps%3A%20&amp;body=Page%3A%2007-lamps.html%0A"),
        "{html}"
    );
    assert!(!html.contains("canonical"));
    assert!(
        !local_page(&fixture, "07-lamps.html").contains("Tell us"),
        "the local course shows none"
    );
}

#[test]
fn the_command_empties_only_a_folder_with_an_earlier_book() {
    let fixture = Fixture::new();
    let site = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_course"));
        command
            .args(["site", "--out", "mine"])
            .current_dir(fixture.root());
        command.output().expect("the command starts")
    };
    fixture.write("mine/notes.txt", "mine");
    let refused = site();
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        said.contains("has files that are not those of a book"),
        "{said}"
    );
    assert_eq!(fixture.read("mine/notes.txt"), "mine");
    fs::remove_file(fixture.root().join("mine/notes.txt")).expect("the file is there");
    for _ in 0..2 {
        assert!(site().status.success());
        assert!(fixture.root().join("mine/index.html").is_file());
    }
}

#[test]
fn the_command_names_the_folder_that_it_cannot_create() {
    let fixture = Fixture::new();
    fixture.write("notes.txt", "mine");
    let mut command = Command::new(env!("CARGO_BIN_EXE_course"));
    command
        .args(["site", "--out", "notes.txt/site"])
        .current_dir(fixture.root());
    let refused = command.output().expect("the command starts");
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr);
    let folder = fixture.root().join("notes.txt/site");
    let told = format!("error: cannot create the folder {}\n", folder.display());
    assert!(
        said.starts_with(&told) && said.contains("because: "),
        "{said}"
    );
    assert_eq!(fixture.read("notes.txt"), "mine");
}
