//! Exercise `executor/task-set`: many tasks, and their outputs as they end.


use executor::{JoinError, JoinHandle, Spawner};

/// Tasks that belong together. If you drop the set, its tasks are aborted.
pub struct TaskSet<T> {
    spawner: Spawner,
    /// The tasks whose results were not given yet.
    handles: Vec<JoinHandle<T>>,
}

impl<T: 'static> TaskSet<T> {
    /// A set without tasks.
    pub fn new(spawner: Spawner) -> TaskSet<T> {
        TaskSet { spawner, handles: Vec::new() }
    }

    /// Adds a task.
    pub fn spawn(&mut self, future: impl Future<Output = T> + 'static) {
        self.handles.push(self.spawner.spawn(future));
    }

    /// How many tasks are in the set.
    pub fn len(&self) -> usize {
        self.handles.len()
    }

    /// Whether the set has no tasks.
    pub fn is_empty(&self) -> bool {
        self.handles.is_empty()
    }

    /// Waits until one of the tasks ends, and takes it out of the set. If several have
    /// ended, it takes any of them. `None` if the set is empty.
    ///
    /// While no task ends, the future is not polled again.
    ///
    /// Cancel safe: if the future is dropped, no result is lost.
    pub async fn next(&mut self) -> Option<Result<T, JoinError>> {
        std::future::ready(()).await;
        todo!("wait for the first of {} tasks to end", self.handles.len())
    }
}

impl<T> Drop for TaskSet<T> {
    fn drop(&mut self) {
    }
}
