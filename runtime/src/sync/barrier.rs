//! [`Barrier`]: a point that tasks pass together.

use super::wait_list::{self, Locked, Queue, Waitable};
use crate::trace::Label;
use std::fmt;

/// Lets tasks wait until so many have come.
///
/// The last to come lets all pass, and the barrier can be used again.
///
/// ```
/// use std::{cell::Cell, rc::Rc};
/// use wakeful::sync::Barrier;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let shared = Rc::new((Barrier::new(3), Cell::new(0)));
///     let tasks: Vec<_> = (0..3)
///         .map(|_| {
///             let shared = Rc::clone(&shared);
///             wakeful::spawn_local(async move {
///                 shared.1.set(shared.1.get() + 1);
///                 let passed = shared.0.wait().await;
///                 assert_eq!(shared.1.get(), 3);
///                 passed.is_leader()
///             })
///         })
///         .collect();
///     let mut leaders = 0;
///     for task in tasks {
///         leaders += i32::from(task.await?);
///     }
///     assert_eq!(leaders, 1);
///     Ok::<(), wakeful::task::JoinError>(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Barrier {
    size: usize,
    queue: Queue<Arrived, Came>,
}

/// Those who have come to the barrier in this round.
pub(crate) struct Arrived {
    count: usize,
    round: u64,
}

/// In which round somebody came, and whether as the last.
#[derive(Clone, Copy)]
pub(crate) struct Came {
    round: u64,
    last: bool,
}

impl Barrier {
    const_unless_loom! {
        /// A barrier for so many tasks at a time; 0 is the same as 1.
        #[cfg_attr(feature = "trace", track_caller)]
        pub const fn new(size: usize) -> Self {
            Self {
                size,
                queue: Queue::new(Arrived { count: 0, round: 0 }, Label::new("Barrier")),
            }
        }
    }

    /// Waits for the others. The last to come is told that it was.
    ///
    /// # Cancel safety
    /// Dropped before the others came, it does not count as one who came.
    pub async fn wait(&self) -> BarrierWaitResult {
        let came = Came {
            round: 0,
            last: false,
        };
        let came = wait_list::wait(self, came, |locked, came| {
            came.round = locked.round;
            locked.count += 1;
            came.last = locked.count >= self.size;
            if came.last {
                locked.count = 0;
                locked.round += 1;
            }
            came.last
        })
        .await;
        if came.last {
            self.queue.release(self.queue.lock(), |locked| {
                // Those who have come since wait for the next round.
                let first = locked.first().filter(|first| first.round < locked.round)?;
                Some(locked.release_first(first))
            });
        }
        BarrierWaitResult(came.last)
    }
}

impl Waitable for Barrier {
    type State = Arrived;
    type Note = Came;

    fn queue(&self) -> &Queue<Arrived, Came> {
        &self.queue
    }

    fn left(&self, mut locked: Locked<'_, Arrived, Came>, came: Came, _: bool) {
        if came.round == locked.round {
            locked.count -= 1;
        }
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// What [`Barrier::wait`] returns.
#[derive(Clone, Debug)]
pub struct BarrierWaitResult(bool);

impl BarrierWaitResult {
    /// Whether this was the last to come: one of each round is.
    pub fn is_leader(&self) -> bool {
        self.0
    }
}
