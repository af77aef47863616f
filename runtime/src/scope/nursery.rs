//! What the scopes have in common: where children arrive, and the future that
//! polls them.
//!
//! | it is   | a child that arrives                                            |
//! |---------|-----------------------------------------------------------------|
//! | new     | waits for the run                                               |
//! | running | is polled by the run, with all others                           |
//! | over    | is dropped at once                                              |
//!
//! The children that have arrived belong to the scope, those that are polled
//! to the run. The scope is borrowed as long as its children may live, so it
//! cannot drop any, which might look at what is gone by then: it holds them in
//! `ManuallyDrop`, and the compiler agrees. The run can, and does: it closes
//! the scope and drops them all, also when it is dropped itself. A run that is
//! forgotten drops nothing; but nobody else polls.

use crate::{
    group::{Group, ReadyList},
    primitives::{AtomicUsize, Mutex, lock},
    unwind::{catch, catch_and_discard},
};
use pin_project_lite::pin_project;
use std::{
    any::Any,
    future::Future,
    mem::{self, ManuallyDrop},
    panic::resume_unwind,
    pin::Pin,
    // Not loom's: the group's wakers are made of it.
    sync::{Arc, atomic::Ordering::Relaxed},
    task::{Context, Poll},
    thread,
};

type Payload = Box<dyn Any + Send>;

/// Where children arrive.
pub(super) struct Nursery<C> {
    arrivals: Mutex<Arrivals<C>>,
    /// 1 if there are any: most polls find none, and need not lock to see it.
    arrived: AtomicUsize,
    list: Arc<ReadyList>,
}

struct Arrivals<C> {
    phase: Phase,
    children: Vec<ManuallyDrop<C>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    New,
    Running,
    Over,
}

impl<C> Nursery<C> {
    pub(super) fn new() -> Self {
        Self {
            arrivals: Mutex::new(Arrivals {
                phase: Phase::New,
                children: Vec::new(),
            }),
            arrived: AtomicUsize::new(0),
            list: ReadyList::new(),
        }
    }

    pub(super) fn phase(&self) -> Phase {
        lock(&self.arrivals).phase
    }

    /// Takes a child in, and sees to it that the run comes by.
    pub(super) fn admit(&self, child: C) {
        let mut arrivals = lock(&self.arrivals);
        if arrivals.phase == Phase::Over {
            drop(arrivals);
            return drop(child);
        }
        arrivals.children.push(ManuallyDrop::new(child));
        // Ordering: Relaxed, see `take`.
        self.arrived.store(1, Relaxed);
        drop(arrivals);
        self.list.wake_waiter();
    }

    /// The future that polls `body` and the children till all have ended.
    #[track_caller]
    pub(super) fn run<B: Future, T, E>(
        &self,
        body: B,
        split: fn(B::Output) -> Result<T, E>,
    ) -> Run<'_, C, B, T, E> {
        assert!(self.open(), "a scope runs once: make another one");
        let mut group = Group::with_list(Arc::clone(&self.list));
        group.insert(Member::Body);
        Run {
            nursery: self,
            group,
            body: Some(body),
            split,
            output: None,
        }
    }

    /// It is running. False if it has been before.
    fn open(&self) -> bool {
        let phase = &mut lock(&self.arrivals).phase;
        let is_new = *phase == Phase::New;
        if is_new {
            *phase = Phase::Running;
        }
        is_new
    }

    /// Hands the children over that have arrived.
    fn take(&self) -> impl Iterator<Item = C> + use<C> {
        let mut children = Vec::new();
        // Ordering: Relaxed. What another thread stored is seen by whoever
        // gathers behind its `wake_waiter`, for the list's lock orders the two;
        // and who gathered before is the waiter that this wakes.
        if self.arrived.load(Relaxed) != 0 {
            let mut arrivals = lock(&self.arrivals);
            self.arrived.store(0, Relaxed);
            mem::swap(&mut children, &mut arrivals.children);
        }
        children.into_iter().map(ManuallyDrop::into_inner)
    }

    /// It is over, unless a child has arrived.
    fn close_if_empty(&self) -> bool {
        let mut arrivals = lock(&self.arrivals);
        if arrivals.children.is_empty() {
            arrivals.phase = Phase::Over;
        }
        arrivals.phase == Phase::Over
    }

    /// It is over. Hands the last arrivals over.
    fn close(&self) -> impl Iterator<Item = C> + use<C> {
        lock(&self.arrivals).phase = Phase::Over;
        self.take()
    }
}

/// Who is polled by the run.
enum Member<C> {
    /// The body of the scope, which lies in the run itself.
    Body,
    Child(C),
}

pin_project! {
    /// Polls the body of a scope, and its children, inside the task that waits.
    pub(super) struct Run<'scope, C, B: Future, T, E> {
        nursery: &'scope Nursery<C>,
        group: Group<Member<C>>,
        #[pin]
        body: Option<B>,
        split: fn(B::Output) -> Result<T, E>,
        // What the body gave; the children may take longer.
        output: Option<T>,
    }

    impl<C, B: Future, T, E> PinnedDrop for Run<'_, C, B, T, E> {
        fn drop(this: Pin<&mut Self>) {
            if let Some(payload) = this.end() {
                if thread::panicking() {
                    catch_and_discard(|| drop(payload));
                } else {
                    resume_unwind(payload);
                }
            }
        }
    }
}

impl<C, B: Future, T, E> Run<'_, C, B, T, E> {
    /// Drops all that is left: the children, then the body, then its output.
    /// Destructors are strangers' code, and each runs whatever the others do.
    /// Returns the first panic among them.
    fn end(self: Pin<&mut Self>) -> Option<Payload> {
        let mut this = self.project();
        let mut first = None;
        let mut attempt = |destructor: &mut dyn FnMut()| {
            if let Err(payload) = catch(destructor) {
                match &first {
                    None => first = Some(payload),
                    Some(_) => catch_and_discard(|| drop(payload)),
                }
            }
        };
        // Closed first: what the destructors spawn is dropped where they do.
        let arrivals = this.nursery.close();
        for member in this.group.drain().chain(arrivals.map(Member::Child)) {
            let mut member = Some(member);
            attempt(&mut || drop(member.take()));
        }
        attempt(&mut || this.body.set(None));
        attempt(&mut || drop(this.output.take()));
        first
    }

    /// The scope has failed, or has it panicked while it ended?
    fn fail(self: Pin<&mut Self>, error: E) -> E {
        if let Some(payload) = self.end() {
            resume_unwind(payload);
        }
        error
    }

    /// Ends the scope, and lets the panic go on that ended it.
    fn panic(self: Pin<&mut Self>, payload: Payload) -> ! {
        if let Some(second) = self.end() {
            catch_and_discard(|| drop(second));
        }
        resume_unwind(payload)
    }
}

impl<C, B, T, E> Future for Run<'_, C, B, T, E>
where
    C: Future<Output = Result<(), E>> + Unpin,
    B: Future,
{
    type Output = Result<T, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T, E>> {
        let polled = self.as_mut().poll_members(context);
        self.group.note_all(&polled, "futures of a scope");
        polled
    }
}

impl<C, B, T, E> Run<'_, C, B, T, E>
where
    C: Future<Output = Result<(), E>> + Unpin,
    B: Future,
{
    fn poll_members(mut self: Pin<&mut Self>, context: &Context<'_>) -> Poll<Result<T, E>> {
        let mut this = self.as_mut().project();
        // In this order: a child that arrives behind the look finds the waiter.
        this.group.gather(Some(context.waker()));
        // Each that is ready is polled once; whoever is spawned by that, too.
        // Who is woken by it has its turn at the next poll of the whole, before
        // which other tasks have theirs.
        for _ in 0..2 {
            for child in this.nursery.take() {
                this.group.insert(Member::Child(child));
            }
            while let Some((member, end)) = this.group.step(context, |member, context| {
                let polled = catch(|| match member {
                    Member::Child(child) => Pin::new(child).poll(context).map_ok(|()| None),
                    Member::Body => {
                        let body = this.body.as_mut().as_pin_mut();
                        let polled = body.expect("it is not ready yet").poll(context);
                        polled.map(*this.split).map_ok(Some)
                    }
                });
                match polled {
                    Ok(polled) => polled.map(Ok),
                    Err(payload) => Poll::Ready(Err(payload)),
                }
            }) {
                // Its destructor runs now; a panic in there counts like one in
                // the poll.
                let dropped = catch(|| match member {
                    Member::Child(child) => drop(child),
                    Member::Body => this.body.set(None),
                });
                match end.and_then(|end| dropped.map(|()| end)) {
                    Ok(Ok(None)) => {}
                    Ok(Ok(output)) => *this.output = output,
                    Ok(Err(error)) => return Poll::Ready(Err(self.fail(error))),
                    Err(payload) => self.panic(payload),
                }
            }
        }
        if this.group.is_empty() && this.nursery.close_if_empty() {
            let output = this.output.take();
            return Poll::Ready(Ok(output.expect("a scope is not polled when it is over")));
        }
        Poll::Pending
    }
}
