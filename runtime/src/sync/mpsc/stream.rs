//! Receivers as streams of what they receive.

use super::{Receiver, UnboundedReceiver};
use futures_core::Stream;
use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// What is received, until the channel is closed and empty: as
/// [`recv`](Receiver::recv), for what is made of streams.
///
/// ```
/// use futures_util::StreamExt;
/// use wakeful::sync::mpsc;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let (sender, receiver) = mpsc::channel(2);
///     drop(wakeful::spawn_local(async move {
///         for number in 1..=4 {
///             sender.send(number).await.expect("they are listened to");
///         }
///     }));
///     let squares: Vec<_> = receiver.map(|number| number * number).collect().await;
///     assert_eq!(squares, [1, 4, 9, 16]);
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
impl<T> Stream for Receiver<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        self.poll_recv(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // More may come, and what is there may be all.
        (self.len(), None)
    }
}

/// As [`Receiver`]'s.
impl<T> Stream for UnboundedReceiver<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        self.poll_recv(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len(), None)
    }
}
