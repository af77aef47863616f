//! The settings of the executors.

use super::{Builder, Flavor};
use crate::{
    executor::Settings,
    rng::{RngSeed, SeedGenerator},
};
use std::sync::Arc;

/// The order in which a thread runs its ready tasks. See [`Builder::scheduling`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scheduling {
    /// In the order in which they became ready. Takes constant time.
    #[default]
    Fifo,
    /// By rank:
    ///
    /// 1. The greatest priority first.
    /// 2. Within a priority, the earliest deadline first. Tasks without a deadline
    ///    come last.
    /// 3. Then in the order in which they became ready.
    ///
    /// [`task::Builder`](crate::task::Builder) sets the rank of a task. Otherwise the
    /// task inherits the rank of its spawner. The future of `block_on` and the tasks
    /// that other threads spawn have priority 0 and no deadline.
    ///
    /// The order is strict: a task that is always ready starves all tasks of lower rank.
    /// The runtime still polls sockets and timers at its interval, so more urgent tasks
    /// become ready in time. A deadline only orders the tasks. When it passes, nothing
    /// else happens.
    ///
    /// The cost is logarithmic in the number of ready tasks, and the queue allocates
    /// as it grows.
    ///
    /// ```
    /// use std::{cell::RefCell, rc::Rc};
    /// use wakeful::{runtime::{Builder, Scheduling}, task};
    ///
    /// let runtime = Builder::new_current_thread()
    ///     .scheduling(Scheduling::Ranked)
    ///     .build()?;
    /// let log = Rc::new(RefCell::new(Vec::new()));
    /// runtime.block_on(async {
    ///     let tasks = [("sweep", -1), ("serve", 0), ("alarm", 1)].map(|(name, priority)| {
    ///         let log = Rc::clone(&log);
    ///         let spawn = task::Builder::new().priority(priority);
    ///         spawn.spawn_local(async move { log.borrow_mut().push(name) })
    ///     });
    ///     for task in tasks {
    ///         task.await?;
    ///     }
    ///     Ok::<(), task::JoinError>(())
    /// })?;
    /// assert_eq!(*log.borrow(), ["alarm", "serve", "sweep"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Ranked,
}

/// What a runtime does when a task panics. See [`Builder::unhandled_panic`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnhandledPanic {
    /// The task ends, its handle returns the panic, and the other tasks go on.
    #[default]
    Ignore,
    /// The runtime shuts down at once, even if a handle waits for the task. All tasks are
    /// cancelled, and [`block_on`](crate::Runtime::block_on) panics, now and later.
    ShutdownRuntime,
}

impl Builder {
    /// Sets the order in which ready tasks run. The default is
    /// [`Fifo`](Scheduling::Fifo). A multi-thread runtime ignores this, because its tasks
    /// go to the worker that is free.
    pub fn scheduling(mut self, scheduling: Scheduling) -> Self {
        self.scheduling = scheduling;
        self
    }

    /// Sets how many tasks a thread polls before it polls the sockets and timers, while
    /// it has tasks to run. The default is 61.
    ///
    /// A poll of the sockets and timers costs a system call. With a smaller interval, the
    /// thread sees events earlier if its tasks compute for long. With a larger interval,
    /// short tasks pay less. A task that yields, such as with
    /// [`yield_now`](crate::task::yield_now), still waits for such a poll.
    ///
    /// # Panics
    /// If it is zero.
    ///
    /// ```
    /// use wakeful::runtime::Builder;
    ///
    /// let runtime = Builder::new_multi_thread().event_interval(31).build()?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn event_interval(mut self, polls: u32) -> Self {
        assert!(polls > 0, "an interval of no polls never begins");
        self.executor.event_interval = polls;
        self
    }

    /// Sets how many tasks a thread polls before it takes the tasks that other threads
    /// have spawned or woken, while it has tasks of its own. By default, it takes them
    /// whenever it polls the sockets and timers.
    ///
    /// With a smaller interval, tasks from other threads wait less. A larger interval
    /// prefers the tasks that the thread has already. A thread without tasks looks at
    /// once, with any interval.
    ///
    /// # Panics
    /// If it is zero.
    ///
    /// ```
    /// use wakeful::runtime::Builder;
    ///
    /// let runtime = Builder::new_multi_thread().global_queue_interval(7).build()?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn global_queue_interval(mut self, polls: u32) -> Self {
        assert!(polls > 0, "an interval of no polls never begins");
        self.executor.global_queue_interval = Some(polls);
        self
    }

    /// Makes a multi-thread runtime run all its tasks in the order of their queues. By
    /// default, a worker first runs the task that it has woken last, because the data
    /// that this task needs is in the cache. Until then, other workers cannot steal that
    /// task.
    ///
    /// Use this if tasks compute for long after they wake others. Runtimes of other kinds
    /// ignore this.
    ///
    /// ```
    /// use wakeful::runtime::Builder;
    ///
    /// let runtime = Builder::new_multi_thread().disable_lifo_slot().build()?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn disable_lifo_slot(mut self) -> Self {
        self.executor.has_lifo_slot = false;
        self
    }

    /// Sets what happens when a task panics. The default is
    /// [`Ignore`](UnhandledPanic::Ignore). Work on the blocking pool does not count.
    ///
    /// # Panics
    /// If it is [`ShutdownRuntime`](UnhandledPanic::ShutdownRuntime) and the runtime has
    /// several threads: they could be in the middle of other tasks.
    ///
    /// ```should_panic
    /// use std::future::pending;
    /// use wakeful::runtime::{Builder, UnhandledPanic};
    ///
    /// let runtime = Builder::new_current_thread()
    ///     .unhandled_panic(UnhandledPanic::ShutdownRuntime)
    ///     .build()
    ///     .unwrap();
    /// runtime.spawn(async { panic!("a bug") });
    /// // Without the setting, this would wait for ever.
    /// runtime.block_on(pending::<()>());
    /// ```
    #[track_caller]
    pub fn unhandled_panic(mut self, behavior: UnhandledPanic) -> Self {
        let shuts_down = behavior == UnhandledPanic::ShutdownRuntime;
        assert!(
            !shuts_down || self.flavor == Flavor::CurrentThread,
            "only a runtime of `new_current_thread` can shut down when a task panics"
        );
        self.executor.shuts_down_on_panic = shuts_down;
        self
    }

    /// Seeds what looks random in this runtime: which branch [`select!`](crate::select!)
    /// polls first, and where a worker of a multi-thread runtime begins to steal.
    ///
    /// Each call of [`block_on`](crate::Runtime::block_on) and each thread takes the next
    /// number of this seed. So two runs of a program on one thread make the same choices.
    /// Without a seed, the choices depend on what the thread did before, and on other threads.
    ///
    /// ```
    /// use wakeful::runtime::{Builder, RngSeed};
    ///
    /// let seed = RngSeed::from_bytes(b"the failed run of last night");
    /// let runtime = Builder::new_current_thread().rng_seed(seed).build()?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn rng_seed(mut self, seed: RngSeed) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The settings of the executors.
    pub(super) fn settings(&self) -> Settings {
        let seeds = self.seed.clone().map(SeedGenerator::new).map(Arc::new);
        Settings {
            ranked: self.scheduling == Scheduling::Ranked,
            seeds,
            ..self.executor.clone()
        }
    }
}
