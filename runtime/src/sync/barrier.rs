//! [`Barrier`]: a point that a group of tasks passes together.

use super::wait_list::{self, LockedList, Primitive, WaitList};
use crate::taskdump::Resource;
use std::fmt;

/// Lets tasks wait until a given number of them have arrived.
///
/// The last task to arrive is the leader. It lets all tasks of its generation
/// pass, and the barrier can be used again.
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
    list: WaitList<Arrivals, Arrival>,
}

/// The tasks that have arrived in this generation.
pub(crate) struct Arrivals {
    count: usize,
    generation: u64,
}

/// The generation in which a task arrived, and whether it was the last.
#[derive(Clone, Copy)]
pub(crate) struct Arrival {
    generation: u64,
    is_leader: bool,
}

impl Barrier {
    const_unless_loom! {
        /// Creates a barrier that lets tasks pass in groups of `size`. A size of
        /// 0 means 1.
        #[cfg_attr(feature = "taskdump", track_caller)]
        pub const fn new(size: usize) -> Self {
            let arrivals = Arrivals {
                count: 0,
                generation: 0,
            };
            Self {
                size,
                list: WaitList::new(arrivals, Resource::new("Barrier")),
            }
        }
    }

    /// Waits for the other tasks of its generation. Constant time, except for
    /// the leader, which wakes the others.
    ///
    /// # Cancel safety
    /// A call that is dropped before its generation is complete does not count
    /// as an arrival.
    pub async fn wait(&self) -> BarrierWaitResult {
        let arrival = Arrival {
            generation: 0,
            is_leader: false,
        };
        let arrival = wait_list::wait(self, arrival, |locked, arrival| {
            arrival.generation = locked.generation;
            locked.count += 1;
            arrival.is_leader = locked.count >= self.size;
            if arrival.is_leader {
                locked.count = 0;
                locked.generation += 1;
            }
            arrival.is_leader
        })
        .await;
        if arrival.is_leader {
            self.list.dequeue_and_wake(self.list.lock(), |locked| {
                // Tasks of the next generation may be in the list already.
                let first = locked.first()?;
                (first.generation < locked.generation).then(|| locked.dequeue_first(first))
            });
        }
        BarrierWaitResult(arrival.is_leader)
    }
}

// SAFETY: WL5: the list is a field.
unsafe impl Primitive for Barrier {
    type State = Arrivals;
    type Data = Arrival;

    fn wait_list(&self) -> &WaitList<Arrivals, Arrival> {
        &self.list
    }

    fn cancelled(&self, mut locked: LockedList<'_, Arrivals, Arrival>, arrival: Arrival) {
        if arrival.generation == locked.generation {
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
    /// Returns whether this task arrived last. Each generation has one leader.
    pub fn is_leader(&self) -> bool {
        self.0
    }
}
