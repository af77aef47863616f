//! What a listener is, whatever it listens on.

use super::backoff::{self, Backoff};
use crate::{
    primitives::{Mutex, lock},
    reactor::{Direction, Flags, Registered},
    time::{Sleep, sleep},
    trace::ResourceName,
};
use mio::{Interest, event};
use std::{
    future::Future,
    io, ops,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// A listener on the reactor, with its patience.
pub(super) struct Acceptor<L: event::Source + ResourceName> {
    io: Registered<L>,
    backoff: Backoff,
    /// The error that a poll-style accept holds back, and until when.
    held: Mutex<Option<(io::Error, Sleep)>>,
}

impl<L: event::Source + ResourceName> Acceptor<L> {
    #[track_caller]
    pub(super) fn new(listener: L, kind: &'static str) -> io::Result<Self> {
        Ok(Self {
            io: Registered::new(listener, kind, Interest::READABLE, Flags::NONE)?,
            backoff: Backoff::default(),
            held: Mutex::new(None),
        })
    }

    /// Waits for what `take` takes. Any number of tasks can wait this way.
    pub(super) async fn accept<T>(&self, take: impl Fn(&L) -> io::Result<T>) -> io::Result<T> {
        let accepted = self.io.io(Direction::Read, passing_over(take)).await;
        if let Some(pause) = self.backoff.pause_after(&accepted) {
            sleep(pause).await;
        }
        accepted
    }

    /// The same for one task, which is the last that polled.
    pub(super) fn poll_accept<T>(
        &self,
        context: &mut Context<'_>,
        take: impl Fn(&L) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        let mut held = lock(&self.held).take();
        if held.is_none() {
            let take = passing_over(take);
            let accepted = ready!(self.io.poll_io(context, Direction::Read, take));
            let pause = self.backoff.pause_after(&accepted);
            match (accepted, pause) {
                (Err(error), Some(pause)) => held = Some((error, sleep(pause))),
                (accepted, _) => return Poll::Ready(accepted),
            }
        }
        let (error, mut pause) = held.expect("held back before, or just now");
        if Pin::new(&mut pause).poll(context).is_ready() {
            return Poll::Ready(Err(error));
        }
        *lock(&self.held) = Some((error, pause));
        Poll::Pending
    }
}

/// Without the connections that were gone before they were accepted.
fn passing_over<L, T>(take: impl Fn(&L) -> io::Result<T>) -> impl Fn(&L) -> io::Result<T> {
    move |listener| {
        loop {
            match take(listener) {
                Err(error) if backoff::is_stillborn(&error) => {}
                taken => return taken,
            }
        }
    }
}

impl<L: event::Source + ResourceName> ops::Deref for Acceptor<L> {
    type Target = L;

    fn deref(&self) -> &L {
        &self.io
    }
}
