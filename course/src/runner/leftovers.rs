//! Ends the processes that a run left behind, also those that left its process group (`setsid`).
//!
//! On Linux this process becomes the "subreaper" of its descendants: if a process ends, its children
//! become ours instead of those of process 1. So everything that a run started is below us. Each run
//! has a mark in its environment, and its processes inherit the mark. Jenkins finds the leftovers of
//! a build in the same way (`ProcessTreeKiller`). A program that also clears its environment and
//! leaves its parent escapes. On other systems there is no subreaper, and we end only the group.
//!
//! We set no `RLIMIT_NPROC`. It counts all processes of the user, so a browser with many tabs would
//! make a run fail, and it does not hold for root.
//!
//! We use no cgroup, although `cgroup.kill` would also end a program that clears its environment. A
//! reader without root seldom has a cgroup that we may use:
//!
//! - To move a process into a cgroup, its user must be able to write to `cgroup.procs` of the nearest
//!   cgroup above both the old and the new place. A shell of SSH or of the console runs in
//!   `session-N.scope`. Root owns that scope and the cgroup above it.
//! - A terminal of a desktop runs in a scope below `user@UID.service`, which the user owns. The kernel
//!   allows a cgroup there. But systemd asks other programs to make cgroups only below a unit with
//!   `Delegate=`, and the scope of a terminal is not such a unit. Limits for memory and processes cannot be turned
//!   on either, because the scope has processes of its own (`man 7 cgroups`, "no internal processes").
//! - `systemd-run --user --scope` gets a scope of our own. It is one more program and several messages
//!   over D-Bus for every single test, and it needs a running systemd. macOS, many containers and WSL
//!   without systemd do not have it, so the sweep would stay.
//!
//! It would stop only a program that hides on purpose. A program with that purpose can read and delete
//! the reader's files anyway, because a run is not a sandbox.

#[cfg(target_os = "linux")]
pub(super) use linux::Mark;

/// This system cannot find such processes.
#[cfg(not(target_os = "linux"))]
pub(super) struct Mark;

#[cfg(not(target_os = "linux"))]
impl Mark {
    pub fn new() -> Self {
        Self
    }

    #[allow(clippy::unused_self, reason = "on Linux it has something to do")]
    pub fn put_on(&self, _command: &mut wakeful::process::Command) {}

    #[allow(clippy::unused_self, reason = "on Linux it has something to do")]
    pub fn end_all(&self) -> bool {
        false
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        collections::BTreeSet,
        fs,
        process::id,
        sync::{
            Once,
            atomic::{AtomicU64, Ordering},
        },
    };

    use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
    use wakeful::process::Command;

    const VARIABLE: &str = "WAKEFUL_RUN";

    /// The mark of one run.
    pub(in super::super) struct Mark(String);

    impl Mark {
        /// A new mark. The first one makes this process the subreaper.
        pub fn new() -> Self {
            static REAPER: Once = Once::new();
            static NEXT: AtomicU64 = AtomicU64::new(0);
            REAPER.call_once(|| {
                // Linux has had this call since 3.4. Without it, only the group is ended.
                let _ = rustix::process::set_child_subreaper(Pid::from_raw(1));
            });
            // Relaxed: this is only a number, and no other memory depends on it.
            let run = NEXT.fetch_add(1, Ordering::Relaxed);
            Self(format!("{}-{run}", id()))
        }

        /// Puts the mark into the environment of the run's first process.
        pub fn put_on(&self, command: &mut Command) {
            command.env(VARIABLE, &self.0);
        }

        /// Kills the processes of this run that still exist. Returns whether there were some: then
        /// call it again after a moment, because their own children become ours only when they end.
        pub fn end_all(&self) -> bool {
            let wanted = format!("{VARIABLE}={}", self.0);
            let mut found = false;
            // Each process, and whether its parent belongs to the run.
            let mut waiting: Vec<(u32, bool)> =
                children(id()).map(|child| (child, false)).collect();
            let mut seen = BTreeSet::new();
            while let Some((process, inherited)) = waiting.pop() {
                // A process that moves to us while we look may be listed twice.
                if !seen.insert(process) {
                    continue;
                }
                let belongs = inherited || has_mark(process, &wanted);
                waiting.extend(children(process).map(|child| (child, belongs)));
                if belongs {
                    found |= end(process);
                } else {
                    collect(process);
                }
            }
            found
        }
    }

    /// Kills a process. Returns whether it was alive.
    fn end(process: u32) -> bool {
        let Some(Stat { state, .. }) = Stat::of(process) else {
            return false;
        };
        if state == 'Z' {
            collect(process);
            return false;
        }
        let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
        pid.is_some_and(|pid| kill_process(pid, Signal::KILL).is_ok())
    }

    /// Collects a dead process that became our child. Those that we started ourselves are not for us
    /// to collect. Each of them leads a group of its own in our session, or belongs to our group.
    fn collect(process: u32) {
        let (Some(there), Some(here)) = (Stat::of(process), Stat::of(id())) else {
            return;
        };
        // Not `rustix::process::getsid`. In a container our session may have the number 0, because its
        // leader is outside. rustix panics then.
        let may_be_ours = there.session == here.session
            && (there.group == here.group || i64::from(process) == i64::from(there.group));
        if there.state == 'Z' && !may_be_ours {
            let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
            // An error means that it is not our child.
            let _ = waitpid(pid, WaitOptions::NOHANG);
        }
    }

    /// The children of all threads of a process.
    fn children(process: u32) -> impl Iterator<Item = u32> {
        let threads = fs::read_dir(format!("/proc/{process}/task"));
        let threads = threads.into_iter().flatten().flatten();
        let lists =
            threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
        let children: Vec<u32> = lists
            .flat_map(|list| {
                let numbers = list.split_whitespace().map(str::parse);
                numbers.filter_map(Result::ok).collect::<Vec<u32>>()
            })
            .collect();
        children.into_iter()
    }

    fn has_mark(process: u32, wanted: &str) -> bool {
        let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == wanted.as_bytes())
    }

    /// What the kernel says of a process.
    struct Stat {
        state: char,
        group: i32,
        session: i32,
    }

    impl Stat {
        fn of(process: u32) -> Option<Self> {
            let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
            // The name in parentheses may contain anything.
            let mut fields = stat.rsplit_once(") ")?.1.split(' ');
            Some(Self {
                state: fields.next()?.chars().next()?,
                // The parent comes between them.
                group: fields.nth(1)?.parse().ok()?,
                session: fields.next()?.parse().ok()?,
            })
        }
    }
}
