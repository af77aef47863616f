//! Exercise `reactor/lost-event`: repair a reactor that loses events.
//!
//! There are no sockets here. A test calls `event` where a selector would report one, so
//! it can choose the worst moment. Everything runs on one thread.

use std::cell::RefCell;
use std::task::{Context, Poll, Waker};

/// What a reactor knows about its sockets.
#[derive(Default)]
pub struct Readiness {
    sources: RefCell<Sources>,
}

#[derive(Default)]
struct Sources {
    places: Vec<Option<Source>>,
    // hole: begin
    /// How many sources were added so far.
    added: u64,
    // hole: instead
    // hole: end
}

struct Source {
    // hole: begin
    generation: u64,
    /// The number of events so far.
    tick: u64,
    // hole: instead
    // hole: end
    ready: bool,
    waiting: Option<Waker>,
}

/// Names a source. A selector may report it also after the source is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    place: usize,
    // hole: begin
    generation: u64,
    // hole: instead
    // hole: end
}

/// A task has learned that its source is ready. It gives this back when it has used the
/// readiness up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready {
    token: Token,
    // hole: begin
    tick: u64,
    // hole: instead
    // hole: end
}

impl Readiness {
    /// Adds a source that is not ready. A free place is used again.
    pub fn register(&self) -> Token {
        let mut sources = self.sources.borrow_mut();
        let free = sources.places.iter().position(Option::is_none);
        let place = free.unwrap_or(sources.places.len());
        if place == sources.places.len() {
            sources.places.push(None);
        }
        // hole: begin
        sources.added += 1;
        let generation = sources.added;
        let source = Source { generation, tick: 0, ready: false, waiting: None };
        sources.places[place] = Some(source);
        Token { place, generation }
        // hole: instead
        //| sources.places[place] = Some(Source { ready: false, waiting: None });
        //| Token { place }
        // hole: end
    }

    /// Removes a source. Old events of it may still come.
    pub fn deregister(&self, token: Token) {
        // hole: begin
        if self.with(token, |_| ()).is_none() {
            return;
        }
        // hole: instead
        // hole: end
        let source = self.sources.borrow_mut().places[token.place].take();
        drop(source);
    }

    /// Notes an event, and wakes the task that waits for it. An event of a source that
    /// is gone does nothing.
    pub fn event(&self, token: Token) {
        let waker = self.with(token, |source| {
            source.ready = true;
            // hole: begin
            source.tick += 1;
            // hole: instead
            // hole: end
            source.waiting.take()
        });
        if let Some(waker) = waker.flatten() {
            waker.wake();
        }
    }

    /// Returns whether the source is ready. If it is not, its next event wakes the task.
    /// An event may come at any moment, also while this function runs.
    pub fn poll_ready(&self, token: Token, cx: &mut Context<'_>) -> Poll<Ready> {
        // hole: begin
        let mut waker = Some(cx.waker().clone());
        let tick = self.with(token, |source| {
            if source.ready {
                return Some(source.tick);
            }
            std::mem::swap(&mut source.waiting, &mut waker);
            None
        });
        // Dropping a waker runs foreign code, so nothing is borrowed here.
        drop(waker);
        match tick.flatten() {
            Some(tick) => Poll::Ready(Ready { token, tick }),
            None => Poll::Pending,
        }
        // hole: instead
        //| if self.with(token, |source| source.ready) == Some(true) {
        //|     return Poll::Ready(Ready { token });
        //| }
        //| let waker = cx.waker().clone();
        //| let old = self.with(token, |source| source.waiting.replace(waker));
        //| drop(old);
        //| Poll::Pending
        // hole: end
    }

    /// The task has tried, and the socket has answered `WouldBlock`.
    pub fn clear(&self, ready: Ready) {
        self.with(ready.token, |source| {
            // hole: begin
            if source.tick == ready.tick {
                source.ready = false;
            }
            // hole: instead
            //| source.ready = false;
            // hole: end
        });
    }

    /// Runs `action` with a source. `None` if it is gone.
    fn with<R>(&self, token: Token, action: impl FnOnce(&mut Source) -> R) -> Option<R> {
        let mut sources = self.sources.borrow_mut();
        let source = sources.places.get_mut(token.place)?.as_mut()?;
        // hole: begin
        (source.generation == token.generation).then(|| action(source))
        // hole: instead
        //| Some(action(source))
        // hole: end
    }
}
