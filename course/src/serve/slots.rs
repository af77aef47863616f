//! The limit for connections, and which connection gives way when it is reached.
//!
//! A client that connects and sends nothing could keep readers out until its time for a request is
//! over. So a new connection takes the slot of the oldest one that has never sent a request.

use std::{cell::RefCell, collections::BTreeMap, convert::Infallible, rc::Rc};

use async_channel::{Receiver, Sender};

/// The slots of all connections.
#[derive(Clone)]
pub struct Slots(Rc<RefCell<Inner>>);

struct Inner {
    most: usize,
    next: u64,
    /// By age. The channel closes when its connection has to give way.
    taken: BTreeMap<u64, Taken>,
}

struct Taken {
    has_asked: bool,
    _stay: Sender<Infallible>,
}

impl Slots {
    /// For this many connections.
    pub fn new(most: usize) -> Self {
        Self(Rc::new(RefCell::new(Inner {
            most,
            next: 0,
            taken: BTreeMap::new(),
        })))
    }

    /// A slot for a new connection. `None` if each connection has sent a request already.
    pub fn take(&self) -> Option<Slot> {
        let mut inner = self.0.borrow_mut();
        if inner.taken.len() >= inner.most {
            let mut silent = inner.taken.iter().filter(|(_, taken)| !taken.has_asked);
            let (&oldest, _) = silent.next()?;
            inner.taken.remove(&oldest);
        }
        let id = inner.next;
        inner.next += 1;
        let (stay, evicted) = async_channel::bounded(1);
        let taken = Taken {
            has_asked: false,
            _stay: stay,
        };
        inner.taken.insert(id, taken);
        Some(Slot {
            id,
            evicted,
            slots: self.clone(),
        })
    }
}

/// A connection's slot. Dropping it frees the slot.
pub struct Slot {
    id: u64,
    evicted: Receiver<Infallible>,
    slots: Slots,
}

impl Slot {
    /// The connection has sent a request, so it keeps its slot.
    pub fn has_asked(&self) {
        if let Some(taken) = self.slots.0.borrow_mut().taken.get_mut(&self.id) {
            taken.has_asked = true;
        }
    }

    /// Waits until the connection has to give way to a newer one. Cancel-safe.
    pub async fn evicted(&self) {
        // The channel never has a message. This returns when it closes.
        let _ = self.evicted.recv().await;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots.0.borrow_mut().taken.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn the_oldest_connection_without_a_request_gives_way() {
        let slots = Slots::new(3);
        let [asked, old, young] = [(); 3].map(|()| slots.take().unwrap());
        asked.has_asked();
        let gone = |slot: &Slot| slot.evicted().now_or_never().is_some();
        let new = slots.take().unwrap();
        assert_eq!(
            [&asked, &old, &young, &new].map(gone),
            [false, true, false, false]
        );
        // An evicted connection frees no second slot.
        drop(old);
        young.has_asked();
        new.has_asked();
        assert!(slots.take().is_none(), "each connection has sent a request");
        drop(asked);
        assert!(slots.take().is_some());
    }
}
