//! Starting child processes.

use super::Child;
use std::{
    ffi::OsStr,
    future::Future,
    io,
    path::Path,
    process::{self, ExitStatus, Output, Stdio},
};

/// Starts child processes, like [`std::process::Command`].
///
/// ```
/// use wakeful::process::Command;
///
/// let runtime = wakeful::Runtime::new()?;
/// let output = runtime.block_on(async { Command::new("rustc").arg("--version").output().await })?;
/// assert!(output.stdout.starts_with(b"rustc"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Command {
    inner: process::Command,
    kill_on_drop: bool,
}

impl Command {
    /// A command that runs `program`. The system looks for it in its search
    /// path.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        process::Command::new(program).into()
    }

    /// Adds an argument.
    pub fn arg(&mut self, argument: impl AsRef<OsStr>) -> &mut Self {
        self.inner.arg(argument);
        self
    }

    /// Adds arguments.
    pub fn args(&mut self, arguments: impl IntoIterator<Item: AsRef<OsStr>>) -> &mut Self {
        self.inner.args(arguments);
        self
    }

    /// Sets an environment variable.
    pub fn env(&mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> &mut Self {
        self.inner.env(key, value);
        self
    }

    /// Sets environment variables.
    pub fn envs<K: AsRef<OsStr>, V: AsRef<OsStr>>(
        &mut self,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> &mut Self {
        self.inner.envs(variables);
        self
    }

    /// Removes an environment variable.
    pub fn env_remove(&mut self, key: impl AsRef<OsStr>) -> &mut Self {
        self.inner.env_remove(key);
        self
    }

    /// Removes all environment variables. The child gets only those that are
    /// set here afterwards.
    pub fn env_clear(&mut self) -> &mut Self {
        self.inner.env_clear();
        self
    }

    /// Sets the working directory.
    pub fn current_dir(&mut self, directory: impl AsRef<Path>) -> &mut Self {
        self.inner.current_dir(directory);
        self
    }

    /// Sets where the standard input comes from. By default it is inherited.
    pub fn stdin(&mut self, stdin: impl Into<Stdio>) -> &mut Self {
        self.inner.stdin(stdin);
        self
    }

    /// Sets where the standard output goes. By default it is inherited.
    pub fn stdout(&mut self, stdout: impl Into<Stdio>) -> &mut Self {
        self.inner.stdout(stdout);
        self
    }

    /// Sets where the standard error goes. By default it is inherited.
    pub fn stderr(&mut self, stderr: impl Into<Stdio>) -> &mut Self {
        self.inner.stderr(stderr);
        self
    }

    /// Sets the name that the program gets as its argument 0.
    #[cfg(unix)]
    pub fn arg0(&mut self, name: impl AsRef<OsStr>) -> &mut Self {
        use std::os::unix::process::CommandExt;
        self.inner.arg0(name);
        self
    }

    /// Sets the user that the child runs as. Needs the right to do so.
    #[cfg(unix)]
    pub fn uid(&mut self, user: u32) -> &mut Self {
        use std::os::unix::process::CommandExt;
        self.inner.uid(user);
        self
    }

    /// Sets the group that the child runs as. Needs the right to do so.
    #[cfg(unix)]
    pub fn gid(&mut self, group: u32) -> &mut Self {
        use std::os::unix::process::CommandExt;
        self.inner.gid(group);
        self
    }

    /// Puts the child into a process group. 0 creates a new one.
    #[cfg(unix)]
    pub fn process_group(&mut self, group: i32) -> &mut Self {
        use std::os::unix::process::CommandExt;
        self.inner.process_group(group);
        self
    }

    /// Runs `prepare` in the child, after the fork and before the program
    /// starts. If it returns an error, `spawn` returns the error.
    ///
    /// # Safety
    /// The child is a copy of this process with a single thread. Another thread
    /// may have held a lock at the fork, such as the allocator's. So `prepare`
    /// may only do what a signal handler may do.
    ///
    /// ```
    /// use wakeful::process::Command;
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// let mut command = Command::new("true");
    /// // SAFETY: a signal handler may call `setsid`.
    /// unsafe {
    ///     command.pre_exec(|| match libc::setsid() {
    ///         -1 => Err(std::io::Error::last_os_error()),
    ///         _ => Ok(()),
    ///     });
    /// }
    /// assert!(runtime.block_on(async { command.status().await })?.success());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[cfg(unix)]
    pub unsafe fn pre_exec<F>(&mut self, prepare: F) -> &mut Self
    where
        F: FnMut() -> io::Result<()> + Send + Sync + 'static,
    {
        use std::os::unix::process::CommandExt;
        // SAFETY: the caller promises what `pre_exec` of `std` needs.
        unsafe { self.inner.pre_exec(prepare) };
        self
    }

    /// Adds text to the command line as it is, without quotes.
    #[cfg(windows)]
    pub fn raw_arg(&mut self, text: impl AsRef<OsStr>) -> &mut Self {
        use std::os::windows::process::CommandExt;
        self.inner.raw_arg(text);
        self
    }

    /// Sets the flags that Windows' `CreateProcess` gets.
    #[cfg(windows)]
    pub fn creation_flags(&mut self, flags: u32) -> &mut Self {
        use std::os::windows::process::CommandExt;
        self.inner.creation_flags(flags);
        self
    }

    /// Whether dropping the [`Child`] kills the process. By default it does
    /// not.
    pub fn kill_on_drop(&mut self, kill: bool) -> &mut Self {
        self.kill_on_drop = kill;
        self
    }

    /// Whether dropping the [`Child`] will kill the process.
    pub fn get_kill_on_drop(&self) -> bool {
        self.kill_on_drop
    }

    /// The command of `std` inside, for example to read its arguments.
    pub fn as_std(&self) -> &process::Command {
        &self.inner
    }

    /// Turns this into the command of `std`.
    pub fn into_std(self) -> process::Command {
        self.inner
    }

    /// The command of `std` inside, for methods that are missing here.
    pub fn as_std_mut(&mut self) -> &mut process::Command {
        &mut self.inner
    }

    /// Starts the process. This blocks the thread as long as the system needs
    /// to start it.
    ///
    /// # Errors
    /// When the program cannot be started.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn(&mut self) -> io::Result<Child> {
        self.spawn_with(process::Command::spawn)
    }

    /// [`spawn`](Self::spawn) with a function of your own, which starts the
    /// command of `std`.
    ///
    /// # Errors
    /// Those of the function, and when the system has no descriptors left.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn_with(
        &mut self,
        spawn: impl FnOnce(&mut process::Command) -> io::Result<process::Child>,
    ) -> io::Result<Child> {
        Child::spawn(|| spawn(&mut self.inner), self.kill_on_drop)
    }

    /// Starts the process at once. The future waits until it ends.
    ///
    /// # Errors
    /// When the program cannot be started.
    ///
    /// # Panics
    /// Outside a runtime.
    ///
    /// # Cancel safety
    /// If the future is dropped, the process goes on, unless
    /// [`kill_on_drop`](Self::kill_on_drop) is set.
    #[track_caller]
    pub fn status(&mut self) -> impl Future<Output = io::Result<ExitStatus>> + use<> {
        let child = self.spawn();
        async {
            let mut child = child?;
            // A child blocks on a full pipe, so close those that nothing reads.
            drop((child.stdout.take(), child.stderr.take()));
            child.wait().await
        }
    }

    /// Starts the process at once. The future collects its output until it
    /// ends.
    ///
    /// # Errors
    /// When the program cannot be started, or its pipes cannot be read.
    ///
    /// # Panics
    /// Outside a runtime.
    ///
    /// # Cancel safety
    /// If the future is dropped, the process goes on, unless
    /// [`kill_on_drop`](Self::kill_on_drop) is set. Its output is lost.
    #[track_caller]
    pub fn output(&mut self) -> impl Future<Output = io::Result<Output>> + use<> {
        self.inner.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = self.spawn();
        async { child?.wait_with_output().await }
    }
}

impl From<process::Command> for Command {
    fn from(inner: process::Command) -> Self {
        Self {
            inner,
            kill_on_drop: false,
        }
    }
}
