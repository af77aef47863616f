//! A child process that runs, or has ended and was not asked how.

use super::pipe::{ChildStderr, ChildStdin, ChildStdout};
use crate::{fork, runtime::Handle, task::consume_budget, trace};
use futures_io::AsyncRead;
use std::{
    future::poll_fn,
    io,
    pin::{Pin, pin},
    process::{self, ExitStatus, Output},
    task::Poll,
};

/// A child process. Dropping it lets the process go on, unless
/// [`kill_on_drop`](super::Command::kill_on_drop) was asked for. Its end is
/// then collected by a task of the runtime, so that no zombie stays behind; a
/// child that is dropped outside of the runtime, or as it shuts down, is left
/// to the system.
#[derive(Debug)]
pub struct Child {
    /// Taken by the drop alone.
    process: Option<Process>,
    status: Option<ExitStatus>,
    kill_on_drop: bool,
    born: fork::Generation,
    /// Its input, if it is piped. To tell the child that no more comes, take
    /// this and drop it.
    pub stdin: Option<ChildStdin>,
    /// Its output, if it is piped.
    pub stdout: Option<ChildStdout>,
    /// Its error output, if it is piped.
    pub stderr: Option<ChildStderr>,
}

impl Child {
    #[track_caller]
    pub(super) fn spawn(command: &mut process::Command, kill_on_drop: bool) -> io::Result<Self> {
        // Before the child starts, lest it end unheard.
        let exited = end::Exited::listen()?;
        let mut inner = command.spawn()?;
        let pipes = (inner.stdin.take(), inner.stdout.take(), inner.stderr.take());
        // From here on, should a pipe fail, the drop sees to the child.
        let mut child = Self {
            process: Some(Process { inner, exited }),
            status: None,
            kill_on_drop,
            born: fork::Generation::now(),
            stdin: None,
            stdout: None,
            stderr: None,
        };
        child.stdin = pipes.0.map(ChildStdin::new).transpose()?;
        child.stdout = pipes.1.map(ChildStdout::new).transpose()?;
        child.stderr = pipes.2.map(ChildStderr::new).transpose()?;
        Ok(child)
    }

    fn process(&mut self) -> &mut Process {
        self.process.as_mut().expect("only the drop takes it")
    }

    /// The system's number for it, until its end has been collected: after
    /// that the number may be somebody else's.
    pub fn id(&self) -> Option<u32> {
        let process = self.process.as_ref()?;
        self.status.is_none().then(|| process.inner.id())
    }

    /// How it ended, if it has.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.status = self.process().inner.try_wait()?;
        }
        Ok(self.status)
    }

    /// Waits for its end. Closes its input first, lest both wait for each
    /// other. If the runtime that it was spawned in is gone, this waits in the
    /// runtime that awaits it.
    ///
    /// # Errors
    /// When the system does not say how it ended, or when no runtime is left to
    /// wait in.
    ///
    /// # Cancel safety
    /// Dropped, nothing is lost; the input stays closed.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        drop(self.stdin.take());
        // A child that has ended is ready for ever.
        consume_budget().await;
        loop {
            if let Some(status) = self.try_wait()? {
                return Ok(status);
            }
            let process = self.process();
            let number = process.inner.id();
            let ended = trace::as_child(number, process.exited.changed()).await;
            if let Err(error) = ended {
                process.exited.listen_here(error)?;
            }
        }
    }

    /// Asks the system to kill it, without waiting for the end. One that has
    /// ended is left in peace.
    pub fn start_kill(&mut self) -> io::Result<()> {
        if self.try_wait()?.is_some() {
            return Ok(());
        }
        self.process().inner.kill()
    }

    /// Kills it and waits for the end.
    pub async fn kill(&mut self) -> io::Result<()> {
        self.start_kill()?;
        self.wait().await.map(drop)
    }

    /// Collects what it prints to pipes, till its end.
    pub async fn wait_with_output(mut self) -> io::Result<Output> {
        drop(self.stdin.take());
        let mut out = pin!(read_to_end(self.stdout.take()));
        let mut err = pin!(read_to_end(self.stderr.take()));
        // Both at once: a child blocks on the pipe that nobody reads.
        let (mut stdout, mut stderr) = (None, None);
        poll_fn(|context| {
            if stdout.is_none()
                && let Poll::Ready(read) = out.as_mut().poll(context)
            {
                stdout = Some(read);
            }
            if stderr.is_none()
                && let Poll::Ready(read) = err.as_mut().poll(context)
            {
                stderr = Some(read);
            }
            match (&stdout, &stderr) {
                (Some(_), Some(_)) => Poll::Ready(()),
                _ => Poll::Pending,
            }
        })
        .await;
        Ok(Output {
            status: self.wait().await?,
            stdout: stdout.transpose()?.unwrap_or_default(),
            stderr: stderr.transpose()?.unwrap_or_default(),
        })
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let Some(mut process) = self.process.take() else {
            return;
        };
        // In a forked process it is the parent's child.
        if self.status.is_some() || fork::happened_since(self.born) {
            return;
        }
        if self.kill_on_drop {
            // What fails to be killed has ended.
            let _ = process.inner.kill();
        }
        if !matches!(process.inner.try_wait(), Ok(None)) {
            return;
        }
        if cfg!(unix)
            && let Ok(runtime) = Handle::try_current()
        {
            drop(runtime.spawn(process.collect()));
        }
    }
}

/// The process, and word of its end.
#[derive(Debug)]
struct Process {
    inner: process::Child,
    exited: end::Exited,
}

impl Process {
    /// Waits for the end of a child that nobody else waits for.
    async fn collect(mut self) {
        while let Ok(None) = self.inner.try_wait() {
            let ended = trace::as_child(self.inner.id(), self.exited.changed());
            if ended.await.is_err() {
                break;
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Should the runtime end before the child is collected, that may have
        // ended as well.
        let _ = self.inner.try_wait();
    }
}

async fn read_to_end(from: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    let Some(mut from) = from else { return Ok(all) };
    let mut buffer = vec![0; 8 * 1024];
    loop {
        let read = poll_fn(|context| Pin::new(&mut from).poll_read(context, &mut buffer)).await?;
        if read == 0 {
            return Ok(all);
        }
        all.extend_from_slice(&buffer[..read]);
    }
}

#[cfg(unix)]
mod end {
    use crate::{
        runtime::Handle,
        signal::{Signal, signal},
    };
    use std::io;

    /// Some child has ended; perhaps this one.
    #[derive(Debug)]
    pub(super) struct Exited(Signal);

    impl Exited {
        #[track_caller]
        pub(super) fn listen() -> io::Result<Self> {
            signal(libc::SIGCHLD).map(Self)
        }

        pub(super) async fn changed(&mut self) -> io::Result<()> {
            self.0.recv().await
        }

        /// The runtime is gone in which this has listened until now: goes on in
        /// the one that is here. Without one, returns the error that said so.
        pub(super) fn listen_here(&mut self, error: io::Error) -> io::Result<()> {
            if Handle::try_current().is_err() {
                return Err(error);
            }
            *self = Self::listen()?;
            Ok(())
        }
    }
}

#[cfg(not(unix))]
mod end {
    use crate::time::{Duration, sleep};
    use std::io;

    /// Nobody says when a child ends: look again soon.
    #[derive(Debug)]
    pub(super) struct Exited;

    impl Exited {
        #[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
        pub(super) fn listen() -> io::Result<Self> {
            Ok(Self)
        }

        #[expect(clippy::unused_self, reason = "as on Unix")]
        pub(super) async fn changed(&mut self) -> io::Result<()> {
            sleep(Duration::from_millis(15)).await;
            Ok(())
        }

        #[expect(clippy::unused_self, reason = "as on Unix")]
        pub(super) fn listen_here(&mut self, error: io::Error) -> io::Result<()> {
            Err(error)
        }
    }
}
