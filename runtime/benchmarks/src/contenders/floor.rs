//! The floor: the smallest executor. It has one thread, one queue, and reference
//! counts without atomics. It has no reactor and no timers. It catches no panics,
//! aborts no tasks, has no budget and does nothing at shutdown.
//!
//! It is not a usable runtime. A waker that left the thread would be undefined
//! behaviour, but no row sends one away. The floor shows which part of a figure
//! is the work itself.

use super::{Channel, Contender, Named};
use std::{
    cell::{Cell, RefCell, UnsafeCell},
    collections::VecDeque,
    future::{Future, poll_fn},
    mem::{self, ManuallyDrop},
    pin::{Pin, pin},
    rc::Rc,
    task::{Context, Poll, RawWaker, RawWakerVTable, Waker},
};

pub struct Floor;

thread_local! {
    static QUEUE: RefCell<VecDeque<Rc<dyn Run>>> = const { RefCell::new(VecDeque::new()) };
}

trait Run {
    fn run(self: Rc<Self>);
}

struct Task<F: Future> {
    queued: Cell<bool>,
    stage: UnsafeCell<Stage<F>>,
    joiner: Cell<Option<Waker>>,
}

enum Stage<F: Future> {
    Pending(F),
    Finished(F::Output),
    Taken,
}

pub struct Join<T>(Rc<dyn Joined<T>>);

/// A task seen by its join handle, which knows only the type of the output.
trait Joined<T> {
    fn poll(&self, context: &Context<'_>) -> Poll<T>;
}

impl<F: Future> Joined<F::Output> for Task<F> {
    fn poll(&self, context: &Context<'_>) -> Poll<F::Output> {
        // SAFETY: the `block_on` future or another task polls the join handle, so this task's
        // future is not being polled.
        let stage = unsafe { &mut *self.stage.get() };
        if let Stage::Pending(_) = stage {
            self.joiner.set(Some(context.waker().clone()));
            return Poll::Pending;
        }
        match mem::replace(stage, Stage::Taken) {
            Stage::Finished(output) => Poll::Ready(output),
            _ => unreachable!("joined once"),
        }
    }
}

impl<T> Future for Join<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        self.0.poll(context)
    }
}

impl<F: Future + 'static> Task<F> {
    /// The data of a waker is an `Rc` of the task.
    const VTABLE: RawWakerVTable =
        RawWakerVTable::new(Self::clone, Self::wake, Self::wake_by_ref, Self::drop);

    unsafe fn clone(data: *const ()) -> RawWaker {
        // SAFETY: the data comes from `Rc::as_ptr`, and the waker stays on its
        // thread.
        unsafe { Rc::increment_strong_count(data.cast::<Self>()) };
        RawWaker::new(data, &Self::VTABLE)
    }

    unsafe fn wake(data: *const ()) {
        // SAFETY: the data is an `Rc`, as in `clone`, and this call takes over
        // the waker's reference.
        unsafe { Rc::from_raw(data.cast::<Self>()) }.schedule();
    }

    unsafe fn wake_by_ref(data: *const ()) {
        // SAFETY: the data is an `Rc`, as in `clone`, and `ManuallyDrop` leaves
        // the reference to the waker.
        let task = ManuallyDrop::new(unsafe { Rc::from_raw(data.cast::<Self>()) });
        Rc::clone(&task).schedule();
    }

    unsafe fn drop(data: *const ()) {
        // SAFETY: the data is an `Rc`, and this call takes over the waker's
        // reference.
        drop(unsafe { Rc::from_raw(data.cast::<Self>()) });
    }

    fn schedule(self: Rc<Self>) {
        if !self.queued.replace(true) {
            QUEUE.with_borrow_mut(|queue| queue.push_back(self));
        }
    }
}

impl<F: Future + 'static> Run for Task<F> {
    fn run(self: Rc<Self>) {
        self.queued.set(false);
        let data = Rc::as_ptr(&self).cast();
        // SAFETY: the waker borrows the reference of `self`, and `ManuallyDrop`
        // keeps it from dropping that.
        let waker = ManuallyDrop::new(unsafe { Waker::new(data, &Self::VTABLE) });
        // SAFETY: a task is in the queue at most once, so no other call uses the
        // stage.
        let stage = unsafe { &mut *self.stage.get() };
        let Stage::Pending(future) = stage else {
            return;
        };
        // SAFETY: the future stays in its `Rc` until it is dropped there.
        let future = unsafe { Pin::new_unchecked(future) };
        if let Poll::Ready(output) = future.poll(&mut Context::from_waker(&waker)) {
            *stage = Stage::Finished(output);
            if let Some(joiner) = self.joiner.take() {
                joiner.wake();
            }
        }
    }
}

/// The waker of the future of `block_on`.
mod block_on_task {
    use std::{
        cell::Cell,
        task::{RawWaker, RawWakerVTable, Waker},
    };

    thread_local! {
        pub static WOKEN: Cell<bool> = const { Cell::new(true) };
    }

    static VTABLE: RawWakerVTable = RawWakerVTable::new(
        |data| RawWaker::new(data, &VTABLE),
        |_| WOKEN.set(true),
        |_| WOKEN.set(true),
        |_| {},
    );

    pub fn waker() -> Waker {
        // SAFETY: the functions do not use the data.
        unsafe { Waker::new(std::ptr::null(), &VTABLE) }
    }
}

impl Named for Floor {
    const NAME: &'static str = "floor";
}

impl Contender for Floor {
    type Join<T: Send + 'static> = Join<T>;

    fn new() -> Self {
        Self
    }

    fn block_on<F: Future>(&mut self, future: F) -> F::Output {
        let mut future = pin!(future);
        let waker = block_on_task::waker();
        let mut context = Context::from_waker(&waker);
        block_on_task::WOKEN.set(true);
        loop {
            if block_on_task::WOKEN.replace(false)
                && let Poll::Ready(output) = future.as_mut().poll(&mut context)
            {
                return output;
            }
            // Run only the tasks that are in the queue now. The `block_on` future gets its
            // turn before the tasks that these wake.
            let ready = QUEUE.with_borrow(VecDeque::len);
            for _ in 0..ready {
                let next = QUEUE.with_borrow_mut(VecDeque::pop_front);
                next.expect("counted above").run();
            }
        }
    }

    fn spawn<F>(future: F) -> Self::Join<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let task = Rc::new(Task {
            queued: Cell::new(true),
            stage: UnsafeCell::new(Stage::Pending(future)),
            joiner: Cell::new(None),
        });
        let queued: Rc<dyn Run> = task.clone();
        QUEUE.with_borrow_mut(|queue| queue.push_back(queued));
        Join(task)
    }

    fn yield_now() -> impl Future<Output = ()> + Send {
        smol::future::yield_now()
    }
}

/// The smallest channel: a queue, and a waker for each end.
pub struct Pipe(Rc<Queue>);

struct Queue {
    messages: RefCell<VecDeque<u32>>,
    room: usize,
    receiver: Cell<Option<Waker>>,
    sender: Cell<Option<Waker>>,
}

// SAFETY: the floor runs everything on one thread.
unsafe impl Send for Pipe {}

impl Channel for Pipe {
    type Sender = Self;
    type Receiver = Self;

    fn new(room: usize) -> (Self, Self) {
        let queue = Rc::new(Queue {
            messages: RefCell::new(VecDeque::with_capacity(room)),
            room,
            receiver: Cell::new(None),
            sender: Cell::new(None),
        });
        (Self(Rc::clone(&queue)), Self(queue))
    }

    fn send(pipe: &mut Self, message: u32) -> impl Future<Output = ()> + Send {
        poll_fn(move |context| {
            let queue = &pipe.0;
            let mut messages = queue.messages.borrow_mut();
            if messages.len() == queue.room {
                queue.sender.set(Some(context.waker().clone()));
                return Poll::Pending;
            }
            messages.push_back(message);
            queue.receiver.take().into_iter().for_each(Waker::wake);
            Poll::Ready(())
        })
    }

    fn receive(pipe: &mut Self) -> impl Future<Output = u32> + Send {
        poll_fn(move |context| {
            let queue = &pipe.0;
            let Some(message) = queue.messages.borrow_mut().pop_front() else {
                queue.receiver.set(Some(context.waker().clone()));
                return Poll::Pending;
            };
            queue.sender.take().into_iter().for_each(Waker::wake);
            Poll::Ready(message)
        })
    }
}
