//! The contenders, behind common traits. So each row is written once and is the
//! same for all.
//!
//! A contender uses the functions that its users call. Only the flavour of the
//! runtime is chosen, and no other setting is tuned.

mod compio;
mod cores;
mod epoll;
mod floor;
mod glommio;
mod monoio;
mod smol;
mod tokio;
mod wakeful;

pub use compio::{Compio, CompioCores, CompioUring};
pub use epoll::Epoll;
pub use floor::{Floor, Pipe};
pub use glommio::Glommio;
pub use monoio::{Monoio, MonoioCores, MonoioUring};
pub use smol::{Smol, SmolChannel, SmolPool, SmolUnbounded};
pub use tokio::{Tokio, TokioChannel, TokioPool, TokioUnbounded};
pub use wakeful::{Wakeful, WakefulChannel, WakefulCores, WakefulPool, WakefulUnbounded};

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

/// The name in the tables and on the command line.
pub trait Named {
    const NAME: &'static str;
}

/// A runtime that runs tasks. The futures are `Send` because some contenders
/// require that. It costs the others nothing.
pub trait Contender: Named + Sized + 'static {
    /// A future of the task's output.
    type Join<T: Send + 'static>: Future<Output = T>;

    fn new() -> Self;

    fn block_on<F: Future>(&mut self, future: F) -> F::Output;

    /// Spawns from inside `block_on`.
    fn spawn<F>(future: F) -> Self::Join<F::Output>
    where
        F: Future<Output: Send> + Send + 'static;

    /// Lets the task continue without a join handle.
    fn detach<T: Send + 'static>(join: Self::Join<T>) {
        drop(join);
    }

    fn yield_now() -> impl Future<Output = ()> + Send;

    /// [`block_on`](Self::block_on) without tasks. Some contenders need no
    /// executor for that.
    fn block_on_alone<F: Future>(&mut self, future: F) -> F::Output {
        self.block_on(future)
    }
}

/// A contender that has timers.
pub trait Timed: Contender {
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send;
}

/// A contender with timers and sockets.
pub trait Networked: Timed {
    /// Receives datagrams until one is [`LAST`], and calls `arrived` after each.
    fn receive(
        socket: net::UdpSocket,
        arrived: impl Fn() + Send,
    ) -> impl Future<Output = ()> + Send;
}

/// The byte of the last datagram.
pub const LAST: u8 = 1;

/// Why a datagram is expected.
const DATAGRAM: &str = "a datagram on the loopback interface";

/// A contender with several threads.
pub trait Pool: Contender {
    /// With this, another thread spawns.
    type Handle: Clone + Send + 'static;

    fn handle(&self) -> Self::Handle;

    /// Spawns a detached task from any thread.
    fn spawn_foreign(handle: &Self::Handle, future: impl Future<Output = ()> + Send + 'static);
}

/// The number of threads of a [`Pool`].
pub const WORKERS: usize = 2;

/// A channel with many senders.
pub trait Channel: 'static {
    type Sender: Send + 'static;
    type Receiver: Send + 'static;

    fn new(room: usize) -> (Self::Sender, Self::Receiver);

    fn send(sender: &mut Self::Sender, message: u32) -> impl Future<Output = ()> + Send;

    fn receive(receiver: &mut Self::Receiver) -> impl Future<Output = u32> + Send;
}

/// A channel without a limit on its messages.
pub trait Unbounded: Channel {
    /// Sends from any thread. This never waits.
    fn send_now(sender: &mut Self::Sender, message: u32);
}

/// A contender that serves in another process.
pub trait Serve: Named {
    /// Serves until an error, and returns the error.
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error;
}

#[derive(Clone, Copy)]
pub struct Server {
    pub name: &'static str,
    pub role: Role,
    serve: ServeFn,
}

type ServeFn = fn(net::TcpListener, Protocol) -> io::Error;

/// The servers with one thread.
pub const SERVERS: [Server; 9] = [
    server_of::<Epoll>(Role::Floor),
    server_of::<Wakeful>(Role::Ours),
    server_of::<Tokio>(Role::Peer),
    server_of::<Smol>(Role::Peer),
    server_of::<Monoio>(Role::Peer),
    server_of::<Compio>(Role::Peer),
    server_of::<MonoioUring>(Role::Beside),
    server_of::<CompioUring>(Role::Beside),
    server_of::<Glommio>(Role::Beside),
];

/// The servers with two threads: the pools, and beside them the servers whose
/// threads share nothing.
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

/// Finds a server by its name.
pub fn server(name: &str) -> Option<ServeFn> {
    let all = SERVERS.into_iter().chain(POOL_SERVERS);
    all.map(|server| (server.name, server.serve))
        .find_map(|(its, serve)| (its == name).then_some(serve))
}

/// The contenders that cannot run on this machine, and why.
pub fn missing() -> Vec<(&'static str, io::Error)> {
    let started = [
        (MonoioUring::NAME, MonoioUring::start().map(drop)),
        (CompioUring::NAME, CompioUring::start().map(drop)),
        (Glommio::NAME, Glommio::start().map(drop)),
    ];
    let failed = |(name, started): (_, io::Result<()>)| Some((name, started.err()?));
    started.into_iter().filter_map(failed).collect()
}

/// Work that every contender can do.
pub trait Work: Copy + 'static {
    fn sample<C: Contender>(self, scale: Scale) -> f64;
}

/// Work for contenders with timers.
pub trait TimedWork: Copy + 'static {
    fn sample<C: Timed>(self, scale: Scale) -> f64;
}

/// Work for contenders with timers and sockets.
pub trait NetworkedWork: Copy + 'static {
    fn sample<C: Networked>(self, scale: Scale) -> f64;
}

/// Work for contenders with several threads.
pub trait PoolWork: Copy + 'static {
    fn sample<C: Pool + Networked>(self, scale: Scale) -> f64;
}

/// The contenders with one thread.
pub fn one_thread(work: impl Work) -> Vec<Entry> {
    #[derive(Clone, Copy)]
    struct Networkless<W>(W);

    impl<W: Work> NetworkedWork for Networkless<W> {
        fn sample<C: Networked>(self, scale: Scale) -> f64 {
            self.0.sample::<C>(scale)
        }
    }

    let floor = Entry::of(Floor::NAME, Role::Floor, move |it| work.sample::<Floor>(it));
    let mut entries = one_thread_networked(Networkless(work));
    entries.insert(0, floor);
    entries
}

/// The contenders with one thread and timers.
pub fn one_thread_timed(work: impl TimedWork) -> Vec<Entry> {
    #[derive(Clone, Copy)]
    struct Networkless<W>(W);

    impl<W: TimedWork> NetworkedWork for Networkless<W> {
        fn sample<C: Networked>(self, scale: Scale) -> f64 {
            self.0.sample::<C>(scale)
        }
    }

    one_thread_networked(Networkless(work))
}

/// The contenders with one thread, timers and sockets.
pub fn one_thread_networked(work: impl NetworkedWork) -> Vec<Entry> {
    fn entry<C: Networked>(role: Role, work: impl NetworkedWork) -> Entry {
        Entry::of(C::NAME, role, move |it| work.sample::<C>(it))
    }
    vec![
        entry::<Wakeful>(Role::Ours, work),
        entry::<Tokio>(Role::Peer, work),
        entry::<Smol>(Role::Peer, work),
        entry::<Monoio>(Role::Peer, work),
        entry::<Compio>(Role::Peer, work),
        entry::<CompioUring>(Role::Peer, work),
        entry::<Glommio>(Role::Peer, work),
    ]
}

/// The contenders with two threads.
pub fn two_threads(work: impl PoolWork) -> Vec<Entry> {
    fn entry<C: Pool + Networked>(role: Role, work: impl PoolWork) -> Entry {
        Entry::of(C::NAME, role, move |it| work.sample::<C>(it))
    }
    vec![
        entry::<WakefulPool>(Role::Ours, work),
        entry::<TokioPool>(Role::Peer, work),
        entry::<SmolPool>(Role::Peer, work),
    ]
}

/// A join handle of a task that neither panics nor is aborted.
pub struct Unwrapped<J>(J);

impl<J, T, E> Future for Unwrapped<J>
where
    J: Future<Output = Result<T, E>> + Unpin,
    E: Debug,
{
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let joined = Pin::new(&mut self.0).poll(context);
        joined.map(|output| output.expect("no task panics or is aborted"))
    }
}

/// A future that counts as `Send` because its contender never moves a task.
pub struct Stays<F>(F);

// SAFETY: only contenders that run everything on one thread create it.
unsafe impl<F> Send for Stays<F> {}

impl<F: Future> Future for Stays<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: the field is pinned with its owner and never moved out.
        unsafe { self.map_unchecked_mut(|stays| &mut stays.0) }.poll(context)
    }
}
