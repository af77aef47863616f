//! The messages of a channel: a chain of blocks of slots, without a limit and
//! without a lock on the way.
//!
//! The tail is one word: the number of the next slot to claim, `NUDGED` and
//! `CLOSED`. A sender claims a slot with one exchange, writes its message into
//! it, and publishes it with another. The receiver reads the slots in turn.
//!
//! | a slot is | what it holds  | from here                                          |
//! |-----------|----------------|----------------------------------------------------|
//! | `EMPTY`   | nothing yet    | the receiver goes to sleep on it: `WAITED`;        |
//! |           |                | its sender publishes: `VALUE` or `NUDGE`           |
//! | `WAITED`  | nothing yet; the receiver's waker is in its cell | the receiver takes it |
//! |           |                | back: `EMPTY`; its sender claims it: `BUSY`        |
//! | `BUSY`    | a message; its sender takes the waker | the same sender: `VALUE` or `NUDGE` |
//! | `VALUE`   | a message      | the receiver takes it                              |
//! | `NUDGE`   | nothing: a reason to look whether it is over | the receiver goes past it |
//!
//! At most one slot is a nudge. `NUDGED` says so from the moment when a sender
//! claims that slot until the receiver goes past it, so the receiver can tell
//! how many of the claimed slots are messages.
//!
//! So that there is a message and that somebody sleeps is said in the same
//! place, and no wake can fall between the two.
//!
//! The number counts one more than a block has slots: while the word stands at
//! that one, whoever claimed the block's last slot puts the next block in
//! place, under a lock that the others wait for. A block pointer read between
//! a look at the word and an exchange that finds it unchanged is therefore the
//! right one. The last slot is published after that, and every other by then;
//! so when the receiver has read the last, nobody looks at the block again.

use crate::{
    primitives::{AtomicPtr, AtomicUsize, Mutex, UnsafeCell, lock},
    unwind,
};
use std::{
    mem::MaybeUninit,
    ptr,
    sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release},
    task::{Context, Poll, Waker},
};

/// Slots of a block, and the number at which the next is put in place.
const SLOTS: usize = if cfg!(any(loom, shuttle)) { 3 } else { 31 };
const LAP: usize = SLOTS + 1;

const CLOSED: usize = 1;
const NUDGED: usize = 1 << 1;
const ONE: usize = 1 << 2;

const EMPTY: usize = 0;
const WAITED: usize = 1;
const BUSY: usize = 2;
const VALUE: usize = 3;
const NUDGE: usize = 4;

struct Slot<T> {
    state: AtomicUsize,
    message: UnsafeCell<MaybeUninit<T>>,
}

struct Block<T> {
    slots: [Slot<T>; SLOTS],
    next: AtomicPtr<Block<T>>,
}

impl<T> Block<T> {
    fn new() -> *mut Self {
        let slots = std::array::from_fn(|_| Slot {
            state: AtomicUsize::new(EMPTY),
            message: UnsafeCell::new(MaybeUninit::uninit()),
        });
        let next = AtomicPtr::new(ptr::null_mut());
        Box::into_raw(Box::new(Self { slots, next }))
    }
}

pub(super) struct Queue<T> {
    tail: AtomicUsize,
    tail_block: AtomicPtr<Block<T>>,
    /// Held while the next block is put in place.
    growing: Mutex<()>,
    /// The receiver's.
    head: UnsafeCell<Head<T>>,
    /// The receiver's waker, while a slot is `WAITED` or `BUSY`; the cell is
    /// then its sender's.
    waker: UnsafeCell<Option<Waker>>,
}

struct Head<T> {
    /// Never at the end of a block.
    number: usize,
    block: *mut Block<T>,
}

// SAFETY: messages move from thread to thread, one owner at a time: a slot's
// state says whose it is. The head is the receiver's alone.
unsafe impl<T: Send> Send for Queue<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Queue<T> {}

/// What the receiver finds at its place.
pub(super) enum Found<T> {
    Message(T),
    /// A reason to look whether it is over.
    Nudge,
    /// One is on its way: claimed, and not published.
    Coming,
    Nothing,
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        let block = Block::new();
        Self {
            tail: AtomicUsize::new(0),
            tail_block: AtomicPtr::new(block),
            growing: Mutex::new(()),
            head: UnsafeCell::new(Head { number: 0, block }),
            waker: UnsafeCell::new(None),
        }
    }

    /// Puts a message in, and wakes the receiver.
    pub(super) fn push(&self, message: T) {
        let slot = self.claim::<0, 0>().expect("nothing is refused");
        self.put(slot, message);
    }

    /// Puts a message in, unless the queue is closed.
    pub(super) fn push_unless_closed(&self, message: T) -> Result<(), T> {
        match self.claim::<CLOSED, 0>() {
            Some(slot) => self.put(slot, message),
            None => return Err(message),
        }
        Ok(())
    }

    /// Has the receiver look whether it is over.
    pub(super) fn nudge(&self) {
        loop {
            if let Some(slot) = self.claim::<NUDGED, NUDGED>() {
                return self.publish(slot, NUDGE);
            }
            // Ordering: Relaxed; the exchange checks what this says.
            let now = self.tail.load(Relaxed);
            // Ordering: Release, also if another nudge is there already. Pairs
            // with the Acquire in `find`, where the receiver goes past that
            // nudge: it then sees what this call is about.
            if now & NUDGED != 0
                && let Ok(_) = self.tail.compare_exchange(now, now, AcqRel, Relaxed)
            {
                return;
            }
        }
    }

    fn put(&self, slot: &Slot<T>, message: T) {
        let message = MaybeUninit::new(message);
        // SAFETY: claimed and not published: the slot is its sender's.
        slot.message
            .with_mut(|place| unsafe { place.write(message) });
        self.publish(slot, VALUE);
    }

    /// Claims a slot and sets the bits of `MARK`, unless the word has one of the
    /// bits of `UNLESS`. A mark is never set already.
    fn claim<const UNLESS: usize, const MARK: usize>(&self) -> Option<&Slot<T>> {
        loop {
            // Ordering: Acquire, so that the block read next is at least the
            // one that was put in place before the word came here.
            let now = self.tail.load(Acquire);
            if now & UNLESS != 0 {
                return None;
            }
            let place = (now / ONE) % LAP;
            if place == SLOTS {
                // Somebody puts the next block in place.
                drop(lock(&self.growing));
                continue;
            }
            let growing = (place + 1 == SLOTS).then(|| lock(&self.growing));
            let block = self.tail_block.load(Acquire);
            // Ordering: AcqRel keeps the word one chain: who reads it later
            // sees the blocks that were put in place before.
            let claimed = self
                .tail
                .compare_exchange_weak(now, now + ONE + MARK, AcqRel, Relaxed);
            if claimed.is_err() {
                continue;
            }
            // SAFETY: the word was the same before and after the block was
            // read, so this is its block; the receiver frees it when it has
            // read the last slot, and the slot that we hold is not published.
            let block = unsafe { &*block };
            if growing.is_some() {
                let next = Block::new();
                // Ordering: Release, so that the slots are seen empty.
                block.next.store(next, Release);
                self.tail_block.store(next, Release);
                self.tail.fetch_add(ONE, AcqRel);
            }
            return Some(&block.slots[place]);
        }
    }

    /// Gives a claimed slot to the receiver. The slot is gone afterwards.
    fn publish(&self, slot: &Slot<T>, what: usize) {
        // Ordering: Relaxed; what it says is checked by the exchanges.
        let mut state = slot.state.load(Relaxed);
        loop {
            let next = if state == EMPTY { what } else { BUSY };
            debug_assert!(state == EMPTY || state == WAITED);
            // Ordering: Release publishes the message, if that is all. Acquire
            // takes the waker out of its cell.
            match slot.state.compare_exchange(state, next, AcqRel, Relaxed) {
                Ok(EMPTY) => return,
                Ok(_) => break,
                // The receiver went to sleep, or took its waker back.
                Err(now) => state = now,
            }
        }
        // SAFETY: BUSY made the cell ours.
        let waker = self.waker.with_mut(|waker| unsafe { (*waker).take() });
        // Ordering: Release publishes the message, and gives the cell back.
        slot.state.store(what, Release);
        if let Some(waker) = waker {
            unwind::wake(waker);
        }
    }

    /// Refuses what [`push_unless_closed`](Self::push_unless_closed) brings.
    pub(super) fn close(&self) {
        // Ordering: Release shows who is refused what the receiver did.
        self.tail.fetch_or(CLOSED, AcqRel);
    }

    pub(super) fn is_closed(&self) -> bool {
        // Ordering: Acquire, see `close`.
        self.tail.load(Acquire) & CLOSED != 0
    }

    /// # Safety
    /// The caller is the receiver, and is in no other function of it.
    unsafe fn head(&self) -> (usize, &Slot<T>) {
        // SAFETY: the caller's promise; the head's block is not freed before
        // the head has moved on.
        self.head.with(|head| unsafe {
            let Head { number, block } = *head;
            (number, &(&*block).slots[number % LAP])
        })
    }

    /// Whether it has been closed, and everything that was put in taken out.
    ///
    /// # Safety
    /// As for [`head`](Self::head).
    pub(super) unsafe fn is_drained(&self) -> bool {
        // SAFETY: the caller's promise.
        let (number, _) = unsafe { self.head() };
        // Ordering: Acquire, as in `is_closed`.
        self.tail.load(Acquire) == (number * ONE) | CLOSED
    }

    /// How many messages there are, those on their way among them.
    ///
    /// # Safety
    /// As for [`head`](Self::head).
    pub(super) unsafe fn len(&self) -> usize {
        // The number that ends a lap counts no slot.
        let slots = |number: usize| number - number / LAP;
        // SAFETY: the caller's promise.
        let (number, _) = unsafe { self.head() };
        // Ordering: Acquire, as in `is_closed`.
        let tail = self.tail.load(Acquire);
        let nudges = usize::from(tail & NUDGED != 0);
        slots(tail / ONE) - slots(number) - nudges
    }

    /// Takes the next message, if it is there.
    ///
    /// # Safety
    /// As for [`head`](Self::head).
    pub(super) unsafe fn pop(&self) -> Option<T> {
        loop {
            // SAFETY: the caller's promise.
            match unsafe { self.find() } {
                Found::Message(message) => return Some(message),
                Found::Nudge => {}
                Found::Coming | Found::Nothing => return None,
            }
        }
    }

    /// Takes what is there. A nudge is not there the second time.
    ///
    /// # Safety
    /// As for [`head`](Self::head).
    pub(super) unsafe fn find(&self) -> Found<T> {
        // SAFETY: the caller's promise.
        let (number, slot) = unsafe { self.head() };
        // Ordering: Acquire takes the message.
        let found = match slot.state.load(Acquire) {
            VALUE => slot.message.with(|message| {
                // SAFETY: published, and read once: the head moves on.
                Found::Message(unsafe { message.read().assume_init() })
            }),
            NUDGE => {
                // Ordering: Acquire, for what came with this nudge and with
                // those that found it here. Pairs with the Release in `nudge`.
                self.tail.fetch_and(!NUDGED, AcqRel);
                Found::Nudge
            }
            // Ordering: Acquire; what was put in before somebody told us so
            // has been claimed.
            _ if self.tail.load(Acquire) / ONE == number => return Found::Nothing,
            _ => return Found::Coming,
        };
        // SAFETY: the caller's promise; it has been read.
        unsafe { self.advance() };
        found
    }

    /// # Safety
    /// As for [`head`](Self::head); the slot there has been read.
    unsafe fn advance(&self) {
        self.head.with_mut(|head| {
            // SAFETY: the caller's promise.
            let head = unsafe { &mut *head };
            head.number += 1;
            if head.number % LAP == SLOTS {
                head.number += 1;
                // SAFETY: every slot of it has been published and read, so
                // nobody looks at it any more; it was made a box in `new`.
                let block = unsafe { Box::from_raw(head.block) };
                // Ordering: Relaxed; put in place before the last slot was
                // published.
                head.block = block.next.load(Relaxed);
            }
        });
    }

    /// Sleeps on the next slot. Ready if there is something in it: look again.
    ///
    /// # Safety
    /// As for [`head`](Self::head); the slot there has been found empty.
    pub(super) unsafe fn poll_wait(&self, context: &Context<'_>) -> Poll<()> {
        // SAFETY: the caller's promise.
        let (_, slot) = unsafe { self.head() };
        // Ordering: Acquire takes the message, and below brings the cell back.
        let mut state = slot.state.load(Acquire);
        if state == WAITED {
            let taken_back = slot.state.compare_exchange(WAITED, EMPTY, AcqRel, Acquire);
            state = taken_back.map_or_else(|now| now, |_| EMPTY);
        }
        match state {
            EMPTY => {}
            BUSY => {
                // The waker that is being woken may be an older one.
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            _ => return Poll::Ready(()),
        }
        // SAFETY: no slot is WAITED or BUSY, so the cell is the receiver's.
        let known = self.waker.with(|waker| unsafe {
            let waker = (*waker).as_ref();
            waker.is_some_and(|waker| waker.will_wake(context.waker()))
        });
        let mut old = None;
        if !known {
            let waker = context.waker().clone();
            // SAFETY: as above.
            old = self
                .waker
                .with_mut(|cell| unsafe { (*cell).replace(waker) });
        }
        // Ordering: Release gives the cell to the sender.
        let slept = slot.state.compare_exchange(EMPTY, WAITED, AcqRel, Acquire);
        // A stranger's destructor, when all is in order again.
        drop(old);
        match slept {
            Ok(_) => Poll::Pending,
            Err(_) => Poll::Ready(()),
        }
    }
}

impl<T> Queue<T> {
    /// Takes the receiver's waker out, unless a sender is about to wake it.
    ///
    /// # Safety
    /// As for [`head`](Self::head); the receiver waits no more.
    #[must_use]
    pub(super) unsafe fn take_waker(&self) -> Option<Waker> {
        // SAFETY: the caller's promise.
        let (_, slot) = unsafe { self.head() };
        // Ordering: Acquire brings the cell back, here and below. Pairs with the
        // Release with which a sender publishes the slot.
        let mut state = slot.state.load(Acquire);
        if state == WAITED {
            let taken_back = slot.state.compare_exchange(WAITED, EMPTY, AcqRel, Acquire);
            state = taken_back.map_or_else(|now| now, |_| EMPTY);
        }
        if state == BUSY {
            return None;
        }
        // SAFETY: no slot is WAITED or BUSY, because only the one at the head
        // ever is. So the cell is the receiver's.
        self.waker.with_mut(|waker| unsafe { (*waker).take() })
    }
}

impl<T> Drop for Queue<T> {
    fn drop(&mut self) {
        // SAFETY: `&mut self`: nobody else is here, the receiver neither.
        while unsafe { self.pop() }.is_some() {}
        // SAFETY: as above. Nothing was claimed and not published, so the
        // head's block is the last, and was made a box in `Block::new`.
        self.head
            .with_mut(|head| drop(unsafe { Box::from_raw((*head).block) }));
    }
}
