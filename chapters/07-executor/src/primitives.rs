// ANCHOR: primitives
//! The atomics and the queue: those of `std` and crossbeam, or loom's in a model.

#[cfg(not(feature = "loom"))]
pub(crate) use {crossbeam_queue::SegQueue, std::sync::atomic::AtomicBool};

#[cfg(feature = "loom")]
pub(crate) use {checked::SegQueue, loom::sync::atomic::AtomicBool};

/// Loom cannot look into crossbeam's queue, so a model uses a queue with a lock.
#[cfg(feature = "loom")]
mod checked {
    use std::collections::VecDeque;

    use loom::sync::Mutex;

    pub(crate) struct SegQueue<T>(Mutex<VecDeque<T>>);

    impl<T> SegQueue<T> {
        pub(crate) fn new() -> SegQueue<T> {
            SegQueue(Mutex::new(VecDeque::new()))
        }

        pub(crate) fn push(&self, value: T) {
            self.with(|queue| queue.push_back(value));
        }

        pub(crate) fn pop(&self) -> Option<T> {
            self.with(VecDeque::pop_front)
        }

        pub(crate) fn len(&self) -> usize {
            self.with(|queue| queue.len())
        }

        pub(crate) fn is_empty(&self) -> bool {
            self.len() == 0
        }

        fn with<R>(&self, action: impl FnOnce(&mut VecDeque<T>) -> R) -> R {
            action(&mut self.0.lock().expect("no code panics while it holds this lock"))
        }
    }
}
// ANCHOR_END: primitives
