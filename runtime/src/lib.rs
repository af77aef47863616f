//! Wakeful: a small, complete async runtime, the one at which the book arrives.
//!
//! ```
//! use futures_util::{AsyncReadExt, AsyncWriteExt};
//! use wakeful::net::{TcpListener, TcpStream};
//!
//! let runtime = wakeful::Runtime::new()?;
//! runtime.block_on(async {
//!     let listener = TcpListener::bind("127.0.0.1:0").await?;
//!     let address = listener.local_addr()?;
//!     let server = wakeful::spawn_local(async move {
//!         let (mut stream, _) = listener.accept().await?;
//!         stream.write_all(b"hello").await
//!     });
//!     let mut greeting = String::new();
//!     let mut stream = TcpStream::connect(address).await?;
//!     server.await??;
//!     stream.read_to_string(&mut greeting).await?;
//!     assert_eq!(greeting, "hello");
//!     Ok::<(), std::io::Error>(())
//! })?;
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Streams read and write by the traits of `futures-io`. The methods that read
//! lines, copy and so on come from `futures-util`, whose feature `io` has them:
//!
//! ```toml
//! futures-util = { version = "0.3", features = ["io"] }
//! ```
//!
//! (Those of `futures-lite`, which smol has as `smol::io`, do as well.)
//!
//! A runtime lives on one thread, where futures need not be `Send`, on several
//! that take tasks from each other, or on several that share nothing: see
//! [`runtime::Builder`].
//!
//! # Rooms
//! [`task`] is what a future becomes when it is spawned; [`runtime`] runs
//! tasks; [`time`], [`net`], [`io`], [`fs`], [`process`] and [`signal`] are what
//! they wait for; [`sync`] is how they talk to each other, [`join!`],
//! [`select!`] and [`group`] how they wait for several things, [`scope`] how
//! they have children; [`inspect()`] looks at all of it. Inside, `executor`
//! holds the loop, `reactor` the sockets' readiness, `blocking` the threads for
//! what blocks.
//!
//! # Coming from tokio
//! What has tokio's name does what it does there. So a program that was written
//! for tokio moves by its names: this crate goes into its `Cargo.toml`, with the
//! feature `tokio`; of tokio itself the feature `io-util` stays; and every
//! `tokio::` but `tokio::io` becomes `wakeful::`. What the compiler then says
//! is in this table. The 4,354 lines of
//! [mini-redis](https://github.com/tokio-rs/mini-redis) wanted a hand in two
//! places beside, and its own tests pass.
//!
//! | there | here |
//! |---|---|
//! | `tokio::io`: `AsyncReadExt`, `BufReader`, `copy`, `split` | `futures_util::io` has them; with the feature `tokio`, tokio's work as well, and `use tokio::io::…` stays, but for `stdin`, `stdout` and `stderr` of [`io`] |
//! | `stream.shutdown().await` | `stream.close().await` of `futures_util`, or `stream.shutdown(Shutdown::Write)`, which waits for nothing |
//! | `#[tokio::main]` and `Runtime::new()` make a pool | one thread, unless `flavor = "multi_thread"`, or by [`Builder::new_multi_thread`](runtime::Builder::new_multi_thread) |
//! | `builder.enable_all();` and no more | `let builder = builder.…`: a [`Builder`](runtime::Builder) is handed on |
//! | `let guard = handle.enter()` | [`Handle::enter`](runtime::Handle::enter) calls a closure; so does [`Runtime::enter`] |
//! | a `Runtime` in a `static`, or shared | it stays on the thread that made it; a [`Handle`](runtime::Handle) goes anywhere, and blocks there |
//! | `tokio_stream::wrappers::ReceiverStream` | a receiver of [`sync::mpsc`] is a stream; of what has a `poll_…` method, `futures_util::stream::poll_fn` makes one |
//! | `LocalSet` | [`spawn_local`] alone, on a runtime of one thread or a thread per core |
//! | `fs::write(path, &text)` | the contents are given away; a `&str` or `&[u8]` is copied |
//! | `handle.id()` after `(&mut handle).await` | before: the handle forgets its task |
//! | `tokio_util`: `CancellationToken`, `TaskTracker` | [`sync::CancellationToken`]; a [`task::JoinSet`] or a [`scope`] |
//! | `Signal::recv` gives an `Option` | an `io::Result`: it fails once the runtime has shut down |
//!
//! # Coming from smol
//! What of smol asks for no executor and no reactor stays: `smol::future`, `io`,
//! `stream` and `prelude`, which are the crate `futures-lite`, and `channel` and
//! `lock`, which are `async-channel` and `async-lock`. The streams of this crate
//! speak the same traits. `smol::fs`, `net` and `process` become `wakeful::`,
//! with `fs::write` as above, and the rest is in this table. It may come piece
//! by piece: in a task of this crate, smol's sockets, timers and `spawn` go on,
//! served by threads of smol's. The 2,378 lines of
//! [async-tftp](https://github.com/oblique/async-tftp-rs) wanted a hand in
//! thirty places, most of them for executors of its own, and its own tests
//! pass.
//!
//! | there | here |
//! |---|---|
//! | `smol::block_on` | [`block_on`], not inside of another; what was spawned in it ends with it, unless one [`Runtime`] is kept, and its `block_on` called |
//! | `smol::spawn` works anywhere, on a thread of its own | [`spawn`] inside of `block_on`, whose thread must not block; [`Handle::spawn`](runtime::Handle::spawn) elsewhere; other threads by [`Builder::new_multi_thread`](runtime::Builder::new_multi_thread) |
//! | sockets and timers under any executor, such as `future::block_on` | under this crate's: [`block_on`], or [`Handle::block_on`](runtime::Handle::block_on) on another thread |
//! | `spawn(task).detach()` | `spawn(task);` |
//! | a `Task` that is dropped is cancelled | it is detached; a [`task::AbortOnDropHandle`] aborts it |
//! | `task.await` gives the output, or goes on with the task's panic | a `Result`: `task.await?`, or `task.await.unwrap()` |
//! | `task.cancel().await` | `task.abort()`, then `task.await.ok()`; a child of a scope by a [`CancellationToken`](sync::CancellationToken::run_until_cancelled) |
//! | an `Executor` that several threads run | [`Builder::new_multi_thread`](runtime::Builder::new_multi_thread); what was `&executor` is a [`Handle`](runtime::Handle) |
//! | `executor.run(body).await`, with tasks that borrow | [`scope.run(body).await`](scope::Scope::run), which waits for those that are left |
//! | `LocalExecutor` | [`spawn_local`], or a [`LocalScope`](scope::LocalScope) |
//! | `executor.try_tick()`, in a loop of one's own | `runtime.block_on(async { sleep(Duration::ZERO).await })` |
//! | `unblock(work).await` | [`spawn_blocking(work).await`](spawn_blocking()), a `Result` |
//! | `Unblock::new` of a file, or of a standard stream | [`fs::File::from_std`]; [`io::stdin`], `stdout`, `stderr` |
//! | `Timer::after(duration)`, `Timer::at(moment)` | [`sleep(duration)`](time::sleep()), [`sleep_until(moment.into())`](time::sleep_until), inside of the runtime |
//! | `Timer::interval(period)`, a stream that begins after a period | [`interval_at(Instant::now() + period, period)`](time::interval_at), and its `tick().await` |
//! | `timer.set_after(duration)` | [`sleep.reset(Instant::now() + duration)`](time::Sleep::reset) |
//! | `Async::<TcpListener>::bind(address)?`, and its like | `TcpListener::bind(address).await?`, where those of Unix wait for nothing; what `get_ref()` led to is a method |
//! | `Async::new` and `try_from` of a socket of `std`'s | `from_std` |
//! | `Async::new` of anything else; `read_with(operation)`, `poll_readable` | `io::AsyncFd`, of a descriptor that is non-blocking; `async_io(Interest::READABLE, operation)`, `poll_read_ready` |
//! | `close().await` of an `Async<TcpStream>` flushes | it closes that direction, as with `smol::net` |
//! | `clone()` of a socket | an `Arc` of it; `&stream` reads and writes, and `into_split()` makes halves |
//! | `listener.incoming()` and `fs::read_dir` as streams | `accept().await`, `next_entry().await`; a stream by `stream::poll_fn` of `poll_accept` or `poll_next_entry` |
//! | `net::unix::UnixStream`, and its like; `net::SocketAddr`, `Shutdown` | `net::UnixStream`; those of `std::net` |
//! | `net::resolve`, `AsyncToSocketAddrs` | [`net::lookup_host`], [`net::ToSocketAddrs`] |
//! | `fs::unix`: `symlink`, `OpenOptionsExt`, `DirBuilderExt`, `PermissionsExt` | `fs::symlink`, methods, and `std`'s |
//! | `child.status()`, `output()`, `try_status()`, `kill()`, `id()` | [`wait()`](process::Child::wait), `wait_with_output()`, `try_wait()`, `start_kill()`, an `Option` |
//! | `pipe.into_stdio().await`, `command.get_args()` | `Stdio::try_from(pipe)`, `command.as_std().get_args()` |
//! | `smol_macros::main!` and `test!`, `smol-potat` | `#[wakeful::main]` and `#[wakeful::test]` |
//! | `smol_hyper::rt`: `FuturesIo`, `SmolTimer`, `SmolExecutor` | with the feature `hyper`: `HyperIo`, `HyperTimer`, `HyperExecutor` |
//!
//! # Features
//! `macros`, unless switched off: `#[wakeful::main]` and `#[wakeful::test]`.
//! `hyper`: the traits of `hyper::rt`, in the module `hyper`. `tokio`: tokio's
//! traits for I/O, for this crate's streams and, in the module `tokio`, for
//! others. `trace`: what [`inspect()`] tells of a task beside its name and
//! state, and the module `trace`, which says what every task waits for.
//! `tracing`: spans and events that tokio-console reads.
#![warn(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod blocking;
mod budget;
mod executor;
mod fork;
pub mod fs;
#[cfg(all(any(test, fuzzing), not(loom)))]
#[doc(hidden)]
pub mod fuzzing;
pub mod group;
#[cfg(feature = "hyper")]
pub mod hyper;
pub mod inspect;
pub mod io;
#[doc(hidden)]
pub mod macros;
pub mod net;
mod primitives;
pub mod process;
#[cfg(all(test, shuttle))]
mod random;
mod reactor;
#[cfg(doctest)]
mod refused;
pub mod runtime;
pub mod scope;
pub mod signal;
pub mod sync;
pub mod task;
pub mod time;
#[cfg(feature = "tokio")]
pub mod tokio;
#[cfg(feature = "trace")]
pub mod trace;
#[cfg(not(feature = "trace"))]
#[path = "trace/nothing.rs"]
mod trace;
mod unwind;

pub use inspect::inspect;
pub use runtime::{Runtime, block_on};
pub use task::{spawn, spawn_blocking, spawn_local};
#[cfg(feature = "macros")]
pub use wakeful_macros::{main, test};
