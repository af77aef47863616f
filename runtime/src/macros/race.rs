//! `race!`.

/// Awaits the first of several futures with the same output, and drops the others.
///
/// Each poll begins with a future at random. If two futures become ready at the same
/// time, either may win.
///
/// # Cancel safety
/// The same as for [`select!`](crate::select!).
///
/// ```
/// use std::time::Duration;
/// use wakeful::{race, time::sleep};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let slow = async {
///         sleep(Duration::from_secs(10)).await;
///         "slow"
///     };
///     assert_eq!(race!(slow, async { "quick" }), "quick");
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
#[macro_export]
macro_rules! race {
    ($($future:expr),+ $(,)?) => {
        $crate::select! { $(output = $future => output,)+ }
    };
}
