//! Code that the compiler must reject, as documentation tests. Each block is
//! compiled on its own, and must fail with the error that it names. Where it is not
//! obvious that the rest of a block is correct, a block that compiles comes first.
//!
//! We use `rustdoc` and not `trybuild`, because `trybuild` builds a whole package
//! with all dependencies before it can reject the first line. Only nightly's
//! `rustdoc` checks that a block fails with the named error. Stable's accepts any
//! error. CI runs both.

/// A multi-thread runtime may run a task on any thread, so the task must be `Send` ...
///
/// ```compile_fail,E0277
/// wakeful::spawn(std::future::ready(std::rc::Rc::new(1)));
/// ```
///
/// ```compile_fail,E0277
/// wakeful::runtime::Handle::current().spawn(std::future::ready(std::rc::Rc::new(1)));
/// ```
///
/// ... at every `await`.
///
/// ```compile_fail
/// wakeful::spawn(async {
///     let local = std::rc::Rc::new(1);
///     wakeful::task::yield_now().await;
///     drop(local);
/// });
/// ```
///
/// Every runtime requires that a task owns everything it uses.
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

/// You can move a join handle to another thread,
///
/// ```
/// let runtime = wakeful::Runtime::new()?;
/// let task = runtime.spawn_local(async { 1 });
/// std::thread::spawn(move || drop(task));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// unless the output is not `Send`. The output moves with its handle or its set.
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
/// The runtime itself stays on its thread, because its tasks need not be `Send`.
///
/// ```compile_fail,E0277
/// let runtime = wakeful::Runtime::new()?;
/// std::thread::spawn(move || runtime.block_on(async {}));
/// # Ok::<(), std::io::Error>(())
/// ```
mod handles {}

/// Pitfall 21. A child may borrow a variable that stands next to its scope,
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
/// but not a variable of the body, because the body can be dropped before the child,
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
/// nor a variable that is dropped before the children.
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
/// While the children borrow a variable, you cannot move it.
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
/// Two children cannot both change a variable.
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
/// A scope whose run was forgotten may outlive the borrowed variables, but it cannot
/// be used again.
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

/// Pitfall 21. No code that borrows from its parent runs in parallel with the parent. A
/// scope, its children and their handles stay in the task.
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
/// They may move to another thread together, if all of them are `Send`,
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
/// and a [`Scope`](crate::scope::Scope) accepts only children that are.
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
/// A [`LocalScope`](crate::scope::LocalScope) accepts others, and is not `Send`.
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

/// An incorrect branch of a `select!` gives one error at once. It does not send the
/// compiler into a recursion that ends at its limit.
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

/// A wrong use of an attribute gives one error that says so, and no others.
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
/// The future of `block_on` runs on the thread that calls it, so it need not be `Send`, even
/// on a multi-thread runtime. The tasks it spawns there must be.
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
///     "the compiler reports an error in the body at the right place"
/// }
/// ```
#[cfg(feature = "macros")]
mod attributes {}
