//! Values that go with a task, as a thread's locals go with a thread.
//!
//! A [`LocalKey`] is a thread-local of the kind that is empty most of the time.
//! The future of [`LocalKey::scope`] keeps the value, puts it there before each
//! poll of what is inside, and takes it back afterwards: so it goes with the
//! task from thread to thread, and other tasks do not see it. Inside, the same
//! key may have another scope; the outer value waits meanwhile where the inner
//! one was. The design is tokio's.

use pin_project_lite::pin_project;
use std::{
    cell::RefCell,
    error::Error,
    fmt,
    future::Future,
    marker::PhantomPinned,
    mem,
    pin::Pin,
    task::{Context, Poll},
    thread,
};

/// Declares keys of values that go with a task.
///
/// ```
/// wakeful::task_local! {
///     /// Whose request this is.
///     pub static USER: String;
///     static DEPTH: u32;
/// }
///
/// async fn greeting() -> String {
///     USER.with(|user| format!("hello, {user}"))
/// }
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let ada = USER.scope("Ada".to_string(), greeting());
///     let bob = USER.scope("Bob".to_string(), DEPTH.scope(1, greeting()));
///     let greetings = wakeful::join!(ada, bob);
///     assert_eq!(greetings, ("hello, Ada".to_string(), "hello, Bob".to_string()));
///     assert!(USER.try_with(|_| ()).is_err());
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// See [`LocalKey`](crate::task::LocalKey).
#[macro_export]
macro_rules! task_local {
    () => {};
    ($(#[$attribute:meta])* $visibility:vis static $name:ident: $type:ty $(; $($rest:tt)*)?) => {
        $(#[$attribute])*
        $visibility static $name: $crate::task::LocalKey<$type> = {
            ::std::thread_local! {
                static SLOT: ::std::cell::RefCell<::std::option::Option<$type>> = const {
                    ::std::cell::RefCell::new(::std::option::Option::None)
                };
            }
            $crate::task::LocalKey::__new(&SLOT)
        };
        $($crate::task_local! { $($rest)* })?
    };
}

/// A key of a value that goes with a task; [`task_local!`](crate::task_local!)
/// declares it.
///
/// A task that is spawned inside of a scope does not inherit the value: give it
/// a scope of its own.
pub struct LocalKey<T: 'static> {
    slot: &'static thread::LocalKey<RefCell<Option<T>>>,
}

impl<T: 'static> LocalKey<T> {
    /// For the macro.
    #[doc(hidden)]
    pub const fn __new(slot: &'static thread::LocalKey<RefCell<Option<T>>>) -> Self {
        Self { slot }
    }

    /// Sets the value for `future`: while it is polled, and while it is dropped.
    ///
    /// # Panics
    /// Polled inside of [`with`](Self::with) of the same key, whose value is
    /// being looked at.
    pub fn scope<F: Future>(&'static self, value: T, future: F) -> TaskLocalFuture<T, F> {
        TaskLocalFuture {
            key: self,
            value: Some(value),
            future: Some(future),
            _pinned: PhantomPinned,
        }
    }

    /// Sets the value while `code` runs.
    ///
    /// # Panics
    /// Inside of [`with`](Self::with) of the same key.
    #[track_caller]
    pub fn sync_scope<R>(&'static self, value: T, code: impl FnOnce() -> R) -> R {
        match self.exchange(&mut Some(value), code) {
            Ok(result) => result,
            Err(refused) => panic!("{refused}"),
        }
    }

    /// Hands the value to `look`.
    ///
    /// # Panics
    /// Outside of a scope of this key. [`try_with`](Self::try_with) says so
    /// instead.
    #[track_caller]
    pub fn with<R>(&'static self, look: impl FnOnce(&T) -> R) -> R {
        match self.try_with(look) {
            Ok(result) => result,
            Err(error) => panic!("{error}"),
        }
    }

    /// Hands the value to `look`, if there is one.
    ///
    /// # Errors
    /// Outside of a scope of this key.
    pub fn try_with<R>(&'static self, look: impl FnOnce(&T) -> R) -> Result<R, AccessError> {
        let looked = self.slot.try_with(|slot| slot.borrow().as_ref().map(look));
        looked.ok().flatten().ok_or(AccessError(()))
    }

    /// The value.
    ///
    /// # Panics
    /// Outside of a scope of this key.
    #[track_caller]
    pub fn get(&'static self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// The value, if there is one.
    ///
    /// # Errors
    /// Outside of a scope of this key.
    pub fn try_get(&'static self) -> Result<T, AccessError>
    where
        T: Clone,
    {
        self.try_with(T::clone)
    }

    /// Runs `code` with `value` in the slot, and puts back what was there, also
    /// when it unwinds.
    fn exchange<R>(
        &'static self,
        value: &mut Option<T>,
        code: impl FnOnce() -> R,
    ) -> Result<R, Refused> {
        struct Back<'a, T: 'static> {
            key: &'static LocalKey<T>,
            value: &'a mut Option<T>,
        }
        impl<T> Back<'_, T> {
            fn swap(&mut self) -> Result<(), Refused> {
                let swapped = self.key.slot.try_with(|slot| match slot.try_borrow_mut() {
                    Ok(mut slot) => {
                        mem::swap(&mut *slot, self.value);
                        Ok(())
                    }
                    Err(_) => Err(Refused::Borrowed),
                });
                swapped.unwrap_or(Err(Refused::Gone))
            }
        }
        impl<T> Drop for Back<'_, T> {
            fn drop(&mut self) {
                // What went in comes out: no borrow outlives the code, and the
                // thread has not ended meanwhile.
                let _ = self.swap();
            }
        }
        let mut back = Back { key: self, value };
        if let Err(refused) = back.swap() {
            mem::forget(back);
            return Err(refused);
        }
        Ok(code())
    }
}

/// Why a scope could not be entered.
#[derive(Clone, Copy, Debug)]
enum Refused {
    Borrowed,
    Gone,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Borrowed => {
                "a scope of a task-local was entered inside of `with` of the same key, \
                 whose value is being looked at: clone what is needed, and leave `with` first"
            }
            Self::Gone => "a scope of a task-local was entered while the thread is ending",
        })
    }
}

impl<T> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKey").finish_non_exhaustive()
    }
}

pin_project! {
    /// The future of [`LocalKey::scope`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct TaskLocalFuture<T: 'static, F> {
        key: &'static LocalKey<T>,
        value: Option<T>,
        // `None` when it was ready, so that it is dropped with its value there.
        #[pin]
        future: Option<F>,
        #[pin]
        _pinned: PhantomPinned,
    }

    impl<T: 'static, F> PinnedDrop for TaskLocalFuture<T, F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.future.is_some() {
                // If it cannot be entered, the future is dropped without it.
                let _ = this.key.exchange(this.value, || this.future.set(None));
            }
        }
    }
}

impl<T, F> TaskLocalFuture<T, F> {
    /// Takes the value out, where the future is not polled any more.
    pub fn take_value(self: Pin<&mut Self>) -> Option<T> {
        self.project().value.take()
    }
}

impl<T, F: Future> Future for TaskLocalFuture<T, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let polled = this.key.exchange(this.value, || {
            let future = this.future.as_mut().as_pin_mut();
            let polled = future.expect("polled after it was ready").poll(context);
            if polled.is_ready() {
                this.future.set(None);
            }
            polled
        });
        match polled {
            Ok(polled) => polled,
            Err(refused) => panic!("{refused}"),
        }
    }
}

impl<T: fmt::Debug, F> fmt::Debug for TaskLocalFuture<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskLocalFuture")
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}

/// There is no value: this is not inside of a scope of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessError(());

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the task-local has no value here: this is not inside of a `scope` of its key")
    }
}

impl Error for AccessError {}
