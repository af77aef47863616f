// ANCHOR: head
//! The task that stores all readings and adds them up.

use std::io::Write;
use std::rc::Rc;

use crate::runtime::{mpsc, oneshot};
use crate::{Error, Metrics};
// ANCHOR_END: head

// ANCHOR: totals
/// A reading, and the way to tell its conversation that it is stored.
pub(crate) struct Reading {
    meter: u64,
    litres: u32,
    stored: oneshot::Sender<()>,
}

/// Stores and adds up the readings of all conversations. Ends when the last
/// conversation has ended, and returns the sum.
pub(crate) async fn collect(
    mut readings: mpsc::Receiver<Reading>,
    mut journal: impl Write,
    metrics: Rc<Metrics>,
) -> Result<u64, Error> {
    let mut sum = 0;
    while let Some(Reading { meter, litres, stored }) = readings.recv().await {
        // One write for the whole line. `writeln!` would do one for each of its pieces.
        let line = format!("{meter} {litres}\n");
        journal.write_all(line.as_bytes()).map_err(Error::Journal)?;
        sum += u64::from(litres);
        metrics.add("readings", 1);
        metrics.set("litres", sum);
        // If the conversation was cut, it needs no answer.
        let _ = stored.send(());
    }
    journal.flush().map_err(Error::Journal)?;
    Ok(sum)
}
// ANCHOR_END: totals

// ANCHOR: handle
/// A handle of the task, for one conversation.
#[derive(Clone)]
pub(crate) struct Totals(mpsc::Sender<Reading>);

impl Totals {
    /// Waits until the reading is in the journal.
    pub(crate) async fn add(&self, meter: u64, litres: u32) -> Result<(), Error> {
        let (stored, answer) = oneshot::channel();
        let reading = Reading { meter, litres, stored };
        self.0.send(reading).await.map_err(|_| Error::Stopping)?;
        answer.await.map_err(|_| Error::Stopping)
    }
}

/// The handle, and the other end for [`collect`]. At most `room` readings wait.
pub(crate) fn channel(room: usize) -> (Totals, mpsc::Receiver<Reading>) {
    let (sender, receiver) = mpsc::channel(room);
    (Totals(sender), receiver)
}
// ANCHOR_END: handle
