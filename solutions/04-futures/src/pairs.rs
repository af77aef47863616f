//! Exercise `futures/pairs`: a wait that loses what it has when it is dropped,
//! to be mended.

use std::cell::RefCell;
use std::collections::VecDeque;

use futures_by_hand::Clock;

/// A place where bytes arrive, one every so many ticks.
pub struct Source {
    clock: Clock,
    every: u64,
    bytes: RefCell<VecDeque<u8>>,
}

impl Source {
    /// Bytes that will arrive.
    pub fn new(clock: &Clock, every: u64, bytes: &[u8]) -> Source {
        let bytes = RefCell::new(bytes.iter().copied().collect());
        Source { clock: clock.clone(), every, bytes }
    }

    /// Waits for a byte. `None` when there will be no more.
    ///
    /// Cancel safe: a byte that was not handed out is the next one's.
    pub async fn byte(&self) -> Option<u8> {
        self.clock.sleep(self.every).await;
        self.bytes.borrow_mut().pop_front()
    }
}

/// Takes bytes from a source in pairs.
pub struct Pairs {
    source: Source,
    // hole: begin
    /// The first of a pair whose second has not come.
    first: Option<u8>,
    // hole: instead
    // hole: end
}

impl Pairs {
    /// The pairs of this source.
    pub fn new(source: Source) -> Pairs {
        // hole: begin
        Pairs { source, first: None }
        // hole: instead
        //| Pairs { source }
        // hole: end
    }

    /// Waits for the next two bytes. `None` when there are no two any more.
    ///
    /// Cancel safe: what has come when it is dropped is part of the next pair.
    pub async fn pair(&mut self) -> Option<(u8, u8)> {
        // hole: begin
        let first = match self.first {
            Some(first) => first,
            None => *self.first.insert(self.source.byte().await?),
        };
        let second = self.source.byte().await?;
        self.first = None;
        Some((first, second))
        // hole: instead
        //| let first = self.source.byte().await?;
        //| let second = self.source.byte().await?;
        //| Some((first, second))
        // hole: end
    }
}
