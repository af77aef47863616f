// ANCHOR: state
//! The same function as the enum that a compiler builds.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::{Disk, Draft, Full, Lock, Request};

/// Replaces the file by a text: [`save`](crate::save()), by hand.
///
/// The fields of a variant are dropped from first to last. That is the order
/// in which the function drops its locals: the youngest first.
pub enum Save {
    /// Not polled yet: it has its arguments.
    Start {
        /// The second argument.
        text: String,
        /// The first.
        disk: Disk,
    },
    /// Left at the first await.
    Writing {
        /// What is awaited.
        request: Request,
        /// Deleted, unless it comes to be kept.
        draft: Draft,
        /// Held to the end.
        lock: Lock,
        /// Its length is the result.
        text: String,
        /// Needed for `sync`.
        disk: Disk,
    },
    /// Left at the second await.
    Syncing {
        /// What is awaited.
        request: Request,
        /// `None` if it was kept.
        draft: Option<Draft>,
        /// Held to the end.
        lock: Lock,
        /// Its length is the result.
        text: String,
        /// Dropped last.
        disk: Disk,
    },
    /// Returned, or panicked.
    Done,
}
// ANCHOR_END: state

// ANCHOR: start
impl Save {
    /// What calling the function does: it keeps the arguments.
    pub fn new(disk: Disk, text: String) -> Save {
        Save::Start { text, disk }
    }
}

impl Future for Save {
    type Output = Result<usize, Full>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if let Save::Start { .. } = this {
            let Save::Start { disk, text } = this.take() else { unreachable!() };
            let lock = disk.lock();
            let draft = disk.draft();
            let request = disk.write(text.len());
            *this = Save::Writing { request, draft, lock, text, disk };
        }
        // ANCHOR_END: start
        // ANCHOR: writing
        if let Save::Writing { request, .. } = this {
            let written = ready!(Pin::new(request).poll(cx));
            // The bindings are locals again: the last one is dropped first.
            let Save::Writing { disk, text, lock, draft, .. } = this.take() else {
                unreachable!()
            };
            written?;
            let draft = if text.is_empty() {
                Some(draft)
            } else {
                draft.keep();
                None
            };
            let request = disk.sync();
            *this = Save::Syncing { request, draft, lock, text, disk };
        }
        // ANCHOR_END: writing
        // ANCHOR: syncing
        if let Save::Syncing { request, .. } = this {
            let synced = ready!(Pin::new(request).poll(cx));
            let Save::Syncing { disk: _disk, text, lock: _lock, draft: _draft, .. } =
                this.take()
            else {
                unreachable!()
            };
            synced?;
            return Poll::Ready(Ok(text.len()));
        }
        panic!("`Save` polled after completion")
    }
}

impl Save {
    /// Takes the state out. Whatever happens before the next one is put in,
    /// an error or a panic, the machine is done.
    fn take(&mut self) -> Save {
        mem::replace(self, Save::Done)
    }
}
// ANCHOR_END: syncing
