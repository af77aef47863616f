//! Runs one child process in its own process group, with limits for time and output.
//!
//! When the child ends, reaches a limit, or the future is dropped, we kill the whole group: the child
//! and every process it started. `leftovers` finds those that left the group. Windows has no process
//! groups, so there we kill only the child.

use std::cell::Cell;
use std::fs;
use std::future::{Future, poll_fn};
use std::io;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::process::{ExitStatus, Stdio};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::AsyncRead;
use wakeful::process::{Child, ChildStderr, ChildStdout, Command};

use super::RunError;
use super::leftovers::Mark;
#[cfg(unix)]
use super::program::raise_descriptors;
use crate::files::FileError;

/// How long the pipes may stay open after the child has ended.
const GRACE: Duration = Duration::from_millis(500);

/// The pipe that a child wrote to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It ended by itself.
    Exited(ExitStatus),
    /// We killed it, because its time was over.
    TimedOut,
    /// We killed it, because it printed more than the limit.
    TooMuchOutput,
}

/// The program to start, and its limits.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its working directory.
    pub dir: PathBuf,
    /// Variables to add to the inherited environment. We remove the variables for backtraces.
    pub env: Vec<(String, String)>,
    /// The time limit.
    pub time: Duration,
    /// The limit in bytes for both pipes together.
    pub output: usize,
    /// The memory limit in bytes, or `None` for a program that we trust.
    pub memory: Option<u64>,
    /// Whether it may use more descriptors than the shell allows.
    pub many_descriptors: bool,
}

/// Runs a child until it ends, and passes its output on as it arrives, up to the output limit. Drop
/// the future to kill the child.
pub async fn run(spec: &Spec, on_output: &mut dyn FnMut(Stream, &[u8])) -> Result<Ended, RunError> {
    let mut command = Command::new(&spec.program);
    command.args(&spec.args).current_dir(&spec.dir);
    // A reader may have set this for other programs. Here a backtrace would hide the message.
    command.env_remove("RUST_BACKTRACE");
    command.env_remove("RUST_LIB_BACKTRACE");
    for (name, value) in &spec.env {
        command.env(name, value);
    }
    let mark = Mark::new();
    mark.put_on(&mut command);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    #[cfg(target_os = "linux")]
    {
        end_with_us(&mut command);
        limit(&mut command, spec);
    }
    #[cfg(unix)]
    if spec.many_descriptors {
        let raise = || {
            raise_descriptors();
            Ok(())
        };
        // SAFETY: between fork and exec, a function may only do what a signal handler may
        // (`man signal-safety`). This one only makes system calls. It takes no lock and no memory.
        unsafe {
            command.pre_exec(raise);
        }
    }
    let program = || spec.program.display().to_string();
    // Otherwise the system says that it finds no program.
    fs::read_dir(&spec.dir).map_err(FileError::new("open", &spec.dir))?;
    let mut child = command.spawn().map_err(|source| RunError::Start {
        program: program(),
        source,
    })?;
    let group = Group::of(&child, mark);
    let mut pipes = Pipes::of(&mut child, spec.output);

    let ended =
        wakeful::time::timeout(spec.time, follow(&mut child, &group, &mut pipes, on_output)).await;
    let ended = match ended {
        Ok(Ok(Some(status))) => {
            group.end_leftovers();
            return Ok(Ended::Exited(status));
        }
        Ok(Ok(None)) => Ended::TooMuchOutput,
        Ok(Err(source)) => {
            return Err(RunError::Output {
                program: program(),
                source,
            });
        }
        Err(_elapsed) => Ended::TimedOut,
    };
    group.kill();
    let _ = child.start_kill();
    // Wait for the child here, so that it leaves no zombie.
    child.wait().await.map_err(|source| RunError::Output {
        program: program(),
        source,
    })?;
    group.end_leftovers();
    Ok(ended)
}

/// The child's exit status, or `None` if it printed too much.
async fn follow(
    child: &mut Child,
    group: &Group,
    pipes: &mut Pipes,
    on_output: &mut dyn FnMut(Stream, &[u8]),
) -> io::Result<Option<ExitStatus>> {
    let status = {
        let mut wait = pin!(child.wait());
        poll_fn(|cx| {
            // Read the pipes first, so that all output arrives before the end.
            match pipes.poll(cx, on_output) {
                Poll::Ready(Ok(Printed::TooMuch)) => return Poll::Ready(Ok(None)),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Ready(Ok(Printed::All)) | Poll::Pending => {}
            }
            wait.as_mut().poll(cx).map_ok(Some)
        })
        .await?
    };
    if status.is_some() {
        // Processes that the child left behind would keep the pipes open.
        group.kill();
        group.end_leftovers();
        let rest = poll_fn(|cx| pipes.poll(cx, on_output));
        match wakeful::time::timeout(GRACE, rest).await {
            Ok(printed) => {
                if let Printed::TooMuch = printed? {
                    return Ok(None);
                }
            }
            // A process that we could not find still holds them. We have read the child's own
            // output.
            Err(_elapsed) => {}
        }
    }
    Ok(status)
}

enum Printed {
    /// Both pipes are closed.
    All,
    TooMuch,
}

/// The child's two pipes, and how much output they may still give.
struct Pipes {
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    left: usize,
    buffer: Vec<u8>,
}

impl Pipes {
    fn of(child: &mut Child, limit: usize) -> Self {
        Self {
            stdout: child.stdout.take(),
            stderr: child.stderr.take(),
            left: limit,
            buffer: vec![0; 16 << 10],
        }
    }

    /// Passes on all output that has arrived. Ready after both pipes closed, or the limit was
    /// exceeded.
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        on_output: &mut dyn FnMut(Stream, &[u8]),
    ) -> Poll<io::Result<Printed>> {
        let Self {
            stdout,
            stderr,
            left,
            buffer,
        } = self;
        let mut sink = |stream, bytes: &[u8]| {
            let within = bytes.len().min(*left);
            *left -= within;
            on_output(stream, &bytes[..within]);
            within == bytes.len()
        };
        for stream in [Stream::Stdout, Stream::Stderr] {
            let fine = match stream {
                Stream::Stdout => drain(stdout, cx, buffer, &mut |bytes| sink(stream, bytes)),
                Stream::Stderr => drain(stderr, cx, buffer, &mut |bytes| sink(stream, bytes)),
            };
            if !fine? {
                return Poll::Ready(Ok(Printed::TooMuch));
            }
        }
        if stdout.is_none() && stderr.is_none() {
            Poll::Ready(Ok(Printed::All))
        } else {
            Poll::Pending
        }
    }
}

/// Reads a pipe until it is empty, and drops it after it closed. Returns `false` if the sink
/// refused.
fn drain<P: AsyncRead + Unpin>(
    pipe: &mut Option<P>,
    cx: &mut Context<'_>,
    buffer: &mut [u8],
    sink: &mut dyn FnMut(&[u8]) -> bool,
) -> io::Result<bool> {
    while let Some(open) = pipe {
        match Pin::new(open).poll_read(cx, buffer) {
            Poll::Pending => break,
            Poll::Ready(Ok(0)) => *pipe = None,
            Poll::Ready(Ok(read)) => {
                if !sink(&buffer[..read]) {
                    return Ok(false);
                }
            }
            Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            Poll::Ready(Err(error)) => return Err(error),
        }
    }
    Ok(true)
}

/// Kills the child if this process ends without killing it, for example because the system killed it.
/// The kernel watches the thread that starts the child. Ours lives until the child has ended.
#[cfg(target_os = "linux")]
fn end_with_us(command: &mut Command) {
    use rustix::process::{Signal, getpid, getppid, set_parent_process_death_signal};
    let us = getpid();
    let set = move || {
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // We may have ended before the call.
        if getppid() == Some(us) {
            Ok(())
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    };
    // SAFETY: between fork and exec, a function may only do what a signal handler may
    // (`man signal-safety`). This one only makes system calls. It takes no lock and no memory.
    unsafe {
        command.pre_exec(set);
    }
}

/// Limits the memory and the processor time of each process of the run, before its program starts.
/// Above the memory limit an allocation fails and ends a Rust program before the machine runs out. The
/// limit for addresses is twice as large. It also counts shared memory, and memory that a program only
/// reserves, as each thread does. The limit for processor time ends a test even if the course that
/// started it was killed. Other systems offer no such limits, so only the time limit applies there.
#[cfg(target_os = "linux")]
fn limit(command: &mut Command, spec: &Spec) {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let Some(memory) = spec.memory else {
        return;
    };
    let processors = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let seconds = (spec.time.as_secs() + 1).saturating_mul(processors);
    let limits = [
        (Resource::Data, memory),
        (Resource::As, memory.saturating_mul(2)),
        (Resource::Cpu, seconds),
    ];
    let set = move || {
        for (resource, limit) in limits {
            let limit = Rlimit {
                current: Some(limit),
                maximum: Some(limit),
            };
            // Ignore errors, because a limit that is lower already may stay.
            let _ = setrlimit(resource, limit);
        }
        Ok(())
    };
    // SAFETY: between fork and exec, a function may only do what a signal handler may
    // (`man signal-safety`). This one only makes system calls. It takes no lock and no memory.
    unsafe {
        command.pre_exec(set);
    }
}

/// The process group of a child. Dropping it kills the group.
struct Group {
    /// `None` after we killed the group, because another process may have the number by then.
    #[cfg(unix)]
    leader: Cell<Option<rustix::process::Pid>>,
    mark: Mark,
    /// Whether no process of the run was left when we last looked.
    clean: Cell<bool>,
}

impl Group {
    #[cfg(unix)]
    fn of(child: &Child, mark: Mark) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self {
            leader: Cell::new(id.and_then(rustix::process::Pid::from_raw)),
            mark,
            clean: Cell::new(false),
        }
    }

    /// This system has no groups. `kill_on_drop` and `start_kill` reach only the child.
    #[cfg(not(unix))]
    fn of(_child: &Child, mark: Mark) -> Self {
        Self {
            mark,
            clean: Cell::new(false),
        }
    }

    /// Kills what the run started outside the group. A killed process needs a moment to end, so
    /// this looks several times, for 50 ms at most.
    fn end_leftovers(&self) {
        if self.clean.get() {
            return;
        }
        // A process may become our child while we look, so one look that finds none is too few.
        let mut found_none = 0;
        for _ in 0..50 {
            if self.mark.end_all() {
                found_none = 0;
                std::thread::sleep(Duration::from_millis(1));
            } else {
                found_none += 1;
            }
            if found_none == 2 {
                break;
            }
        }
        self.clean.set(true);
    }

    fn kill(&self) {
        #[cfg(unix)]
        if let Some(leader) = self.leader.take() {
            // An error means that no process of the group is left.
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.clean.get() {
            // Before the first process dies, all others are below it.
            self.mark.end_all();
        }
        self.kill();
        self.end_leftovers();
    }
}
