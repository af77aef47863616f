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
mod contain;
mod executor;
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

pub use inspect::inspect;
pub use runtime::{Runtime, block_on};
pub use task::{spawn, spawn_blocking, spawn_local};
#[cfg(feature = "macros")]
pub use wakeful_macros::{main, test};
