//! Modules of the reader's runtime that are filled with our solution.

mod common;

use common::{Course, code, stderr, stdout};

#[test]
fn fill_puts_our_solution_in_place_and_keeps_the_readers() {
    let course = Course::with_runtime();
    let file = "work/my-runtime/src/line.rs";
    let mine = format!("{}\n// Mine.\n", course.read(file));
    course.write(file, &mine);
    course.solve("fix/queue");
    let fill = course.command(&["fill", "line"]);
    assert_eq!(code(&fill), 0, "{}", stderr(&fill));
    assert_eq!(
        stdout(&fill),
        "work/my-runtime/src/line.rs is our solution now. Your version is kept as work/my-runtime/src/line.rs.yours-1. \
         To restore it, rename it to the old name.\nfix/line counts as filled, not as solved. `cargo course reset fix/line` makes it \
         an exercise again.\n"
    );
    assert_eq!(course.read(&format!("{file}.yours-1")), mine);
    assert!(!course.read(file).contains("hole:"));
    let list = stdout(&course.command(&["list"]));
    assert!(list.contains("filled   fix/line"), "{list}");
    assert!(
        list.contains("your runtime: 0 of 3 modules, and 1 filled with our solution\n"),
        "{list}"
    );
    assert_eq!(
        code(&course.command(&["check", "fix/queue"])),
        0,
        "it has what it needs"
    );

    // Its tests pass with our solution, which solves nothing, also with a comment of the reader's. The
    // reader's own solution does.
    let commented = course.read(file).replace("//! A line", "//! My line");
    for text in [course.read(file), commented] {
        course.write(file, &text);
        assert_eq!(code(&course.command(&["check", "fix/line"])), 0);
        assert!(stdout(&course.command(&["list"])).contains("filled   fix/line"));
    }
    let own = course
        .read(file)
        .replace("self.things.pop_front()", "self.things.remove(0)");
    course.write(file, &own);
    assert_eq!(code(&course.command(&["check", "fix/line"])), 0);
    assert!(stdout(&course.command(&["list"])).contains("solved   fix/line"));

    // A fill of what is solved keeps the reader's solution and its state.
    let fill = stdout(&course.command(&["fill", "line"]));
    assert!(fill.contains("line.rs.yours-2"), "{fill}");
    assert!(fill.contains("fix/line stays solved"), "{fill}");
    let reset = stdout(&course.command(&["reset", "line"]));
    assert_eq!(
        reset, "work/my-runtime/src/line.rs is reset.\n",
        "our solution needs no copy"
    );
    assert!(stdout(&course.command(&["list"])).contains("todo     fix/line"));
}

#[test]
fn a_filled_module_whose_file_is_gone_is_to_do_again() {
    let course = Course::with_runtime();
    course.command(&["fill", "line"]);
    course.solve("fix/queue");
    assert_eq!(code(&course.command(&["check", "fix/queue"])), 0);
    let can = "your runtime can:";
    assert!(stdout(&course.command(&["list"])).contains(can));

    // Only its file: the list names what brings it back.
    std::fs::remove_file(course.path("work/my-runtime/src/line.rs")).unwrap();
    let list = stdout(&course.command(&["list"]));
    assert!(
        list.contains("(its file is missing: `cargo course reset fix/line`)"),
        "{list}"
    );
    assert!(!list.contains(can), "{list}");

    // The whole folder: each command writes the start versions again.
    course.command(&["fill", "line"]);
    course.change("work/02-fix/src/count.rs", "todo!(\"count {x:?}\")", "0");
    course.command(&["check", "fix/count"]);
    std::fs::remove_dir_all(course.path("work")).unwrap();
    assert_eq!(
        course.told(),
        "Files were missing in work/. They are there again as they are at the start, without your work. By your progress, \
         you had worked on these:\n  1 solved: fix/queue\n  1 begun: fix/count\n  1 filled with our solution: \
         fix/line\n`cargo course list` still calls those solved that you have solved. If you have a copy of your files, put \
         it back into work/.\n"
    );
    let list = stdout(&course.command(&["list"]));
    assert!(list.contains("todo     fix/line"), "{list}");
    assert!(!list.contains(can), "{list}");
}

#[test]
fn only_modules_can_be_filled() {
    let course = Course::with_runtime();
    let fill = course.command(&["fill", "double"]);
    assert_eq!(code(&fill), 2);
    let said = stderr(&fill);
    assert!(
        said.contains("fix/double is not a module of your runtime"),
        "{said}"
    );
    assert!(
        said.contains("`cargo course diff fix/double --anyway`"),
        "{said}"
    );
}

/// The reader has a backup of `work/`, or a damaged progress file.
#[test]
fn our_solution_counts_as_filled_also_where_the_progress_does_not_know_it() {
    let course = Course::with_runtime();
    course.command(&["fill", "line", "queue"]);
    let ours = ["line", "queue"].map(|name| course.read(&format!("work/my-runtime/src/{name}.rs")));
    std::fs::remove_dir_all(course.path("work")).unwrap();
    course.command(&["list"]);
    // The second needs the first, which comes back later.
    course.write(
        "work/my-runtime/src/queue.rs",
        &format!("{}// Mine.\n", ours[1]),
    );
    let list = stdout(&course.command(&["list"]));
    assert!(list.contains("todo     fix/line"), "{list}");
    assert_eq!(code(&course.command(&["check", "fix/queue"])), 1);
    course.write("work/my-runtime/src/line.rs", &ours[0]);
    let list = stdout(&course.command(&["list"]));
    assert!(
        list.contains("filled   fix/line"),
        "no test is needed: {list}"
    );
    assert_eq!(
        code(&course.command(&["check", "fix/line", "fix/queue"])),
        0
    );
    let list = stdout(&course.command(&["list"]));
    assert!(
        list.contains("filled   fix/line") && list.contains("filled   fix/queue"),
        "{list}"
    );
}

/// Our solution of the test's module, and its text after the course has changed it.
const SOLUTION: &str = "solutions/my-runtime/src/line.rs";
const FILE: &str = "work/my-runtime/src/line.rs";

#[test]
fn a_filled_module_follows_our_solution_until_the_reader_changes_it() {
    let course = Course::with_runtime();
    course.command(&["fill", "line"]);
    // Its start version is the same, and only the solution changes.
    course.change(SOLUTION, "self.things.pop_front()", "self.things.remove(0)");
    let said = course.told();
    let told = "Our solution has changed, and the new one is in its place: fix/line.";
    assert!(said.contains(told), "{said}");
    assert!(course.read(FILE).contains("self.things.remove(0)"));
    assert!(!course.told().contains("solution"), "it is told once");

    // The start version changes too. The file is still ours.
    course.change(SOLUTION, "/// The first.", "/// The first one.");
    let said = course.told();
    assert!(said.contains(told) && !said.contains("began"), "{said}");
    assert!(course.read(FILE).contains("The first one."));
    assert!(!stdout(&course.command(&["list"])).contains("changed"));
    assert_eq!(code(&course.command(&["check", "fix/line"])), 0);
    assert!(stdout(&course.command(&["list"])).contains("filled   fix/line"));

    // An update was killed after it wrote the file and before it wrote the record.
    let record = course.read("work/.pristine");
    course.change(SOLUTION, "self.things.remove(0)", "self.things.pop_front()");
    course.told();
    course.write("work/.pristine", &record);
    course.told();
    course.change(SOLUTION, "self.things.pop_front()", "self.things.remove(0)");
    assert!(course.told().contains(told));

    // The reader works on it, and it is theirs.
    let mine = course.read(FILE).replace("remove(0)", "pop_front()");
    course.write(FILE, &mine);
    course.change(
        SOLUTION,
        "self.things.remove(0)",
        "self.things.swap_remove_front(0)",
    );
    course.told();
    assert_eq!(course.read(FILE), mine);
}

#[test]
fn a_filled_module_that_the_reader_changed_is_filled_again_on_request() {
    let course = Course::with_runtime();
    course.command(&["fill", "line"]);
    course.write(FILE, &format!("{}// Mine.\n", course.read(FILE)));
    course.change(SOLUTION, "/// The first.", "/// The first one.");
    // It is the code of our earlier solution, which solves nothing.
    course.change(SOLUTION, "self.things.pop_front()", "self.things.remove(0)");
    let said = course.told();
    let advice = "`cargo course fill fix/line` puts our new solution in place";
    let news = format!("fix/line has changed since it was filled. {advice}.");
    let list = || stdout(&course.command(&["list"]));
    assert!(said.contains(&news), "{said}");
    assert!(!said.contains("began"), "{said}");
    assert!(course.read("work/.news").contains(&news));
    let check = stdout(&course.command(&["check", "fix/line"]));
    assert!(
        check.contains(advice) && !check.contains("reset"),
        "{check}"
    );
    assert!(list().contains("filled   fix/line"), "{}", list());
    let diff = stdout(&course.command(&["diff", "--skeleton", "fix/line"]));
    assert!(
        diff.contains(advice.split(" puts").next().unwrap()) && !diff.contains("reset"),
        "{diff}"
    );
    // Now only our solution changes.
    course.change(SOLUTION, "self.things.remove(0)", "self.things.pop_front()");
    course.command(&["fill", "line"]);
    course.write(FILE, &format!("{}// Mine.\n", course.read(FILE)));
    let diff = stdout(&course.command(&["diff", "--skeleton", "fix/line"]));
    let diff = diff.split_whitespace().collect::<Vec<_>>().join(" ");
    let edited = "fix/line is filled with our solution, and you have edited the file. `cargo course diff fix/line` compares";
    assert!(diff.contains(edited), "{diff}");
    course.command(&["fill", "line"]);
    let diff = stdout(&course.command(&["diff", "--skeleton", "fix/line"]));
    assert!(
        diff.contains("fix/line is filled with our solution, which changes"),
        "{diff}"
    );
    assert!(course.read(FILE).contains("The first one."));
    assert!(!stdout(&course.command(&["list"])).contains("changed"));
    let news = course.read("work/.news");
    assert!(!news.contains("fix/line has changed"), "{news}");
}

#[test]
fn a_filled_module_that_is_renamed_is_still_our_solution() {
    let course = Course::with_runtime();
    course.command(&["fill", "queue"]);
    let [old, new] = ["queue", "rank"].map(|name| format!("solutions/my-runtime/src/{name}.rs"));
    std::fs::rename(course.path(&old), course.path(&new)).unwrap();
    course.change("solutions/my-runtime/src/lib.rs", "mod queue", "mod rank");
    for file in ["tests/queue.rs", "src/bin/meters.rs"] {
        let file = format!("solutions/my-runtime/{file}");
        course.change(&file, "my_runtime::queue", "my_runtime::rank");
    }
    let toml = "solutions/my-runtime/exercises.toml";
    course.change(toml, "src/queue.rs", "src/rank.rs");
    course.change(toml, "\"line\", \"queue\"", "\"line\", \"rank\"");
    course.change(&new, "//! The queue.", "//! The rank.");
    let said = course.told();
    assert!(
        said.contains("queue.rs -> work/my-runtime/src/rank.rs"),
        "{said}"
    );
    assert!(
        said.contains("the new one is in its place: fix/queue."),
        "{said}"
    );
    assert!(
        course
            .read("work/my-runtime/src/rank.rs")
            .contains("The rank.")
    );
    assert!(!course.path("work/my-runtime/src/queue.rs").exists());
}
