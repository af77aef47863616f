//! `pin!`.

/// Pins futures on the stack under the names that they already have. Use it to poll
/// a future by reference, for example in every round of a loop with
/// [`select!`](crate::select!).
///
/// `std::pin::pin!` pins one value and returns it. This macro has tokio's form: it
/// expands to whole statements.
///
/// ```
/// use std::time::Duration;
/// use wakeful::{pin, select, time::{interval, sleep}};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let done = sleep(Duration::from_millis(5));
///     let mut beat = interval(Duration::from_millis(1));
///     pin!(done);
///     pin! {
///         let never = std::future::pending::<()>();
///     }
///     let mut beats = 0;
///     loop {
///         select! {
///             () = &mut done => break,
///             () = &mut never => unreachable!(),
///             _ = beat.tick() => beats += 1,
///         }
///     }
///     assert!(beats >= 1);
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
#[macro_export]
macro_rules! pin {
    ($($pinned:ident),+ $(,)?) => {
        $(
            #[allow(unused_mut)]
            let mut $pinned = ::std::pin::pin!($pinned);
        )+
    };
    ($(let $pinned:ident = $future:expr;)+) => {
        $(
            #[allow(unused_mut)]
            let mut $pinned = ::std::pin::pin!($future);
        )+
    };
}
