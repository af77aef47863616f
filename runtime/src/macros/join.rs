//! `join!` and `try_join!`.

/// Awaits all the futures together, and returns their outputs as a tuple.
///
/// The futures take turns at being polled first. With `biased;` in front of them,
/// they are always polled in the order in which you wrote them. They all run in
/// this task, so a long computation in one of them delays the others. To make one
/// of them a task of its own, use [`spawn_local`].
///
/// # Cancel safety
/// Dropping the future drops all of them, together with the outputs that were
/// ready already.
///
/// ```
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let word = String::from("both");
///     // The futures may borrow.
///     let (length, first) = wakeful::join!(async { word.len() }, async { &word[..1] });
///     assert_eq!((length, first), (4, "b"));
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// [`spawn_local`]: crate::spawn_local
#[macro_export]
macro_rules! join {
    // Each round of this rule takes one expression and adds one name.
    (@name $rotator:ident [$($future:ident = $value:expr,)*] $next:expr, $($rest:tt)*) => {
        $crate::join!(@name $rotator [$($future = $value,)* future = $next,] $($rest)*)
    };
    (@name $rotator:ident [$($future:ident = $value:expr,)*]) => {{
        $(let mut $future = $crate::macros::support::pin!($crate::macros::support::MaybeDone::new($value));)*
        let mut rotator = $crate::macros::support::Rotator::$rotator([$(::core::stringify!($future)),*].len());
        $crate::macros::support::poll_fn(|context| {
            let mut all_done = true;
            for half in rotator.next_order() {
                let mut _index = 0;
                $(if half.contains(&$crate::macros::support::count(&mut _index)) {
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
(biased;) => {
    ()
};
() => {
    ()
};
}

/// Awaits all the futures together, each of which returns a `Result`. Returns `Ok`
/// with a tuple of the values, or the first `Err` as soon as it is there. It then
/// drops the other futures. `biased;` works as in [`join!`](crate::join!).
///
/// # Cancel safety
/// Dropping the future drops all of them, together with the outputs that were
/// ready already.
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
    (@name $rotator:ident [$($future:ident = $value:expr,)*] $next:expr, $($rest:tt)*) => {
        $crate::try_join!(@name $rotator [$($future = $value,)* future = $next,] $($rest)*)
    };
    (@name $rotator:ident [$($future:ident = $value:expr,)*]) => {{
        $(let mut $future = $crate::macros::support::pin!($crate::macros::support::MaybeDone::new($value));)*
        let mut rotator = $crate::macros::support::Rotator::$rotator([$(::core::stringify!($future)),*].len());
        $crate::macros::support::poll_fn(|context| {
            let mut all_done = true;
            for half in rotator.next_order() {
                let mut _index = 0;
                $(if half.contains(&$crate::macros::support::count(&mut _index)) {
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
    (biased;) => {
        ::core::result::Result::Ok(())
    };
    () => {
        ::core::result::Result::Ok(())
    };
}
