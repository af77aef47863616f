//! What all listeners have in common.

use super::backoff::{self, Backoff};
use crate::{
    primitives::{Mutex, lock},
    reactor::{Direction, Interest, Ready, Registered},
    runtime::Handle,
    taskdump::NamedResource,
    time::{Sleep, sleep},
};
use mio::event;
use std::{
    future::Future,
    io, ops,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// A registered listener and its pauses after errors.
pub(super) struct Acceptor<L: event::Source + NamedResource> {
    io: Registered<L>,
    backoff: Backoff,
    /// The error that `poll_accept` holds back, and the pause before it.
    held: Mutex<Option<(io::Error, Sleep)>>,
}

impl<L: event::Source + NamedResource> Acceptor<L> {
    #[track_caller]
    pub(super) fn new(listener: L, kind: &'static str) -> io::Result<Self> {
        Ok(Self {
            io: Registered::new(
                Handle::current().reactor(),
                listener,
                kind,
                Interest::READABLE,
                Ready::EMPTY,
            )?,
            backoff: Backoff::default(),
            held: Mutex::new(None),
        })
    }

    /// Waits for the connection that `take` accepts. Any number of tasks can
    /// wait this way.
    pub(super) async fn accept<T>(&self, take: impl Fn(&L) -> io::Result<T>) -> io::Result<T> {
        let accepted = self.io.io(Interest::READABLE, skip_aborted(take)).await;
        if let Some(pause) = self.backoff.pause_after(&accepted) {
            sleep(pause).await;
        }
        accepted
    }

    /// [`accept`](Self::accept) for one task. If several poll, only the last one
    /// is woken.
    pub(super) fn poll_accept<T>(
        &self,
        context: &mut Context<'_>,
        take: impl Fn(&L) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        let mut held = lock(&self.held).take();
        if held.is_none() {
            let take = skip_aborted(take);
            let accepted = ready!(self.io.poll_io(context, Direction::Read, take));
            let pause = self.backoff.pause_after(&accepted);
            match (accepted, pause) {
                (Err(error), Some(pause)) => held = Some((error, sleep(pause))),
                (accepted, _) => return Poll::Ready(accepted),
            }
        }
        let (error, mut pause) = held.expect("an error was held back");
        if Pin::new(&mut pause).poll(context).is_ready() {
            return Poll::Ready(Err(error));
        }
        *lock(&self.held) = Some((error, pause));
        Poll::Pending
    }
}

/// `take`, which skips connections that were closed before they were accepted.
fn skip_aborted<L, T>(take: impl Fn(&L) -> io::Result<T>) -> impl Fn(&L) -> io::Result<T> {
    move |listener| {
        loop {
            match take(listener) {
                Err(error) if backoff::is_aborted(&error) => {}
                taken => return taken,
            }
        }
    }
}

impl<L: event::Source + NamedResource> ops::Deref for Acceptor<L> {
    type Target = L;

    fn deref(&self) -> &L {
        &self.io
    }
}
