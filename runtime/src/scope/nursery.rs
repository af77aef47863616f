//! The core of all four scopes: the list of new children, and the future that
//! polls them. The name comes from Trio, the Python library that introduced
//! structured concurrency.
//!
//! | phase   | a new child                              |
//! |---------|------------------------------------------|
//! | new     | waits for the run                        |
//! | running | is polled by the run, with all others    |
//! | over    | is dropped at once                       |
//!
//! The scope owns the new children, and the run owns the children it polls. The
//! scope is borrowed for as long as its children may live, so the scope itself
//! must not drop a child: the child's destructor could use variables that are
//! already gone. The scope therefore holds children in `ManuallyDrop`, which also
//! satisfies the drop checker. The run may drop them, and it does so even when it
//! is dropped itself: it closes the scope and drops all children. A forgotten run
//! drops nothing, and no code polls the children any more.

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
    // The standard `Arc` and not loom's, because `Waker::from` takes no other.
    sync::{Arc, atomic::Ordering::Relaxed},
    task::{Context, Poll},
    thread,
};

type Payload = Box<dyn Any + Send>;

/// The new children of a scope, before its run takes them.
pub(super) struct Nursery<C> {
    arrivals: Mutex<Arrivals<C>>,
    /// 1 if there are new children. Most polls find none, and read this without
    /// taking the lock.
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

    /// Adds a child, and wakes the run so that it takes the child.
    pub(super) fn insert(&self, child: C) {
        let mut arrivals = lock(&self.arrivals);
        if arrivals.phase == Phase::Over {
            drop(arrivals);
            return drop(child);
        }
        arrivals.children.push(ManuallyDrop::new(child));
        // Relaxed is enough, see `take`.
        self.arrived.store(1, Relaxed);
        drop(arrivals);
        self.list.wake_waiter();
    }

    /// The future that polls `body` and the children until all have ended.
    #[track_caller]
    pub(super) fn run<B: Future, T, E>(
        &self,
        body: B,
        split: fn(B::Output) -> Result<T, E>,
    ) -> Run<'_, C, B, T, E> {
        assert!(
            self.open(),
            "a scope runs only once: make a new scope for each run"
        );
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

    /// Starts the running phase. Returns false if the scope has run before.
    fn open(&self) -> bool {
        let phase = &mut lock(&self.arrivals).phase;
        let is_new = *phase == Phase::New;
        if is_new {
            *phase = Phase::Running;
        }
        is_new
    }

    /// Takes the new children.
    fn take(&self) -> impl Iterator<Item = C> + use<C> {
        let mut children = Vec::new();
        // Relaxed is enough, because the lock of the ready list orders this load and
        // the store in `insert`. If `wake_waiter` in `insert` locked the list before
        // `take_woken` did, this load sees the store. If `take_woken` came first, it left its
        // waker there, and `wake_waiter` wakes the run. The other stores and the load
        // in `close` are ordered by the lock of `arrivals`.
        if self.arrived.load(Relaxed) != 0 {
            let mut arrivals = lock(&self.arrivals);
            self.arrived.store(0, Relaxed);
            mem::swap(&mut children, &mut arrivals.children);
        }
        children.into_iter().map(ManuallyDrop::into_inner)
    }

    /// Ends the scope if there are no new children. Returns whether it has ended.
    fn close_if_empty(&self) -> bool {
        let mut arrivals = lock(&self.arrivals);
        if arrivals.children.is_empty() {
            arrivals.phase = Phase::Over;
        }
        arrivals.phase == Phase::Over
    }

    /// Ends the scope, and takes the children that no poll has seen.
    fn close(&self) -> impl Iterator<Item = C> + use<C> {
        lock(&self.arrivals).phase = Phase::Over;
        self.take()
    }
}

/// A future that the run polls.
enum Member<C> {
    /// The body of the scope, which is a field of the run.
    Body,
    Child(C),
}

pin_project! {
    /// Polls the body of a scope and its children, inside the task that awaits it.
    pub(super) struct Run<'scope, C, B: Future, T, E> {
        nursery: &'scope Nursery<C>,
        group: Group<Member<C>>,
        #[pin]
        body: Option<B>,
        split: fn(B::Output) -> Result<T, E>,
        // The body's output. The children may still be running.
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
    /// Drops everything that is left: the children, then the body, then its
    /// output. Destructors are user code and may panic, so each runs on its own.
    /// Returns the first panic.
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
        // Close first, so that children that a destructor spawns are dropped at once.
        let arrivals = this.nursery.close();
        for member in this.group.drain().chain(arrivals.map(Member::Child)) {
            let mut member = Some(member);
            attempt(&mut || drop(member.take()));
        }
        attempt(&mut || this.body.set(None));
        attempt(&mut || drop(this.output.take()));
        first
    }

    /// Ends the scope after an error. A panic of a destructor wins over the error.
    fn fail(self: Pin<&mut Self>, error: E) -> E {
        if let Some(payload) = self.end() {
            resume_unwind(payload);
        }
        error
    }

    /// Ends the scope after a panic, and continues that panic.
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
        self.group.record_all(&polled, "futures of a scope");
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
        // `take_woken` comes first, because it stores the waker. A child that arrives
        // after that wakes it.
        this.group.take_woken(Some(context.waker()));
        // One round polls each member that is ready once. The second round polls the
        // children that the first one spawned. Members that were woken in between wait
        // for the next poll of the scope, so other tasks run first.
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
                // Drop the member now. A panic in its destructor counts like a panic in
                // its poll.
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
            return Poll::Ready(Ok(output.expect("a scope was polled after it had ended")));
        }
        Poll::Pending
    }
}
