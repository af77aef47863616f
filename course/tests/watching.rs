//! `cargo course watch`, which a reader uses without a browser.

mod common;

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use common::Course;

/// A running `watch`, with its keyboard and its output.
struct Session {
    child: Child,
    keys: Box<dyn Write>,
    words: Receiver<String>,
    /// The output that the test has not checked yet.
    unread: String,
}

impl Session {
    fn start(course: &Course, args: &[&str]) -> Self {
        Self::begin(course.start(&["watch"]), args)
    }

    fn begin(mut command: Command, args: &[&str]) -> Self {
        command
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let keys = Box::new(child.stdin.take().unwrap());
        let stdout = child.stdout.take().unwrap();
        Self::with(child, keys, stdout)
    }

    fn with(child: Child, keys: Box<dyn Write>, mut stdout: impl Read + Send + 'static) -> Self {
        let (sender, words) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = stdout.read(&mut buffer) {
                if sender
                    .send(String::from_utf8_lossy(&buffer[..read]).into_owned())
                    .is_err()
                {
                    return;
                }
            }
        });
        Self {
            child,
            keys,
            words,
            unread: String::new(),
        }
    }

    /// Waits for this text. Returns the output up to its end, and discards it.
    fn until(&mut self, words: &str) -> String {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            if let Some(at) = self.unread.find(words) {
                return self.unread.drain(..at + words.len()).collect();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.words.recv_timeout(left) {
                Ok(more) => self.unread.push_str(&more),
                Err(error) => panic!("no {words:?}: {error}. The output was {:?}", self.unread),
            }
        }
    }

    fn press(&mut self, key: &str) {
        writeln!(self.keys, "{key}").unwrap();
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_save_runs_the_exercise_and_the_keys_do_the_rest() {
    let course = Course::new();
    let mut watch = Session::start(&course, &[]);
    watch.until("fix/double · Double it");
    watch.until("fix/double: failed");
    watch.until("not yet implemented: double 1");
    watch.until("edit work/02-fix/src/double.rs and save it");
    watch.until("0 of 2 solved   [n]ext [h]int [l]ist [c]heck all [r]un [x] reset [q]uit");
    watch.press("h");
    watch.until("Hint 1 of 3: What is twice?");
    course.solve("fix/double");
    watch.until("fix/double: passed");
    watch.until("1 of 2 solved");
    watch.press("n");
    watch.until("fix/count · Count it");
    watch.until("fix/count: failed");
    watch.press("l");
    watch.until("solved   fix/double");
    // Editing another exercise makes it the current one.
    course.double("x");
    watch.until("fix/double: failed");
    watch.press("x");
    watch.until("[y/n]");
    watch.press("y");
    watch.until("Your version is kept as work/02-fix/src/double.rs.yours-1");
    watch.until("not yet implemented: double 1");
    watch.press("c");
    watch.until("running all exercises");
    watch.until("fix/double: failed");
    watch.until("fix/count: failed");
    watch.until("[q]uit");
    watch.press("q");
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_end_of_a_part_and_of_the_course_is_announced() {
    let course = Course::with_runtime();
    course.write(
        "book/src/SUMMARY.md",
        "# Summary\n\n# I. Begin\n\n- [02 Fix](02-fix.md)\n- [Done](finished-1.md)\n\n\
         # II. Go on\n\n- [03 Late](03-late.md)\n\n---\n\n[The end](finished.md)\n",
    );
    for (folder, name) in [("chapters", "late"), ("solutions", "late-solutions")] {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion.workspace = true\nedition.workspace = true\n"
        );
        course.write(&format!("{folder}/03-late/Cargo.toml"), &manifest);
        course.write(&format!("{folder}/03-late/src/lib.rs"), "//! Late.\n");
    }
    let path = "solutions/my-runtime/exercises.toml";
    let stated = course.read(path).replace(
        "id = \"fix/queue\"\nchapter = \"02-fix\"",
        "id = \"fix/queue\"\nchapter = \"03-late\"",
    );
    assert!(stated.contains("03-late"), "the fixture has changed");
    course.write(path, &stated);
    course.generate();
    let mut watch = Session::start(&course, &[]);
    watch.until("fix/double: failed");
    course.solve("fix/double");
    watch.until("fix/double: passed");
    watch.until("n goes on to fix/count: Count it (5 min)");
    for (before, id) in ["fix/count", "fix/line"].into_iter().enumerate() {
        watch.press("n");
        watch.until(&format!("{id}: failed"));
        course.solve(id);
        watch.until(&format!("{id}: passed"));
        if before == 1 {
            watch.until("Part I. Begin is complete.");
            watch.until("Your runtime can: keep things in a line");
            watch.until("on the page finished-1.html");
        }
        watch.until("n goes on to");
    }
    watch.press("n");
    watch.until("fix/queue: failed");
    course.solve("fix/queue");
    watch.until("fix/queue: passed");
    watch.until("That was the last one. All 4 exercises are done.");
    watch.until("Your runtime can: keep things in a line · serve a queue");
    watch.until("on the page finished.html");
    watch.until("4 of 4 solved");
    assert!(!watch.unread.contains("n goes on"), "{}", watch.unread);
    watch.press("q");
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}

/// Starts `watch double` in a terminal of this size and kind. The terminal needs no Enter after a key.
#[cfg(target_os = "linux")]
fn in_a_terminal(course: &Course, rows: u16, columns: u16, term: &str) -> Session {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use rustix::termios::{Winsize, tcsetwinsize};

    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let size = Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&terminal, size).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let open = || {
        let mut options = std::fs::OpenOptions::new();
        options.read(true).write(true);
        options.open(name.to_str().unwrap()).unwrap()
    };
    let mut watch = course.start(&["watch", "double"]);
    watch.env("TERM", term);
    // `watch` asks `/dev/tty` for the size. Without a session of its own, that is the terminal that this
    // test runs in.
    let mut command = Command::new("setsid");
    command
        .arg("--ctty")
        .arg(watch.get_program())
        .args(watch.get_args())
        .envs(
            watch
                .get_envs()
                .filter_map(|(key, value)| Some((key, value?))),
        )
        .current_dir(watch.get_current_dir().unwrap())
        .stdin(open())
        .stdout(open());
    let keys = std::fs::File::from(terminal);
    let output = keys.try_clone().unwrap();
    Session::with(command.spawn().unwrap(), Box::new(keys), output)
}

/// What is on the screen of a terminal after the next verdict.
#[cfg(target_os = "linux")]
fn screen(watch: &mut Session) -> String {
    let said = watch.until("failed") + &watch.until("uit\r\n");
    said.rsplit("\x1b[H").next().unwrap().to_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn a_small_terminal_keeps_the_exercise_and_its_first_failing_test() {
    let course = Course::new();
    let many = "\n    line".repeat(60);
    course.double(&format!("panic!(\"a long message{many} of {{x}}\")"));
    let mut watch = in_a_terminal(&course, 32, 80, "xterm");
    let screen = screen(&mut watch);
    let first = screen.find("doubles_one").expect("the first failing test");
    assert!(screen[..first].contains("fix/double"), "{screen}");
    assert!(screen.contains("m shows all"), "{screen}");
    let rows = screen.lines().count();
    assert!(rows < 32, "{rows} rows:\n{screen}");
    assert!(rows > 28, "{rows} rows use the screen:\n{screen}");

    watch.keys.write_all(b"m").unwrap();
    watch.until("of 3");
    watch.keys.write_all(b"q").unwrap();
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_without_escape_sequences_gets_none() {
    let course = Course::new();
    let mut watch = in_a_terminal(&course, 32, 80, "dumb");
    let said = watch.until("failed") + &watch.until("uit\r\n");
    assert!(!said.contains('\x1b'), "{said:?}");
    assert!(said.contains("doubles_one"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_verdict_is_whole_if_it_fits_with_a_row_for_the_cursor() {
    let course = Course::new();
    let whole = screen(&mut in_a_terminal(&course, 100, 80, "xterm"));
    let rows = u16::try_from(whole.lines().count()).unwrap();
    // A terminal that does not know its size says 0.
    for (given, is_whole) in [(rows + 1, true), (rows, false), (0, true)] {
        let columns = if given == 0 { 0 } else { 80 };
        let screen = screen(&mut in_a_terminal(&course, given, columns, "xterm"));
        assert_eq!(
            !screen.contains("m shows all"),
            is_whole,
            "{given}: {screen}"
        );
        let fits = screen.lines().count() < given.into();
        assert!(fits || given == 0, "{given} rows: {screen}");
    }
}

#[test]
fn the_next_save_ends_a_run_that_hangs() {
    let course = Course::new();
    course.double("loop { std::hint::black_box(x); }");
    let mut watch = Session::start(&course, &["double"]);
    watch.until("running …");
    course.solve("fix/double");
    watch.until("fix/double: passed");
    watch.press("q");
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}

#[test]
fn polling_can_be_forced_and_is_announced() {
    let course = Course::new();
    let mut command = course.start(&["watch"]);
    command.env("WAKEFUL_WATCH", "poll");
    let mut watch = Session::begin(command, &["double"]);
    watch.until("looking for changes once a second: WAKEFUL_WATCH=poll is set");
    watch.until("fix/double: failed");
    course.solve("fix/double");
    watch.until("fix/double: passed");
    watch.press("q");
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}

/// The test runs in its own process group, so the terminal's Ctrl-C does not reach it.
#[cfg(target_os = "linux")]
#[test]
fn stopping_a_command_stops_the_test_that_it_runs() {
    use rustix::process::{Pid, Signal, kill_process};

    for (signal, args) in [
        (Signal::INT, ["check", "double"]),
        (Signal::TERM, ["watch", "double"]),
    ] {
        let course = Course::new();
        let pid_file = course.path("pid");
        course.double(&format!(
            "std::fs::write({:?}, std::process::id().to_string()).unwrap();\n    loop {{ std::hint::black_box(x); }}",
            pid_file.display().to_string()
        ));
        let mut command = course.start(&args);
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().unwrap();
        // `wait` would close the input, and the end of the input also ends `watch`.
        let _input = child.stdin.take();
        let pid = wakeful::block_on(course.written("pid"));
        let id = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
        kill_process(id, signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130));
        common::wait_until_gone(&pid);
    }
}

/// `fill` records its change in another process, after `watch` has read the progress.
#[test]
fn a_module_that_is_filled_while_watch_runs_is_not_solved() {
    let course = Course::with_runtime();
    let mut watch = Session::start(&course, &["fix/double"]);
    watch.until("[q]uit");
    let fill = course.command(&["fill", "fix/line"]);
    assert!(fill.status.success());
    watch.until("fix/line: passed");
    watch.until("[q]uit");
    let progress = course.read("progress.txt");
    assert!(progress.contains("fix/line filled"), "{progress}");
    drop(watch);
    let mut watch = Session::start(&course, &["fix/line"]);
    watch.until("fix/line: passed");
    watch.until("[q]uit");
    let progress = course.read("progress.txt");
    assert!(progress.contains("fix/line filled"), "{progress}");
}

#[test]
fn watch_names_the_file_that_comes_next() {
    let course = Course::new();
    let test = "work/02-fix/tests/double.rs";
    course.solve("fix/double");
    let changed = course.read(test).replace("double(3), 6", "double(4), 8");
    course.write(test, &changed);
    let mut watch = Session::start(&course, &["fix/double"]);
    watch.until(&format!(
        "fix/double: passed, but {test} is not the course's own"
    ));
    let shown = watch.until("[q]uit");
    let next = format!("`cargo course reset --file {test}` comes first");
    assert!(shown.contains(&next), "{shown}");
    assert!(!shown.contains("and save it"), "{shown}");
    let reset = course.command(&["reset", "--file", test]);
    assert!(reset.status.success());
    watch.until("fix/double: passed (");
    // The other exercise of the package does not compile.
    course.write(
        "work/02-fix/src/count.rs",
        "pub fn count() -> usize { x }\n",
    );
    course.double("x");
    watch.until("waits for work/02-fix/src/count.rs");
    watch.until("edit work/02-fix/src/count.rs and save it");
}
