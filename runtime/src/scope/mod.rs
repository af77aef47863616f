//! Structured concurrency: children that may borrow from their parent, because
//! they end before it goes on.
//!
//! A spawned task can outlive who spawned it, so it has to own what it uses. A
//! child of a scope cannot: it is polled by the future that
//! [`run`](Scope::run) gives, which is ready when all children are, and which
//! drops them if it is dropped. Inside, children may spawn children, and share
//! what stands outside by plain reference.
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
//! A function that spawns into its caller's scope takes it, and what its
//! children borrow, by one lifetime:
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
//! | scope              | its children                                      |
//! |--------------------|---------------------------------------------------|
//! | [`Scope`]          | give whatever they like                           |
//! | [`TryScope`]       | give a `Result`; the first `Err` cancels the rest |
//! | [`LocalScope`]     | as those of [`Scope`], and need not be `Send`     |
//! | [`LocalTryScope`]  | as those of [`TryScope`], and need not be `Send`  |
//!
//! # Two of three
//! Children could run at the same time as their parent, in parallel on other
//! cores, and borrow from it: any two of these, and never all three. That is
//! [the scoped task trilemma][trilemma], and its reason is that a value can be
//! forgotten. `std::thread::scope` blocks until its threads have ended, and so
//! gives up the first. An async function cannot hold its caller back: it can be
//! dropped in the middle, or leaked with [`std::mem::forget`], after which its
//! borrows end and no code of its own runs any more. The crate `async-scoped`
//! lets children borrow and run on other threads, and so its [`scope`][unsound]
//! is `unsafe`, a drop of it blocks the thread, and a forgotten one leaves
//! children that read freed memory.
//!
//! Here the second is given up: all children run in the task of their parent,
//! in turns. A scope that is forgotten is one that nobody polls. The crate
//! [`moro`] chose the same. It erases its children's lifetimes and restores by
//! `unsafe` what they are good for; this module has no `unsafe`, since a scope
//! stands beside what its children borrow, in the same function, and the
//! compiler sees it all. It is also what keeps the future `Send`: a closure that
//! takes any scope, as `std`'s does, is more than [the compiler can show] to be
//! so. For computations, which want another core, there is
//! [`spawn_blocking`](crate::spawn_blocking), with what it needs moved or
//! counted.
//!
//! # Fairness
//! A child that is woken is polled, and no other. One that is spawned is polled
//! soon after. Each poll of the whole polls each of them once at most, then
//! other tasks have their turn. The children share the budget of their task.
//!
//! # Panics
//! A child that panics ends its scope: the other children and the body are
//! dropped, then the panic goes on in who awaits the scope. It does so too if
//! nobody awaits the handle.
//!
//! [trilemma]: https://without.boats/blog/the-scoped-task-trilemma/
//! [unsound]: https://docs.rs/async-scoped/latest/async_scoped/struct.Scope.html
//! [`moro`]: https://docs.rs/moro
//! [the compiler can show]: https://github.com/rust-lang/rust/issues/126350

mod child;
mod nursery;
mod scopes;

#[cfg(all(test, loom))]
mod models;

pub use child::ScopedJoinHandle;
pub use scopes::{LocalScope, LocalTryScope, Scope, TryScope};
