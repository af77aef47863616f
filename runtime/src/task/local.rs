//! Values that belong to a task, as thread-locals belong to a thread.
//!
//! A [`LocalKey`] is a thread-local slot that is empty most of the time. The future
//! of [`LocalKey::scope`] owns the value. Before each poll it puts the value into
//! the slot, and after the poll it takes the value back. So the value moves between
//! threads with its task, and other tasks do not see it. A scope may contain another
//! scope of the same key. During a poll the inner future keeps the outer value. The
//! design comes from tokio.

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

/// Declares keys of values that belong to a task.
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

/// A key of a value that belongs to a task. [`task_local!`](crate::task_local!)
/// declares it.
///
/// A task that you spawn inside a scope does not inherit the value. Give it a scope
/// of its own.
pub struct LocalKey<T: 'static> {
    slot: &'static thread::LocalKey<RefCell<Option<T>>>,
}

impl<T: 'static> LocalKey<T> {
    /// Only `task_local!` calls this.
    #[doc(hidden)]
    pub const fn __new(slot: &'static thread::LocalKey<RefCell<Option<T>>>) -> Self {
        Self { slot }
    }

    /// Sets the value for `future`, while it is polled and while it is dropped.
    ///
    /// # Panics
    /// Polling the returned future panics inside [`with`](Self::with) of the same
    /// key, because the closure has borrowed the value.
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
    /// Inside [`with`](Self::with) of the same key.
    #[track_caller]
    pub fn sync_scope<R>(&'static self, value: T, code: impl FnOnce() -> R) -> R {
        match self.exchange(&mut Some(value), code) {
            Ok(result) => result,
            Err(error) => panic!("{error}"),
        }
    }

    /// Calls `look` with the value.
    ///
    /// # Panics
    /// Outside a scope of this key. [`try_with`](Self::try_with) returns an error
    /// there.
    #[track_caller]
    pub fn with<R>(&'static self, look: impl FnOnce(&T) -> R) -> R {
        match self.try_with(look) {
            Ok(result) => result,
            Err(error) => panic!("{error}"),
        }
    }

    /// Calls `look` with the value, if there is one.
    ///
    /// # Errors
    /// Outside a scope of this key.
    pub fn try_with<R>(&'static self, look: impl FnOnce(&T) -> R) -> Result<R, AccessError> {
        let looked = self.slot.try_with(|slot| slot.borrow().as_ref().map(look));
        looked.ok().flatten().ok_or(AccessError(()))
    }

    /// Returns a clone of the value.
    ///
    /// # Panics
    /// Outside a scope of this key.
    #[track_caller]
    pub fn get(&'static self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// Returns a clone of the value, if there is one.
    ///
    /// # Errors
    /// Outside a scope of this key.
    pub fn try_get(&'static self) -> Result<T, AccessError>
    where
        T: Clone,
    {
        self.try_with(T::clone)
    }

    /// Runs `code` with `value` in the slot. Afterwards swaps them back, even if the
    /// code panics.
    fn exchange<R>(
        &'static self,
        value: &mut Option<T>,
        code: impl FnOnce() -> R,
    ) -> Result<R, ScopeError> {
        struct Restore<'a, T: 'static> {
            key: &'static LocalKey<T>,
            value: &'a mut Option<T>,
        }
        impl<T> Restore<'_, T> {
            fn swap(&mut self) -> Result<(), ScopeError> {
                let swapped = self.key.slot.try_with(|slot| match slot.try_borrow_mut() {
                    Ok(mut slot) => {
                        mem::swap(&mut *slot, self.value);
                        Ok(())
                    }
                    Err(_) => Err(ScopeError::Borrowed),
                });
                swapped.unwrap_or(Err(ScopeError::Gone))
            }
        }
        impl<T> Drop for Restore<'_, T> {
            fn drop(&mut self) {
                // This cannot fail: every borrow has ended with the code, and the
                // thread still has its slot.
                let _ = self.swap();
            }
        }
        let mut restore = Restore { key: self, value };
        if let Err(error) = restore.swap() {
            mem::forget(restore);
            return Err(error);
        }
        Ok(code())
    }
}

/// The reason why a scope could not be entered.
#[derive(Clone, Copy, Debug)]
enum ScopeError {
    Borrowed,
    Gone,
}

impl fmt::Display for ScopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Borrowed => {
                "a scope of a task-local was entered inside `with` of the same key, which \
                 borrows the value: clone the value, and leave `with` first"
            }
            Self::Gone => {
                "a scope of a task-local was entered in a destructor of a thread-local, while \
                 its thread ends: enter it earlier"
            }
        })
    }
}

impl<T> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKey").finish_non_exhaustive()
    }
}

pin_project! {
    /// The future that [`LocalKey::scope`] returns.
    #[must_use = "futures do nothing unless awaited"]
    pub struct TaskLocalFuture<T: 'static, F> {
        key: &'static LocalKey<T>,
        value: Option<T>,
        // `None` after completion: it is dropped while the value is in the slot.
        #[pin]
        future: Option<F>,
        #[pin]
        _pinned: PhantomPinned,
    }

    impl<T: 'static, F> PinnedDrop for TaskLocalFuture<T, F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.future.is_some() {
                // If the slot cannot be entered, the future is dropped with the rest of
                // this struct, without the value in the slot.
                let _ = this.key.exchange(this.value, || this.future.set(None));
            }
        }
    }
}

impl<T, F> TaskLocalFuture<T, F> {
    /// Takes the value out. If the future is polled or dropped later, it finds no
    /// value.
    ///
    /// Returns `None` if the value has been taken before.
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
            let polled = future
                .expect("a `TaskLocalFuture` was polled after it was ready")
                .poll(context);
            if polled.is_ready() {
                this.future.set(None);
            }
            polled
        });
        match polled {
            Ok(polled) => polled,
            Err(error) => panic!("{error}"),
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

/// The key has no value here, because this is not inside a scope of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessError(());

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the task-local has no value here: call this inside a `scope` of its key")
    }
}

impl Error for AccessError {}
