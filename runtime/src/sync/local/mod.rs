//! The same for tasks of one thread: [`mpsc`] and [`Notify`] that are not
//! `Send`, without an atomic or a lock.
//!
//! With tasks that stay on their thread (`spawn_local`) they behave as those
//! of [`sync`](super), and a message costs a fraction.
//!
//! ```compile_fail,E0277
//! // What is local stays on its thread.
//! let (sender, _receiver) = wakeful::sync::local::mpsc::channel::<u8>(1);
//! std::thread::spawn(move || sender.try_send(1));
//! ```

pub mod mpsc;
mod notify;
mod wait_list;

#[cfg(all(test, not(loom)))]
mod tests;

pub use notify::{Notified, Notify};
