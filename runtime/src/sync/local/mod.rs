//! [`mpsc`] and [`Notify`] for tasks that share a thread. They use no atomics
//! and no locks, and are not `Send`.
//!
//! They behave as those of [`sync`](super), and a message costs a fraction.
//! Tasks that use them are spawned with `spawn_local`.
//!
//! ```compile_fail,E0277
//! // A local sender stays on its thread.
//! let (sender, _receiver) = wakeful::sync::local::mpsc::channel::<u8>(1);
//! std::thread::spawn(move || sender.try_send(1));
//! ```

pub mod mpsc;
mod notify;
mod wait_list;

#[cfg(all(test, not(loom)))]
mod tests;

pub use notify::{Notified, Notify};
