//! Exercise `server/last-readings`: the task that stores readings, when the server stops.

use std::io::{self, Write};

use server::Signal;
use server::channels::{mpsc, oneshot};
use server::pinning::{Either, race};

/// A reading, and the way to tell its conversation that it is stored.
pub struct Reading {
    pub litres: u32,
    pub stored: oneshot::Sender<()>,
}

/// Stores readings until the last sender is gone, or until the server stops. After the
/// stop, it refuses new readings, and stores those that were sent before.
/// [`Receiver::close`](mpsc::Receiver::close) refuses new ones.
///
/// Each reading is answered when it is in the journal, and not before. The journal may
/// keep bytes in a buffer until it is flushed. Returns the sum of all stored readings.
///
/// # Errors
///
/// The first error of a write or of a flush, before the stop and after it. The reading of
/// this write has no answer.
pub async fn collect(
    mut readings: mpsc::Receiver<Reading>,
    mut journal: impl Write,
    stop: &Signal,
) -> io::Result<u64> {
    let mut sum = 0;
    // hole: begin
    let mut stopped = false;
    loop {
        let next = if stopped {
            readings.recv().await
        } else {
            match race(stop.raised(), readings.recv()).await {
                Either::Left(()) => {
                    // Nothing new, but all that was sent before.
                    readings.close();
                    stopped = true;
                    continue;
                }
                Either::Right(next) => next,
            }
        };
        let Some(reading) = next else { return Ok(sum) };
        writeln!(journal, "{}", reading.litres)?;
        journal.flush()?;
        sum += u64::from(reading.litres);
        // The conversation may have been cut.
        let _ = reading.stored.send(());
    }
    // hole: instead
    //| loop {
    //|     match race(stop.raised(), readings.recv()).await {
    //|         Either::Left(()) | Either::Right(None) => return Ok(sum),
    //|         Either::Right(Some(reading)) => {
    //|             sum += u64::from(reading.litres);
    //|             let _ = reading.stored.send(());
    //|             writeln!(journal, "{}", reading.litres)?;
    //|         }
    //|     }
    //| }
    // hole: end
}
