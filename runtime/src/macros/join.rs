//! `join!` and `try_join!`.

/// Awaits all the futures together, and gives their outputs as a tuple.
///
/// The futures take turns at being polled first, unless `biased;` stands before
/// them: then they are polled in the order in which they stand. They run in this
/// task, so a computation in one of them holds up the others; [`spawn_local`]
/// what is to be a task of its own.
///
/// # Cancel safety
/// Dropped, it drops all of them, with the outputs that were there already.
///
/// ```
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let word = String::from("both");
///     // They may borrow.
///     let (length, first) = wakeful::join!(async { word.len() }, async { &word[..1] });
///     assert_eq!((length, first), (4, "b"));
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// [`spawn_local`]: crate::spawn_local
#[macro_export]
macro_rules! join {
    // Each round takes one expression and brings one name.
    (@name $turns:ident [$($future:ident = $value:expr,)*] $next:expr, $($rest:tt)*) => {
        $crate::join!(@name $turns [$($future = $value,)* future = $next,] $($rest)*)
    };
    (@name $turns:ident [$($future:ident = $value:expr,)*]) => {{
        $(let mut $future = $crate::macros::support::pin!($crate::macros::support::MaybeDone::new($value));)*
        let mut turns = $crate::macros::support::Turns::$turns([$(::core::stringify!($future)),*].len());
        $crate::macros::support::poll_fn(|context| {
            let mut all_done = true;
            for half in turns.take_turn() {
                let mut _place = 0;
                $(if half.contains(&$crate::macros::support::count(&mut _place)) {
                    all_done &= $future.as_mut().poll(context);
                })*
            }
            match all_done {
                true => $crate::macros::support::Poll::Ready(($($future.as_mut().take(),)*)),
                false => $crate::macros::support::Poll::Pending,
            }
        })
        .await
    }};
    (biased; $($value:expr),+ $(,)?) => {
        $crate::join!(@name biased [] $($value,)+)
    };
    ($($value:expr),+ $(,)?) => {
        $crate::join!(@name new [] $($value,)+)
    };
    () => {
        ()
    };
}

/// Awaits all the futures together, each of which gives a `Result`: `Ok` with a
/// tuple of their values, or the first `Err`, as soon as it is there. The
/// others are then dropped. `biased;` does the same as in [`join!`](crate::join!).
///
/// # Cancel safety
/// Dropped, it drops all of them, with the outputs that were there already.
///
/// ```
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let both = wakeful::try_join!(async { Ok(1) }, async { "2".parse::<u32>() });
///     assert_eq!(both, Ok((1, 2)));
///     let forever = std::future::pending::<Result<(), _>>();
///     let failed = wakeful::try_join!(forever, async { "two".parse::<u32>() });
///     assert!(failed.is_err());
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
#[macro_export]
macro_rules! try_join {
    (@name $turns:ident [$($future:ident = $value:expr,)*] $next:expr, $($rest:tt)*) => {
        $crate::try_join!(@name $turns [$($future = $value,)* future = $next,] $($rest)*)
    };
    (@name $turns:ident [$($future:ident = $value:expr,)*]) => {{
        $(let mut $future = $crate::macros::support::pin!($crate::macros::support::MaybeDone::new($value));)*
        let mut turns = $crate::macros::support::Turns::$turns([$(::core::stringify!($future)),*].len());
        $crate::macros::support::poll_fn(|context| {
            let mut all_done = true;
            for half in turns.take_turn() {
                let mut _place = 0;
                $(if half.contains(&$crate::macros::support::count(&mut _place)) {
                    all_done &= $future.as_mut().poll(context);
                    if let Some(error) = $future.as_mut().take_error() {
                        return $crate::macros::support::Poll::Ready(Err(error));
                    }
                })*
            }
            match all_done {
                true => $crate::macros::support::Poll::Ready(Ok(($($future.as_mut().take_value(),)*))),
                false => $crate::macros::support::Poll::Pending,
            }
        })
        .await
    }};
    (biased; $($value:expr),+ $(,)?) => {
        $crate::try_join!(@name biased [] $($value,)+)
    };
    ($($value:expr),+ $(,)?) => {
        $crate::try_join!(@name new [] $($value,)+)
    };
}
