//! The code that the task calls: the scheduler, the future, the output and the join
//! waker. Each of them calls back into the task, and may panic.

use super::{Ending, Phase, SharedWorld};
use crate::task::{Schedule, Task};
use std::{
    cell::RefCell,
    future::Future,
    panic::resume_unwind,
    pin::Pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll, Wake},
};

thread_local! {
    /// Wakers find the world here, because they are `Send` and cannot own an `Rc`.
    static WORLD: RefCell<Option<SharedWorld>> = const { RefCell::new(None) };
}

/// Runs `code` with the world in `WORLD`.
pub(super) fn visit(world: &SharedWorld, code: impl FnOnce()) {
    WORLD.set(Some(Rc::clone(world)));
    code();
    WORLD.set(None);
}

pub(super) struct TestScheduler(pub(super) SharedWorld);

impl Schedule for TestScheduler {
    unsafe fn schedule(this: *const Self, task: Task) {
        // SAFETY: `this` may be read until `task` is given away.
        let world = unsafe { &(*this).0 };
        assert_eq!(world.model.get().phase, Phase::Scheduled);
        world.put(task);
    }

    unsafe fn reschedule(this: *const Self, task: Task) {
        // SAFETY: `this` may be read until `task` is given away.
        let world = unsafe { &(*this).0 };
        assert_eq!(world.model.get().phase, Phase::Running { woken: true });
        world.update(|model| model.phase = Phase::Scheduled);
        world.put(task);
    }

    fn release(&self, _: &Task) -> Option<Task> {
        assert_eq!(self.0.model.get().phase, Phase::Complete);
        self.0.released.set(self.0.released.get() + 1);
        // Shutdown may have taken the task from the list already.
        if self.0.one_in(2) {
            return self.0.owned.take();
        }
        None
    }
}

/// The scheduler is dropped when the cell is freed.
impl Drop for TestScheduler {
    fn drop(&mut self) {
        self.0.freed.set(self.0.freed.get() + 1);
    }
}

pub(super) struct Script(pub(super) SharedWorld);

impl Future for Script {
    type Output = Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Output> {
        let world = Rc::clone(&self.0);
        world.polls.set(world.polls.get() + 1);
        for _ in 0..3 {
            match world.choose() % 4 {
                0 => {
                    let waker = context.waker().clone();
                    assert!(waker.will_wake(context.waker()));
                    world.wakers.borrow_mut().push(waker);
                }
                1 => {
                    world.was_woken();
                    context.waker().wake_by_ref();
                }
                2 => world.act(),
                _ => {}
            }
        }
        match world.choose() % 8 {
            0 => {
                world.update(|model| model.ending = Ending::Panicked("poll"));
                resume_unwind(Box::new("poll"))
            }
            1 | 2 => {
                world.update(|model| {
                    model.ending = Ending::Output;
                    model.outputs += 1;
                });
                Poll::Ready(Output(world))
            }
            _ => Poll::Pending,
        }
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let world = &self.0;
        world.futures_dropped.set(world.futures_dropped.get() + 1);
        world.act();
        let panics = world.one_in(8);
        let mut model = world.model.get();
        assert!(matches!(model.phase, Phase::Running { .. }));
        let lost = panics && model.ending == Ending::Output;
        if panics && !matches!(model.ending, Ending::Panicked(_)) {
            model.ending = Ending::Panicked("future");
        }
        model.output_is_lost = lost;
        model.outputs_dropped += usize::from(lost);
        world.model.set(model);
        if !lost {
            world.completes();
        }
        if panics {
            resume_unwind(Box::new("future"));
        }
    }
}

pub(super) struct Output(pub(super) SharedWorld);

impl Drop for Output {
    fn drop(&mut self) {
        let world = &self.0;
        world.outputs_dropped.set(world.outputs_dropped.get() + 1);
        world.act();
        let panics = world.one_in(4);
        if world.model.get().output_is_lost {
            world.update(|model| model.output_is_lost = false);
            world.completes();
        }
        if panics {
            resume_unwind(Box::new("output"));
        }
    }
}

/// The waker that the handle is polled with.
#[derive(Default)]
pub(super) struct JoiningWaker(AtomicUsize);

impl Wake for JoiningWaker {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
        let world = WORLD.with_borrow(Clone::clone).expect("a program runs");
        world.act();
        if world.one_in(4) {
            resume_unwind(Box::new("join waker"));
        }
    }
}

impl JoiningWaker {
    pub(super) fn wakes(&self) -> usize {
        self.0.load(Relaxed)
    }
}
