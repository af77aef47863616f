//! Structured concurrency: children that may borrow from their parent, because
//! they end before the parent goes on.
//!
//! A spawned task can outlive the function that spawned it, so it has to own
//! everything it uses. A child of a scope cannot outlive its parent. The future
//! that [`run`](Scope::run) returns polls the children, is ready only after all
//! of them have ended, and drops them if it is dropped itself. A child may spawn
//! more children. All of them share variables outside the scope by plain
//! reference.
//!
//! ```
//! use wakeful::scope::Scope;
//!
//! # async fn length_of(page: &str) -> usize { page.len() }
//! let runtime = wakeful::Runtime::new()?;
//! runtime.block_on(async {
//!     let pages = [String::from("one"), String::from("three")];
//!     let scope = Scope::new();
//!     let total = scope.run(async {
//!         let lengths = pages.each_ref().map(|page| scope.spawn(length_of(page)));
//!         let mut total = 0;
//!         for length in lengths {
//!             total += length.await;
//!         }
//!         total
//!     });
//!     assert_eq!(total.await, 8);
//! });
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! A function that spawns into its caller's scope takes the scope and everything
//! that its children borrow with one lifetime:
//!
//! ```
//! use wakeful::scope::Scope;
//!
//! fn greet<'scope>(scope: &'scope Scope<'scope>, name: &'scope str) {
//!     scope.spawn(async move { println!("good morning, {name}") });
//! }
//!
//! # let runtime = wakeful::Runtime::new()?;
//! # runtime.block_on(async {
//! let names = [String::from("Ada"), String::from("Grace")];
//! let scope = Scope::new();
//! scope.run(async { names.iter().for_each(|name| greet(&scope, name)) }).await;
//! # });
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! | scope              | its children                                         |
//! |--------------------|------------------------------------------------------|
//! | [`Scope`]          | return any type                                      |
//! | [`TryScope`]       | return a `Result`. The first `Err` cancels the rest. |
//! | [`LocalScope`]     | like those of [`Scope`], but need not be `Send`      |
//! | [`LocalTryScope`]  | like those of [`TryScope`], but need not be `Send`   |
//!
//! # Why children do not run in parallel
//! We would like children to run concurrently with their parent, to run in
//! parallel on other cores, and to borrow from the parent. No safe API offers all
//! three. This is [the scoped task trilemma][trilemma], and it exists because Rust
//! lets you forget any value. `std::thread::scope` gives up the first: it blocks
//! until its threads have ended. An async function cannot hold its caller back.
//! Its caller can drop it halfway, or leak it with [`std::mem::forget`]. Then its
//! borrows end and its code never runs again. The crate `async-scoped` lets
//! children borrow and run on other threads. The price is that its
//! [`scope`][unsound] is `unsafe`, that dropping it blocks the thread, and that
//! forgetting it leaves children that read freed memory.
//!
//! This module gives up parallelism: all children run in the task of their
//! parent, one after the other. If you forget a scope, its children are never
//! polled again. The crate [`moro`] made the same choice. It erases the lifetimes
//! of its children and restores the checks with `unsafe`. This module needs no
//! `unsafe`, because the scope is a variable next to the variables that its
//! children borrow, in the same function, where the compiler sees them all. That
//! also keeps the future `Send`. For a closure that takes the scope, as in `std`,
//! [the compiler cannot prove] this.
//!
//! If you have a computation that needs another core, use
//! [`spawn_blocking`](crate::spawn_blocking), and move or reference-count
//! everything it uses.
//!
//! # Fairness
//! A scope polls only the children that were woken, and new children soon after
//! they were spawned. One poll of the scope polls each child at most once, and then
//! other tasks run. The children share the budget of their task.
//!
//! # Panics
//! A child that panics ends its scope. The scope drops the other children and the
//! body, and then the panic continues in the task that awaits the scope. This
//! happens even if no code awaits the child's handle.
//!
//! [trilemma]: https://without.boats/blog/the-scoped-task-trilemma/
//! [unsound]: https://docs.rs/async-scoped/latest/async_scoped/struct.Scope.html
//! [`moro`]: https://docs.rs/moro
//! [the compiler cannot prove]: https://github.com/rust-lang/rust/issues/126350

mod child;
mod nursery;
mod scopes;

#[cfg(all(test, loom))]
mod models;

pub use child::ScopedJoinHandle;
pub use scopes::{LocalScope, LocalTryScope, Scope, TryScope};
