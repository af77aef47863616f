//! A FIFO or a huge file replaces a file of the reader: nothing hangs and nothing is lost.
#![cfg(unix)]

use std::{
    fs::{self, File},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    client::{Process, Running, await_that},
    fixture::Fixture,
};

const FILE: &str = "work/07-lamps/src/dim.rs";
const ID: &str = "/api/exercises/lamps/dim";

fn make_fifo(path: &Path) {
    // The file is there at all times, because mdBook writes a page that is missing.
    let aside = path.with_extension("fifo");
    let made = Command::new("mkfifo").arg(&aside).status();
    assert!(made.expect("mkfifo is there").success());
    fs::rename(aside, path).expect("the FIFO takes the place of the file");
}

/// Dropping it ends the wait of every thread that opened the FIFO. A test that fails would otherwise wait
/// for its server for ever.
struct Release(PathBuf);

impl Drop for Release {
    fn drop(&mut self) {
        // A FIFO that is open in both directions waits for no other end.
        let both_ends = File::options().read(true).write(true).open(&self.0);
        let _ = fs::remove_file(&self.0);
        drop(both_ends);
    }
}

/// Asks for everything that reads the exercise's file, then resets it.
fn nothing_hangs(server: &Running, status: u16, why: &str) {
    let mut events = server.events("/api/events");
    events.until("hello");
    let source = server.api("GET", &format!("{ID}/source"));
    assert_eq!(source.status, status, "{source:?}");
    assert!(source.body.contains(why), "{source:?}");
    server.api("POST", &format!("{ID}/run"));
    let verdict = events.verdict();
    assert_eq!(verdict["verdict"]["outcome"], "missing", "{verdict}");
    let said = verdict["verdict"]["diagnostics"].to_string();
    assert!(said.contains(why), "{said}");
    let reset = server.api("POST", &format!("{ID}/reset"));
    assert_eq!(reset.status, 200, "{reset:?}");
    assert!(server.fixture.read(FILE).contains("todo!"));
}

#[test]
fn a_fifo_that_replaces_an_exercise_is_named_and_set_aside() {
    let server = Running::new();
    let fifo = server.fixture.root().join(FILE);
    make_fifo(&fifo);
    let _release = Release(fifo);
    nothing_hangs(&server, 409, "it is no regular file");
}

#[test]
fn a_huge_file_that_replaces_an_exercise_is_named_and_set_aside() {
    let server = Running::new();
    // The file has no blocks on the disk, but a reader would get 64 MiB of zeros.
    let huge = File::create(server.fixture.root().join(FILE)).unwrap();
    huge.set_len(64 << 20).unwrap();
    nothing_hangs(&server, 413, "it is larger than");
    let kept = server.fixture.root().join(format!("{FILE}.yours-1"));
    assert_eq!(fs::metadata(kept).unwrap().len(), 64 << 20);
}

#[test]
fn a_fifo_that_replaces_the_progress_file_is_set_aside() {
    let fixture = Fixture::new();
    make_fifo(&fixture.root().join("progress.txt"));
    let server = Running::on(fixture, crate::client::options());
    let notes = server.notes.join("\n");
    assert!(notes.contains("kept as progress.txt.damaged-1"), "{notes}");
}

/// A page is replaced by a FIFO, and the thread that rebuilds the book waits for it for ever.
#[test]
fn a_signal_ends_the_server_although_a_thread_is_stuck() {
    for signal in ["-TERM", "-INT"] {
        ends_although_a_thread_is_stuck(signal);
    }
}

fn ends_although_a_thread_is_stuck(signal: &str) {
    let mut server = Process::new(Fixture::new());
    let page = server.fixture.root().join("book/src/hello.md");
    make_fifo(&page);
    let mut writer = None;
    await_that("a thread of the server reads the FIFO", || {
        // Without a reader at the other end, this flag makes the call fail.
        let nonblocking = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
        let opened = File::options()
            .write(true)
            .custom_flags(nonblocking)
            .open(&page);
        writer = opened.ok();
        writer.is_some()
    });
    assert_eq!(server.end(signal), Some(0), "{signal}");
    drop(writer);
}
