//! Server-sent events: tell every open page what changed.
//!
//! We drop a subscriber that does not read, instead of waiting for it. Its browser reconnects by
//! itself and fetches the state again. There is no heartbeat. On loopback, TCP reports a closed
//! page, and an idle server has no timers.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use async_channel::{Receiver, Sender};
use axum::{
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse, Response},
};
use futures_util::Stream;
use serde::Serialize;

/// How many pages can subscribe at once.
const MAX_SUBSCRIBERS: usize = 64;
/// How many unread events a page can have.
const MAX_BEHIND: usize = 64;

/// All subscribers.
#[derive(Clone, Default)]
pub struct Hub(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    next: u64,
    closed: bool,
    subscribers: Vec<(u64, Sender<Bytes>)>,
}

impl Hub {
    /// Sends an event to all subscribers.
    pub fn send(&self, event: &str, data: &impl Serialize) {
        let frame = frame(event, data);
        self.inner()
            .subscribers
            .retain(|(_, sender)| sender.try_send(frame.clone()).is_ok());
    }

    /// A stream that begins with `first`, or `None` if there are too many subscribers.
    pub fn subscribe(&self, first: Vec<Bytes>) -> Option<Subscription> {
        let mut inner = self.inner();
        if inner.closed || inner.subscribers.len() >= MAX_SUBSCRIBERS {
            return None;
        }
        let (sender, receiver) = async_channel::bounded(MAX_BEHIND + first.len());
        for frame in first {
            // The channel has room for these frames.
            let _ = sender.try_send(frame);
        }
        let id = inner.next;
        inner.next += 1;
        inner.subscribers.push((id, sender));
        Some(Subscription {
            id,
            receiver: Box::pin(receiver),
            hub: self.clone(),
        })
    }

    /// Ends every stream for good, because the server shuts down.
    pub fn close(&self) {
        let mut inner = self.inner();
        inner.closed = true;
        inner.subscribers.clear();
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // No code panics halfway through a change under this lock, so a poisoned one is still
        // valid.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The events for one page.
pub struct Subscription {
    id: u64,
    receiver: Pin<Box<Receiver<Bytes>>>,
    hub: Hub,
}

impl Stream for Subscription {
    type Item = Result<Bytes, std::convert::Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.receiver
            .as_mut()
            .poll_next(cx)
            .map(|frame| frame.map(Ok))
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hub
            .inner()
            .subscribers
            .retain(|(id, _)| *id != self.id);
    }
}

/// One event, as the bytes that we send.
pub fn frame(event: &str, data: &impl Serialize) -> Bytes {
    // JSON has no raw line breaks, so it fits on one `data:` line.
    let data = serde_json::to_string(data).unwrap_or_else(|_| "null".into());
    format!("event: {event}\ndata: {data}\n\n").into()
}

/// A response that streams events.
pub fn response<S>(stream: S) -> Response
where
    S: Stream<Item = Result<Bytes, std::convert::Infallible>> + Send + 'static,
{
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, Body::from_stream(stream)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscriber_that_does_not_read_is_dropped_and_the_others_stay() {
        let hub = Hub::default();
        let slow = hub.subscribe(Vec::new()).unwrap();
        for _ in 0..MAX_BEHIND {
            hub.send("exercise", &1);
        }
        let fresh = hub.subscribe(Vec::new()).unwrap();
        hub.send("exercise", &2);
        assert!(slow.receiver.is_closed() && !fresh.receiver.is_closed());
    }

    #[test]
    fn the_number_of_subscribers_is_limited_and_leaving_frees_a_place() {
        let hub = Hub::default();
        let mut seats: Vec<_> = (0..MAX_SUBSCRIBERS)
            .map(|_| hub.subscribe(Vec::new()).unwrap())
            .collect();
        assert!(hub.subscribe(Vec::new()).is_none());
        seats.pop();
        assert!(hub.subscribe(Vec::new()).is_some());
    }
}
