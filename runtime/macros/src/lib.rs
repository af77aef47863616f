//! The attributes of `wakeful`, which exports them: [`macro@main`] and
//! [`macro@test`].
//!
//! - `options`: what stands in the brackets, and what it may be.
//! - `entry`: the function, and what becomes of it.

mod entry;
mod options;

#[cfg(test)]
mod tests;

use entry::Kind;
use proc_macro::TokenStream;

/// Runs an `async fn` on a runtime of its own.
///
/// ```
/// #[wakeful::main]
/// async fn main() -> std::io::Result<()> {
///     wakeful::task::yield_now().await;
///     Ok(())
/// }
/// ```
///
/// stands for
///
/// ```
/// fn main() -> std::io::Result<()> {
///     async fn main() -> std::io::Result<()> {
///         wakeful::task::yield_now().await;
///         Ok(())
///     }
///     wakeful::runtime::Builder::new_current_thread()
///         .build()
///         .unwrap_or_else(|error| panic!("cannot make a runtime: {error}"))
///         .block_on(main())
/// }
/// ```
///
/// | key              | is                                                          | without it         |
/// |------------------|-------------------------------------------------------------|--------------------|
/// | `flavor`         | `"current_thread"`, `"multi_thread"` or `"thread_per_core"` | `"current_thread"` |
/// | `worker_threads` | how many, in a runtime of several threads                   | as many as cores   |
/// | `start_paused`   | whether the clock of one thread stands still                | `false`            |
/// | `crate`          | where `wakeful` is, if not under its own name               | `::wakeful`        |
///
/// The keys are tokio's, and so are the names of the flavors it has. The flavor that
/// needs no name is the one of `Runtime::new`, as everywhere in this crate; in
/// tokio it is the other one.
///
/// ```
/// #[wakeful::main(flavor = "multi_thread", worker_threads = 2)]
/// async fn main() {
///     let task = wakeful::spawn(async { 6 * 7 });
///     assert_eq!(task.await.unwrap(), 42);
/// }
/// ```
///
/// # Panics
/// The function panics if the system has no descriptors, memory or threads
/// left for a runtime, and inside of a runtime.
#[proc_macro_attribute]
pub fn main(keys: TokenStream, item: TokenStream) -> TokenStream {
    entry::expand(Kind::Main, keys.into(), &item.into()).into()
}

/// Makes a test of an `async fn`, which runs on a runtime of its own. The keys
/// are those of [`macro@main`].
///
/// ```
/// use std::time::Duration;
/// use wakeful::time::{Instant, sleep};
///
/// // The clock jumps to the next deadline when there is nothing else to do.
/// #[wakeful::test(start_paused = true)]
/// async fn a_day_is_over_at_once() {
///     let start = Instant::now();
///     sleep(Duration::from_secs(86_400)).await;
///     assert!(start.elapsed() >= Duration::from_secs(86_400));
/// }
/// ```
#[proc_macro_attribute]
pub fn test(keys: TokenStream, item: TokenStream) -> TokenStream {
    entry::expand(Kind::Test, keys.into(), &item.into()).into()
}
