//! One thread of the pool: its queue, where it takes work from, and its life.
//!
//! - [`park`]: what it does without work.

mod park;

use super::{Pool, root::Root};
use crate::{
    budget,
    executor::{
        POLLS_A_TURN,
        context::{self, Current},
        hooks::run_task,
    },
    fork,
    primitives::of_workers as thread,
    runtime::Handle,
    task::Task,
};
use crossbeam_deque::{Steal, Worker as Deque};
use std::{
    cell::Cell,
    future::Future,
    mem,
    pin::pin,
    sync::{Arc, Weak},
    task::{Poll, Waker},
};

/// How often in a row the slot is taken from before the queue: two tasks that
/// wake each other would keep the others waiting for ever.
const SLOT_RUNS: u32 = 3;

pub(crate) struct Worker {
    index: usize,
    /// The worker lives in an `Arc`, which a substitute shares.
    itself: Weak<Worker>,
    pool: Arc<Pool>,
    /// Oldest first; siblings steal from its front.
    deque: Deque<Task>,
    /// The task that was woken last, to run next: what it wants to see is in
    /// the cache. Nobody steals it.
    slot: Cell<Option<Task>>,
    slot_runs: Cell<u32>,
    /// The tasks that have given way since the last look at the sockets and the
    /// timers. The next look moves them into `deque`. A sibling without other
    /// work steals them, because a task of this worker can take long.
    deferred: Deque<Task>,
    /// Whether worker 0's root has, as well.
    root_deferred: Cell<bool>,
    /// How many steps the root still waits, because it gave way to that many
    /// tasks.
    root_waits: Cell<u32>,
    handle: Handle,
    /// A list to collect wakers in, kept for its capacity.
    woken: Cell<Vec<Waker>>,
    /// Whether it is waking those, and will call a sibling when it is done.
    gathering: Cell<bool>,
    /// Polls since the sockets and the timers were last looked at.
    ticks: Cell<u32>,
    /// Whether it counts as a searcher.
    searching: Cell<bool>,
    /// Where the next search begins.
    random: Cell<u32>,
    /// Whether a thread that is not its own drives it.
    substituted: Cell<bool>,
    /// Whether its own thread has given it away. That thread's alone.
    away: Cell<bool>,
    /// Worker 0's.
    root: Option<Root>,
}

impl Worker {
    #[track_caller]
    pub(crate) fn new(
        index: usize,
        pool: Arc<Pool>,
        [deque, deferred]: [Deque<Task>; 2],
        handle: Handle,
    ) -> Arc<Self> {
        let root = (index == 0).then(|| Root::new(&pool));
        Arc::new_cyclic(|itself| Self {
            itself: Weak::clone(itself),
            substituted: Cell::new(false),
            away: Cell::new(false),
            root,
            index,
            pool,
            deque,
            slot: Cell::new(None),
            slot_runs: Cell::new(0),
            deferred,
            root_deferred: Cell::new(false),
            root_waits: Cell::new(0),
            handle,
            woken: Cell::default(),
            gathering: Cell::new(false),
            ticks: Cell::new(0),
            searching: Cell::new(false),
            random: Cell::new(0x9E37_79B9 ^ u32::try_from(index).unwrap_or(0)),
        })
    }

    pub(super) fn itself(&self) -> Arc<Self> {
        let itself = self.itself.upgrade();
        itself.expect("it is borrowed from its `Arc`")
    }

    pub(super) fn set_substituted(&self, substituted: bool) {
        self.substituted.set(substituted);
    }

    pub(super) fn is_substituted(&self) -> bool {
        self.substituted.get()
    }

    pub(super) fn set_away(&self, away: bool) {
        self.away.set(away);
    }

    /// Whether its own thread, which asks, has given it away.
    pub(crate) fn is_away(&self) -> bool {
        self.away.get()
    }

    pub(crate) fn index(&self) -> usize {
        self.index
    }

    pub(crate) fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Queues a task that was woken or spawned here, to run next.
    pub(super) fn push(&self, task: Task) {
        if let Some(displaced) = self.slot.replace(Some(task)) {
            self.push_back(displaced);
        }
    }

    /// Queues a task behind all others. With the one in the slot or under way
    /// there are two, so a sibling that sleeps is woken.
    pub(super) fn push_back(&self, task: Task) {
        self.deque.push(task);
        if !self.gathering.get() {
            self.pool.notify();
        }
    }

    /// Queues a task that was woken while it ran. If it gave way, it comes behind
    /// the tasks that are queued here now, and behind the next look at the
    /// sockets and the timers.
    pub(super) fn push_after_turn(&self, task: Task) {
        if !budget::deferred() {
            return self.push_back(task);
        }
        self.look_soon();
        self.deferred.push(task);
        if self.queued() > 0 {
            self.pool.notify();
        }
    }

    /// The root was woken while it ran, and has given way.
    pub(super) fn push_root_back(&self) {
        self.look_soon();
        self.root_deferred.set(true);
    }

    /// Has the next look come when the tasks that are queued now have had their
    /// turn, unless another task has given way before and has seen to that.
    fn look_soon(&self) {
        if !self.has_deferred() {
            let ticks = POLLS_A_TURN - 1 - self.queued().min(POLLS_A_TURN - 1);
            self.ticks.set(self.ticks.get().max(ticks));
        }
    }

    /// How many tasks are queued here, and have not given way.
    pub(super) fn queued(&self) -> u32 {
        let task = self.slot.take();
        let queued = self.deque.len() + usize::from(task.is_some());
        self.slot.set(task);
        queued.try_into().unwrap_or(u32::MAX)
    }

    /// Whether the root, which is due, gave way to a task whose turn it is.
    pub(super) fn root_has_to_wait(&self) -> bool {
        let waits = self.root_waits.get();
        self.root_waits.set(waits.saturating_sub(1));
        waits > 0
    }

    /// The root is polled next, whatever an earlier one gave way to.
    pub(super) fn forget_root_waits(&self) {
        self.root_waits.set(0);
        if self.root_deferred.take() {
            self.pool.set_root_due();
        }
    }

    fn has_deferred(&self) -> bool {
        !self.deferred.is_empty() || self.root_deferred.get()
    }

    /// Queues those that have given way, behind all others. Returns whether there
    /// were tasks among them: a sibling may have to be told.
    pub(super) fn requeue(&self) -> bool {
        let mut requeued = false;
        while let Some(task) = self.deferred.pop() {
            self.deque.push(task);
            requeued = true;
        }
        if self.root_deferred.take() {
            self.root_waits.set(self.queued().min(POLLS_A_TURN));
            self.pool.set_root_due();
        }
        requeued
    }

    /// The life of a worker that is not the first: until the pool closes.
    pub(crate) fn run(&self) {
        /// Also when the worker panics.
        struct End<'a>(&'a Worker);
        impl Drop for End<'_> {
            fn drop(&mut self) {
                self.0.offer_slot();
                self.0.pool.handoff(self.0.index).end();
            }
        }
        let _end = End(self);
        context::enter(Current::Worker(self), || {
            if let Some(hooks) = &self.pool.hooks {
                hooks.thread_start();
            }
            while !self.pool.is_closed() {
                self.step();
                self.come_back();
            }
            self.drain();
            if let Some(hooks) = &self.pool.hooks {
                hooks.thread_stop();
            }
        });
    }

    /// The life of worker 0: until `future` is ready.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        let root = self.root.as_ref().expect("worker 0 has the root");
        // A poll that blocks in place may have brought us here, which is none of
        // ours.
        let live = || {
            let _admitted = root.admit(&self.pool.hooks);
            root.renew(self);
            let _hand_over = HandOver(self);
            // Dropped before that, which takes along what a destructor spawns.
            let mut future = pin!(future);
            loop {
                if self.take_root() {
                    // Who is woken for work and finds the root may be long in
                    // coming to the work, and to the watch.
                    if !self.deferred.is_empty() {
                        self.look();
                        self.pool.notify();
                    }
                    self.hand_slot_on();
                    self.end_search();
                    self.pool.wake_backup_poller();
                    let polled = budget::with_budget(|| root.poll(future.as_mut()));
                    if let Poll::Ready(output) = polled {
                        return output;
                    }
                    self.come_back();
                }
                self.step();
                self.come_back();
            }
        };
        budget::outside(|| context::enter(Current::Worker(self), live))
    }

    /// Runs one task, or sleeps until there may be one.
    pub(super) fn step(&self) {
        let ticks = self.ticks.get() + 1;
        self.ticks.set(ticks);
        // If only tasks are left that have given way, siblings' tasks go first.
        if ticks >= POLLS_A_TURN && !(self.has_deferred() && self.queued() == 0) {
            self.ticks.set(0);
            self.look();
            // In their turn, not only when there is nothing else to do.
            if let Some(task) = self.take_injected() {
                // It may be long, and was not woken by what is in the slot.
                self.hand_slot_on();
                return self.run_task(task);
            }
        }
        if let Some(task) = self.next_task() {
            return self.run_task(task);
        }
        self.root_waits.set(0);
        if !self.root_is_next() {
            self.rest();
        }
    }

    /// Puts what is in the slot where it can be stolen.
    pub(super) fn offer_slot(&self) {
        if let Some(task) = self.slot.take() {
            self.deque.push(task);
        }
        self.requeue();
    }

    /// The same, and a sibling that sleeps is woken for it.
    pub(super) fn hand_slot_on(&self) {
        if let Some(task) = self.slot.take() {
            self.push_back(task);
        }
    }

    fn run_task(&self, task: Task) {
        self.end_search();
        // SAFETY: taken from a queue; the tasks of a pool are `Send`.
        unsafe { run_task(task, &self.pool.hooks) };
    }

    fn end_search(&self) {
        if self.searching.take() && self.pool.idle.end_search() {
            self.pool.notify();
        }
    }

    fn next_task(&self) -> Option<Task> {
        let slot = self.slot.take();
        if slot.is_some() {
            let runs = self.slot_runs.get();
            if runs < SLOT_RUNS || self.deque.is_empty() {
                self.slot_runs.set(runs.saturating_add(1));
                return slot;
            }
        }
        self.slot_runs.set(0);
        if let Some(task) = slot {
            self.push_back(task);
        }
        self.deque
            .pop()
            .or_else(|| self.take_injected())
            .or_else(|| self.steal())
            .or_else(|| self.take_after_look())
            .or_else(|| self.steal_after_look())
    }

    /// Only those are left that have given way: looks at the sockets and the
    /// timers, and takes what is next after that.
    fn take_after_look(&self) -> Option<Task> {
        if !self.has_deferred() {
            return None;
        }
        self.ticks.set(0);
        self.look();
        self.slot.take().or_else(|| self.deque.pop())
    }

    fn take_injected(&self) -> Option<Task> {
        let task = until_settled(|| self.pool.injector.steal_batch_and_pop(&self.deque))?;
        // On their way the others stood in no queue, and a sibling that lay down
        // just then has not seen them. A searcher calls one anyway.
        if !self.searching.get() && !self.deque.is_empty() {
            self.pool.notify();
        }
        Some(task)
    }

    /// Takes half of a sibling's queue.
    fn steal(&self) -> Option<Task> {
        if !self.searching.get() {
            if !self.pool.idle.start_search() {
                return None;
            }
            self.searching.set(true);
        }
        let members = &self.pool.members;
        let start = self.next_random() as usize;
        let siblings = (0..members.len()).map(|n| (start + n) % members.len());
        siblings
            .filter(|&sibling| sibling != self.index)
            .find_map(|sibling| {
                let stealer = &members[sibling].stealer;
                until_settled(|| stealer.steal_batch_and_pop(&self.deque))
            })
    }

    /// Nothing else is there: takes a task that has given way from a sibling,
    /// which may be long in coming to it. Its turn comes after a look at the
    /// sockets and the timers here, and after what they have woken.
    fn steal_after_look(&self) -> Option<Task> {
        if !self.searching.get() || self.root_is_next() {
            return None;
        }
        let stealers = self.pool.members.iter().map(|member| &member.deferred);
        let task = stealers.into_iter().find_map(|stealer| {
            // Its own is empty.
            until_settled(|| stealer.steal())
        })?;
        self.look();
        let woken = self.slot.take().or_else(|| self.deque.pop());
        let Some(woken) = woken else {
            return Some(task);
        };
        self.push_back(task);
        Some(woken)
    }

    /// Marsaglia's xorshift: good enough to begin somewhere else each time.
    fn next_random(&self) -> u32 {
        let mut random = self.random.get();
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        self.random.set(random);
        random
    }

    /// Cancels what is queued here as the pool ends. What that wakes or
    /// spawns comes here too.
    fn drain(&self) {
        self.requeue();
        while let Some(task) = self.slot.take().or_else(|| self.deque.pop()) {
            self.pool.refuse(task);
        }
    }

    /// Worker 0 ends the pool: the others first, then every task.
    pub(crate) fn shut_down(&self, others: Vec<thread::JoinHandle<()>>) {
        if fork::happened_since(self.handle().reactor().born()) {
            // The parent's threads and tasks.
            others.into_iter().for_each(mem::forget);
            return;
        }
        self.pool.close();
        // Not for the threads themselves: one may be away, and wait for a timer
        // or a task of this pool, of which it hears below.
        for index in 1..=others.len() {
            self.pool.handoff(index).wait_until_left();
        }
        self.pool.driver.close();
        self.pool.cancel_all();
        self.drain();
        for other in others {
            // A worker that panicked has said so.
            let _ = other.join();
        }
        self.pool.home.shut();
    }
}

/// Nobody runs worker 0 for a while: its tasks are for the others. Also when
/// the root unwinds.
struct HandOver<'a>(&'a Worker);

impl Drop for HandOver<'_> {
    fn drop(&mut self) {
        // It may have unwound out of a root that blocked in place.
        self.0.come_back();
        self.0.release_work();
    }
}

pub(super) fn until_settled(mut steal: impl FnMut() -> Steal<Task>) -> Option<Task> {
    loop {
        match steal() {
            Steal::Success(task) => return Some(task),
            Steal::Empty => return None,
            Steal::Retry => {}
        }
    }
}
