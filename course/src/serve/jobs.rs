//! A queue that runs one compile or program at a time, and says how many jobs are ahead.
//!
//! Two compilers at the same time would be slower for both readers, and a machine with two cores
//! would no longer respond.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_channel::{Receiver, Sender};

/// The queue.
#[derive(Clone, Default)]
pub struct Jobs(Arc<Mutex<Queue>>);

#[derive(Default)]
struct Queue {
    next: u64,
    places: VecDeque<(u64, Sender<usize>)>,
}

impl Jobs {
    /// Joins the end of the queue. Dropping the place leaves the queue, or ends the turn.
    pub fn line_up(&self) -> Place {
        let (sender, moved) = async_channel::unbounded();
        let mut queue = self.queue();
        let (id, ahead) = (queue.next, queue.places.len());
        queue.next += 1;
        queue.places.push_back((id, sender));
        Place {
            id,
            ahead,
            moved,
            jobs: self.clone(),
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // No code panics halfway through a change under this lock, so a poisoned one is still
        // valid.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue. The first place belongs to the job that runs.
pub struct Place {
    id: u64,
    ahead: usize,
    moved: Receiver<usize>,
    jobs: Jobs,
}

impl Place {
    /// Waits for the turn. Calls `moved` with the number of jobs ahead, now and after each change.
    pub async fn turn(&mut self, mut moved: impl FnMut(usize)) {
        while self.ahead > 0 {
            moved(self.ahead);
            // The queue keeps the sender for as long as this place exists.
            self.ahead = self.moved.recv().await.unwrap_or(0);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut queue = self.jobs.queue();
        let Some(at) = queue.places.iter().position(|(id, _)| *id == self.id) else {
            return;
        };
        queue.places.remove(at);
        for (ahead, (_, sender)) in queue.places.iter().enumerate().skip(at) {
            // The channel is unbounded, and a place leaves the queue before it drops its receiver.
            let _ = sender.try_send(ahead);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn turns_come_in_order_and_each_place_knows_how_many_are_ahead() {
        let jobs = Jobs::default();
        let (mut a, mut b, mut c) = (jobs.line_up(), jobs.line_up(), jobs.line_up());
        assert!(
            a.turn(|_| panic!("the first does not wait"))
                .now_or_never()
                .is_some()
        );
        assert!(
            b.turn(|ahead| assert_eq!(ahead, 1))
                .now_or_never()
                .is_none()
        );
        let mut said = Vec::new();
        assert!(c.turn(|ahead| said.push(ahead)).now_or_never().is_none());
        drop(a);
        assert!(b.turn(|_| {}).now_or_never().is_some());
        assert!(c.turn(|ahead| said.push(ahead)).now_or_never().is_none());
        assert_eq!(said, [2, 2, 1]);
    }

    #[test]
    fn a_place_that_is_dropped_while_it_waits_lets_the_next_one_move_up() {
        let jobs = Jobs::default();
        let (_a, b, mut c) = (jobs.line_up(), jobs.line_up(), jobs.line_up());
        drop(b);
        let mut said = Vec::new();
        assert!(c.turn(|ahead| said.push(ahead)).now_or_never().is_none());
        assert_eq!(said.last(), Some(&1));
    }
}
