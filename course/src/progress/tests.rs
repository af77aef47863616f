//! Tests of the progress file.

use std::fs;
use std::path::PathBuf;
use std::thread;

use super::{Change, Loaded, State, load, record_in};
use crate::catalog::Layout;
use crate::files;
use crate::work::Version;

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
    let loaded = record_in(&path, "a/b", Change::Passed(None)).unwrap();
    let damaged = loaded.damaged.unwrap();
    assert_eq!(damaged.kept, dir.path().join("progress.txt.damaged-1"));
    let layout = Layout::at(dir.path());
    let told = damaged.told(&layout);
    assert!(told.contains("so the progress starts again"), "{told}");
    assert!(!damaged.advice(&layout).contains("lines"));
    assert!(load(&path).unwrap().progress.is_solved("a/b"));
}

#[test]
fn a_huge_progress_file_is_set_aside() {
    let (_dir, path) = fresh();
    let huge = fs::File::create(&path).unwrap();
    huge.set_len(files::LARGEST + 1).unwrap();
    let damaged = load(&path).unwrap().damaged.unwrap();
    assert_eq!(damaged.lines, None);
    let kept = fs::metadata(damaged.kept).unwrap();
    assert_eq!(kept.len(), files::LARGEST + 1);
}

#[cfg(unix)]
#[test]
fn a_link_to_itself_is_set_aside() {
    let (_dir, path) = fresh();
    std::os::unix::fs::symlink(&path, &path).unwrap();
    let damaged = load(&path).unwrap().damaged.unwrap();
    assert_eq!(damaged.lines, None);
    assert!(damaged.kept.is_symlink());
    assert_eq!(load(&path).unwrap().damaged, None);
}

/// To open a FIFO would wait for ever.
#[cfg(unix)]
#[test]
fn a_fifo_with_the_name_of_the_lock_is_an_error() {
    let (dir, path) = fresh();
    let lock = dir.path().join("progress.txt.lock");
    let made = std::process::Command::new("mkfifo").arg(&lock).status();
    assert!(made.unwrap().success());
    let error = record_in(&path, "a/b", Change::Passed(None)).unwrap_err();
    let advice = error.advice().unwrap();
    assert_eq!(advice, format!("move {} out of the way", lock.display()));
}

#[test]
fn a_recorded_change_is_read_again() {
    let (_dir, path) = fresh();
    record_in(&path, "a/b", Change::Failed).unwrap();
    record_in(&path, "a/c", Change::Hinted(2)).unwrap();
    record_in(&path, "a/c", Change::Passed(None)).unwrap();
    let progress = load(&path).unwrap().progress;
    assert_eq!(progress.state("a/b"), State::Failing);
    assert_eq!(progress.state("a/c"), State::Solved);
    assert_eq!(progress.hints("a/c"), 2);
    assert_eq!(progress.state("a/never"), State::Todo);
}

#[test]
fn the_version_that_was_solved_stays_until_a_reset() {
    let (_dir, path) = fresh();
    let version: Version = "0123456789abcdef".parse().unwrap();
    record_in(&path, "a/b", Change::Passed(Some(version))).unwrap();
    let later = record_in(&path, "a/b", Change::Failed).unwrap();
    assert_eq!(later.progress.entries["a/b"].version, Some(version));
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.ends_with(" version=0123456789abcdef\n"), "{text}");
    assert_eq!(load(&path).unwrap(), later);
    // A version that cannot be read costs only the version.
    fs::write(&path, text.replace("0123456789abcdef", "?")).unwrap();
    let read = load(&path).unwrap();
    assert!(read.damaged.is_none() && read.progress.is_solved("a/b"));
    assert_eq!(read.progress.entries["a/b"].version, None);
    let reset = record_in(&path, "a/b", Change::Reset).unwrap();
    assert_eq!(reset.progress.entries["a/b"].version, None);
}

#[test]
fn a_later_failure_keeps_an_exercise_solved_and_a_reset_does_not() {
    let (_dir, path) = fresh();
    record_in(&path, "a/b", Change::Passed(None)).unwrap();
    assert!(
        record_in(&path, "a/b", Change::Failed)
            .unwrap()
            .progress
            .is_solved("a/b")
    );
    assert!(
        !record_in(&path, "a/b", Change::Reset)
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
    record_in(&path, "a/b", Change::Failed).unwrap();
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
fn damaged_lines_are_kept_in_a_copy_and_all_other_lines_still_count() {
    let (dir, path) = fresh();
    let damages: [(&[u8], usize); 4] = [
        (b"solved everything\na/b solved 2026-05-01\n", 1),
        (
            b"# mine\na/b solved 2026-05-01 hints=1\ngenerators/tree-walk sol",
            1,
        ),
        (
            b"a/c solved yesterday\na/b solved 2026-05-01\n/ solved 2026\n",
            2,
        ),
        (b"\xff\xfe\x00\na/b solved 2026-05-01\n", 1),
    ];
    for (index, (damage, lines)) in damages.iter().enumerate() {
        fs::write(&path, damage).unwrap();
        let loaded = load(&path).unwrap();
        let damaged = loaded.damaged.expect("the damage is reported");
        let name = format!("progress.txt.damaged-{}", index + 1);
        assert_eq!(damaged.kept, dir.path().join(name));
        assert_eq!(damaged.lines, Some(*lines));
        assert_eq!(
            fs::read(&damaged.kept).unwrap(),
            *damage,
            "every byte is kept"
        );
        assert!(loaded.progress.is_solved("a/b"));
        let again = load(&path).unwrap();
        assert_eq!(
            (again.damaged, again.progress),
            (None, loaded.progress),
            "once is enough"
        );
    }
    fs::write(&path, damages[1].0).unwrap();
    let recorded = record_in(&path, "a/d", Change::Passed(None)).unwrap();
    assert_eq!(
        fs::read(recorded.damaged.unwrap().kept).unwrap(),
        damages[1].0
    );
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("# mine\na/b solved 2026-05-01 hints=1\na/d solved"),
        "{text}"
    );
}

#[test]
fn temporary_files_of_killed_courses_are_removed() {
    let (dir, path) = fresh();
    let names = ["progress.txt.4711.tmp", "progress.txt.1.tmp"];
    let others = [
        "progress.txt.mine.tmp",
        "other.txt.1.tmp",
        "progress.txt.damaged-1",
    ];
    for name in names.iter().chain(&others) {
        fs::write(dir.path().join(name), "# half").unwrap();
    }
    record_in(&path, "a/b", Change::Passed(None)).unwrap();
    assert!(names.iter().all(|name| !dir.path().join(name).exists()));
    assert!(others.iter().all(|name| dir.path().join(name).exists()));
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
                    record_in(
                        path,
                        &format!("writer-{writer}/exercise-{n}"),
                        Change::Passed(None),
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
