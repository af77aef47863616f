//! Task ids, and the id of the task that runs on this thread.

use std::{
    cell::Cell,
    fmt,
    num::NonZeroU64,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// Identifies a task in this process. An id is never used twice, so two tasks
/// have different ids even if one of them has ended.
///
/// The ids of the tasks that one thread spawns are in the order of its spawns.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(NonZeroU64);

/// A thread takes this many ids at once. A counter that all threads share at each
/// spawn would cost as much as the rest of the spawn.
const BLOCK: u64 = 1024;

thread_local! {
    /// The thread's next id, or a multiple of [`BLOCK`] when it needs a new block.
    static NEXT_HERE: Cell<u64> = const { Cell::new(0) };
    /// The task whose code runs on this thread.
    static CURRENT: Cell<Option<Id>> = const { Cell::new(None) };
}

impl Id {
    pub(crate) fn next() -> Self {
        static BLOCKS: AtomicU64 = AtomicU64::new(0);
        let mut id = NEXT_HERE.get();
        if id.is_multiple_of(BLOCK) {
            // Relaxed: the number orders nothing. It wraps after centuries with one
            // spawn a nanosecond.
            id = BLOCKS.fetch_add(BLOCK, Relaxed);
        }
        NEXT_HERE.set(id + 1);
        // Ids begin with 1.
        Self(NonZeroU64::MIN.saturating_add(id))
    }

    /// The id as a number.
    pub fn get(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({})", self.0)
    }
}

/// Returns the id of the task that runs this code.
///
/// Code runs in a task while the task's future is polled or dropped, while the
/// runtime or the [`JoinHandle`](crate::task::JoinHandle) drops its output, and in a
/// closure on the blocking pool. The future of `block_on` is not a task.
///
/// # Panics
/// Outside a task. [`try_id`] returns `None` there.
///
/// # Complexity
/// Constant time: one read of a thread-local.
///
/// ```
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let task = wakeful::spawn(async { wakeful::task::id() });
///     let id = task.id();
///     assert_eq!(task.await?, id);
///     Ok::<(), wakeful::task::JoinError>(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[track_caller]
pub fn id() -> Id {
    try_id().expect(
        "`task::id` was called outside a task, and `block_on` does not make its future a task: \
         call it in a spawned task, or call `task::try_id`",
    )
}

/// Returns the id of the task that runs this code, or `None` outside a task.
///
/// [`id`] says which code runs in a task.
///
/// # Complexity
/// Constant time: one read of a thread-local.
///
/// ```
/// assert!(wakeful::task::try_id().is_none());
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     assert!(wakeful::task::try_id().is_none());
///     let found = wakeful::spawn(async { wakeful::task::try_id() }).await?;
///     assert!(found.is_some());
///     Ok::<(), wakeful::task::JoinError>(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn try_id() -> Option<Id> {
    CURRENT.get()
}

/// Makes a task the current one of this thread until it is dropped. Then the task
/// before it is current again.
pub(crate) struct TaskIdGuard(Option<Id>);

impl TaskIdGuard {
    pub(crate) fn enter(id: Id) -> Self {
        Self(CURRENT.replace(Some(id)))
    }
}

impl Drop for TaskIdGuard {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}
