//! Exercise `executor/wrong-task`: repair a list of tasks that aborts the wrong one.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Waker};

type BoxFuture = Pin<Box<dyn Future<Output = ()>>>;

/// A list of tasks. Its clones are the same list, so a task may keep one.
#[derive(Clone, Default)]
pub struct TaskList(Rc<RefCell<Tasks>>);

#[derive(Default)]
struct Tasks {
    places: Vec<Place>,
}

struct Place {
    stage: Stage,
}

enum Stage {
    /// The place is free.
    Empty,
    /// The task waits for its next poll.
    Waiting(BoxFuture),
    /// The task is being polled.
    Polling,
}

/// Names a task, also after it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskId {
    number: usize,
}

impl TaskList {
    /// Adds a task. A place that is free is used again.
    pub fn add(&self, future: impl Future<Output = ()> + 'static) -> TaskId {
        let mut tasks = self.0.borrow_mut();
        let stage = Stage::Waiting(Box::pin(future));
        let place = Place { stage };
        let free =
            tasks.places.iter().position(|place| matches!(place.stage, Stage::Empty));
        let number = free.unwrap_or(tasks.places.len());
        if number == tasks.places.len() {
            tasks.places.push(place);
        } else {
            tasks.places[number] = place;
        }
        TaskId { number }
    }

    /// Whether this task has not ended.
    pub fn is_alive(&self, id: TaskId) -> bool {
        let tasks = self.0.borrow();
        !matches!(tasks.places[id.number].stage, Stage::Empty)
    }

    /// Ends a task, and drops its future. If the task has ended, nothing happens. A task
    /// that aborts itself is dropped after its poll.
    pub fn abort(&self, id: TaskId) {
        self.0.borrow_mut().places[id.number].stage = Stage::Empty;
    }

    /// Polls every task once, in the order of the places.
    pub fn poll_all(&self) {
        let mut number = 0;
        while number < self.0.borrow().places.len() {
            self.poll(number);
            number += 1;
        }
    }

    fn poll(&self, number: usize) {
        let Stage::Waiting(mut future) = self.take(number) else { return };
        self.0.borrow_mut().places[number].stage = Stage::Polling;
        let mut cx = Context::from_waker(Waker::noop());
        let pending = future.as_mut().poll(&mut cx).is_pending();
        let stage = if pending { Stage::Waiting(future) } else { Stage::Empty };
        self.0.borrow_mut().places[number].stage = stage;
    }

    /// Takes out what is in a place. The place is free afterwards.
    fn take(&self, number: usize) -> Stage {
        std::mem::replace(&mut self.0.borrow_mut().places[number].stage, Stage::Empty)
    }
}
