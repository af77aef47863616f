//! `select!`.

/// Awaits the first of several futures that is ready with what matches its
/// pattern, drops the others, and runs that branch's code.
///
/// ```text
/// select! {
///     biased;                                   // optional
///     pattern = future => code,
///     pattern = future, if condition => code,
///     else => code,                             // optional
/// }
/// ```
///
/// - A branch takes part if its condition, looked at once and first, holds.
///   The future is made in any case.
/// - They are polled in turn, beginning with another one each time, so that
///   one that is always ready does not keep the others from being looked at.
///   `biased;` polls them in the order in which they stand: for who wants to be
///   heard first, such as a word to stop.
/// - A branch whose output does not match its pattern is out.
/// - `else` runs when all are out. Without one, that is a panic.
/// - The code runs when all futures are dropped, in the function around the
///   macro: it may `await`, `break`, `return` and use `?`.
///
/// # Panics
/// When all branches are out and there is no `else`.
///
/// # Cancel safety
/// The futures that are not first are dropped, with what they had done: use
/// those that lose nothing then, or keep them outside and wait for `&mut`.
///
/// ```
/// use std::time::Duration;
/// use wakeful::{select, sync::mpsc, time::sleep};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let (sender, mut receiver) = mpsc::channel(1);
///     wakeful::spawn_local(async move { sender.send("word").await });
///     let mut words = 0;
///     let mut quiet = std::pin::pin!(sleep(Duration::from_secs(1)));
///     loop {
///         select! {
///             Some(word) = receiver.recv() => words += word.len(),
///             () = &mut quiet, if words == 0 => panic!("not a word"),
///             else => break,
///         }
///     }
///     assert_eq!(words, 4);
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
#[macro_export]
macro_rules! select {
    // The branches, one a round: each brings its own three names.
    (@branch $first:ident [$($done:tt)*] else => $code:expr $(,)?) => {
        $crate::select!(@run $first [$($done)*] ($code))
    };
    (@branch $first:ident [$($done:tt)*] $pattern:pat = $value:expr, if $condition:expr => $code:block, $($rest:tt)*) => {
        $crate::select!(@branch $first [$($done)* { future enabled output ($pattern) ($value) ($condition) ($code) }] $($rest)*)
    };
    (@branch $first:ident [$($done:tt)*] $pattern:pat = $value:expr, if $condition:expr => $code:block $($rest:tt)*) => {
        $crate::select!(@branch $first [$($done)* { future enabled output ($pattern) ($value) ($condition) ($code) }] $($rest)*)
    };
    (@branch $first:ident [$($done:tt)*] $pattern:pat = $value:expr, if $condition:expr => $code:expr $(, $($rest:tt)*)?) => {
        $crate::select!(@branch $first [$($done)* { future enabled output ($pattern) ($value) ($condition) ($code) }] $($($rest)*)?)
    };
    (@branch $first:ident [$($done:tt)*] $pattern:pat = $value:expr => $code:block, $($rest:tt)*) => {
        $crate::select!(@branch $first [$($done)* { future enabled output ($pattern) ($value) (true) ($code) }] $($rest)*)
    };
    (@branch $first:ident [$($done:tt)*] $pattern:pat = $value:expr => $code:block $($rest:tt)*) => {
        $crate::select!(@branch $first [$($done)* { future enabled output ($pattern) ($value) (true) ($code) }] $($rest)*)
    };
    (@branch $first:ident [$($done:tt)*] $pattern:pat = $value:expr => $code:expr $(, $($rest:tt)*)?) => {
        $crate::select!(@branch $first [$($done)* { future enabled output ($pattern) ($value) (true) ($code) }] $($($rest)*)?)
    };
    (@branch $first:ident [$($done:tt)*]) => {
        $crate::select!(@run $first [$($done)*] (
            ::core::panic!("all branches of a select! are out, and it has no else")
        ))
    };
    // Before the last rule, which would take it for branches, and for ever.
    (@branch $first:ident [$($done:tt)*] $($rest:tt)+) => {
        ::core::compile_error!(::core::concat!(
            "this is no branch of a `select!`, which has the form `pattern = future => code`, \
             `pattern = future, if condition => code` or, as the last, `else => code`: `",
            ::core::stringify!($($rest)+),
            "`"
        ))
    };

    (@run $first:ident [] ($else:expr)) => { $else };
    (@run $first:ident [$({
        $future:ident $enabled:ident $output:ident
        ($pattern:pat) ($value:expr) ($condition:expr) ($code:expr)
    })*] ($else:expr)) => {{
        $(
            let mut $enabled = $condition;
            let mut $output = ::core::option::Option::None;
        )*
        {
            // By themselves, so that what is borrowed where it is made lives on.
            $(let $future = $value;)*
            $(let mut $future = $crate::macros::support::pin!($crate::macros::support::IntoFuture::into_future($future));)*
            let futures = [$(::core::stringify!($future)),*].len();
            $crate::macros::support::poll_fn(|context| {
                let mut pending = false;
                for half in $crate::macros::support::halves($crate::macros::support::$first(futures), futures) {
                    let mut _place = 0;
                    $(if half.contains(&$crate::macros::support::count(&mut _place)) && $enabled {
                        match $crate::macros::support::poll($future.as_mut(), context) {
                            $crate::macros::support::Poll::Pending => pending = true,
                            #[allow(unused_mut)]
                            $crate::macros::support::Poll::Ready(mut value) => {
                                $enabled = false;
                                // In a guard a pattern looks and takes nothing.
                                let mut matches = false;
                                #[allow(unused_variables, unused_mut, unreachable_code)]
                                match value {
                                    $pattern if { matches = true; false } => ::core::unreachable!(),
                                    _ => {}
                                }
                                if matches {
                                    $output = ::core::option::Option::Some(value);
                                    return $crate::macros::support::Poll::Ready(());
                                }
                            }
                        }
                    })*
                }
                match pending {
                    true => $crate::macros::support::Poll::Pending,
                    false => $crate::macros::support::Poll::Ready(()),
                }
            })
            .await;
        }
        $crate::select!(@code [$({ $output ($pattern) ($code) })*] ($else))
    }};

    // Four a round, for the compiler's limit of rounds.
    (@code [
        { $output0:ident ($pattern0:pat) ($code0:expr) }
        { $output1:ident ($pattern1:pat) ($code1:expr) }
        { $output2:ident ($pattern2:pat) ($code2:expr) }
        { $output3:ident ($pattern3:pat) ($code3:expr) }
        $($rest:tt)*
    ] ($else:expr)) => {
        match $output0 {
            ::core::option::Option::Some($pattern0) => $code0,
            _ => match $output1 {
                ::core::option::Option::Some($pattern1) => $code1,
                _ => match $output2 {
                    ::core::option::Option::Some($pattern2) => $code2,
                    _ => match $output3 {
                        ::core::option::Option::Some($pattern3) => $code3,
                        _ => $crate::select!(@code [$($rest)*] ($else)),
                    },
                },
            },
        }
    };
    (@code [{ $output:ident ($pattern:pat) ($code:expr) } $($rest:tt)*] ($else:expr)) => {
        match $output {
            ::core::option::Option::Some($pattern) => $code,
            _ => $crate::select!(@code [$($rest)*] ($else)),
        }
    };
    (@code [] ($else:expr)) => { $else };

    (biased; $($branches:tt)+) => {
        $crate::select!(@branch in_order [] $($branches)+)
    };
    ($($branches:tt)+) => {
        $crate::select!(@branch first [] $($branches)+)
    };
    () => {
        ::core::compile_error!("a `select!` without branches would never be ready")
    };
}
