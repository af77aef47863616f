// ANCHOR: head
//! The same function as an enum, written by hand.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::{Disk, Draft, Full, Lock, Request};

// ANCHOR_END: head

// ANCHOR: state
/// [`save`](crate::save()), by hand.
///
/// The fields of a variant are dropped from first to last. This is the order in
/// which the function drops its locals: the newest first.
#[allow(missing_docs)]
pub enum Save {
    /// Not polled yet.
    Start { text: String, disk: Disk },
    /// Stopped at the first await.
    Writing { request: Request, draft: Draft, lock: Lock, text: String, disk: Disk },
    /// Stopped at the second await. The draft may have been kept.
    Syncing {
        request: Request,
        draft: Option<Draft>,
        lock: Lock,
        text: String,
        disk: Disk,
    },
    /// Returned, or panicked.
    Done,
}
// ANCHOR_END: state

// ANCHOR: start
impl Save {
    /// Calling the function only stores its arguments.
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
            // These bindings are locals again, so the last one is dropped first.
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
// ANCHOR_END: syncing

// ANCHOR: take
impl Save {
    /// Takes the state out and leaves `Done`. If an error or a panic comes
    /// before the next state is stored, the machine is finished.
    fn take(&mut self) -> Save {
        mem::replace(self, Save::Done)
    }
}
// ANCHOR_END: take
