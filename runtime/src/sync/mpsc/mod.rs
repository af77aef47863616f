//! Many values to one task: many senders, one receiver.
//!
//! A [`channel`] holds a given number of messages. When it is full, senders
//! wait, and they send in the order in which they came. So a slow receiver slows
//! its senders down (backpressure). An [`unbounded_channel`] takes every message
//! at once and can grow without a limit.
//!
//! When all senders are dropped, the receiver gets the remaining messages and
//! then `None`. When the receiver is dropped, sending fails.
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
//!                 sender.send((name, number)).await.expect("the receiver is there");
//!             }
//!         });
//!     }
//!     // While this sender exists, `recv` would wait for it.
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
//! | module | what it holds |
//! |--------|---------------|
//! | `queue` | the messages, and how the receiver sleeps and is woken |
//! | `channel` | what both kinds share: the counts of senders and the end |
//! | `bounded`, `permit` | the limit, and the space that senders reserve |
//! | `unbounded` | the kind without a limit |
//! | `stream` | the receivers as streams |

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
