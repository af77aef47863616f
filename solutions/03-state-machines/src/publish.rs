//! Exercise `state-machines/publish`: write the state machine of a loop with an await.

// hole: begin
use std::mem;
// hole: instead
// hole: end
use std::pin::Pin;
use std::task::{Context, Poll};
// hole: begin
use std::{task::ready, vec};
// hole: instead
// hole: end

// hole: begin
use state_machines::{Disk, Draft, Full, Lock, Request};
// hole: instead
//| // You will need `Draft`, `Lock` and `Request` as well.
//| use state_machines::{Disk, Full};
// hole: end

/// Replaces the file by one page after the other, and returns the number of pages.
///
/// `Publish` is this function, cut at its awaits:
///
/// ```text
/// async fn publish(disk: Disk, pages: Vec<String>) -> Result<usize, Full> {
///     let _lock = disk.lock();
///     let mut published = 0;
///     for page in pages {
///         let draft = disk.draft();
///         disk.write(page.len()).await?;
///         draft.keep();
///         published += 1;
///     }
///     disk.sync().await?;
///     Ok(published)
/// }
/// ```
pub enum Publish {
    /// It was never polled.
    Start {
        /// The second argument.
        pages: Vec<String>,
        /// The first.
        disk: Disk,
    },
    // hole: begin
    /// Paused at the await in the loop.
    Writing {
        /// The request that it waits for.
        request: Request,
        /// The draft of the current page.
        draft: Draft,
        /// The remaining pages.
        rest: vec::IntoIter<String>,
        /// How many pages are published.
        published: usize,
        /// Held until the end.
        lock: Lock,
        /// Needed for the next page and for `sync`.
        disk: Disk,
    },
    /// Paused at the await after the loop.
    Syncing {
        /// The request that it waits for.
        request: Request,
        /// The output.
        published: usize,
        /// Held until the end.
        lock: Lock,
    },
    // hole: instead
    //| // Add a variant for each await, with the variables that are alive there.
    //| // Fields are dropped from first to last.
    // hole: end
    /// It has returned or panicked.
    Done,
}

impl Publish {
    /// Does what a call of the function does.
    pub fn new(disk: Disk, pages: Vec<String>) -> Publish {
        Publish::Start { pages, disk }
    }
    // hole: begin

    /// The head of the loop: starts the next page, or `sync` after the last one.
    fn next(
        disk: Disk,
        lock: Lock,
        mut rest: vec::IntoIter<String>,
        published: usize,
    ) -> Publish {
        if let Some(page) = rest.next() {
            let draft = disk.draft();
            let request = disk.write(page.len());
            Publish::Writing { request, draft, rest, published, lock, disk }
        } else {
            Publish::Syncing { request: disk.sync(), published, lock }
        }
    }

    fn take(&mut self) -> Publish {
        mem::replace(self, Publish::Done)
    }
    // hole: instead
    // hole: end
}

impl Future for Publish {
    type Output = Result<usize, Full>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        // hole: begin
        if let Publish::Start { .. } = this {
            let Publish::Start { disk, pages } = this.take() else { unreachable!() };
            let lock = disk.lock();
            *this = Publish::next(disk, lock, pages.into_iter(), 0);
        }
        while let Publish::Writing { request, .. } = this {
            let written = ready!(Pin::new(request).poll(cx));
            let Publish::Writing { disk, lock, published, rest, draft, .. } = this.take()
            else {
                unreachable!()
            };
            written?;
            draft.keep();
            *this = Publish::next(disk, lock, rest, published + 1);
        }
        if let Publish::Syncing { request, published, .. } = this {
            let synced = ready!(Pin::new(request).poll(cx));
            let published = *published;
            *this = Publish::Done;
            return Poll::Ready(synced.map(|()| published));
        }
        panic!("`Publish` polled after completion")
        // hole: instead
        //| let _ = cx;
        //| match this {
        //|     Publish::Start { .. } => todo!("run from the start to the first await"),
        //|     Publish::Done => panic!("`Publish` polled after completion"),
        //| }
        // hole: end
    }
}
