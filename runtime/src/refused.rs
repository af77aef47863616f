//! What the compiler must refuse, as tests of the documentation: each block is
//! compiled by itself, and fails with the error that it names. A block that
//! compiles comes first where it is not plain that the rest would.
//!
//! They are blocks of `rustdoc` and not files for `trybuild`, which builds a
//! package of its own, dependencies and all, before it can refuse the first
//! line. That a block fails with *this* error is checked by nightly's `rustdoc`
//! alone; stable's is content with any. CI asks both.

/// Tasks go where they are run: into a pool goes what is `Send`, ...
///
/// ```compile_fail,E0277
/// wakeful::spawn(std::future::ready(std::rc::Rc::new(1)));
/// ```
///
/// ```compile_fail,E0277
/// wakeful::runtime::Handle::current().spawn(std::future::ready(std::rc::Rc::new(1)));
/// ```
///
/// ... what is so at every point where it waits, ...
///
/// ```compile_fail
/// wakeful::spawn(async {
///     let local = std::rc::Rc::new(1);
///     wakeful::task::yield_now().await;
///     drop(local);
/// });
/// ```
///
/// ... and into every runtime, what owns all that it uses.
///
/// ```compile_fail,E0373
/// let local = String::from("of this function");
/// wakeful::spawn(async { local.len() });
/// ```
///
/// ```compile_fail,E0373
/// let local = String::from("of this function");
/// wakeful::spawn_local(async { local.len() });
/// ```
///
/// ```compile_fail,E0597
/// let local = String::from("of this function");
/// let borrowed = &local;
/// wakeful::spawn_blocking(move || borrowed.len());
/// ```
mod tasks {}

/// A handle may go to another thread,
///
/// ```
/// let runtime = wakeful::Runtime::new()?;
/// let task = runtime.spawn_local(async { 1 });
/// std::thread::spawn(move || drop(task));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// unless the output may not: it goes with the handle, alone or in a set.
///
/// ```compile_fail,E0277
/// let runtime = wakeful::Runtime::new()?;
/// let task = runtime.spawn_local(async { std::rc::Rc::new(1) });
/// std::thread::spawn(move || drop(task));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// ```compile_fail,E0277
/// let set = wakeful::task::JoinSet::<std::rc::Rc<u32>>::new();
/// std::thread::spawn(move || drop(set));
/// ```
///
/// The runtime itself stays: its tasks may be such as cannot be moved.
///
/// ```compile_fail,E0277
/// let runtime = wakeful::Runtime::new()?;
/// std::thread::spawn(move || runtime.block_on(async {}));
/// # Ok::<(), std::io::Error>(())
/// ```
mod handles {}

/// Trap 21. A child may borrow what stands beside its scope,
///
/// ```
/// use wakeful::scope::Scope;
/// async fn parent() -> usize {
///     let scope = Scope::new();
///     let beside = String::from("one");
///     scope.run(async { scope.spawn(async { beside.len() }).await }).await
/// }
/// ```
///
/// not what stands in the body, which can be dropped before the child, ...
///
/// ```compile_fail,E0373
/// use wakeful::scope::Scope;
/// async fn parent() -> usize {
///     let scope = Scope::new();
///     scope.run(async {
///         let inside = String::from("one");
///         scope.spawn(async { inside.len() }).await
///     }).await
/// }
/// ```
///
/// ... nor what is gone before the children are.
///
/// ```compile_fail,E0597
/// use wakeful::scope::Scope;
/// async fn parent() -> usize {
///     let scope = Scope::new();
///     let whole = {
///         let short = String::from("one");
///         scope.run(async { scope.spawn(async { short.len() }).await })
///     };
///     whole.await
/// }
/// ```
///
/// What they borrow stays as it is, ...
///
/// ```compile_fail,E0505
/// use wakeful::scope::Scope;
/// async fn parent() {
///     let scope = Scope::new();
///     let beside = String::from("one");
///     let whole = scope.run(async { drop(scope.spawn(async { beside.len() })) });
///     drop(beside);
///     whole.await;
/// }
/// ```
///
/// ... is theirs alone if they change it, ...
///
/// ```compile_fail,E0499
/// use wakeful::scope::Scope;
/// async fn parent() {
///     let scope = Scope::new();
///     let mut count = 0;
///     let count = &mut count;
///     scope.run(async {
///         drop(scope.spawn(async { *count += 1 }));
///         drop(scope.spawn(async { *count += 1 }));
///     }).await;
/// }
/// ```
///
/// ... and a scope that is forgotten is free to go, but not to be used again.
///
/// ```
/// use wakeful::scope::Scope;
/// let scope = Scope::new();
/// {
///     let short = String::from("one");
///     std::mem::forget(scope.run(async { drop(scope.spawn(async { short.len() })) }));
/// }
/// ```
///
/// ```compile_fail,E0597
/// use wakeful::scope::Scope;
/// let scope = Scope::new();
/// {
///     let short = String::from("one");
///     std::mem::forget(scope.run(async { drop(scope.spawn(async { short.len() })) }));
/// }
/// drop(scope.spawn(async {}));
/// ```
mod scopes {}

/// Trap 21. Nothing that borrows runs in parallel with its parent: a scope, its
/// children and their handles stay in the task.
///
/// ```compile_fail,E0597
/// use wakeful::scope::Scope;
/// let scope = Scope::new();
/// wakeful::spawn(scope.run(async {}));
/// ```
///
/// ```compile_fail,E0521
/// use wakeful::scope::{Scope, ScopedJoinHandle};
/// fn into_a_task(handle: ScopedJoinHandle<'_, u32>) {
///     wakeful::spawn(handle);
/// }
/// ```
///
/// ```compile_fail,E0521
/// use wakeful::scope::Scope;
/// fn into_a_task<'scope>(scope: &'scope Scope<'scope>) {
///     wakeful::spawn(async move { drop(scope.spawn(async {})) });
/// }
/// ```
///
/// They may move from core to core together, if all of them are `Send`,
///
/// ```
/// use wakeful::scope::Scope;
/// fn a_task() -> impl Future + Send + 'static {
///     async {
///         let count = std::sync::atomic::AtomicU32::new(0);
///         let scope = Scope::new();
///         let whole = scope.run(async { scope.spawn(async { &count }).await });
///         whole.await;
///     }
/// }
/// ```
///
/// and a [`Scope`](crate::scope::Scope) takes no others.
///
/// ```compile_fail,E0277
/// use wakeful::scope::Scope;
/// async fn parent() {
///     let count = std::cell::Cell::new(0);
///     let scope = Scope::new();
///     scope.run(async { drop(scope.spawn(async { count.set(1) })) }).await;
/// }
/// ```
///
/// ```compile_fail,E0277
/// use wakeful::scope::Scope;
/// async fn parent() {
///     let scope = Scope::new();
///     scope.run(async { scope.spawn(std::future::ready(std::rc::Rc::new(1))).await }).await;
/// }
/// ```
///
/// A [`LocalScope`](crate::scope::LocalScope) takes them, and stays where it is.
///
/// ```compile_fail
/// use wakeful::scope::LocalScope;
/// fn a_task() -> impl Future + Send + 'static {
///     async {
///         let scope = LocalScope::new();
///         scope.run(async {}).await;
///     }
/// }
/// ```
mod parallel {}

/// What is no branch of a `select!` says so at once, and does not send the
/// compiler round until it gives up.
///
/// ```compile_fail
/// async fn first() -> u8 {
///     wakeful::select! { one = async { 1 } }
/// }
/// ```
///
/// ```compile_fail
/// async fn first() -> u8 {
///     wakeful::select! { one = async { 1 } => one, else }
/// }
/// ```
///
/// ```compile_fail
/// async fn never() {
///     wakeful::select! {}
/// }
/// ```
mod branches {}

/// An attribute that is used wrongly says so, and nothing else goes wrong.
///
/// ```compile_fail
/// #[wakeful::main]
/// fn main() {}
/// ```
///
/// ```compile_fail
/// #[wakeful::main]
/// async fn main(arguments: Vec<String>) {}
/// ```
///
/// ```compile_fail
/// #[wakeful::main(threads = 2)]
/// async fn main() {}
/// ```
///
/// What runs on a thread of its own need not be `Send`, in a pool either: it is
/// the root. What it spawns there must.
///
/// ```
/// #[wakeful::main(flavor = "multi_thread", worker_threads = 1)]
/// async fn main() {
///     let local = std::rc::Rc::new(1);
///     wakeful::task::yield_now().await;
///     drop(local);
/// }
/// ```
///
/// ```compile_fail,E0308
/// #[wakeful::main]
/// async fn main() -> Result<(), std::io::Error> {
///     "an error in here is shown in here"
/// }
/// ```
#[cfg(feature = "macros")]
mod attributes {}
