//! Exercise `state-machines/publish`: a loop around an await, by hand.

use std::pin::Pin;
use std::task::{Context, Poll};

// You will need `Draft`, `Lock` and `Request` as well.
use state_machines::{Disk, Full};

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
    // A variant for each await, with what is alive there. Fields are dropped
    // from first to last.
    /// Returned, or panicked.
    Done,
}

impl Publish {
    /// What calling the function does.
    pub fn new(disk: Disk, pages: Vec<String>) -> Publish {
        Publish::Start { pages, disk }
    }
}

impl Future for Publish {
    type Output = Result<usize, Full>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let _ = cx;
        match this {
            Publish::Start { .. } => todo!("go on from the start"),
            Publish::Done => panic!("`Publish` polled after completion"),
        }
    }
}
