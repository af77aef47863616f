//! One child process in a group of its own, with limits of time and output.
//!
//! When a limit is hit, or the future is dropped, the whole group is killed: the
//! child and whatever it started. Where there are no process groups (Windows),
//! only the child itself is.

#[cfg(unix)]
use std::cell::Cell;
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

/// How long the pipes of a child that has ended may take to close.
const GRACE: Duration = Duration::from_millis(500);

/// Which of its two pipes a child wrote to.
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
    /// By itself.
    Exited(ExitStatus),
    /// It was killed: out of time.
    TimedOut,
    /// It was killed: it printed more than the limit.
    TooMuchOutput,
}

/// What to start.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Where it runs.
    pub dir: PathBuf,
    /// Variables on top of the inherited ones, without those for backtraces.
    pub env: Vec<(String, String)>,
    /// How long it may run.
    pub time: Duration,
    /// How much it may print, both pipes together, in bytes.
    pub output: usize,
    /// How much memory it may have, in bytes; `None` for what is trusted with the machine.
    pub memory: Option<u64>,
}

/// Runs a child to its end and hands on what it prints as it comes: up to the
/// limit of output, not a byte more. Drop the future to kill it.
pub async fn run(spec: &Spec, on_output: &mut dyn FnMut(Stream, &[u8])) -> Result<Ended, RunError> {
    let mut command = Command::new(&spec.program);
    command.args(&spec.args).current_dir(&spec.dir);
    // Of a reader who always wants them in their own programs: here they would bury the message.
    command.env_remove("RUST_BACKTRACE");
    command.env_remove("RUST_LIB_BACKTRACE");
    for (name, value) in &spec.env {
        command.env(name, value);
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let program = || spec.program.display().to_string();
    let mut child = command.spawn().map_err(|source| RunError::Start {
        program: program(),
        source,
    })?;
    let group = Group::of(&child);
    group.limit(spec);
    let mut pipes = Pipes::of(&mut child, spec.output);

    let ended =
        wakeful::time::timeout(spec.time, follow(&mut child, &group, &mut pipes, on_output)).await;
    let ended = match ended {
        Ok(Ok(Some(status))) => return Ok(Ended::Exited(status)),
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
    // Reaped here, so that none is left behind as a zombie.
    child.wait().await.map_err(|source| RunError::Output {
        program: program(),
        source,
    })?;
    Ok(ended)
}

/// The child's exit status, or `None` once it has printed too much.
async fn follow(
    child: &mut Child,
    group: &Group,
    pipes: &mut Pipes,
    on_output: &mut dyn FnMut(Stream, &[u8]),
) -> io::Result<Option<ExitStatus>> {
    let status = {
        let mut wait = pin!(child.wait());
        poll_fn(|cx| {
            // The pipes first: what a child printed is handed on before its end is told.
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
        // What the child left running would hold the pipes open.
        group.kill();
        let rest = poll_fn(|cx| pipes.poll(cx, on_output));
        match wakeful::time::timeout(GRACE, rest).await {
            Ok(printed) => {
                if let Printed::TooMuch = printed? {
                    return Ok(None);
                }
            }
            // What left the group (`setsid`) still holds them. The child's own words are read.
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

/// The child's two pipes and what may still come out of them.
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

    /// Hands on all that is there; ready once both are closed or the limit is passed.
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

/// Reads a pipe until it has no more for now, and drops it once it is closed. `false` if the sink refused.
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

/// The process group that a child leads; killed on drop.
struct Group {
    /// `None` once it was killed: after that, the number may be another's.
    #[cfg(unix)]
    leader: Cell<Option<rustix::process::Pid>>,
}

impl Group {
    #[cfg(unix)]
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self {
            leader: Cell::new(id.and_then(rustix::process::Pid::from_raw)),
        }
    }

    /// No groups here: `kill_on_drop` and `start_kill` reach the child alone.
    #[cfg(not(unix))]
    fn of(_child: &Child) -> Self {
        Self {}
    }

    /// Past the limit of memory an allocation fails, which ends a Rust program, instead of the
    /// machine running out. And no test uses more of the processors than its time allows: one
    /// whose course was killed, so that nobody stops it any more, does not spin for ever. Each
    /// process of the group has these limits for itself.
    #[cfg(target_os = "linux")]
    fn limit(&self, spec: &Spec) {
        use rustix::process::{Resource, Rlimit, prlimit};
        let (Some(memory), Some(leader)) = (spec.memory, self.leader.get()) else {
            return;
        };
        let processors = std::thread::available_parallelism().map_or(1, usize::from) as u64;
        let seconds = (spec.time.as_secs() + 1).saturating_mul(processors);
        for (resource, limit) in [(Resource::Data, memory), (Resource::Cpu, seconds)] {
            let limit = Rlimit {
                current: Some(limit),
                maximum: Some(limit),
            };
            // Best effort: what has ended already needs none.
            let _ = prlimit(Some(leader), resource, limit);
        }
    }

    /// A process cannot be limited from outside here, only killed in time.
    #[cfg(not(target_os = "linux"))]
    #[allow(clippy::unused_self, reason = "elsewhere it has something to do")]
    fn limit(&self, _spec: &Spec) {}

    fn kill(&self) {
        #[cfg(unix)]
        if let Some(leader) = self.leader.take() {
            // An error means that nobody of the group is left.
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
