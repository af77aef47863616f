//! Exercise `state-machines/publish`: a loop around an await, by hand.

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

/// Puts one page after the other in the place of the file, and returns how many.
///
/// It is this function, cut at its awaits:
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
    /// Not polled yet.
    Start {
        /// The second argument.
        pages: Vec<String>,
        /// The first.
        disk: Disk,
    },
    // hole: begin
    /// Left at the await in the loop.
    Writing {
        /// What is awaited.
        request: Request,
        /// The page's draft.
        draft: Draft,
        /// The pages that are left.
        rest: vec::IntoIter<String>,
        /// How many are published.
        published: usize,
        /// Held to the end.
        lock: Lock,
        /// Needed for the next page, and for `sync`.
        disk: Disk,
    },
    /// Left at the await behind the loop.
    Syncing {
        /// What is awaited.
        request: Request,
        /// The result.
        published: usize,
        /// Held to the end.
        lock: Lock,
    },
    // hole: instead
    //| // A variant for each await, with what is alive there. Fields are dropped
    //| // from first to last.
    // hole: end
    /// Returned, or panicked.
    Done,
}

impl Publish {
    /// What calling the function does.
    pub fn new(disk: Disk, pages: Vec<String>) -> Publish {
        Publish::Start { pages, disk }
    }
    // hole: begin

    /// The head of the loop: another page, or on to `sync`?
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
        //|     Publish::Start { .. } => todo!("go on from the start"),
        //|     Publish::Done => panic!("`Publish` polled after completion"),
        //| }
        // hole: end
    }
}
