//! Exercise `executor/task-set`: many tasks, and their outputs as they end.

// hole: begin
use std::future::poll_fn;
use std::task::Poll;
// hole: instead
// hole: end

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
        // hole: begin
        poll_fn(|cx| {
            if self.handles.is_empty() {
                return Poll::Ready(None);
            }
            // Each handle must know the waker of this poll, because each may end next.
            for index in 0..self.handles.len() {
                let handle = std::pin::Pin::new(&mut self.handles[index]);
                if let Poll::Ready(result) = handle.poll(cx) {
                    drop(self.handles.remove(index));
                    return Poll::Ready(Some(result));
                }
            }
            Poll::Pending
        })
        .await
        // hole: instead
        //| std::future::ready(()).await;
        //| todo!("wait for the first of {} tasks to end", self.handles.len())
        // hole: end
    }
}

impl<T> Drop for TaskSet<T> {
    fn drop(&mut self) {
        // hole: begin
        for handle in &self.handles {
            handle.abort();
        }
        // hole: instead
        // hole: end
    }
}
