//! A child process and its end.

use super::pipe::{ChildStderr, ChildStdin, ChildStdout};
use crate::{fork, runtime::Handle, task::consume_budget, taskdump};
use futures_io::AsyncRead;
use std::{
    future::poll_fn,
    io,
    pin::{Pin, pin},
    process::{self, ExitStatus, Output},
    task::Poll,
};

/// A child process.
///
/// Dropping it lets the process go on, unless
/// [`kill_on_drop`](super::Command::kill_on_drop) is set. On Unix, a task of the
/// runtime then waits for the end, so that no zombie stays behind. If the child
/// is dropped outside a runtime, or while the runtime shuts down, the zombie
/// stays until this process ends.
#[derive(Debug)]
pub struct Child {
    /// `None` only during the drop.
    process: Option<Process>,
    status: Option<ExitStatus>,
    kill_on_drop: bool,
    fork_id: fork::ForkId,
    /// Its input, if it is piped. Take and drop it to let the child read the
    /// end.
    pub stdin: Option<ChildStdin>,
    /// Its output, if it is piped.
    pub stdout: Option<ChildStdout>,
    /// Its error output, if it is piped.
    pub stderr: Option<ChildStderr>,
}

impl Child {
    #[track_caller]
    pub(super) fn spawn(
        spawn: impl FnOnce() -> io::Result<process::Child>,
        kill_on_drop: bool,
    ) -> io::Result<Self> {
        // Listen before the child starts. Otherwise its end could be missed.
        let exited = end::Exited::listen()?;
        let mut inner = spawn()?;
        let pipes = (inner.stdin.take(), inner.stdout.take(), inner.stderr.take());
        // From here on, if a pipe fails, the drop handles the child.
        let mut child = Self {
            process: Some(Process { inner, exited }),
            status: None,
            kill_on_drop,
            fork_id: fork::ForkId::current(),
            stdin: None,
            stdout: None,
            stderr: None,
        };
        child.stdin = pipes.0.map(ChildStdin::from_std).transpose()?;
        child.stdout = pipes.1.map(ChildStdout::from_std).transpose()?;
        child.stderr = pipes.2.map(ChildStderr::from_std).transpose()?;
        Ok(child)
    }

    fn process(&mut self) -> &mut Process {
        self.process.as_mut().expect("only the drop takes it")
    }

    /// The number of the process, until [`wait`](Self::wait) or
    /// [`try_wait`](Self::try_wait) has returned its status. After that,
    /// another process may have the number.
    pub fn id(&self) -> Option<u32> {
        let process = self.process.as_ref()?;
        self.status.is_none().then(|| process.inner.id())
    }

    /// Returns the status if the process has ended.
    ///
    /// # Errors
    /// When the system does not report the status.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.status = self.process().inner.try_wait()?;
        }
        Ok(self.status)
    }

    /// Waits until the process ends. Closes its input first, because the
    /// process may be waiting for more. If its runtime has shut down, this waits
    /// in the runtime of the caller.
    ///
    /// # Errors
    /// When the system does not report the status, or when its runtime has shut
    /// down and the caller is not in another one.
    ///
    /// # Cancel safety
    /// If the future is dropped, the status is not lost. The input stays closed.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        drop(self.stdin.take());
        // A child that has ended is ready every time, so this spends budget.
        consume_budget().await;
        loop {
            if let Some(status) = self.try_wait()? {
                return Ok(status);
            }
            let process = self.process();
            let number = process.inner.id();
            let ended = taskdump::as_child(number, process.exited.changed()).await;
            if let Err(error) = ended {
                process.exited.listen_here(error)?;
            }
        }
    }

    /// Kills the process without waiting for its end. If it has ended, this
    /// does nothing.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn start_kill(&mut self) -> io::Result<()> {
        if self.try_wait()?.is_some() {
            return Ok(());
        }
        self.process().inner.kill()
    }

    /// The handle of the process, until its status was returned.
    #[cfg(windows)]
    pub fn raw_handle(&self) -> Option<std::os::windows::io::RawHandle> {
        use std::os::windows::io::AsRawHandle;
        let process = self.process.as_ref()?;
        self.status.is_none().then(|| process.inner.as_raw_handle())
    }

    /// Kills the process and waits for its end.
    ///
    /// # Errors
    /// When the system refuses, and those of [`wait`](Self::wait).
    pub async fn kill(&mut self) -> io::Result<()> {
        self.start_kill()?;
        self.wait().await.map(drop)
    }

    /// Collects its output until it ends.
    ///
    /// # Errors
    /// When a pipe cannot be read, and those of [`wait`](Self::wait).
    ///
    /// # Cancel safety
    /// If the future is dropped, the output is lost.
    pub async fn wait_with_output(mut self) -> io::Result<Output> {
        drop(self.stdin.take());
        let mut out = pin!(read_to_end(self.stdout.take()));
        let mut err = pin!(read_to_end(self.stderr.take()));
        // Read both at once. A child blocks on a full pipe.
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
        // In a forked child, the process belongs to the parent.
        if self.status.is_some() || fork::happened_since(self.fork_id) {
            return;
        }
        if self.kill_on_drop {
            // If this fails, the process has ended.
            let _ = process.inner.kill();
        }
        if !matches!(process.inner.try_wait(), Ok(None)) {
            return;
        }
        if cfg!(unix)
            && let Ok(runtime) = Handle::try_current()
        {
            drop(runtime.spawn(process.reap()));
        }
    }
}

/// The process, and the listener for its end.
#[derive(Debug)]
struct Process {
    inner: process::Child,
    exited: end::Exited,
}

impl Process {
    /// Waits for the end of a child that was dropped.
    async fn reap(mut self) {
        while let Ok(None) = self.inner.try_wait() {
            let ended = taskdump::as_child(self.inner.id(), self.exited.changed());
            if ended.await.is_err() {
                break;
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The runtime may shut down before `reap` is done. If the child has
        // ended by now, this reaps it.
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

    /// Listens for the end of any child of this process.
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

        /// Its runtime has shut down: listens in the caller's runtime, or
        /// returns `error` outside a runtime.
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

    /// This system does not report the end of a child, so look again soon.
    #[derive(Debug)]
    pub(super) struct Exited;

    impl Exited {
        #[expect(clippy::unnecessary_wraps, reason = "the signature on Unix")]
        pub(super) fn listen() -> io::Result<Self> {
            Ok(Self)
        }

        #[expect(clippy::unused_self, reason = "the signature on Unix")]
        pub(super) async fn changed(&mut self) -> io::Result<()> {
            sleep(Duration::from_millis(15)).await;
            Ok(())
        }

        #[expect(clippy::unused_self, reason = "the signature on Unix")]
        pub(super) fn listen_here(&mut self, error: io::Error) -> io::Result<()> {
            Err(error)
        }
    }
}
