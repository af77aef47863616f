//! The four scopes: infallible or fallible, `Send` or for one thread.

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

            /// Adds a child. Call it inside [`run`](Self::run), from the body or
            /// from another child. The scope polls the child, and the handle
            /// waits for its output.
            ///
            /// If you spawn a child before `run`, it waits for `run`. If `run` is
            /// never called, the child is leaked. After the scope has ended, the
            /// child is dropped at once.
            ///
            /// Allocates twice, and once more when the scope holds more children
            /// than ever before. Takes constant time.
            pub fn spawn<F>(&'scope self, future: F) -> ScopedJoinHandle<'scope, F::Output>
            where
                F: Future $(+ $Send)? + 'scope,
                F::Output: $($Send +)? 'scope,
            {
                let (child, handle) = child(future, Ok);
                self.nursery.insert(Box::pin(child));
                handle
            }

            /// Runs `body`, its children and all their descendants. The future is
            /// ready with the output of `body` after all of them have ended.
            ///
            /// # Panics
            /// If it is called a second time. The future panics with the first
            /// panic of the body or a child.
            ///
            /// # Cancel safety
            /// Dropping the future drops the children and then the body.
            #[track_caller]
            pub fn run<B: Future>(
                &'scope self,
                body: B,
            ) -> impl Future<Output = B::Output> + use<'scope, B> {
                let run = self.nursery.run(body, Ok);
                InfallibleRun { run }
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

            /// Adds a child, like [`Scope::spawn`]. The handle waits for the value
            /// in `Ok`. If the child returns `Err`, the scope ends.
            pub fn spawn<F, T>(&'scope self, future: F) -> ScopedJoinHandle<'scope, T>
            where
                F: Future<Output = Result<T, E>> $(+ $Send)? + 'scope,
                T: $($Send +)? 'scope,
                E: 'scope,
            {
                let (child, handle) = child(future, |output| output);
                self.nursery.insert(Box::pin(child));
                handle
            }

            /// Runs `body`, its children and all their descendants. The future is
            /// ready with the output of `body` after all of them have ended. If
            /// the body or a child returns `Err`, the future is ready with the
            /// first `Err` at once, and drops the rest.
            ///
            /// # Panics
            /// If it is called a second time. The future panics with the first
            /// panic of the body or a child.
            ///
            /// # Cancel safety
            /// Dropping the future drops the children and then the body.
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
    /// Children that borrow from their parent and take turns in its task.
    /// See the [module](crate::scope).
    ///
    /// You can use it on every runtime, so the children must be `Send`. If they
    /// are not, use [`LocalScope`].
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
    /// Children that may fail. The first `Err`, from a child or from the body, ends
    /// the scope. See the [module](crate::scope).
    ///
    /// A handle returns the value in `Ok`. If the owner of the handle should deal
    /// with a failure itself, return the failure as a value:
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
    /// A [`Scope`] for one thread. Its children need not be `Send`, so they may
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
    /// A [`TryScope`] for one thread. Its children need not be `Send`.
    LocalTryScope,
    of LocalChild
}

pin_project! {
    /// The run of a scope that cannot fail. It unwraps the `Result`.
    struct InfallibleRun<F> {
        #[pin]
        run: F,
    }
}

impl<T, F: Future<Output = Result<T, Infallible>>> Future for InfallibleRun<F> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        self.project().run.poll(context).map(|Ok(output)| output)
    }
}
