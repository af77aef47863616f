//! The future at the bottom of each call. It has a pattern of bytes, and it tells the model where they
//! are while it is pinned.

use std::{
    marker::PhantomPinned,
    panic::resume_unwind,
    pin::Pin,
    ptr::NonNull,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, AtomicU32, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

/// Miri is slow, and finds wrong memory from any byte of it.
const STEP: usize = if cfg!(miri) { 64 } else { 1 };

/// The payload of the panics that the model asks for.
pub struct Expected;

/// What one call does. The model and the call's future share it.
pub struct Script {
    pub number: u32,
    /// How many times the future is pending.
    pub waits: u32,
    /// The poll that panics, if the call comes so far.
    pub panics_in_poll: Option<u32>,
    /// Whether the future's destructor panics. It does not if it runs because of a panic.
    pub panics_in_drop: bool,
    /// Whether the method panics before it returns a future. Only `eager` does.
    pub panics_in_call: bool,

    /// How many times the future was polled.
    pub polls: AtomicU32,
    /// How many futures were made for this call, and how many were dropped.
    pub made: AtomicU32,
    pub dropped: AtomicU32,
    /// The pattern of a pinned future.
    pattern: Mutex<Option<Pattern>>,
}

/// Where the bytes of a pinned future are.
struct Pattern(NonNull<[AtomicU8]>);

// SAFETY: the bytes are atomic.
unsafe impl Send for Pattern {}

impl Script {
    pub fn new(number: u32, waits: u32) -> Self {
        Self {
            number,
            waits,
            panics_in_poll: None,
            panics_in_drop: false,
            panics_in_call: false,
            polls: AtomicU32::new(0),
            made: AtomicU32::new(0),
            dropped: AtomicU32::new(0),
            pattern: Mutex::new(None),
        }
    }

    fn byte(&self) -> u8 {
        self.number.to_le_bytes()[0] | 1
    }

    /// Reads the bytes of the future, if it was polled and not dropped. If its memory was freed,
    /// moved or used again, this finds other bytes, or the sanitizer or Miri says so.
    pub fn check(&self) {
        let pattern = self.pattern.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Pattern(bytes)) = &*pattern {
            // SAFETY: the future is pinned. Its memory stays until its destructor has run, and the
            // destructor sets `pattern` to `None`.
            for byte in unsafe { bytes.as_ref() }.iter().step_by(STEP) {
                assert_eq!(byte.load(Relaxed), self.byte(), "call {}", self.number);
            }
        }
    }
}

/// A future with `N` bytes, aligned as `A` is.
pub struct Leaf<const N: usize, A> {
    _align: [A; 0],
    bytes: [AtomicU8; N],
    script: Arc<Script>,
    _pinned: PhantomPinned,
}

impl<const N: usize, A> Leaf<N, A> {
    pub fn new(script: Arc<Script>) -> Self {
        script.made.fetch_add(1, Relaxed);
        Self {
            _align: [],
            bytes: [(); N].map(|()| AtomicU8::new(script.byte())),
            script,
            _pinned: PhantomPinned,
        }
    }
}

impl<const N: usize, A> Future for Leaf<N, A> {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u32> {
        let script = &self.script;
        let start = self.bytes.as_ptr();
        assert_eq!(start.addr() % align_of::<A>(), 0);
        {
            let mut pattern = script.pattern.lock().unwrap();
            let known = pattern.replace(Pattern(NonNull::from(&self.bytes)));
            if let Some(Pattern(known)) = known {
                assert_eq!(
                    known.as_ptr().cast::<AtomicU8>().cast_const(),
                    start,
                    "it was moved"
                );
            }
        }
        script.check();
        let polls = script.polls.fetch_add(1, Relaxed) + 1;
        if script.panics_in_poll == Some(polls) {
            resume_unwind(Box::new(Expected));
        }
        if polls > script.waits {
            Poll::Ready(script.number)
        } else {
            Poll::Pending
        }
    }
}

impl<const N: usize, A> Drop for Leaf<N, A> {
    fn drop(&mut self) {
        self.script.check();
        *self.script.pattern.lock().unwrap() = None;
        self.script.dropped.fetch_add(1, Relaxed);
        if self.script.panics_in_drop && !std::thread::panicking() {
            resume_unwind(Box::new(Expected));
        }
    }
}
