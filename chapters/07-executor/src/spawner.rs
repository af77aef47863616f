// ANCHOR: head
//! A handle that adds tasks, also for the crates that know `futures-task`.

use std::rc::{Rc, Weak};

use futures_task::{FutureObj, LocalFutureObj, LocalSpawn, Spawn, SpawnError};

use crate::JoinHandle;
use crate::executor::Tasks;
use crate::join::Run;
// ANCHOR_END: head

// ANCHOR: spawner
/// Adds tasks to an executor. Tasks may keep a clone of it.
#[derive(Clone)]
pub struct Spawner {
    // A `Spawner` may live longer than the executor. It must not add tasks to a list
    // that is never run again.
    tasks: Weak<Tasks>,
}

impl Spawner {
    /// Adds a task. Its first poll comes after the tasks that are in the queue now.
    ///
    /// The task runs to its end whether or not the handle is kept.
    ///
    /// # Panics
    ///
    /// If the executor was dropped.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let tasks = self.tasks.upgrade().expect("the executor was dropped");
        let (run, slot) = Run::new(future);
        let waker = tasks.insert(Box::pin(run));
        JoinHandle::new(slot, waker)
    }
}
// ANCHOR_END: spawner

// ANCHOR: traits
impl LocalSpawn for Spawner {
    fn spawn_local_obj(
        &self,
        future: LocalFutureObj<'static, ()>,
    ) -> Result<(), SpawnError> {
        self.status_local()?;
        drop(self.spawn(future));
        Ok(())
    }

    fn status_local(&self) -> Result<(), SpawnError> {
        if self.tasks.strong_count() == 0 { Err(SpawnError::shutdown()) } else { Ok(()) }
    }
}

impl Spawn for Spawner {
    fn spawn_obj(&self, future: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        self.spawn_local_obj(future.into())
    }

    fn status(&self) -> Result<(), SpawnError> {
        self.status_local()
    }
}
// ANCHOR_END: traits

// ANCHOR: new
impl Spawner {
    pub(crate) fn new(tasks: &Rc<Tasks>) -> Spawner {
        Spawner { tasks: Rc::downgrade(tasks) }
    }
}
// ANCHOR_END: new
