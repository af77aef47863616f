//! `cargo course verify`: a correct chapter passes, and every wrong claim is reported.

mod common;

use common::{Course, stdout};

const BOOK: &str = "[book]\ntitle = \"Fix\"\n[preprocessor.course]\ncommand = \"false\"\nbefore = [\"links\"]\n\
                    [output.html]\nhash-files = false\nplayground.runnable = false\nprint.enable = false\n";

const PAGE: &str = r#"# Fix

## What two is

{{#source chapters/02-fix/src/lib.rs}}

{{#output chapters/02-fix/outputs/two.txt}}

A test holds it: {{#test chapters/02-fix/tests/promises.rs#two_is_two}}. See [above](#what-two-is).

```predict
id = "two"
question = "What is two?"

[[choice]]
text = "2"
right = true
because = "It is."
checked_by = "chapters/02-fix/tests/promises.rs#two_is_two"

[[choice]]
text = "3"
because = "It is not."
belief = "Three is two."
```

```rust,run
println!("{}", fix::TWO + 1);
```

```output
3
```

```rust,compile_fail,E0308
let two: &str = fix::TWO;
```

{{#widget two traces/02-fix.json}}

{{#exercise fix/double}}

{{#exercise fix/count}}

## Invariants

1. **Two.** A {{#term number}} is itself: {{#test chapters/02-fix/tests/promises.rs#two_is_two}}.
"#;

const TRACE_EXAMPLE: &str = r##"fn main() {
    println!(r#"{{"command":"cargo run -q -p fix --example trace","title":"Two","#);
    println!(r#" "source":{{"path":"chapters/02-fix/src/lib.rs","start":4,"lines":["pub const TWO: u32 = {};"]}},"#, fix::TWO);
    println!(r#" "steps":[{{"line":4,"state":"two","note":"it is"}}]}}"#);
}
"##;

const TRACE: &str = r#"{"command":"cargo run -q -p fix --example trace","title":"Two",
 "source":{"path":"chapters/02-fix/src/lib.rs","start":4,"lines":["pub const TWO: u32 = 2;"]},
 "steps":[{"line":4,"state":"two","note":"it is"}]}
"#;

/// A course with a page whose claims are all true.
fn with_a_page() -> Course {
    let course = Course::new();
    course.write("book/book.toml", BOOK);
    course.write(
        "book/src/SUMMARY.md",
        "# Summary\n\n- [Fix](02-fix.md)\n- [Words](glossary.md)\n- [How](how-to.md)\n- [All](invariants.md)\n",
    );
    course.write("book/src/glossary.md", "# Words\n\nNumber\n: As two.\n");
    course.write("book/src/how-to.md", "# How\n\n## Do\n");
    course.write("book/src/invariants.md", "# All\n\n{{#invariants}}\n");
    course.write("book/src/02-fix.md", PAGE);
    course.write("book/widgets/two.js", "export function render() {}\n");
    course.write("book/widgets/published.js", "");
    course.write("book/traces/02-fix.json", TRACE);
    course.write("chapters/02-fix/examples/trace.rs", TRACE_EXAMPLE);
    course
}

#[test]
fn a_chapter_with_true_claims_passes() {
    let course = with_a_page();
    // The verifier ignores files of the reader, even if they are not skeletons.
    course.write("exercises/02-fix/src/double.rs.yours-1", "mine");
    course.write(
        "chapters/02-fix/outputs/future.txt",
        "$ cargo +no-such-toolchain run -p fix --example two\ntwo is 2\n",
    );
    course.write(
        "book/src/02-fix.md",
        &format!("{PAGE}\n{{{{#output chapters/02-fix/outputs/future.txt}}}}\n"),
    );
    let output = course.command(&["verify"]);
    let printed = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{printed}");
    for line in [
        "skeletons fail by named tests      ok",
        "solutions pass without a warning   ok",
        "tests catch the mutants            ok",
        "the page shows every line          ok",
        "exercises and tests exist          ok",
        "invariants name their tests        ok",
        "outputs are what commands print    ok",
        "traces are what commands print     ok",
        "blocks run as shown                ok",
        "blocks fail as shown               ok",
        "blocks run as one file             ok",
        "links and anchors work             ok",
        "the glossary's terms are linked    ok",
        "the chapters use the packages      none",
        "skipped: chapters/02-fix/outputs/future.txt was not compared",
        "all proved, 1 skipped: 16 steps",
    ] {
        assert!(printed.contains(line), "no {line:?} in\n{printed}");
    }
}

/// Each skeleton of the reader's runtime is judged with all other modules solved.
#[test]
fn a_runtime_that_keeps_its_word_is_proved() {
    let course = Course::with_runtime();
    course.write(
        "book/src/02-fix.md",
        "{{#exercise fix/queue}}\n\n{{#exercise fix/double}}\n\n{{#exercise fix/line}}\n\n{{#exercise fix/count}}\n",
    );
    let printed = stdout(&course.command(&["verify", "02"]));
    for line in ["solved", "caught"] {
        assert!(
            !printed.contains(&format!("fix/queue: {line}")),
            "{printed}"
        );
    }
    for step in [
        "skeletons match the solutions      ok",
        "skeletons fail by named tests      ok",
        "solutions pass without a warning   ok",
        "tests catch the mutants            ok",
        "exercises and tests exist          ok",
    ] {
        assert!(printed.contains(step), "no {step:?} in\n{printed}");
    }
    let file = "solutions/my-runtime/exercises.toml";
    let toml = course.read(file);
    course.write(
        file,
        &toml
            .replace(
                "fails = \"there_is_room_for_one\"",
                "fails = \"no_such_test\"",
            )
            .replace("features = [\"slow\"]", ""),
    );
    let printed = stdout(&course.command(&["verify", "02"]));
    for told in [
        "fix/queue: with all other modules solved, no_such_test is no test",
        "`fails` could name a_full_queue_takes_nothing or there_is_room_for_one",
        "fix/queue: the solution does not pass",
        "built as its exercise says",
    ] {
        assert!(printed.contains(told), "no {told:?} in\n{printed}");
    }
}

#[test]
fn every_wrong_claim_is_reported_with_what_to_do() {
    let course = with_a_page();
    let change = |path: &str, from: &str, to: &str| {
        let text = course.read(path);
        assert!(text.contains(from), "{path} has no {from:?}");
        course.write(path, &text.replace(from, to));
    };
    let exercises = "solutions/02-fix/exercises.toml";
    let page = "book/src/02-fix.md";
    // The skeleton passes its tests, and has a warning.
    change(
        "solutions/02-fix/src/count.rs",
        "//| todo!(\"count {x:?}\")",
        "//| let unused = 1;\n    //| x.len()",
    );
    // The skeleton prints addresses.
    change(
        "solutions/02-fix/src/double.rs",
        "//| todo!(\"double {x}\")",
        "//| todo!(\"double {x} in {:?}\", std::task::Waker::noop())",
    );
    // The solution is wrong, so its mutants do not apply, or the wrong tests catch them.
    change(
        "solutions/02-fix/src/double.rs",
        "    x * fix::TWO\n",
        "    x * fix::TWO - 1\n",
    );
    change(
        exercises,
        "belief = \"one more is safer\"\npatch = \"mutants/count/one-more.patch\"\ncaught_by = \"counts\"",
        "belief = \"one more is safer\"\npatch = \"mutants/count/one-more.patch\"\ncaught_by = \"no_such_test\"",
    );
    change(
        "solutions/02-fix/mutants/count/none.patch",
        "x.len() * 0",
        "x.len() * 1",
    );
    change(
        "solutions/02-fix/mutants/count/one-less.patch",
        "x.len() - 1",
        "x.no_such_method()",
    );
    // The page.
    let lib = "chapters/02-fix/src/lib.rs";
    change(lib, "/// Two.\n", "// ANCHOR: two\n/// Two.\n");
    change(lib, "= 2;\n", "= 2;\n// ANCHOR_END: two\n");
    change(page, "src/lib.rs}}", "src/lib.rs:two}}");
    change(
        page,
        "checked_by = \"chapters/02-fix/tests/promises.rs#two_is_two\"",
        "checked_by = \"chapters/02-fix/tests/promises.rs#no_test\"",
    );
    change("chapters/02-fix/outputs/two.txt", "two is 2", "two is 4");
    change("book/traces/02-fix.json", "it is", "it was");
    change(page, "```output\n3\n", "```output\n4\n");
    change(page, "E0308", "E0499");
    change(
        page,
        "{{#widget",
        "```rust,run\nassert_eq!(::fix::TWO, 2);\n```\n\n````published\n[No page](no-page.md)\n````\n\n{{#widget",
    );
    change(page, "(#what-two-is)", "(#what-three-is)");
    change(page, "{{#exercise fix/count}}\n", "");
    change(page, "1. **Two.** ", "2. **Two.** ");
    change(page, "{{#term number}}", "number");
    course.write(page, &format!("{}\n3. **Three.**\n", course.read(page)));

    let output = course.command(&["verify", "02"]);
    let printed = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    for told in [
        "exercises/02-fix/src/count.rs does not match the solution",
        "fix/count: the skeleton passes all its tests",
        "fix/count (skeletons): it compiles with warnings",
        "fix/double: the message of doubles_one has an address",
        "fix/double: the solution does not pass",
        "fix/double: mutants/double/squares.patch does not apply",
        "fix/count: mutant one-more: there is no test \"no_such_test\" in tests/count.rs",
        "fix/count: mutant none is not caught by counts",
        "no test catches it, so write one",
        "fix/count: mutant one-less does not compile",
        "chapters/02-fix/src/lib.rs, line 1: no `{{#source}}`",
        "promises.rs#no_test: there is no #[test] with this name",
        "book/src/02-fix.md: the exercise fix/count is missing",
        "invariant 1 has the number 2",
        "invariant 2 names no test",
        "book/src/glossary.md: no page links \"Number\"",
        "\"number\" is used here, but neither this chapter nor an earlier one links it",
        "-two is 4\n  +two is 2",
        "book/traces/02-fix.json: its command prints another trace now",
        "the block prints another text\n",
        "the block should fail only with E0499, but it fails with [\"E0308\"]",
        "book/src/02-fix.md: a block does not compile as one file\n",
        "02-fix.html: the link \"#what-three-is\" is broken",
        "02-fix.html: the link \"no-page.html\" is broken",
        "run `cargo course gen` to write the skeletons",
    ] {
        assert!(printed.contains(told), "no {told:?} in\n{printed}");
    }
    // The verifier undid its patches, and it never touched the solutions.
    assert!(
        course
            .read("solutions/02-fix/src/count.rs")
            .contains("    x.len()\n    // hole: instead")
    );
}
