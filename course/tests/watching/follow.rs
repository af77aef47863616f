//! Which exercise `watch` turns to, and what it says of changes in the course.

use std::fs;

use crate::common::{Course, stdout};
use crate::session::Session;

/// A course that is a git repository, and the reader's clone of it.
fn clone() -> (Course, Course) {
    let upstream = Course::with_runtime();
    let course = Course::first_clone_of(&upstream);
    (upstream, course)
}

/// Removes the first exercise from the course.
pub fn remove_double(course: &Course) {
    let folder = "solutions/02-fix";
    let path = format!("{folder}/exercises.toml");
    let text = course.read(&path);
    let (_, count) = text.split_once("id = \"fix/count\"").unwrap();
    course.write(&path, &format!("[[exercise]]\nid = \"fix/count\"{count}"));
    course.change(&format!("{folder}/src/lib.rs"), "pub mod double;\n", "");
    fs::remove_file(course.path(&format!("{folder}/src/double.rs"))).unwrap();
    fs::remove_file(course.path(&format!("{folder}/tests/double.rs"))).unwrap();
    fs::remove_dir_all(course.path(&format!("{folder}/mutants/double"))).unwrap();
}

/// Ends `watch` and returns everything that it has printed since the last check.
fn rest(mut watch: Session) -> String {
    // The table of exercises proves that all earlier changes were seen.
    watch.press("l");
    let said = watch.until("min  Double it");
    watch.press("q");
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
    said
}

/// How many exercises count as failing.
fn begun(course: &Course) -> usize {
    let list = stdout(&course.command(&["list"]));
    assert!(list.contains("todo     fix/double"), "{list}");
    list.matches("failing").count()
}

/// Runs the current exercise once more. After that, `watch` has seen the changes before it.
fn run_again(watch: &mut Session, id: &str) -> String {
    watch.press("r");
    watch.until(&format!("{id}: ")) + &watch.until("[q]uit")
}

#[test]
fn a_pull_that_changes_another_exercise_does_not_move_the_reader() {
    let (upstream, course) = clone();
    let mut watch = Session::start(&course, &["fix/double"]);
    watch.until("fix/double: failed");
    watch.until("[q]uit");

    upstream.change(
        "solutions/02-fix/src/count.rs",
        "How many.",
        "How many there are.",
    );
    upstream.change(
        "solutions/02-fix/exercises.toml",
        "Make `double` double.",
        "Make `double` double its number.",
    );
    upstream.generate();
    upstream.commit();
    course.git(&["pull", "--quiet"]);

    let said = watch.until("Updated 1 file in work/ that you had not changed");
    assert!(!said.contains("fix/count ·"), "{said}");
    let said = watch.until("fix/double: failed") + &watch.until("[q]uit");
    assert!(said.contains("Make `double` double its number."), "{said}");
    assert!(
        course
            .read("work/02-fix/src/count.rs")
            .contains("How many there are.")
    );
    let said = run_again(&mut watch, "fix/double") + &rest(watch);
    assert!(!said.contains("fix/count ·"), "{said}");
    assert_eq!(begun(&course), 0);
}

#[test]
fn what_the_tool_writes_does_not_move_the_reader() {
    let course = Course::with_runtime();
    let mut watch = Session::start(&course, &["fix/double"]);
    watch.until("fix/double: failed");
    watch.until("[q]uit");
    // In another terminal.
    course.command(&["fill", "fix/line"]);
    let mut said = run_again(&mut watch, "fix/double");
    course.command(&["reset", "fix/line"]);
    said += &run_again(&mut watch, "fix/double");
    fs::remove_dir_all(course.path("work")).unwrap();
    // The first run may see that only a part is deleted.
    said += &watch.until_one_of(&["work is missing", " is missing"]);
    course.told();
    said += &watch.until("not yet implemented: double 1");
    said += &(run_again(&mut watch, "fix/double") + &rest(watch));
    assert!(!said.contains("fix/line ·"), "{said}");
    assert!(!said.contains("fix/count ·"), "{said}");
    assert_eq!(begun(&course), 0);
}

#[test]
fn a_new_time_of_a_file_does_not_move_the_reader() {
    let course = Course::new();
    course.write(
        "work/02-fix/src/count.rs",
        "pub fn count(_: &[u32]) -> usize {\n    1\n}\n",
    );
    let mut watch = Session::start(&course, &["fix/double"]);
    watch.until("fix/double: failed");
    watch.until("[q]uit");
    let file = fs::File::options()
        .append(true)
        .open(course.path("work/02-fix/src/count.rs"));
    file.unwrap()
        .set_modified(std::time::SystemTime::now())
        .unwrap();
    let said = run_again(&mut watch, "fix/double") + &rest(watch);
    assert!(!said.contains("fix/count ·"), "{said}");
}

#[test]
fn a_pull_that_renames_the_current_exercise_takes_the_reader_along() {
    let (upstream, course) = clone();
    let mut watch = Session::start(&course, &["fix/double"]);
    watch.until("0 of 4 solved");

    let path = "solutions/02-fix/exercises.toml";
    upstream.change(
        path,
        "id = \"fix/double\"",
        "id = \"fix/twice\"\nformerly = [\"fix/double\"]",
    );
    upstream.commit();
    course.git(&["pull", "--quiet"]);
    watch.until("fix/twice: failed");
    watch.until("edit work/02-fix/src/double.rs and save it");
    course.solve("fix/twice");
    watch.until("fix/twice: passed");
    watch.until("1 of 4 solved");
}

/// The editor still has the file open under its old name.
#[test]
fn a_save_of_the_old_file_of_a_renamed_exercise_is_told_and_tested() {
    let (upstream, course) = clone();
    course.change("work/02-fix/src/double.rs", "todo!", "// Begun.\n    todo!");
    let mut watch = Session::start(&course, &["fix/count"]);
    watch.until("fix/count: failed");
    watch.until("[q]uit");
    for dir in ["src", "tests"] {
        let path = |name| upstream.path(&format!("solutions/02-fix/{dir}/{name}.rs"));
        fs::rename(path("double"), path("twice")).unwrap();
    }
    let folder = "solutions/02-fix";
    upstream.change(&format!("{folder}/src/lib.rs"), "mod double", "mod twice");
    upstream.change(
        &format!("{folder}/tests/twice.rs"),
        "double::double",
        "twice::double",
    );
    let toml = format!("{folder}/exercises.toml");
    upstream.change(
        &toml,
        "id = \"fix/double\"",
        "id = \"fix/twice\"\nformerly = [\"fix/double\"]",
    );
    upstream.change(&toml, "src/double.rs", "src/twice.rs");
    upstream.change(&toml, "tests/double.rs", "tests/twice.rs");
    upstream.generate();
    upstream.commit();
    course.git(&["pull", "--quiet"]);
    watch.until("The exercise fix/double is now fix/twice.");
    watch.until("[q]uit");

    course.double("x + x");
    watch.until("The former file of fix/twice was saved again");
    watch.until("work/02-fix/src/double.rs -> work/02-fix/src/twice.rs");
    watch.until("fix/twice: passed");
    assert!(course.read("work/02-fix/src/twice.rs").contains("x + x"));
}

#[test]
fn the_repair_of_another_package_runs_the_exercise_again() {
    let course = Course::with_runtime();
    let manifest = "work/my-runtime/Cargo.toml";
    let whole = course.read(manifest);
    course.write(manifest, &whole.replace("[package]", "[package"));
    let mut watch = Session::start(&course, &["fix/double"]);
    watch.until("fix/double: cargo cannot build it");
    watch.until("[q]uit");
    course.write(manifest, &whole);
    watch.until("fix/double: failed");
}

#[test]
fn news_that_another_command_has_told_are_on_the_screen_too() {
    let course = Course::new();
    let mut watch = Session::start(&course, &["fix/double"]);
    watch.until("fix/double: failed");
    watch.until("[q]uit");
    course::work::keep_news(&course.layout, "told elsewhere").unwrap();
    watch.until("told elsewhere");
    watch.until("fix/double: failed");
    watch.until("[q]uit");

    // An exercise that is back is no longer gone.
    let tell = |news| course::work::keep_news(&course.layout, news).unwrap();
    tell("The exercise a/b is no longer part of the course.");
    watch.until("no longer part");
    watch.until("[q]uit");
    tell("The exercise a/b is part of the course again.");
    let said = watch.until("part of the course again.") + &watch.until("[q]uit");
    assert!(said.contains("told elsewhere"), "{said}");
    assert!(!said.contains("no longer part"), "{said}");

    // The reader puts them away on a page, and then something else happens.
    course::work::put_away(&course.layout, 9).unwrap();
    tell("told later");
    let said = watch.until("told later") + &watch.until("[q]uit");
    assert!(!said.contains("told elsewhere"), "{said}");
}

#[test]
fn a_reset_without_the_folder_says_what_was_missing() {
    let course = Course::new();
    course.solve("fix/double");
    let mut watch = Session::start(&course, &["fix/double"]);
    watch.until("fix/double: passed");
    watch.until("[q]uit");
    fs::remove_dir_all(course.path("work")).unwrap();
    watch.press("l");
    watch.until("the folder work is missing. Help: `cargo course list` makes it again");
    watch.until("[q]uit");
    watch.press("x");
    watch.until("It is missing. [y/n]");
    watch.press("y");
    let said = watch.until("fix/double: failed");
    assert!(said.contains("Files were missing in work/."), "{said}");
    assert!(!said.contains("New exercises"), "{said}");
}

#[test]
fn an_old_copy_of_the_work_that_is_put_back_is_brought_up_to_date() {
    let (upstream, course) = clone();
    let lib = "work/02-fix/src/lib.rs";
    let [old_lib, old_record] = [lib, "work/.pristine"].map(|file| course.read(file));
    upstream.change("solutions/02-fix/src/lib.rs", "//! ", "//! New. ");
    upstream.generate();
    upstream.commit();
    course.git(&["pull", "--quiet"]);
    let mut watch = Session::start(&course, &["fix/double"]);
    watch.until("fix/double: failed");
    watch.until("[q]uit");
    let new_lib = course.read(lib);
    assert_ne!(new_lib, old_lib);
    course.write(lib, &old_lib);
    course.write("work/.pristine", &old_record);
    watch.until(&format!(
        "Updated 1 file in work/ that you had not changed: {lib}"
    ));
    watch.until("[q]uit");
    assert_eq!(course.read(lib), new_lib);
}

#[test]
fn a_pull_that_removes_the_current_exercise_leads_to_the_next_one() {
    let (upstream, course) = clone();
    let mut watch = Session::start(&course, &["fix/double"]);
    watch.until("0 of 4 solved");
    remove_double(&upstream);
    upstream.generate();
    upstream.commit();
    course.git(&["pull", "--quiet"]);
    let gone = "fix/double is no longer part of the course.";
    watch.until(gone);
    watch.until("running …");
    let said = watch.until("fix/count: failed");
    assert_eq!(said.matches(gone).count(), 1, "{said}");
    watch.until("0 of 3 solved");
}

#[test]
fn a_half_written_course_is_read_when_git_is_done_with_it() {
    let course = Course::new();
    let path = "solutions/02-fix/exercises.toml";
    let whole = course.read(path);
    let mut watch = Session::start(&course, &["fix/double"]);
    watch.until("fix/double: failed");
    course.write(".git/index.lock", "");
    course.write(path, &whole[..whole.len() / 2]);
    let said = run_again(&mut watch, "fix/double") + &run_again(&mut watch, "fix/double");
    assert!(!said.contains("cannot be read"), "{said}");
    course.write(path, &whole.replace("Make `double`", "Let `double`"));
    fs::remove_file(course.path(".git/index.lock")).unwrap();
    let said = watch.until("Let `double` double.");
    assert!(!said.contains("cannot be read"), "{said}");
}

#[test]
fn a_course_that_cannot_be_read_is_told_and_read_again_after_its_repair() {
    let course = Course::new();
    let path = "solutions/02-fix/exercises.toml";
    let whole = course.read(path);
    let mut watch = Session::start(&course, &["fix/double"]);
    watch.until("fix/double: failed");
    course.write(path, "[[exercise]]\nid = 1\n");
    watch.until("the course cannot be read");
    watch.until("because: ");
    course.write(path, &whole.replace("Make `double`", "Let `double`"));
    watch.until("Let `double` double.");
}

#[test]
fn an_edit_in_the_wrong_folder_is_told_at_the_save() {
    let course = Course::new();
    let mut watch = Session::start(&course, &["fix/count"]);
    watch.until("fix/count: failed");
    course.double_in("exercises", "x + x");
    watch.until("Edit it there from now on:");
    watch.until("exercises/02-fix/src/double.rs -> work/02-fix/src/double.rs");
    watch.until("fix/double: passed");
}

#[test]
fn news_of_an_update_before_the_start_stays_above_the_verdict() {
    let course = Course::new();
    fs::remove_dir_all(course.path("work")).unwrap();
    let mut watch = Session::start(&course, &["fix/double"]);
    watch.until("Your exercises are in work/.");
    let said = watch.until("fix/double: failed");
    assert!(said.contains("Your exercises are in work/."), "{said}");
    course.solve("fix/double");
    let said = watch.until("fix/double: passed");
    assert!(
        !said
            .rsplit("running")
            .next()
            .unwrap()
            .contains("Your exercises"),
        "{said}"
    );
}

#[test]
fn a_missing_file_is_named_with_the_command_that_restores_it() {
    let course = Course::new();
    let mut watch = Session::start(&course, &["fix/double"]);
    watch.until("fix/double: failed");
    for (file, command) in [
        (
            "work/02-fix/tests/double.rs",
            "cargo course reset --file work/02-fix/tests/double.rs",
        ),
        ("work/02-fix/src/double.rs", "cargo course reset fix/double"),
    ] {
        fs::remove_file(course.path(file)).unwrap();
        watch.until(&format!("fix/double: {file} is missing"));
        let foot = watch.until("[q]uit");
        let last = foot.lines().rev().nth(2).unwrap();
        assert_eq!(last, format!("run `{command}`"), "{foot}");
        let args: Vec<&str> = command.split(' ').skip(2).collect();
        course.command(&args);
        watch.until("fix/double: failed");
    }
}

#[test]
fn a_folder_that_was_moved_away_is_named_with_what_to_do() {
    let course = Course::new();
    let mut watch = Session::start(&course, &["fix/double"]);
    watch.until("fix/double: failed");
    watch.until("[q]uit");
    let moved = course.root().with_extension("moved");
    fs::rename(course.root(), &moved).unwrap();
    watch.press("r");
    let root = course.root().display();
    watch.until(&format!("fix/double: the course is no longer in {root}"));
    let said = watch.until("[q]uit");
    let pressed = ["h", "l", "c", "d", "x"].map(|key| {
        watch.press(key);
        watch.until("[q]uit")
    });
    fs::rename(&moved, course.root()).unwrap();
    for said in pressed.iter().chain([&said]) {
        assert!(said.contains("Was it moved or renamed?"), "{said}");
    }
    let last = said.lines().rev().nth(2).unwrap();
    let next = "the folder was moved: end `cargo course`, and start it in the new place";
    assert_eq!(last, next, "{said}");
}
