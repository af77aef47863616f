//! `select!`.

/// Awaits the first of several futures whose output matches its pattern, drops the
/// other futures, and runs the code of that branch.
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
/// - Each condition is evaluated once, before the first poll. If it is false, the
///   branch is disabled. The expression of its future is evaluated anyway.
/// - Each poll begins with a branch at random, so a branch that is always ready does not
///   keep the others from being polled. With `biased;`, every poll goes through the
///   branches in the order in which you wrote them. Use it if one branch has
///   priority, such as a signal to stop.
/// - If the output of a branch does not match its pattern, the branch is disabled.
/// - `else` runs when all branches are disabled.
/// - The code runs after all futures were dropped, in the function around the macro.
///   It may use `await`, `break`, `return` and `?`.
///
/// # Panics
/// When all branches are disabled and there is no `else`.
///
/// # Cancel safety
/// The macro drops the futures that lose, with the work they have done so far.
/// Either use futures that lose nothing when they are dropped, or create them
/// outside the macro and wait for `&mut future`.
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
    // Each round of these rules takes one branch and adds its three names.
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
            ::core::panic!("all branches of a select! are disabled, and it has no else")
        ))
    };
    // This rule stands before the last ones, which would match forever.
    (@branch $first:ident [$($done:tt)*] $($rest:tt)+) => {
        ::core::compile_error!(::core::concat!(
"not a branch of `select!`: write `pattern = future => code`, \
 `pattern = future, if condition => code`, or `else => code` as the last one: `",
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
            // A `let` of its own extends the life of a temporary, as in `&mut ready(())`.
            $(let $future = $value;)*
            $(let mut $future = $crate::macros::support::pin!($crate::macros::support::IntoFuture::into_future($future));)*
            let futures = [$(::core::stringify!($future)),*].len();
            $crate::macros::support::poll_fn(|context| {
                let mut pending = false;
                for half in $crate::macros::support::halves($crate::macros::support::$first(futures), futures) {
                    let mut _index = 0;
                    $(if half.contains(&$crate::macros::support::count(&mut _index)) && $enabled {
                        match $crate::macros::support::poll($future.as_mut(), context) {
                            $crate::macros::support::Poll::Pending => pending = true,
                            #[allow(unused_mut)]
                            $crate::macros::support::Poll::Ready(mut value) => {
                                $enabled = false;
                                // A guard only looks at the value and moves nothing out.
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

    // Four branches a round, because the compiler limits the rounds.
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
        ::core::compile_error!("a `select!` needs at least one branch, or it is never ready")
    };
}
