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
    // hole: begin
    /// How many tasks were added so far.
    added: u64,
    // hole: instead
    // hole: end
}

struct Place {
    // hole: begin
    /// Which task is in this place: the value of `added` when it came.
    task: u64,
    // hole: instead
    // hole: end
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
    // hole: begin
    task: u64,
    // hole: instead
    // hole: end
}

impl TaskList {
    /// Adds a task. A place that is free is used again.
    pub fn add(&self, future: impl Future<Output = ()> + 'static) -> TaskId {
        let mut tasks = self.0.borrow_mut();
        let stage = Stage::Waiting(Box::pin(future));
        // hole: begin
        tasks.added += 1;
        let task = tasks.added;
        let place = Place { task, stage };
        // hole: instead
        //| let place = Place { stage };
        // hole: end
        let free =
            tasks.places.iter().position(|place| matches!(place.stage, Stage::Empty));
        let number = free.unwrap_or(tasks.places.len());
        if number == tasks.places.len() {
            tasks.places.push(place);
        } else {
            tasks.places[number] = place;
        }
        // hole: begin
        TaskId { number, task }
        // hole: instead
        //| TaskId { number }
        // hole: end
    }

    /// Whether this task has not ended.
    pub fn is_alive(&self, id: TaskId) -> bool {
        let tasks = self.0.borrow();
        // hole: begin
        let place = &tasks.places[id.number];
        place.task == id.task && !matches!(place.stage, Stage::Empty)
        // hole: instead
        //| !matches!(tasks.places[id.number].stage, Stage::Empty)
        // hole: end
    }

    /// Ends a task, and drops its future. If the task has ended, nothing happens. A task
    /// that aborts itself is dropped after its poll.
    pub fn abort(&self, id: TaskId) {
        // hole: begin
        if !self.is_alive(id) {
            return;
        }
        let stage = self.take(id.number);
        // The list is not borrowed here, because a destructor may use it.
        drop(stage);
        // hole: instead
        //| self.0.borrow_mut().places[id.number].stage = Stage::Empty;
        // hole: end
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
        // hole: begin
        let task = self.0.borrow().places[number].task;
        // hole: instead
        // hole: end
        let Stage::Waiting(mut future) = self.take(number) else { return };
        self.0.borrow_mut().places[number].stage = Stage::Polling;
        let mut cx = Context::from_waker(Waker::noop());
        let pending = future.as_mut().poll(&mut cx).is_pending();
        // hole: begin
        let id = TaskId { number, task };
        if self.is_alive(id) {
            let stage = if pending { Stage::Waiting(future) } else { Stage::Empty };
            self.0.borrow_mut().places[number].stage = stage;
        }
        // hole: instead
        //| let stage = if pending { Stage::Waiting(future) } else { Stage::Empty };
        //| self.0.borrow_mut().places[number].stage = stage;
        // hole: end
    }

    /// Takes out what is in a place. The place is free afterwards.
    fn take(&self, number: usize) -> Stage {
        std::mem::replace(&mut self.0.borrow_mut().places[number].stage, Stage::Empty)
    }
}
