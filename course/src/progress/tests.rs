//! Tests of the progress file.

use std::fs;
use std::path::PathBuf;
use std::thread;

use super::{Change, Loaded, State, load, record};

fn fresh() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("progress.txt");
    (dir, path)
}

#[test]
fn a_missing_file_is_an_empty_progress() {
    let (_dir, path) = fresh();
    assert_eq!(load(&path).unwrap(), Loaded::default());
}

#[test]
fn a_directory_with_the_name_of_the_file_is_moved_aside() {
    let (dir, path) = fresh();
    fs::create_dir(&path).unwrap();
    let loaded = record(&path, "a/b", Change::Passed).unwrap();
    assert_eq!(
        loaded.damaged,
        Some(dir.path().join("progress.txt.damaged-1"))
    );
    assert!(load(&path).unwrap().progress.is_solved("a/b"));
}

#[test]
fn a_recorded_change_is_read_again() {
    let (_dir, path) = fresh();
    record(&path, "a/b", Change::Failed).unwrap();
    record(&path, "a/c", Change::Hinted(2)).unwrap();
    record(&path, "a/c", Change::Passed).unwrap();
    let progress = load(&path).unwrap().progress;
    assert_eq!(progress.state("a/b"), State::Failing);
    assert_eq!(progress.state("a/c"), State::Solved);
    assert_eq!(progress.hints("a/c"), 2);
    assert_eq!(progress.state("a/never"), State::Todo);
}

#[test]
fn a_later_failure_keeps_an_exercise_solved_and_a_reset_does_not() {
    let (_dir, path) = fresh();
    record(&path, "a/b", Change::Passed).unwrap();
    assert!(
        record(&path, "a/b", Change::Failed)
            .unwrap()
            .progress
            .is_solved("a/b")
    );
    assert!(
        !record(&path, "a/b", Change::Reset)
            .unwrap()
            .progress
            .is_solved("a/b")
    );
}

#[test]
fn unknown_ids_comments_and_fields_of_later_versions_are_kept() {
    let (_dir, path) = fresh();
    let text = "# wakeful course: progress, one line an exercise\n# mine\n\
                gone/away solved 2020-01-02 hints=3 stars=5\n";
    fs::write(&path, text).unwrap();
    record(&path, "a/b", Change::Failed).unwrap();
    let after = fs::read_to_string(&path).unwrap();
    assert!(
        after.starts_with("# wakeful course: progress, one line an exercise\n# mine\n"),
        "{after}"
    );
    assert!(
        after.contains("gone/away solved 2020-01-02 hints=3 stars=5\n"),
        "{after}"
    );
}

#[test]
fn a_damaged_file_is_kept_aside_and_never_overwritten() {
    let (dir, path) = fresh();
    let damages: [&[u8]; 4] = [
        b"generators/tree-walk solved 2026-05-01\n",
        b"# wakeful course: progress, one line an exercise\ngenerators/tree-walk sol",
        b"# wakeful course: progress, one line an exercise\na/b solved yesterday\n",
        b"\xff\xfe\x00",
    ];
    for (index, damage) in damages.iter().enumerate() {
        fs::write(&path, damage).unwrap();
        let kept = load(&path)
            .unwrap()
            .damaged
            .expect("the new place of the damaged file is reported");
        assert_eq!(
            kept,
            dir.path()
                .join(format!("progress.txt.damaged-{}", index + 1))
        );
        assert_eq!(fs::read(&kept).unwrap(), *damage, "every byte is kept");
        assert!(!path.exists());
    }
    fs::write(&path, damages[1]).unwrap();
    let recorded = record(&path, "a/b", Change::Passed).unwrap();
    assert_eq!(fs::read(recorded.damaged.unwrap()).unwrap(), damages[1]);
    assert!(load(&path).unwrap().progress.is_solved("a/b"));
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_accepted() {
    let (_dir, path) = fresh();
    let text =
        "\u{feff}# wakeful course: progress, one line an exercise\r\na/b solved 2026-05-01\r\n";
    fs::write(&path, text).unwrap();
    assert!(load(&path).unwrap().progress.is_solved("a/b"));
}

#[test]
fn courses_that_write_at_once_keep_each_others_changes() {
    let (_dir, path) = fresh();
    thread::scope(|scope| {
        for writer in 0..4 {
            let path = &path;
            scope.spawn(move || {
                for n in 0..10 {
                    record(
                        path,
                        &format!("writer-{writer}/exercise-{n}"),
                        Change::Passed,
                    )
                    .unwrap();
                }
            });
        }
    });
    let loaded = load(&path).unwrap();
    assert_eq!(loaded.damaged, None);
    assert_eq!(loaded.progress.entries.len(), 40);
}
