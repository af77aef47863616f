//! Wakeful: a small, complete async runtime. The book builds up to it.
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
//! Streams implement the traits of `futures-io`. The methods that read lines, copy and so
//! on are in `futures-util`, with its feature `io`:
//!
//! ```toml
//! futures-util = { version = "0.3", features = ["io"] }
//! ```
//!
//! `futures-lite`, which smol exports as `smol::io`, works as well.
//!
//! A runtime has one of three kinds: one thread, where futures need not be `Send`, several
//! threads that steal tasks from each other, or several threads that share nothing. See
//! [`runtime::Builder`].
//!
//! # Modules
//! | module | contents |
//! |---|---|
//! | [`runtime`] | building and using a runtime |
//! | [`task`] | spawned futures and their handles |
//! | [`time`], [`net`], [`io`], [`fs`], [`process`], [`signal`] | the things that tasks wait for |
//! | [`sync`] | channels and locks between tasks |
//! | [`join!`], [`select!`], [`group`] | waiting for several futures in one task |
//! | [`scope`] | child tasks that borrow from their parent |
//! | [`inspect()`] | a snapshot of a running runtime |
//!
//! Inside, `executor` has the loops that poll tasks, `reactor` the readiness of sockets,
//! `timers` the timer wheel, and `blocking` the threads for blocking work.
//!
//! # Coming from tokio
//! An item with tokio's name does what it does in tokio. To move a program:
//!
//! 1. Add this crate with the feature `tokio` to `Cargo.toml`. Keep tokio with the feature
//!    `io-util` only.
//! 2. Replace each `tokio::` except `tokio::io` with `wakeful::`.
//! 3. Look up the compiler's errors in this table.
//!
//! The 4,354 lines of [mini-redis](https://github.com/tokio-rs/mini-redis) needed changes in
//! two more places, and its own tests pass.
//!
//! | tokio | here |
//! |---|---|
//! | `tokio::io`: `AsyncReadExt`, `BufReader`, `copy`, `split` | in `futures_util::io`. With the feature `tokio`, tokio's work as well, and `use tokio::io::…` can stay. Only `stdin`, `stdout` and `stderr` are in [`io`] |
//! | `stream.shutdown().await` | `stream.close().await` of `futures_util`, or `stream.shutdown(Shutdown::Write)`, which does not wait |
//! | `#[tokio::main]` and `Runtime::new()` make a multi-thread runtime | they make one thread. Write `flavor = "multi_thread"`, or use [`Builder::new_multi_thread`](runtime::Builder::new_multi_thread) |
//! | `builder.enable_all();` as a statement | `let builder = builder.enable_all();`, because a [`Builder`](runtime::Builder)'s methods take it by value |
//! | `let guard = handle.enter()` | [`Handle::enter`](runtime::Handle::enter) and [`Runtime::enter`] call a closure. So a thread always leaves its runtimes in the reverse order. In tokio, two guards that are dropped in another order panic, and a guard that lives across an `await` also changes the runtime of the other tasks |
//! | `Builder::build_local`, `LocalRuntime` | [`Builder::new_current_thread`](runtime::Builder::new_current_thread). Its futures need not be `Send`: use [`Runtime::spawn_local`] |
//! | `unhandled_panic`, `rng_seed`, `disable_lifo_slot`, `task::Builder`, `JoinSet::build_task` need `tokio_unstable` | they are stable. The methods of [`task::Builder`] that spawn return the handle itself instead of an `io::Result`, because they cannot fail |
//! | `global_queue_interval` is 31 on one thread and measured in a multi-thread runtime | by default the runtime takes the tasks of other threads whenever it polls the sockets, at the [`event_interval`](runtime::Builder::event_interval) |
//! | `Builder::max_io_events_per_tick`, `metrics_poll_time_histogram` and other histograms | not here. The hooks [`on_before_task_poll`](runtime::Builder::on_before_task_poll) and [`on_after_task_poll`](runtime::Builder::on_after_task_poll) can time each poll, and a program without them does not pay for a clock |
//! | `broadcast::channel(n)` holds the next power of two | it holds exactly `n` values, as its name says. A receiver that relies on more sees `Lagged` earlier |
//! | a `Runtime` in a `static`, or shared between threads | a `Runtime` stays on its thread. A [`Handle`](runtime::Handle) goes to any thread, and has `block_on` too |
//! | `tokio_stream::wrappers::ReceiverStream` | a receiver of [`sync::mpsc`] is a stream. `futures_util::stream::poll_fn` makes a stream of any `poll_…` method |
//! | `LocalSet` | [`spawn_local`] works on a runtime of one thread and on a thread per core |
//! | `handle.id()` after `(&mut handle).await` | call it before: the handle gives up its task with the output |
//! | `tokio_util`: `CancellationToken`, `TaskTracker` | [`sync::CancellationToken`], [`task::TaskTracker`]. Also see [`task::JoinSet`] and [`scope`] |
//! | `Signal::recv` returns an `Option` | it returns an `io::Result`, with an error after the runtime has shut down |
//! | `try_read_buf`, `recv_buf` and other methods with a `BufMut` | the same, with the feature `bytes`, because the crate `bytes` is needed for nothing else |
//! | `poll_recv`, `poll_peek` and other poll methods fill a `ReadBuf` | they fill a `&mut [u8]` and return the length, because `ReadBuf` is a type of tokio's |
//! | `AsyncFd<T: AsRawFd>` | `T: AsFd`, so that the descriptor cannot be closed while it is registered. Wrap a number in a `BorrowedFd` |
//! | `net::unix::SocketAddr` | the same name for `std`'s type, whose `SocketAddrExt` has the abstract names |
//! | `signal::windows` | only `signal::ctrl_c` on Windows: the crate signal-hook does not report the other console events |
//! | `into_owned_handle` of a child's pipe on Windows | take the pipe of `std` from `Command::spawn` of `std`, because a pipe here may be in use by the blocking pool |
//!
//! # Coming from smol
//! The parts of smol that need no executor and no reactor stay: `smol::future`, `io`,
//! `stream` and `prelude` are the crate `futures-lite`, and `channel` and `lock` are
//! `async-channel` and `async-lock`. The streams of this crate implement the same traits.
//! `smol::fs`, `net` and `process` become `wakeful::`. This table has the rest.
//!
//! You can move a program in steps, because smol's sockets, timers and `spawn` work in a
//! task of this crate. Threads of smol serve them. The 2,378 lines of
//! [async-tftp](https://github.com/oblique/async-tftp-rs) needed changes in thirty places,
//! most of them for its own executors, and its own tests pass.
//!
//! | smol | here |
//! |---|---|
//! | `smol::block_on` | [`block_on`], but not inside another. It ends the tasks that it spawned. To keep them, keep a [`Runtime`] and call its `block_on` |
//! | `smol::spawn` works anywhere, on a thread of smol's | [`spawn`] works inside `block_on`, whose thread must not block. Elsewhere, use [`Handle::spawn`](runtime::Handle::spawn). [`Builder::new_multi_thread`](runtime::Builder::new_multi_thread) adds threads |
//! | sockets and timers under any executor, such as `future::block_on` | under [`block_on`], or under [`Handle::block_on`](runtime::Handle::block_on) on another thread |
//! | `spawn(task).detach()` | `spawn(task);` |
//! | dropping a `Task` cancels it | dropping a handle detaches the task. An [`AbortOnDropHandle`](task::AbortOnDropHandle) aborts it |
//! | `task.await` returns the output, or continues the task's panic | it returns a `Result`: `task.await?`, or `task.await.unwrap()` |
//! | `task.cancel().await` | `task.abort()`, then `task.await.ok()`. For a child of a scope, use a [`CancellationToken`](sync::CancellationToken::run_until_cancelled) |
//! | an `Executor` that several threads run | [`Builder::new_multi_thread`](runtime::Builder::new_multi_thread). A [`Handle`](runtime::Handle) replaces `&executor` |
//! | `executor.run(body).await`, with tasks that borrow | [`scope.run(body).await`](scope::Scope::run), which waits for the tasks that are left |
//! | `LocalExecutor` | [`spawn_local`], or a [`LocalScope`](scope::LocalScope) |
//! | `executor.try_tick()` in a loop of the program | `runtime.block_on(async { sleep(Duration::ZERO).await })` |
//! | `unblock(work).await` | [`spawn_blocking(work).await`](spawn_blocking()), which returns a `Result` |
//! | `Unblock::new` of a file or a standard stream | [`fs::File::from_std`]; [`io::stdin`], `stdout`, `stderr` |
//! | `Timer::after(duration)`, `Timer::at(moment)` | [`sleep(duration)`](time::sleep()), [`sleep_until(moment.into())`](time::sleep_until), inside the runtime |
//! | `Timer::interval(period)`, a stream that begins after a period | [`interval_at(Instant::now() + period, period)`](time::interval_at), and its `tick().await` |
//! | `timer.set_after(duration)` | [`sleep.reset(Instant::now() + duration)`](time::Sleep::reset) |
//! | `Async::<TcpListener>::bind(address)?` and similar | `TcpListener::bind(address).await?`. The Unix sockets' `bind` does not wait. Methods replace `get_ref()` |
//! | `Async::new` and `try_from` of a socket of `std` | `from_std`, or `try_from` |
//! | `Async::new` of another type; `read_with(operation)`, `poll_readable` | `io::AsyncFd` of a non-blocking descriptor; `async_io(Interest::READABLE, operation)`, `poll_read_ready` |
//! | `close().await` of an `Async<TcpStream>` flushes | it closes the writing direction, as with `smol::net` |
//! | `clone()` of a socket | an `Arc` of it: `&stream` reads and writes. `into_split()` makes halves |
//! | `listener.incoming()` and `fs::read_dir` as streams | `accept().await`, `next_entry().await`. `stream::poll_fn` makes a stream of `poll_accept` or `poll_next_entry` |
//! | `net::unix::UnixStream` and similar; `net::SocketAddr`, `Shutdown` | `net::UnixStream`; the types of `std::net` |
//! | `net::resolve`, `AsyncToSocketAddrs` | [`net::lookup_host`], [`net::ToSocketAddrs`] |
//! | `fs::unix`: `symlink`, `OpenOptionsExt`, `DirBuilderExt`, `PermissionsExt` | `fs::symlink`, methods, and the traits of `std` |
//! | `child.status()`, `output()`, `try_status()`, `kill()`, `id()` | [`wait()`](process::Child::wait), `wait_with_output()`, `try_wait()`, `start_kill()`; `id()` returns an `Option` |
//! | `pipe.into_stdio().await`, `command.get_args()` | `Stdio::try_from(pipe)`, `command.as_std().get_args()` |
//! | `smol_macros::main!` and `test!`, `smol-potat` | `#[wakeful::main]` and `#[wakeful::test]` |
//! | `smol_hyper::rt`: `FuturesIo`, `SmolTimer`, `SmolExecutor` | with the feature `hyper`: `HyperIo`, `HyperTimer`, `HyperExecutor` |
//!
//! # Features
//! | feature | contents |
//! |---|---|
//! | `macros` (default) | `#[wakeful::main]` and `#[wakeful::test]` |
//! | `bytes` | `try_read_buf`, `recv_buf` and other methods that read into a `BufMut` of the crate `bytes` |
//! | `dynamic` | async methods behind `dyn`, in the module `dynamic` |
//! | `hyper` | the traits of `hyper::rt`, in the module `hyper` |
//! | `tokio` | tokio's I/O traits for this crate's streams, and adapters for other streams in the module `tokio` |
//! | `taskdump` | more about each task in [`inspect()`], and the module `taskdump`, which shows what every task waits for |
//! | `tracing` | the spans and events that tokio-console reads |
#![warn(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod blocking;
mod budget;
mod clock;
#[cfg(feature = "dynamic")]
pub mod dynamic;
mod executor;
mod fork;
pub mod fs;
#[cfg(all(any(test, fuzzing), not(loom)))]
#[doc(hidden)]
pub mod fuzzing;
pub mod group;
mod hooks;
#[cfg(feature = "hyper")]
pub mod hyper;
mod id;
pub mod inspect;
pub mod io;
#[doc(hidden)]
pub mod macros;
pub mod net;
mod primitives;
pub mod process;
mod reactor;
#[cfg(doctest)]
mod refused;
mod rng;
pub mod runtime;
pub mod scope;
#[cfg(all(test, shuttle))]
mod shuttle_tests;
pub mod signal;
pub mod sync;
pub mod task;
#[cfg(feature = "taskdump")]
pub mod taskdump;
#[cfg(not(feature = "taskdump"))]
#[path = "taskdump/noop.rs"]
mod taskdump;
pub mod time;
mod timers;
#[cfg(feature = "tokio")]
pub mod tokio;
mod unwind;

pub use inspect::inspect;
pub use runtime::{Runtime, block_on};
pub use task::{spawn, spawn_blocking, spawn_local};
#[cfg(feature = "macros")]
pub use wakeful_macros::{main, test};
