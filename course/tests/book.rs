//! How the book is built: what each directive becomes, what a page claims, and which errors it
//! reports.

mod fixture;

use std::fs;

use course::book::{self, BookError, RunBlock, SourceUse, WidgetUse};
use fixture::Fixture;

fn page(fixture: &Fixture) -> String {
    let out = fixture.root().join("target/book");
    book::build(&fixture.layout(), &out).expect("the book builds");
    fs::read_to_string(out.join("07-lamps.html")).expect("the page is there")
}

fn published(fixture: &Fixture, page: &str) -> String {
    let out = fixture.root().join("target/site");
    book::publish(&fixture.layout(), &out).expect("the book builds");
    fs::read_to_string(out.join(page)).expect("the page is there")
}

fn assert_has(html: &str, part: &str) {
    assert!(html.contains(part), "not on the page: {part}");
}

#[test]
fn every_directive_becomes_the_html_that_the_theme_and_the_widgets_need() {
    let fixture = Fixture::new();
    let html = page(&fixture);
    for part in [
        "<a class=\"term\" href=\"glossary.html#lamp\">lamp</a>",
        "<a class=\"test\" href=\"#test-promises-a_lamp_remembers\"",
        "<figure class=\"source\" data-path=\"chapters/07-lamps/src/lib.rs\" data-start=\"4\" data-end=\"7\">",
        "<figcaption>chapters/07-lamps/src/lib.rs, lines 4–7</figcaption>",
        "<figure class=\"output\" data-command=\"cargo run -p lamps --example blink\">",
        "on &lt;now&gt;",
        "<form class=\"predict\" data-id=\"bright\">",
        "<div class=\"runnable\" data-chapter=\"07-lamps\">",
        "<code class=\"language-rust run\">",
        "<div class=\"fails\" data-chapter=\"07-lamps\" data-code=\"E0384\">",
        "<section class=\"widget\" data-widget=\"lamp\" data-trace=\"traces/07-lamps.json\">",
        "<details class=\"steps\">",
        "<section class=\"exercise\" id=\"exercise-lamps-dim\" data-id=\"lamps/dim\" data-file=\"work/07-lamps/src/dim.rs\"",
        "Dim &lt;it&gt;",
        "Make it <em>half</em> as bright.",
        "<code>cargo course check lamps/dim</code>",
        "id=\"test-promises-a_lamp_remembers\"",
        "Written with <code>{{#term lamp}}</code>.",
    ] {
        assert_has(&html, part);
    }
}

#[test]
fn the_index_lists_the_invariants_of_all_pages_with_links_that_work_there() {
    let fixture = Fixture::new();
    let lamps = fixture.read("book/src/07-lamps.md");
    let promises = "\n## Invariants\n\n1. **Light.** A {{#term lamp}} [has it](#light):\n   \
                    {{#test chapters/07-lamps/tests/promises.rs#a_lamp_remembers}}.\n\n## Light\n";
    fixture.write("book/src/07-lamps.md", &(lamps + promises));
    fixture.write("book/src/more/all.md", "# All\n\n{{#invariants}}\n");
    fixture.write(
        "book/src/SUMMARY.md",
        &(fixture.read("book/src/SUMMARY.md") + "- [All](more/all.md)\n"),
    );
    page(&fixture);
    let html = fixture.read("target/book/more/all.html");
    for part in [
        "<p class=\"count\">1 invariant, 1 test.</p>",
        "07 Lamps",
        "<strong>Light.</strong> A <a class=\"term\" href=\"../glossary.html#lamp\">lamp</a>",
        "<a href=\"../07-lamps.html#light\">has it</a>",
        "<a class=\"test\" href=\"../07-lamps.html#test-promises-a_lamp_remembers\"",
        "<a href=\"../07-lamps.html#invariants\">",
    ] {
        assert_has(&html, part);
    }
    assert!(
        !html.contains("The tests this page names"),
        "the source of the tests is on the chapter's page"
    );
}

#[test]
fn a_page_lists_the_exercises_of_the_part_that_it_ends_or_all_and_draws_the_runtime() {
    let fixture = Fixture::new();
    fixture.write(
        "book/src/SUMMARY.md",
        "# Summary\n\n[Hello](hello.md)\n\n# I. Light\n\n- [07 Lamps](07-lamps.md)\n- [Lit](finished-1.md)\n\n---\n\n[Words](glossary.md)\n",
    );
    fixture.write(
        "solutions/my-runtime/Cargo.toml",
        "[package]\nname = \"my-runtime-solutions\"\n",
    );
    fixture.write(
        "solutions/my-runtime/exercises.toml",
        "modules = [\"bulb\", \"later\"]\n[[exercise]]\nid = \"lamps/bulb\"\nchapter = \"07-lamps\"\ntitle = \"A bulb\"\n\
         kind = \"build\"\nminutes = 90\nfile = \"src/bulb.rs\"\ntest = \"tests/bulb.rs\"\ncan = \"glow\"\nfails = \"it\"\n\
         summary = \"\"\nhints = [\"\", \"\", \"\"]\n",
    );
    fixture.write(
        "book/src/07-lamps.md",
        &(fixture.read("book/src/07-lamps.md") + "\n{{#exercise lamps/bulb}}\n"),
    );
    fixture.write(
        "book/src/hello.md",
        "# Hello\n\n{{#runtime}}\n\n{{#exercises}}\n",
    );
    fixture.write("book/src/finished-1.md", "# Lit\n\n{{#exercises}}\n");
    page(&fixture);
    let all = fixture.read("target/book/hello.html");
    for part in [
        "<p class=\"count\">2 exercises, about 2 hours without the reading.</p>",
        "I. Light</a></h2>",
        "<h3 id=\"exercises-of-07-lamps\"><a href=\"07-lamps.html\">07 Lamps</a></h3>",
        "<li data-id=\"lamps/dim\"><a href=\"07-lamps.html#exercise-lamps-dim\">Dim &lt;it&gt;</a>",
        "<span class=\"minutes\">90 min</span>",
        "<ol class=\"floor\" aria-label=\"Part I\">",
        "<code>bulb</code></a>, to glow",
        "<code>later</code>, which a later chapter adds",
    ] {
        assert_has(&all, part);
    }
    let part = fixture.read("target/book/finished-1.html");
    assert_has(&part, "<section class=\"overview\" data-part=\"I. Light\">");
    assert!(
        !part.contains("I. Light</a></h2>"),
        "its own title is enough"
    );
}

#[test]
fn a_comparison_shows_both_pieces_on_the_page() {
    let fixture = Fixture::new();
    let lib = "chapters/07-lamps/src/lib.rs";
    fixture.write(
        "book/src/hello.md",
        &format!("# Hello\n\n{{{{#diff {lib}:lamp {lib}:on}}}}\n\nAfter *it*.\n"),
    );
    page(&fixture);
    let html = fixture.read("target/book/hello.html");
    for part in [
        "<figure class=\"compare\"",
        "<span class=\"old\">chapters/07-lamps/src/lib.rs, lines 4–7</span>",
        "<code class=\"language-rust old\"><span style=\"--by:0\">/// Gives light.",
        "<code class=\"language-diff\">-/// Gives light.\n",
        "After <em>it</em>.",
    ] {
        assert_has(&html, part);
    }
    let facts = book::facts(&fixture.layout(), &fixture.root().join("book/src/hello.md"))
        .expect("the page has no errors");
    let lines: Vec<_> = facts.sources.into_iter().map(|used| used.lines).collect();
    assert_eq!(lines, [4..=7, 12..=15]);
}

/// The search shows the text around code. Its index has the same text as the page.
#[test]
fn code_and_output_are_marked_for_the_search() {
    let fixture = Fixture::new();
    let html = page(&fixture);
    let mut rest = html.as_str();
    let mut prose = String::new();
    while let Some((before, after)) = rest.split_once('\u{2063}') {
        prose += before;
        rest = after
            .split_once('\u{2064}')
            .expect("each mark has an end")
            .1;
    }
    prose += rest;
    for code in [
        "pub struct Lamp",
        "on &lt;now&gt;",
        "Lamp::on().is_on()",
        "x = 2",
    ] {
        assert!(html.contains(code) && !prose.contains(code), "{code}");
    }
    assert_has(&prose, "Make it <em>half</em> as bright.");
}

#[test]
fn a_comparison_needs_two_different_pieces() {
    let fixture = Fixture::new();
    let lib = "chapters/07-lamps/src/lib.rs:on";
    fixture.write(
        "book/src/hello.md",
        &format!("# Hello\n\n{{{{#diff {lib} {lib}}}}}\n\n{{{{#diff {lib}}}}}\n"),
    );
    let error = book::facts(&fixture.layout(), &fixture.root().join("book/src/hello.md"));
    let said = error.expect_err("the page has errors").to_string();
    assert_has(&said, "hello.md:3: `chapters/07-lamps/src/lib.rs:on` and");
    assert_has(&said, "hello.md:5: write a comparison as `{{#diff old");
}

#[test]
fn widgets_and_traces_are_copied_next_to_the_pages() {
    let fixture = Fixture::new();
    page(&fixture);
    let out = fixture.root().join("target/book");
    assert!(out.join("widgets/lamp.js").is_file());
}

#[test]
fn a_build_writes_nothing_into_the_readers_files() {
    let fixture = Fixture::new();
    page(&fixture);
    assert!(!fixture.root().join("book/book").exists());
}

#[test]
fn the_claims_of_a_page_are_available_as_data() {
    let fixture = Fixture::new();
    let facts = book::facts(
        &fixture.layout(),
        &fixture.root().join("book/src/07-lamps.md"),
    )
    .expect("the page has no errors");
    let path = "chapters/07-lamps/src/lib.rs".to_owned();
    assert_eq!(facts.page, "book/src/07-lamps.md");
    assert_eq!(
        facts.sources,
        [
            SourceUse {
                path: path.clone(),
                lines: 4..=7,
                line: 5
            },
            SourceUse {
                path,
                lines: 12..=15,
                line: 7
            }
        ]
    );
    assert_eq!(facts.exercises, [("lamps/dim".to_owned(), 41)]);
    assert_eq!(
        facts.runs,
        [RunBlock {
            code: "use lamps::Lamp;\nprintln!(\"{}\", Lamp::on().is_on());\n".into(),
            output: Some("true\n".into()),
            line: 25
        }]
    );
    assert_eq!(facts.failing[0].error, "E0384");
    assert_eq!(facts.predictions[0].checked_by[0].name, "a_lamp_remembers");
    assert_eq!(facts.tests[0].path, "chapters/07-lamps/tests/promises.rs");
    assert_eq!(facts.outputs[0].path, "chapters/07-lamps/outputs/blink.txt");
    let widget = WidgetUse {
        widget: "lamp".into(),
        trace: "traces/07-lamps.json".into(),
        line: 39,
    };
    assert_eq!(facts.widgets, [widget]);
}

#[test]
fn all_errors_of_all_pages_are_reported_together_with_page_and_line() {
    let fixture = Fixture::new();
    fixture.write("book/src/hello.md", "# Hello\n\n{{#sorce x}}\n\n{{#source ../secret}}\n\n{{#exercise lamps/dimm}}\n\n```output\nx\n```\n\nA {{#term lapm}}.\n");
    let out = fixture.root().join("target/book");
    let error = book::build(&fixture.layout(), &out).expect_err("the page has errors");
    let BookError::Pages(problems) = error else {
        panic!("not an error about pages: {error}")
    };
    let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 5, "{said:#?}");
    for (said, start, part) in [
        (
            &said[0],
            "book/src/hello.md:3:",
            "no directive `{{#sorce …}}`",
        ),
        (
            &said[1],
            "book/src/hello.md:5:",
            "leads out of the repository",
        ),
        (&said[2], "book/src/hello.md:7:", "There are: lamps/dim"),
        (
            &said[3],
            "book/src/hello.md:9:",
            "`rust,run` block before it",
        ),
        (
            &said[4],
            "book/src/hello.md:13:",
            "does not explain `lapm`. There are: Lamp",
        ),
    ] {
        assert!(said.starts_with(start) && said.contains(part), "{said}");
    }
}

#[test]
fn each_cause_of_an_mdbook_error_is_printed_once() {
    let fixture = Fixture::new();
    fixture.write("out", "not a directory");
    let error = book::build(&fixture.layout(), &fixture.root().join("out/book"));
    let error = error.expect_err("a file is in the way");
    let mut told = Vec::new();
    let mut next: Option<&dyn std::error::Error> = Some(&error);
    while let Some(error) = next {
        told.push(error.to_string());
        next = error.source();
    }
    assert!(
        told.len() > 1 && told[0].starts_with("mdBook could not build"),
        "{told:#?}"
    );
    for (at, cause) in told.iter().enumerate() {
        assert!(
            !told[..at].iter().any(|said| said.contains(cause)),
            "{told:#?}"
        );
    }
}

#[test]
fn a_checkout_with_windows_line_ends_builds_the_same_page() {
    let fixture = Fixture::new();
    let before = page(&fixture);
    for path in [
        "chapters/07-lamps/src/lib.rs",
        "chapters/07-lamps/outputs/blink.txt",
    ] {
        let text = fixture.read(path).replace('\n', "\r\n");
        fixture.write(path, &text);
    }
    assert!(page(&fixture) == before, "the pages differ");
}

#[test]
fn a_stock_mdbook_that_calls_the_preprocessor_builds_the_published_page() {
    let fixture = Fixture::new();
    let ours = published(&fixture, "07-lamps.html");
    let config = fixture.read("book/book.toml").replace(
        "command = \"false\"",
        &format!(
            "command = '\"{}\" preprocess'",
            env!("CARGO_BIN_EXE_course")
        ),
    );
    fixture.write("book/book.toml", &config);
    let generated = fixture.root().join("book/generated");
    fs::remove_dir_all(&generated).expect("the first build has written it");
    let book = mdbook_driver::MDBook::load(fixture.root().join("book")).expect("the book loads");
    book.build().expect("the book builds");
    assert!(
        main_of(&fixture.read("book/book/07-lamps.html")) == main_of(&ours),
        "the pages differ"
    );
    for script in ["crates.js", "widgets.js"] {
        assert!(
            fixture
                .root()
                .join("book/book/generated")
                .join(script)
                .is_file(),
            "{script}"
        );
    }
}

fn main_of(html: &str) -> &str {
    let start = html.find("<main>").expect("a page has a main part");
    &html[start..html.find("</main>").expect("which ends")]
}
