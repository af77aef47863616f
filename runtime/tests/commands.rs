//! The ways to start a child process and to use its pipes, on Unix.
#![cfg(all(unix, not(loom), not(miri)))]

use futures_util::{AsyncReadExt, AsyncWriteExt};
use std::{
    fs::File,
    io::{self, Read},
    os::fd::{AsFd, AsRawFd},
    process::{Command as StdCommand, Stdio},
    time::Duration,
};
use wakeful::{
    Runtime,
    process::{ChildStderr, ChildStdin, ChildStdout, Command},
    time::timeout,
};

/// Runs a test on a new runtime, with a time limit.
fn run<F: Future>(test: F) -> F::Output {
    let runtime = Runtime::new().unwrap();
    let limited = runtime.block_on(async { timeout(Duration::from_secs(30), test).await });
    limited.expect("the children do not take long")
}

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

#[test]
fn output_starts_the_process_before_it_is_awaited() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo");
        let made = StdCommand::new("mkfifo").arg(&fifo).status();
        assert!(made.unwrap().success());
        // The future is never polled before the read below, which waits for
        // the child to write.
        let output = shell("echo started > \"$0\"; echo done")
            .arg(&fifo)
            .output();
        assert_eq!(std::fs::read_to_string(&fifo).unwrap(), "started\n");
        assert_eq!(output.await.unwrap().stdout, b"done\n");
    });
}

#[test]
fn status_returns_the_error_of_a_missing_program_when_it_is_awaited() {
    run(async {
        let status = Command::new("no-such-program-anywhere").status();
        assert_eq!(status.await.unwrap_err().kind(), io::ErrorKind::NotFound);
    });
}

#[test]
fn pre_exec_runs_in_the_child_before_the_program() {
    run(async {
        let mut command = Command::new("cat");
        command.stdin(Stdio::piped());
        // SAFETY: a signal handler may call `setsid`.
        unsafe {
            command.pre_exec(|| match libc::setsid() {
                -1 => Err(io::Error::last_os_error()),
                _ => Ok(()),
            });
        }
        // `spawn` returns after `pre_exec` has run.
        let mut child = command.spawn().unwrap();
        let number = i32::try_from(child.id().unwrap()).unwrap();
        // SAFETY: the call takes no pointers.
        let session = unsafe { libc::getsid(number) };
        assert_eq!(session, number, "the child leads a session of its own");
        child.wait().await.unwrap();
    });
}

#[test]
fn an_error_of_pre_exec_is_returned_by_spawn() {
    run(async {
        let mut command = shell("exit 0");
        // SAFETY: creating an error from a number does not allocate.
        unsafe {
            command.pre_exec(|| Err(io::Error::from_raw_os_error(libc::EXDEV)));
        }
        let error = command.spawn().unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EXDEV));
    });
}

#[test]
fn spawn_with_starts_the_command_by_a_function_of_the_caller() {
    run(async {
        let mut command = shell("exit 7");
        let mut child = command
            .spawn_with(|command| command.env("UNUSED", "1").spawn())
            .unwrap();
        assert_eq!(child.wait().await.unwrap().code(), Some(7));
        let error = command.spawn_with(|_| Err(io::Error::other("refused")));
        assert_eq!(error.unwrap_err().to_string(), "refused");
    });
}

#[test]
fn the_number_is_known_until_the_end_was_collected() {
    run(async {
        let mut child = shell("exit 0").spawn().unwrap();
        assert!(child.id().is_some());
        child.wait().await.unwrap();
        assert_eq!(child.id(), None);
        assert!(child.try_wait().unwrap().unwrap().success());
        // A child that has ended is not killed.
        child.start_kill().unwrap();
        child.kill().await.unwrap();
    });
}

#[test]
fn pipes_of_std_are_taken_over() {
    run(async {
        let mut child = StdCommand::new("sh")
            .args(["-c", "cat; echo error >&2"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = ChildStdin::from_std(child.stdin.take().unwrap()).unwrap();
        let mut stdout = ChildStdout::from_std(child.stdout.take().unwrap()).unwrap();
        let mut stderr = ChildStderr::from_std(child.stderr.take().unwrap()).unwrap();
        stdin.write_all(b"hello").await.unwrap();
        drop(stdin);
        let (mut out, mut err) = (String::new(), String::new());
        stdout.read_to_string(&mut out).await.unwrap();
        stderr.read_to_string(&mut err).await.unwrap();
        assert_eq!((&*out, &*err), ("hello", "error\n"));
        assert!(child.wait().unwrap().success());
    });
}

#[test]
fn a_pipe_is_given_back_as_a_blocking_descriptor() {
    run(async {
        let mut command = shell("read line; echo $line");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let number = stdin.as_raw_fd();
        assert_eq!(stdin.as_fd().as_raw_fd(), number);
        let stdin = stdin.into_owned_fd().unwrap();
        assert_eq!(stdin.as_raw_fd(), number, "it is the same descriptor");
        io::Write::write_all(&mut File::from(stdin), b"hello\n").unwrap();
        let stdout = child.stdout.take().unwrap().into_owned_fd().unwrap();
        let mut text = String::new();
        // This read blocks until the child has written and ended.
        File::from(stdout).read_to_string(&mut text).unwrap();
        assert_eq!(text, "hello\n");
        child.wait().await.unwrap();
    });
}

#[test]
fn a_closed_input_has_no_descriptor() {
    run(async {
        let mut child = shell("cat").stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.close().await.unwrap();
        let error = stdin.write(b"x").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
        let error = stdin.into_owned_fd().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
        child.wait().await.unwrap();
    });
}
