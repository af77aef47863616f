//! Everyone who does the work, behind one trait, so that each row is written
//! once and is the same for all.
//!
//! What a contender does here is what its users call. Nothing is tuned but
//! the flavour.

mod compio;
mod epoll;
mod floor;
mod monoio;
mod smol;
mod tokio;
mod wakeful;

pub use compio::{Compio, CompioUring};
pub use epoll::Epoll;
pub use floor::Floor;
pub use monoio::{Monoio, MonoioUring};
pub use smol::Smol;
pub use tokio::Tokio;
pub use wakeful::Wakeful;

use crate::{
    harness::{Entry, Role, Scale},
    network::Protocol,
};
use std::{
    fmt::Debug,
    future::Future,
    io, net,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

/// A runtime that runs tasks. The futures are `Send` because some contenders
/// ask for it; that costs the others nothing.
pub trait Contender: Sized + 'static {
    const NAME: &'static str;

    /// What awaits a task's output.
    type Join<T: Send + 'static>: Future<Output = T>;

    fn new() -> Self;

    fn block_on<F: Future>(&mut self, future: F) -> F::Output;

    /// Spawns from inside `block_on`.
    fn spawn<F>(future: F) -> Self::Join<F::Output>
    where
        F: Future<Output: Send> + Send + 'static;

    /// Lets the task go on without anyone to join it.
    fn detach<T: Send + 'static>(join: Self::Join<T>) {
        drop(join);
    }

    fn yield_now() -> impl Future<Output = ()> + Send;

    /// [`block_on`](Self::block_on) where there are no tasks; some contenders
    /// need no executor for that.
    fn block_on_alone<F: Future>(&mut self, future: F) -> F::Output {
        self.block_on(future)
    }
}

/// A contender that has timers.
pub trait Timed: Contender {
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send;
}

/// A contender that serves, in a process of its own.
pub trait Serve {
    const NAME: &'static str;

    /// Serves until something goes wrong, and says what.
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error;
}

type ServeFn = fn(net::TcpListener, Protocol) -> io::Error;

/// Everyone who serves on one thread.
pub const SERVERS: [(&str, Role, ServeFn); 8] = [
    server_of::<Epoll>(Role::Floor),
    server_of::<Wakeful>(Role::Ours),
    server_of::<Tokio>(Role::Peer),
    server_of::<Smol>(Role::Peer),
    server_of::<Monoio>(Role::Peer),
    server_of::<Compio>(Role::Peer),
    server_of::<MonoioUring>(Role::Beside),
    server_of::<CompioUring>(Role::Beside),
];

const fn server_of<S: Serve>(role: Role) -> (&'static str, Role, ServeFn) {
    (S::NAME, role, S::serve)
}

/// The server of that name.
pub fn server(name: &str) -> Option<ServeFn> {
    let found = SERVERS.iter().find(|(its, ..)| *its == name);
    found.map(|(.., serve)| *serve)
}

/// A piece of work that every contender can do.
pub trait Work: Copy + 'static {
    fn sample<C: Contender>(self, scale: Scale) -> f64;
}

/// A piece of work for those who have timers.
pub trait TimedWork: Copy + 'static {
    fn sample<C: Timed>(self, scale: Scale) -> f64;
}

/// Everyone who runs on one thread.
pub fn one_thread(work: impl Work) -> Vec<Entry> {
    fn entry<C: Contender>(role: Role, work: impl Work) -> Entry {
        Entry {
            name: C::NAME,
            role,
            sample: Box::new(move |scale| work.sample::<C>(scale)),
        }
    }
    vec![
        entry::<Floor>(Role::Floor, work),
        entry::<Wakeful>(Role::Ours, work),
        entry::<Tokio>(Role::Peer, work),
        entry::<Smol>(Role::Peer, work),
        entry::<Monoio>(Role::Peer, work),
        entry::<Compio>(Role::Peer, work),
    ]
}

/// Everyone who runs on one thread and has timers.
pub fn one_thread_timed(work: impl TimedWork) -> Vec<Entry> {
    fn entry<C: Timed>(role: Role, work: impl TimedWork) -> Entry {
        Entry {
            name: C::NAME,
            role,
            sample: Box::new(move |scale| work.sample::<C>(scale)),
        }
    }
    vec![
        entry::<Wakeful>(Role::Ours, work),
        entry::<Tokio>(Role::Peer, work),
        entry::<Smol>(Role::Peer, work),
        entry::<Monoio>(Role::Peer, work),
        entry::<Compio>(Role::Peer, work),
    ]
}

/// A join handle whose tasks are neither aborted nor panic.
pub struct Unwrapped<J>(J);

impl<J, T, E> Future for Unwrapped<J>
where
    J: Future<Output = Result<T, E>> + Unpin,
    E: Debug,
{
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let joined = Pin::new(&mut self.0).poll(context);
        joined.map(|output| output.expect("no task here is aborted or panics"))
    }
}

/// A future that its contender, which never moves a task, may take for `Send`.
struct Stays<F>(F);

// SAFETY: only made by contenders that run everything on one thread.
unsafe impl<F> Send for Stays<F> {}

impl<F: Future> Future for Stays<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: the field is pinned as its owner is, and never moved out.
        unsafe { self.map_unchecked_mut(|stays| &mut stays.0) }.poll(context)
    }
}
