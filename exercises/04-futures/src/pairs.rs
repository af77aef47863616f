//! Exercise `futures/pairs`: repair a future that loses a byte when it is dropped.

use std::cell::RefCell;
use std::collections::VecDeque;

use futures_by_hand::Clock;

/// A source of bytes. One byte arrives every `every` ticks.
pub struct Source {
    clock: Clock,
    every: u64,
    bytes: RefCell<VecDeque<u8>>,
}

impl Source {
    /// Creates a source of these bytes.
    pub fn new(clock: &Clock, every: u64, bytes: &[u8]) -> Source {
        let bytes = RefCell::new(bytes.iter().copied().collect());
        Source { clock: clock.clone(), every, bytes }
    }

    /// Waits for the next byte. `None` means that no byte is left.
    ///
    /// Cancel safe: a byte that was not returned is returned by the next call.
    pub async fn byte(&self) -> Option<u8> {
        self.clock.sleep(self.every).await;
        self.bytes.borrow_mut().pop_front()
    }
}

/// Reads bytes from a source in pairs.
pub struct Pairs {
    source: Source,
}

impl Pairs {
    /// Creates a reader of this source.
    pub fn new(source: Source) -> Pairs {
        Pairs { source }
    }

    /// Waits for the next two bytes. `None` means that fewer than two are left.
    ///
    /// Cancel safe: a byte that arrived before a drop belongs to the next pair.
    pub async fn pair(&mut self) -> Option<(u8, u8)> {
        let first = self.source.byte().await?;
        let second = self.source.byte().await?;
        Some((first, second))
    }
}
