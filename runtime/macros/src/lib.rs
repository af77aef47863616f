//! The attributes [`macro@main`] and [`macro@test`] of the crate `wakeful`, which
//! exports them.
//!
//! - `options` parses and checks the keys in the parentheses.
//! - `entry` checks the function and generates its replacement.

mod entry;
mod options;

#[cfg(test)]
mod tests;

use entry::Kind;
use proc_macro::TokenStream;

/// Runs an `async fn` on a runtime of its own. The function
///
/// ```
/// #[wakeful::main]
/// async fn main() -> std::io::Result<()> {
///     wakeful::task::yield_now().await;
///     Ok(())
/// }
/// ```
///
/// expands to
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
/// | key              | value                                                       | default            |
/// |------------------|-------------------------------------------------------------|--------------------|
/// | `flavor`         | `"current_thread"`, `"multi_thread"` or `"thread_per_core"` | `"current_thread"` |
/// | `worker_threads` | the number of threads, for a runtime with several           | one for each core  |
/// | `start_paused`   | whether the clock of one thread starts paused               | `false`            |
/// | `unhandled_panic` | `"ignore"`, or `"shutdown_runtime"` for one thread         | `"ignore"`         |
/// | `name`           | the name of the runtime                                     | no name            |
/// | `crate`          | the path of `wakeful`, if you renamed it                    | `::wakeful`        |
///
/// The keys are those of tokio, and so are the names of the flavors that tokio has.
/// The default flavor is that of `Runtime::new`, as everywhere in this crate. In
/// tokio the default of `main` is `"multi_thread"`.
///
/// ```
/// #[wakeful::main(flavor = "multi_thread", worker_threads = 2)]
/// async fn main() {
///     let task = wakeful::spawn(async { 6 * 7 });
///     assert_eq!(task.await.unwrap(), 42);
/// }
/// ```
///
/// - If the system has no descriptors, memory or threads left for a runtime.
/// - If it is called inside a runtime.
#[proc_macro_attribute]
pub fn main(keys: TokenStream, item: TokenStream) -> TokenStream {
    entry::expand(Kind::Main, keys.into(), &item.into()).into()
}

/// Turns an `async fn` into a test that runs on a runtime of its own. The keys are
/// those of [`macro@main`].
///
/// ```
/// use std::time::Duration;
/// use wakeful::time::{Instant, sleep};
///
/// // With nothing else to do, the paused clock jumps to the next deadline.
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
