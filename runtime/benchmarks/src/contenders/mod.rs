//! Everyone who does the work, behind one trait, so that each row is written
//! once and is the same for all.
//!
//! What a contender does here is what its users call. Nothing is tuned but
//! the flavour.

mod compio;
mod cores;
mod epoll;
mod floor;
mod monoio;
mod smol;
mod tokio;
mod wakeful;

pub use compio::{Compio, CompioCores, CompioUring};
pub use epoll::Epoll;
pub use floor::{Floor, Pipe};
pub use monoio::{Monoio, MonoioCores, MonoioUring};
pub use smol::{Smol, SmolChannel, SmolPool};
pub use tokio::{Tokio, TokioChannel, TokioPool};
pub use wakeful::{Wakeful, WakefulChannel, WakefulCores, WakefulPool};

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

/// What it is called in the tables and on the command line.
pub trait Named {
    const NAME: &'static str;
}

/// A runtime that runs tasks. The futures are `Send` because some contenders
/// ask for it; that costs the others nothing.
pub trait Contender: Named + Sized + 'static {
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

/// A contender of several threads.
pub trait Pool: Contender {
    /// What another thread spawns with.
    type Handle: Clone + Send + 'static;

    fn handle(&self) -> Self::Handle;

    /// Spawns from anywhere; nobody joins it.
    fn spawn_from_afar(handle: &Self::Handle, future: impl Future<Output = ()> + Send + 'static);
}

/// How many threads a [`Pool`] has.
pub const WORKERS: usize = 2;

/// A channel with room for some messages, and with many senders.
pub trait Channel: 'static {
    type Sender: Send + 'static;
    type Receiver: Send + 'static;

    fn new(room: usize) -> (Self::Sender, Self::Receiver);

    fn send(sender: &mut Self::Sender, message: u32) -> impl Future<Output = ()> + Send;

    fn receive(receiver: &mut Self::Receiver) -> impl Future<Output = u32> + Send;
}

/// A contender that serves, in a process of its own.
pub trait Serve: Named {
    /// Serves until something goes wrong, and says what.
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error;
}

#[derive(Clone, Copy)]
pub struct Server {
    pub name: &'static str,
    pub role: Role,
    serve: ServeFn,
}

type ServeFn = fn(net::TcpListener, Protocol) -> io::Error;

/// Everyone who serves on one thread.
pub const SERVERS: [Server; 8] = [
    server_of::<Epoll>(Role::Floor),
    server_of::<Wakeful>(Role::Ours),
    server_of::<Tokio>(Role::Peer),
    server_of::<Smol>(Role::Peer),
    server_of::<Monoio>(Role::Peer),
    server_of::<Compio>(Role::Peer),
    server_of::<MonoioUring>(Role::Beside),
    server_of::<CompioUring>(Role::Beside),
];

/// Everyone who serves on two: the pools, and beside them those whose threads
/// share nothing.
pub const POOL_SERVERS: [Server; 6] = [
    server_of::<WakefulPool>(Role::Ours),
    server_of::<TokioPool>(Role::Peer),
    server_of::<SmolPool>(Role::Peer),
    server_of::<WakefulCores>(Role::Beside),
    server_of::<MonoioCores>(Role::Beside),
    server_of::<CompioCores>(Role::Beside),
];

const fn server_of<S: Serve>(role: Role) -> Server {
    Server {
        name: S::NAME,
        role,
        serve: S::serve,
    }
}

/// The server of that name.
pub fn server(name: &str) -> Option<ServeFn> {
    let all = SERVERS.into_iter().chain(POOL_SERVERS);
    all.map(|server| (server.name, server.serve))
        .find_map(|(its, serve)| (its == name).then_some(serve))
}

/// A piece of work that every contender can do.
pub trait Work: Copy + 'static {
    fn sample<C: Contender>(self, scale: Scale) -> f64;
}

/// A piece of work for those who have timers.
pub trait TimedWork: Copy + 'static {
    fn sample<C: Timed>(self, scale: Scale) -> f64;
}

/// A piece of work for those who have several threads.
pub trait PoolWork: Copy + 'static {
    fn sample<C: Pool + Timed>(self, scale: Scale) -> f64;
}

/// Everyone who runs on one thread.
pub fn one_thread(work: impl Work) -> Vec<Entry> {
    vec![
        Entry::of(Floor::NAME, Role::Floor, move |it| work.sample::<Floor>(it)),
        Entry::of(Wakeful::NAME, Role::Ours, move |it| {
            work.sample::<Wakeful>(it)
        }),
        Entry::of(Tokio::NAME, Role::Peer, move |it| work.sample::<Tokio>(it)),
        Entry::of(Smol::NAME, Role::Peer, move |it| work.sample::<Smol>(it)),
        Entry::of(Monoio::NAME, Role::Peer, move |it| {
            work.sample::<Monoio>(it)
        }),
        Entry::of(Compio::NAME, Role::Peer, move |it| {
            work.sample::<Compio>(it)
        }),
    ]
}

/// Everyone who runs on one thread and has timers.
pub fn one_thread_timed(work: impl TimedWork) -> Vec<Entry> {
    vec![
        Entry::of(Wakeful::NAME, Role::Ours, move |it| {
            work.sample::<Wakeful>(it)
        }),
        Entry::of(Tokio::NAME, Role::Peer, move |it| work.sample::<Tokio>(it)),
        Entry::of(Smol::NAME, Role::Peer, move |it| work.sample::<Smol>(it)),
        Entry::of(Monoio::NAME, Role::Peer, move |it| {
            work.sample::<Monoio>(it)
        }),
        Entry::of(Compio::NAME, Role::Peer, move |it| {
            work.sample::<Compio>(it)
        }),
    ]
}

/// Everyone who runs on two.
pub fn two_threads(work: impl PoolWork) -> Vec<Entry> {
    vec![
        Entry::of(WakefulPool::NAME, Role::Ours, move |it| {
            work.sample::<WakefulPool>(it)
        }),
        Entry::of(TokioPool::NAME, Role::Peer, move |it| {
            work.sample::<TokioPool>(it)
        }),
        Entry::of(SmolPool::NAME, Role::Peer, move |it| {
            work.sample::<SmolPool>(it)
        }),
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
