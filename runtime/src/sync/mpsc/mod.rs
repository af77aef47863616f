//! Many values to one task: many senders, one receiver.
//!
//! [`channel`] holds a given number of messages: a sender that would exceed it
//! waits until the receiver has made room, first come first served, so a slow
//! receiver slows its senders down. [`unbounded_channel`] takes everything at
//! once; what bounds it is the sense of those who send.
//!
//! When all senders are dropped, the receiver gets what is left and then
//! `None`. When the receiver is dropped, sending fails.
//!
//! ```
//! use wakeful::sync::mpsc;
//!
//! let runtime = wakeful::Runtime::new()?;
//! runtime.block_on(async {
//!     let (sender, mut receiver) = mpsc::channel(2);
//!     for name in ["one", "two"] {
//!         let sender = sender.clone();
//!         wakeful::spawn_local(async move {
//!             for number in 0..10 {
//!                 sender.send((name, number)).await.expect("somebody listens");
//!             }
//!         });
//!     }
//!     // With this one there would always be somebody who might send.
//!     drop(sender);
//!     let mut received = 0;
//!     while let Some((_name, _number)) = receiver.recv().await {
//!         received += 1;
//!     }
//!     assert_eq!(received, 20);
//! });
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Inside: `queue` is the messages and the receiver's sleep, `channel` what
//! both kinds share, `bounded` and `unbounded` what keeps count, `stream` the
//! receivers as streams.

mod bounded;
mod channel;
pub mod error;
mod permit;
mod queue;
mod stream;
mod unbounded;

#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;

pub use bounded::{Receiver, Sender, WeakSender, channel};
pub use permit::{OwnedPermit, Permit, PermitIterator};
pub use unbounded::{UnboundedReceiver, UnboundedSender, WeakUnboundedSender, unbounded_channel};
