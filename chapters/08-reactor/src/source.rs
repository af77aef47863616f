// ANCHOR: head
//! What the reactor knows about each socket that it watches.

use std::mem;
use std::task::Waker;

use mio::Token;
use mio::event::Event;
use slab::Slab;
// ANCHOR_END: head

// ANCHOR: source
/// One of the two directions of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Bytes arrive, or a listener has a connection.
    Read,
    /// The socket takes bytes, or its connection is established.
    Write,
}

/// A socket that the reactor watches.
pub(crate) struct Source {
    generation: usize,
    sides: [Side; 2],
}

/// One direction of a source.
#[derive(Default)]
pub(crate) struct Side {
    /// An event has come, and no operation has failed with `WouldBlock` since.
    ready: bool,
    /// The number of events so far.
    tick: u64,
    /// The task that waits for the next event.
    waiting: Option<Waker>,
}
// ANCHOR_END: source

// ANCHOR: event
impl Source {
    /// Notes an event. Returns the wakers of the tasks that wait for it.
    pub(crate) fn set_ready(&mut self, event: &Event) -> [Option<Waker>; 2] {
        let failed = event.is_error();
        let read = event.is_readable() || event.is_read_closed() || failed;
        let write = event.is_writable() || event.is_write_closed() || failed;
        let [reader, writer] = &mut self.sides;
        [
            read.then(|| reader.set_ready()).flatten(),
            write.then(|| writer.set_ready()).flatten(),
        ]
    }

    pub(crate) fn side(&mut self, direction: Direction) -> &mut Side {
        &mut self.sides[direction as usize]
    }
}

impl Side {
    fn set_ready(&mut self) -> Option<Waker> {
        self.ready = true;
        self.tick += 1;
        self.waiting.take()
    }
}
// ANCHOR_END: event

// ANCHOR: wait
impl Side {
    /// Returns the tick if the side is ready. If it is not, stores the waker. Then
    /// `waker` holds the one that was stored before.
    pub(crate) fn ready_or_wait(&mut self, waker: &mut Option<Waker>) -> Option<u64> {
        if self.ready {
            return Some(self.tick);
        }
        mem::swap(&mut self.waiting, waker);
        None
    }
}
// ANCHOR_END: wait

// ANCHOR: clear
impl Side {
    /// An operation has found nothing to do. It was tried after the event with this
    /// tick. If another event has come in the meantime, the side stays ready.
    pub(crate) fn clear_ready(&mut self, tick: u64) {
        if self.tick == tick {
            self.ready = false;
        }
    }
}
// ANCHOR_END: clear

// ANCHOR: state
/// The state of one direction of a socket, as the reactor knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SideState {
    /// Whether an operation would be tried.
    pub ready: bool,
    /// The number of events so far.
    pub tick: u64,
    /// Whether a task waits for the next event.
    pub waiting: bool,
}

impl Side {
    pub(crate) fn state(&self) -> SideState {
        let &Side { ready, tick, ref waiting } = self;
        SideState { ready, tick, waiting: waiting.is_some() }
    }
}
// ANCHOR_END: state

// ANCHOR: sources
/// All sources. A token consists of two halves: the place of the source in the slab,
/// and its generation, which counts the registrations.
#[derive(Default)]
pub(crate) struct Sources {
    all: Slab<Source>,
    generation: usize,
}

const HALF: u32 = usize::BITS / 2;

impl Sources {
    pub(crate) fn insert(&mut self) -> Token {
        self.generation = self.generation.wrapping_add(1) & (usize::MAX >> HALF);
        let source = Source { generation: self.generation, sides: Default::default() };
        Token(self.generation << HALF | self.all.insert(source))
    }

    /// The source with this token, unless it is gone.
    pub(crate) fn get(&mut self, token: Token) -> Option<&mut Source> {
        let source = self.all.get_mut(token.0 & (usize::MAX >> HALF))?;
        (source.generation == token.0 >> HALF).then_some(source)
    }

    /// Removes a source. The caller drops it without the lock, because it may hold
    /// wakers.
    pub(crate) fn remove(&mut self, token: Token) -> Option<Source> {
        self.get(token)?;
        self.all.try_remove(token.0 & (usize::MAX >> HALF))
    }
}
// ANCHOR_END: sources
