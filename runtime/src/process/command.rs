//! How a child process is started.

use super::Child;
use std::{
    ffi::OsStr,
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
/// let output = runtime.block_on(Command::new("rustc").arg("--version").output())?;
/// assert!(output.stdout.starts_with(b"rustc"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Command {
    inner: process::Command,
    kill_on_drop: bool,
}

impl Command {
    /// A command that runs `program`, which is looked for where the system
    /// looks for programs.
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

    /// Removes all environment variables: the child has those that are set here
    /// and no other.
    pub fn env_clear(&mut self) -> &mut Self {
        self.inner.env_clear();
        self
    }

    /// Sets the working directory.
    pub fn current_dir(&mut self, directory: impl AsRef<Path>) -> &mut Self {
        self.inner.current_dir(directory);
        self
    }

    /// Sets where the standard input comes from; inherited unless told.
    pub fn stdin(&mut self, stdin: impl Into<Stdio>) -> &mut Self {
        self.inner.stdin(stdin);
        self
    }

    /// Sets where the standard output goes; inherited unless told.
    pub fn stdout(&mut self, stdout: impl Into<Stdio>) -> &mut Self {
        self.inner.stdout(stdout);
        self
    }

    /// Sets where the standard error goes; inherited unless told.
    pub fn stderr(&mut self, stderr: impl Into<Stdio>) -> &mut Self {
        self.inner.stderr(stderr);
        self
    }

    /// Sets what the program is told to be called: its argument 0.
    #[cfg(unix)]
    pub fn arg0(&mut self, name: impl AsRef<OsStr>) -> &mut Self {
        use std::os::unix::process::CommandExt;
        self.inner.arg0(name);
        self
    }

    /// Has the child run as this user, if this process may.
    #[cfg(unix)]
    pub fn uid(&mut self, user: u32) -> &mut Self {
        use std::os::unix::process::CommandExt;
        self.inner.uid(user);
        self
    }

    /// Has the child run as this group, if this process may.
    #[cfg(unix)]
    pub fn gid(&mut self, group: u32) -> &mut Self {
        use std::os::unix::process::CommandExt;
        self.inner.gid(group);
        self
    }

    /// Puts the child into a process group: its own for 0, else the one named.
    #[cfg(unix)]
    pub fn process_group(&mut self, group: i32) -> &mut Self {
        use std::os::unix::process::CommandExt;
        self.inner.process_group(group);
        self
    }

    /// Whether dropping the [`Child`] kills the process; it does not unless
    /// told.
    pub fn kill_on_drop(&mut self, kill: bool) -> &mut Self {
        self.kill_on_drop = kill;
        self
    }

    /// Whether dropping the [`Child`] will kill the process.
    pub fn get_kill_on_drop(&self) -> bool {
        self.kill_on_drop
    }

    /// The command as `std` has it, to be looked at.
    pub fn as_std(&self) -> &process::Command {
        &self.inner
    }

    /// The command of `std`, without this crate around it.
    pub fn into_std(self) -> process::Command {
        self.inner
    }

    /// The command as `std` has it, for what is not here.
    pub fn as_std_mut(&mut self) -> &mut process::Command {
        &mut self.inner
    }

    /// Starts the process. Starting blocks for the time of a `fork` or less.
    ///
    /// # Errors
    /// When the program cannot be started.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn(&mut self) -> io::Result<Child> {
        Child::spawn(&mut self.inner, self.kill_on_drop)
    }

    /// Starts the process and waits for its end.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub async fn status(&mut self) -> io::Result<ExitStatus> {
        let mut child = self.spawn()?;
        // Nobody reads them, and a child blocks on a pipe that is full.
        drop((child.stdout.take(), child.stderr.take()));
        child.wait().await
    }

    /// Starts the process and collects what it prints, till its end.
    ///
    /// # Errors
    /// When the program cannot be started, or its pipes cannot be read.
    pub async fn output(&mut self) -> io::Result<Output> {
        self.inner.stdout(Stdio::piped()).stderr(Stdio::piped());
        self.spawn()?.wait_with_output().await
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
