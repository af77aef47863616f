//! One wake, from the socket to the poll, recorded by a debugger.
//!
//! The two ignored tests are the programs: one task waits for a byte on a socket, and
//! another thread writes it. The other tests run them under gdb, with a breakpoint at
//! each function of `runtime/src`, and compare what `record.py` prints with the README.
//! They print the recording too:
//!
//! ```console
//! $ cargo test -p wakeful --test wake_path -- --nocapture
//! ```
//!
//! Without gdb they are skipped. `.ci/run wake-path` sets [`REQUIRE_GDB`], and then they
//! fail.
#![cfg(all(target_os = "linux", not(any(loom, miri, shuttle))))]

#[path = "../shared/code.rs"]
mod code;

use code::code;
use futures_util::AsyncRead;
use std::{
    collections::BTreeSet,
    env,
    future::Future,
    io::Write,
    os::unix::net::UnixStream as Peer,
    path::Path,
    pin::Pin,
    process::{Command, Stdio},
    sync::{LazyLock, mpsc},
    task::{Context, Poll, ready},
    thread,
    time::Duration,
};
use wakeful::{Runtime, net::UnixStream, runtime::Builder};

/// The task of the recording. gdb knows its `poll` by this name.
struct WaitForByte {
    stream: UnixStream,
    polled: mpsc::Sender<()>,
}

impl Future for WaitForByte {
    type Output = u8;

    #[inline(never)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u8> {
        let mut byte = [0];
        let read = Pin::new(&mut self.stream).poll_read(context, &mut byte);
        let _ = self.polled.send(());
        assert_eq!(ready!(read).expect("the peer writes a byte"), 1);
        Poll::Ready(byte[0])
    }
}

fn receive_a_byte(runtime: &Runtime) {
    let (ours, mut peer) = Peer::pair().expect("a pair of sockets");
    let (polled, was_polled) = mpsc::channel();
    let writer = thread::spawn(move || {
        was_polled.recv().expect("the task is polled");
        peer.write_all(b"x").expect("the task's socket is open");
    });
    let byte = runtime.block_on(async {
        let stream = UnixStream::try_from(ours).expect("a socket");
        wakeful::spawn(WaitForByte { stream, polled }).await
    });
    assert_eq!(byte.expect("the task does not panic"), b'x');
    writer.join().expect("the peer writes a byte");
}

#[test]
#[ignore = "gdb runs this program"]
fn one_thread() {
    receive_a_byte(&Runtime::new().expect("a runtime"));
}

#[test]
#[ignore = "gdb runs this program"]
fn multi_thread() {
    let runtime = Builder::new_multi_thread().worker_threads(1).build();
    receive_a_byte(&runtime.expect("a runtime"));
}

/// A function as the README and the debugger name it, and its file below `src`.
type Function = (String, String);

#[derive(Default)]
struct Recording {
    /// The functions that pass the wake on, in the order in which they are entered.
    path: Vec<Function>,
    /// The files of the other functions that are entered.
    other_files: BTreeSet<String>,
}

static ONE_THREAD: LazyLock<Option<Recording>> = LazyLock::new(|| record("one_thread"));
static MULTI_THREAD: LazyLock<Option<Recording>> = LazyLock::new(|| record("multi_thread"));

/// If this variable is set, a test that cannot record a wake fails.
const REQUIRE_GDB: &str = "REQUIRE_GDB";

fn skipped(reason: &str) -> Option<Recording> {
    assert!(env::var_os(REQUIRE_GDB).is_none(), "{reason}");
    println!("skipped: {reason}");
    None
}

/// Runs a program of this file under gdb. `None` if this machine or this build cannot.
fn record(program: &str) -> Option<Recording> {
    if !cfg!(debug_assertions) || cfg!(feature = "taskdump") {
        return skipped("the README describes a debug build without the feature `taskdump`");
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wake_path/record.py");
    let started = Command::new("gdb")
        .args(["--batch", "-nx", "-x"])
        .arg(script)
        .arg("--args")
        .arg(env::current_exe().expect("this program has a path"))
        .args(["--ignored", "--exact", program])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(gdb) = started else {
        return skipped("there is no gdb");
    };
    let id = gdb.id();
    let (ended, has_ended) = mpsc::channel();
    thread::spawn(move || ended.send(gdb.wait_with_output()));
    let Ok(output) = has_ended.recv_timeout(Duration::from_mins(3)) else {
        let _ = Command::new("kill").arg(id.to_string()).status();
        panic!("gdb has not recorded the wake after three minutes");
    };
    let output = output.expect("gdb ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    let cannot = ["ptrace", "Python scripting is not supported"];
    if cannot.iter().any(|reason| errors.contains(reason)) {
        return skipped(&format!("gdb cannot record here:\n{errors}"));
    }
    let mut recording = Recording::default();
    println!("{program}:");
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["path", name, file] => recording.path.push((name.to_owned(), file.to_owned())),
            ["also", _, file] => drop(recording.other_files.insert(file.to_owned())),
            _ => continue,
        }
        println!("{line}");
    }
    assert!(
        !recording.path.is_empty(),
        "gdb recorded nothing:\n{errors}"
    );
    for (_, file) in &recording.path {
        recording.other_files.remove(file);
    }
    Some(recording)
}

const README: &str = include_str!("../../README.md");

/// The rows of the tables in the README's section about the wake.
fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    let (_, section) = README.split_once("## One wake").expect("the section");
    let (section, _) = section.split_once("\n## ").expect("the next section");
    let rows = section.lines().filter(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect())
}

fn is_file(word: &str) -> bool {
    Path::new(word).extension().is_some()
}

/// The functions of a column of the README's table.
fn column(number: usize) -> Vec<Function> {
    let mut functions = Vec::new();
    for row in rows().filter(|row| row.len() == 4) {
        let cell = if row[number] == "the same" {
            row[2]
        } else {
            row[number]
        };
        let mut names = Vec::new();
        for word in code(cell) {
            if is_file(word) {
                functions.extend(
                    names
                        .drain(..)
                        .map(|name: &str| (name.to_owned(), word.to_owned())),
                );
            } else {
                names.push(word);
            }
        }
    }
    functions
}

fn assert_equal(number: usize, recording: &LazyLock<Option<Recording>>) {
    if let Some(recording) = &**recording {
        assert_eq!(
            column(number),
            recording.path,
            "left: the README, right: gdb"
        );
    }
}

#[test]
fn the_readme_names_the_functions_of_a_wake_on_one_thread() {
    assert_equal(2, &ONE_THREAD);
}

#[test]
fn the_readme_names_the_functions_of_a_wake_on_a_multi_thread_runtime() {
    assert_equal(3, &MULTI_THREAD);
}

#[test]
fn the_readme_counts_the_files_of_both_columns() {
    let [one_thread, multi_thread] = [2, 3].map(|number| {
        let files = column(number).into_iter().map(|(_, file)| file);
        files.collect::<BTreeSet<_>>().len()
    });
    let count = format!(
        "{one_thread} files for a runtime of one thread and {multi_thread} for a multi-thread runtime."
    );
    assert!(README.contains(&count), "the tables name {count}");
}

#[test]
fn the_readme_names_the_other_files_that_a_wake_enters() {
    let (Some(one_thread), Some(multi_thread)) = (&*ONE_THREAD, &*MULTI_THREAD) else {
        return;
    };
    let recorded = &one_thread.other_files | &multi_thread.other_files;
    let two_columns = rows().filter(|row| row.len() == 2);
    let listed = two_columns.flat_map(|row| code(row[1])).map(str::to_owned);
    let listed = listed.filter(|word| is_file(word)).collect();
    assert_eq!(recorded, listed, "left: gdb, right: the README");
}
