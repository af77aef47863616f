//! Receivers as streams of their messages.

use super::{Receiver, UnboundedReceiver};
use futures_core::Stream;
use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// A stream of what [`recv`](Receiver::recv) returns. It ends when the channel
/// has ended and is empty.
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
///             sender.send(number).await.expect("the receiver is there");
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
        // The number of later messages is unknown.
        (self.len(), None)
    }
}

/// As the stream of [`Receiver`].
impl<T> Stream for UnboundedReceiver<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        self.poll_recv(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len(), None)
    }
}
