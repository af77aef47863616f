//! The four scopes: with or without failing, on one thread or on any.

use super::{
    child::{ScopedJoinHandle, child},
    nursery::Nursery,
};
use pin_project_lite::pin_project;
use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

type AnyChild<'scope, E> = Pin<Box<dyn Future<Output = Result<(), E>> + Send + 'scope>>;
type LocalChild<'scope, E> = Pin<Box<dyn Future<Output = Result<(), E>> + 'scope>>;

macro_rules! scopes {
    (
        $(#[$docs:meta])* $Scope:ident,
        $(#[$try_docs:meta])* $TryScope:ident,
        of $Child:ident $(: $Send:ident)?
    ) => {
        $(#[$docs])*
        pub struct $Scope<'scope> {
            nursery: Nursery<$Child<'scope, Infallible>>,
        }

        impl<'scope> $Scope<'scope> {
            /// A scope without children.
            pub fn new() -> Self {
                Self { nursery: Nursery::new() }
            }

            /// Adds a child, from inside [`run`](Self::run): from the body, or
            /// from another child. It is polled in its turn; the handle waits
            /// for its output.
            ///
            /// A child that was spawned before the run waits for it, and if
            /// there is never a run it is leaked. When the run is over, it is
            /// dropped at once.
            ///
            /// Two allocations, and one more for as many children as the scope
            /// has not held before. Constant time.
            pub fn spawn<F>(&'scope self, future: F) -> ScopedJoinHandle<'scope, F::Output>
            where
                F: Future $(+ $Send)? + 'scope,
                F::Output: $($Send +)? 'scope,
            {
                let (child, handle) = child(future, Ok);
                self.nursery.admit(Box::pin(child));
                handle
            }

            /// Runs `body`, and the children that it spawns, and theirs. Ready
            /// with what the body gave when all of them have ended.
            ///
            /// # Panics
            /// If it is called a second time. The future panics with the first
            /// panic of the body or a child.
            ///
            /// # Cancel safety
            /// Dropped, it drops the children, then the body.
            #[track_caller]
            pub fn run<B: Future>(
                &'scope self,
                body: B,
            ) -> impl Future<Output = B::Output> + use<'scope, B> {
                let run = self.nursery.run(body, Ok);
                Sure { run }
            }
        }

        impl Default for $Scope<'_> {
            fn default() -> Self {
                Self::new()
            }
        }

        impl fmt::Debug for $Scope<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($Scope)).field(&self.nursery.phase()).finish()
            }
        }

        $(#[$try_docs])*
        pub struct $TryScope<'scope, E> {
            nursery: Nursery<$Child<'scope, E>>,
        }

        impl<'scope, E> $TryScope<'scope, E> {
            /// A scope without children.
            pub fn new() -> Self {
                Self { nursery: Nursery::new() }
            }

            /// Adds a child, as [`Scope::spawn`] does. The handle waits for
            /// what it gives in `Ok`; its `Err` is the end of the scope.
            pub fn spawn<F, T>(&'scope self, future: F) -> ScopedJoinHandle<'scope, T>
            where
                F: Future<Output = Result<T, E>> $(+ $Send)? + 'scope,
                T: $($Send +)? 'scope,
                E: 'scope,
            {
                let (child, handle) = child(future, |output| output);
                self.nursery.admit(Box::pin(child));
                handle
            }

            /// Runs `body`, and the children that it spawns, and theirs. Ready
            /// with what the body gave when all of them have ended; or with the
            /// first `Err`, of the body or a child, as soon as it is there. Then
            /// the rest of them is dropped.
            ///
            /// # Panics
            /// If it is called a second time. The future panics with the first
            /// panic of the body or a child.
            ///
            /// # Cancel safety
            /// Dropped, it drops the children, then the body.
            #[track_caller]
            pub fn run<B, T>(
                &'scope self,
                body: B,
            ) -> impl Future<Output = Result<T, E>> + use<'scope, B, T, E>
            where
                B: Future<Output = Result<T, E>>,
            {
                self.nursery.run(body, |output| output)
            }
        }

        impl<E> Default for $TryScope<'_, E> {
            fn default() -> Self {
                Self::new()
            }
        }

        impl<E> fmt::Debug for $TryScope<'_, E> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($TryScope)).field(&self.nursery.phase()).finish()
            }
        }
    };
}

scopes! {
    /// Children that borrow from their parent and run in its task, in turns.
    /// See the [module](crate::scope).
    ///
    /// It can be used on every runtime, so the children must be `Send`;
    /// [`LocalScope`] has others.
    ///
    /// ```
    /// use wakeful::{scope::Scope, sync::Mutex};
    ///
    /// let runtime = wakeful::runtime::Builder::new_multi_thread().build()?;
    /// let task = runtime.spawn(async {
    ///     let log = Mutex::new(Vec::new());
    ///     let scope = Scope::new();
    ///     scope.run(async {
    ///         scope.spawn(async {
    ///             // Children may have children.
    ///             scope.spawn(async { log.lock().await.push("grandchild") });
    ///             log.lock().await.push("child");
    ///         });
    ///         log.lock().await.push("body");
    ///     }).await;
    ///     log.into_inner()
    /// });
    /// let log = runtime.block_on(task)?;
    /// assert_eq!(log, ["body", "child", "grandchild"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Scope,
    /// Children that may fail: the first `Err`, of one of them or of the body,
    /// ends the scope. See the [module](crate::scope).
    ///
    /// Whoever awaits a handle gets what is in `Ok`. A child whose failure is to
    /// be dealt with by its handle's owner gives it as a value:
    /// `Ok(attempt().await)`.
    ///
    /// ```
    /// use std::num::ParseIntError;
    /// use wakeful::scope::TryScope;
    ///
    /// async fn sum(words: &[&str]) -> Result<u32, ParseIntError> {
    ///     let scope = TryScope::new();
    ///     scope.run(async {
    ///         let mut numbers = Vec::new();
    ///         for word in words {
    ///             numbers.push(scope.spawn(async { word.parse::<u32>() }));
    ///         }
    ///         let mut sum = 0;
    ///         for number in numbers {
    ///             sum += number.await;
    ///         }
    ///         Ok(sum)
    ///     }).await
    /// }
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// assert_eq!(runtime.block_on(sum(&["1", "2"])), Ok(3));
    /// assert!(runtime.block_on(sum(&["1", "two"])).is_err());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    TryScope,
    of AnyChild: Send
}

scopes! {
    /// A [`Scope`] for one thread, whose children need not be `Send`: they may
    /// share a `Cell` or an `Rc`.
    ///
    /// ```
    /// use std::cell::Cell;
    /// use wakeful::scope::LocalScope;
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// runtime.block_on(async {
    ///     let sum = Cell::new(0);
    ///     let scope = LocalScope::new();
    ///     scope.run(async {
    ///         for n in 1..=4 {
    ///             let sum = &sum;
    ///             scope.spawn(async move { sum.set(sum.get() + n) });
    ///         }
    ///     }).await;
    ///     assert_eq!(sum.get(), 10);
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    LocalScope,
    /// A [`TryScope`] for one thread, whose children need not be `Send`.
    LocalTryScope,
    of LocalChild
}

pin_project! {
    /// What cannot fail, without its `Result`.
    struct Sure<F> {
        #[pin]
        run: F,
    }
}

impl<T, F: Future<Output = Result<T, Infallible>>> Future for Sure<F> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        self.project().run.poll(context).map(|Ok(output)| output)
    }
}
