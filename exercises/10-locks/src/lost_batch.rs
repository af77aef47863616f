//! Exercise `locks/lost-batch`: readings are collected into batches, and a race must not
//! lose any of them.

use locks::mpsc;

/// Collects readings, and passes them on in batches.
pub struct Batches {
    readings: mpsc::Receiver<u32>,
    out: mpsc::Sender<Vec<u32>>,
    /// How many readings make a batch.
    size: usize,
}

impl Batches {
    /// Makes batches of `size` readings.
    pub fn new(
        readings: mpsc::Receiver<u32>,
        out: mpsc::Sender<Vec<u32>>,
        size: usize,
    ) -> Batches {
        Batches { readings, out, size }
    }

    /// Collects one batch and passes it on. The last batch may be smaller. Returns `false`
    /// when no reading is left, or when no task receives the batches.
    ///
    /// Cancel safe: if the future is dropped, the next call continues where this one
    /// stopped.
    pub async fn pass_on(&mut self) -> bool {
        let mut batch = Vec::new();
        while batch.len() < self.size {
            match self.readings.recv().await {
                Some(reading) => batch.push(reading),
                None => break,
            }
        }
        if batch.is_empty() {
            return false;
        }
        self.out.send(batch).await.is_ok()
    }
}
