//! Exercise `state-machines/publish`: write the state machine of a loop with an await.

use std::pin::Pin;
use std::task::{Context, Poll};

// You will need `Draft`, `Lock` and `Request` as well.
use state_machines::{Disk, Full};

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
    // Add a variant for each await, with the variables that are alive there.
    // Fields are dropped from first to last.
    /// It has returned or panicked.
    Done,
}

impl Publish {
    /// Does what a call of the function does.
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
            Publish::Start { .. } => todo!("run from the start to the first await"),
            Publish::Done => panic!("`Publish` polled after completion"),
        }
    }
}
