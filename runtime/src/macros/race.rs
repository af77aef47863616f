//! `race!`.

/// Awaits the first of several futures of one output, and drops the others.
///
/// They are polled in turn, beginning with another one each time; of two that
/// are ready together, either may be the first.
///
/// # Cancel safety
/// As [`select!`](crate::select!).
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
