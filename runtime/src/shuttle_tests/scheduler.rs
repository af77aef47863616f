//! Which thread of a scenario runs next.

use super::Rng;
use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};
use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

/// A scheduler that draws everything from the seed of the schedule. Some
/// schedules switch at almost every step, others let a thread run for long. Some
/// also hold a thread back for a while, wherever it stands: a fault that needs
/// one thread to be late is then likely.
pub(super) struct RandomScheduler {
    seeds: Range<u64>,
    /// The seed of the running schedule. The scenario and the report read it.
    now: Arc<AtomicU64>,
    rng: Rng,
    /// The thread that runs goes on, unless a die with this many sides shows 0.
    sides: usize,
    /// A thread that does not run while another can, and for how many steps.
    held: Option<(TaskId, usize)>,
}

impl RandomScheduler {
    pub(super) fn new(seeds: Range<u64>, now: Arc<AtomicU64>) -> Self {
        Self {
            seeds,
            now,
            rng: Rng::new(0, false),
            sides: 1,
            held: None,
        }
    }

    /// Holds a thread back now and then, or lets it go again.
    fn hold(&mut self, runnable: &[&Task]) {
        self.held = match self.held {
            Some((task, steps)) if steps > 0 => Some((task, steps - 1)),
            _ if self.rng.one_in(32) => {
                let task = runnable[self.rng.below(runnable.len())].id();
                Some((task, self.rng.below(100)))
            }
            _ => None,
        };
    }
}

impl Scheduler for RandomScheduler {
    fn new_execution(&mut self) -> Option<Schedule> {
        let seed = self.seeds.next()?;
        self.now.store(seed, Relaxed);
        // Another stream than that of the scenario.
        self.rng = Rng::new(!seed, false);
        self.sides = 1 << self.rng.below(6);
        self.held = None;
        Some(Schedule::new(seed))
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        current: Option<TaskId>,
        is_yielding: bool,
    ) -> Option<TaskId> {
        self.hold(runnable);
        let held = self.held.map(|(task, _)| task);
        // A thread that yields waits for another, so it is the last choice.
        let waits = current.filter(|_| is_yielding);
        let ready = |but: &[Option<TaskId>]| -> Vec<TaskId> {
            let ids = runnable.iter().map(|task| task.id());
            ids.filter(|id| !but.contains(&Some(*id))).collect()
        };
        let mut ids = ready(&[held, waits]);
        if ids.is_empty() {
            ids = ready(&[waits]);
        }
        if ids.is_empty() {
            ids = ready(&[]);
        }
        if let Some(current) = current.filter(|current| ids.contains(current))
            && !self.rng.one_in(self.sides)
        {
            return Some(current);
        }
        Some(ids[self.rng.below(ids.len())])
    }

    fn next_u64(&mut self) -> u64 {
        self.rng.next()
    }
}
