//! Pitfalls 2 to 9: the task cell against a model.
//!
//! - [`user_code`]: the code in the cell that calls back.
//!
//! One task, and everything that one thread can do to it, in any order. That
//! includes calls from inside its own poll, from the destructors of its future and
//! its output, and from the join waker. The model knows the phases of `state` and
//! counts the references. After each step it says how often the task must have been
//! polled, queued, woken, dropped and freed.

mod user_code;

use super::{AbortHandle, JoinHandle, StateWord, Task};
use crate::{fuzzing::Choices, unwind::catch};
use std::{
    cell::{Cell, RefCell},
    future::Future,
    panic::Location,
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, Waker},
};
use user_code::{JoiningWaker, Output, Script, TestScheduler};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    Idle,
    #[default]
    Scheduled,
    Running {
        woken: bool,
    },
    Complete,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Ending {
    Output,
    #[default]
    Cancelled,
    /// With this payload.
    Panicked(&'static str),
}

/// The expected state of the task.
#[derive(Clone, Copy, Default)]
struct Model {
    phase: Phase,
    /// Whether the task is in the queue. It may be there although it is complete.
    queued: bool,
    aborted: bool,
    ending: Ending,
    /// The future's destructor panicked. The output will be dropped because of that,
    /// while the task still counts as running.
    output_is_lost: bool,
    /// The one of the two wakers that the handle was last polled with.
    join_waker: Option<usize>,
    polls: usize,
    wakes: [usize; 2],
    outputs: usize,
    outputs_dropped: usize,
}

#[derive(Default)]
struct World {
    choices: RefCell<Choices>,
    model: Cell<Model>,

    // The owners of references.
    handle: RefCell<Option<JoinHandle<Output>>>,
    aborts: RefCell<Vec<AbortHandle>>,
    wakers: RefCell<Vec<Waker>>,
    queue: RefCell<Vec<Task>>,
    owned: RefCell<Option<Task>>,
    /// References that a call consumes at the moment.
    held: Cell<usize>,

    join_wakers: [Arc<JoiningWaker>; 2],

    // Counts of what happened.
    polls: Cell<usize>,
    futures_dropped: Cell<usize>,
    outputs_dropped: Cell<usize>,
    released: Cell<usize>,
    freed: Cell<usize>,
}

type SharedWorld = Rc<World>;

impl World {
    fn choose(&self) -> u8 {
        self.choices.borrow_mut().next().unwrap_or(u8::MAX)
    }

    fn one_in(&self, many: u8) -> bool {
        self.choose().is_multiple_of(many)
    }

    fn index<T>(&self, among: &RefCell<Vec<T>>) -> Option<usize> {
        let length = among.borrow().len();
        self.choices.borrow_mut().index(length)
    }

    fn update(&self, change: impl FnOnce(&mut Model)) {
        let mut model = self.model.get();
        change(&mut model);
        self.model.set(model);
    }

    fn put(&self, task: Task) {
        let mut queue = self.queue.borrow_mut();
        assert!(queue.is_empty(), "queued twice");
        queue.push(task);
        self.update(|model| model.queued = true);
    }

    /// Applies a wake to the model.
    fn was_woken(&self) {
        self.update(|model| match &mut model.phase {
            phase @ Phase::Idle => *phase = Phase::Scheduled,
            Phase::Running { woken } => *woken = true,
            Phase::Scheduled | Phase::Complete => {}
        });
    }

    /// Applies the completion, which comes next, to the model.
    fn completes(&self) {
        let has_handle = self.handle.borrow().is_some();
        self.update(|model| {
            model.phase = Phase::Complete;
            match model.join_waker {
                Some(index) if has_handle => model.wakes[index] += 1,
                _ if has_handle => {}
                _ => model.outputs_dropped += usize::from(model.ending == Ending::Output),
            }
        });
    }

    fn references(&self) -> usize {
        usize::from(self.handle.borrow().is_some())
            + self.aborts.borrow().len()
            + self.wakers.borrow().len()
            + self.queue.borrow().len()
            + usize::from(self.owned.borrow().is_some())
            + self.held.get()
    }

    fn while_held(&self, code: impl FnOnce()) {
        self.held.set(self.held.get() + 1);
        code();
        self.held.set(self.held.get() - 1);
    }

    /// Does one of the things that user code may do at any moment.
    fn act(&self) {
        assert_eq!(self.freed.get(), usize::from(self.references() == 0));
        match self.choose() % 10 {
            0 => {
                if let Some(index) = self.index(&self.wakers) {
                    let waker = self.wakers.borrow_mut().swap_remove(index);
                    self.was_woken();
                    waker.wake();
                }
            }
            1 => {
                if let Some(index) = self.index(&self.wakers) {
                    self.was_woken();
                    self.wakers.borrow()[index].wake_by_ref();
                }
            }
            2 => {
                let mut wakers = self.wakers.borrow_mut();
                let clone = wakers.last().cloned();
                wakers.extend(clone);
            }
            3 => {
                if let Some(index) = self.index(&self.wakers) {
                    let waker = self.wakers.borrow_mut().swap_remove(index);
                    drop(waker);
                }
            }
            4 => {
                if let Some(index) = self.index(&self.aborts) {
                    let abort = self.aborts.borrow()[index].clone();
                    self.was_aborted();
                    abort.abort();
                }
            }
            5 => {
                if let Some(handle) = &*self.handle.borrow() {
                    self.aborts.borrow_mut().push(handle.abort_handle());
                }
            }
            6 => {
                let abort = self.aborts.borrow_mut().pop();
                drop(abort);
            }
            7 => self.poll_handle(),
            8 => {
                let handle = self.handle.take();
                let Some(handle) = handle else { return };
                let complete = self.model.get().phase == Phase::Complete;
                self.update(|model| {
                    model.join_waker = None;
                    let dropped = complete && model.ending == Ending::Output;
                    model.outputs_dropped += usize::from(dropped);
                });
                self.while_held(|| drop(handle));
            }
            _ => {
                if let Some(handle) = &*self.handle.borrow() {
                    self.was_aborted();
                    handle.abort();
                }
            }
        }
        assert_eq!(self.freed.get(), usize::from(self.references() == 0));
    }

    fn was_aborted(&self) {
        self.was_woken();
        self.update(|model| model.aborted = true);
    }

    fn poll_handle(&self) {
        let handle = self.handle.take();
        let Some(mut handle) = handle else { return };
        let index = usize::from(self.choose() % 2);
        let waker = Waker::from(Arc::clone(&self.join_wakers[index]));
        let polled = Pin::new(&mut handle).poll(&mut Context::from_waker(&waker));
        let model = self.model.get();
        let Poll::Ready(ended) = polled else {
            assert_ne!(model.phase, Phase::Complete, "complete, and not ready");
            self.update(|model| model.join_waker = Some(index));
            *self.handle.borrow_mut() = Some(handle);
            return;
        };
        assert_eq!(model.phase, Phase::Complete, "ready, and not complete");
        drop(handle);
        match ended {
            Ok(output) => {
                assert_eq!(model.ending, Ending::Output);
                self.update(|model| model.outputs_dropped += 1);
                let _ = catch(|| drop(output));
            }
            Err(error) => {
                let ending = match error.try_into_panic() {
                    Ok(payload) => Ending::Panicked(*payload.downcast().expect("a text")),
                    Err(_) => Ending::Cancelled,
                };
                assert_eq!(model.ending, ending);
            }
        }
    }

    /// Runs the queued task, as the executor does.
    fn run(&self) {
        let task = self.queue.borrow_mut().pop();
        let Some(task) = task else { return };
        let mut model = self.model.get();
        model.queued = false;
        if model.phase == Phase::Scheduled {
            model.phase = Phase::Running { woken: false };
            model.ending = Ending::Cancelled;
            model.polls += usize::from(!model.aborted);
        }
        self.model.set(model);
        // SAFETY: the task comes from the queue, and there is only one thread.
        self.while_held(|| unsafe { task.run() });
        match self.model.get().phase {
            Phase::Running { woken } => {
                assert!(!woken, "woken while it ran, and not queued");
                self.update(|model| model.phase = Phase::Idle);
            }
            Phase::Scheduled | Phase::Complete => {}
            Phase::Idle => panic!("the task ran, so it is not idle in the model"),
        }
    }

    /// Cancels the owned task, as the executor does at its end.
    fn shut_down(&self) {
        let task = self.owned.take();
        let Some(task) = task else { return };
        if self.model.get().phase != Phase::Complete {
            self.update(|model| {
                model.phase = Phase::Running { woken: false };
                model.ending = Ending::Cancelled;
            });
        }
        self.while_held(|| {
            // SAFETY: there is only one thread.
            unsafe { task.cancel() };
        });
    }

    /// Compares everything that is visible between two steps.
    fn check(&self) {
        let model = self.model.get();
        let complete = model.phase == Phase::Complete;
        assert!(!matches!(model.phase, Phase::Running { .. }));
        assert_eq!(self.queue.borrow().len(), usize::from(model.queued));
        assert!(model.queued || model.phase != Phase::Scheduled);
        assert_eq!(self.polls.get(), model.polls);
        assert_eq!(self.futures_dropped.get(), usize::from(complete));
        assert_eq!(self.released.get(), usize::from(complete));
        assert_eq!(self.outputs_dropped.get(), model.outputs_dropped);
        let wakes = self.join_wakers.each_ref().map(|waker| waker.wakes());
        assert_eq!(wakes, model.wakes);
        match &*self.handle.borrow() {
            Some(handle) => assert_eq!(handle.is_finished(), complete),
            // A reference to the task does not keep the join waker.
            None => assert!(
                self.join_wakers
                    .iter()
                    .all(|waker| Arc::strong_count(waker) == 1)
            ),
        }
        assert_eq!(self.freed.get(), usize::from(self.references() == 0));
    }

    fn spawn(self: &Rc<Self>) {
        let task = Task::new(
            Script(Rc::clone(self)),
            TestScheduler(Rc::clone(self)),
            StateWord::scheduled(3),
            Location::caller(),
            0,
        );
        // SAFETY: the state counts three references: these two and `task`.
        let (owned, queued) =
            unsafe { (Task::from_raw(task.as_raw()), Task::from_raw(task.as_raw())) };
        self.owned.replace(Some(owned));
        self.put(queued);
        // SAFETY: `Output` is the output's type, and this is the only handle.
        self.handle.replace(Some(unsafe { JoinHandle::new(task) }));
    }

    fn program(self: &Rc<Self>) {
        self.spawn();
        loop {
            let choice = self.choices.borrow_mut().next();
            match choice.map(|choice| choice % 16) {
                None => break,
                Some(0..4) => self.run(),
                Some(4) if self.one_in(4) => self.shut_down(),
                Some(_) => self.act(),
            }
            self.check();
        }
        // The end, in the order of most programs.
        self.shut_down();
        self.check();
        self.run();
        self.check();
        let handle = self.handle.take();
        if handle.is_some() && self.model.get().ending == Ending::Output {
            self.update(|model| model.outputs_dropped += 1);
        }
        self.while_held(|| drop(handle));
        self.aborts.take();
        self.wakers.take();
        self.check();
        let model = self.model.get();
        assert_eq!(model.outputs, self.outputs_dropped.get());
        assert_eq!(self.freed.get(), 1);
    }
}

/// Runs the program in `input` on a task and on the model, and compares them.
///
/// # Panics
/// If they disagree.
pub fn cell(input: &[u8]) {
    let world = Rc::new(World {
        choices: RefCell::new(Choices::new(input)),
        ..World::default()
    });
    user_code::visit(&world, || world.program());
}

#[cfg(test)]
mod tests {
    #[test]
    fn traps_02_to_09_the_cell_agrees_with_the_model() {
        crate::fuzzing::over_many_inputs(super::cell);
    }
}
