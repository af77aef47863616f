//! Exercise `server/group-commit`: one write for all readings that wait.

use std::io::{self, Write};

// hole: begin
use server::futures_util::FutureExt;
// hole: instead
// hole: end
use server::channels::{mpsc, oneshot};

/// A reading, and the way to tell its conversation that it is stored.
pub struct Reading {
    pub litres: u32,
    pub stored: oneshot::Sender<()>,
}

/// At most this many readings share a write.
pub const MOST: usize = 64;

/// Stores readings until the last sender is gone, one line for each. All readings that
/// wait, but at most [`MOST`], are stored with one call of `write_all`. A reading is
/// answered after that call, and it never waits for other readings to come. It does not
/// have to flush the journal.
///
/// Returns the sum of all stored readings, also of those whose conversation was cut.
///
/// # Errors
///
/// The first error of the journal, also if earlier writes have worked. The readings of the
/// write that failed have no answer.
pub async fn collect(
    mut readings: mpsc::Receiver<Reading>,
    mut journal: impl Write,
) -> io::Result<u64> {
    let mut sum = 0;
    // hole: begin
    while let Some(first) = readings.recv().await {
        let mut group = vec![first];
        while group.len() < MOST {
            // `recv` is cancel safe, so asking once and dropping it loses nothing.
            let Some(Some(next)) = readings.recv().now_or_never() else { break };
            group.push(next);
        }
        let mut lines = Vec::new();
        for reading in &group {
            writeln!(lines, "{}", reading.litres)?;
        }
        journal.write_all(&lines)?;
        for reading in group {
            sum += u64::from(reading.litres);
            // The conversation may have been cut.
            let _ = reading.stored.send(());
        }
    }
    // hole: instead
    //| while let Some(reading) = readings.recv().await {
    //|     writeln!(journal, "{}", reading.litres)?;
    //|     sum += u64::from(reading.litres);
    //|     let _ = reading.stored.send(());
    //| }
    // hole: end
    Ok(sum)
}
