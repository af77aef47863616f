//! Spawning with a name.

use super::JoinHandle;
use crate::trace::Naming;
use std::future::Future;

/// Spawns tasks that have a name, for who looks inside the runtime: see the
/// feature `trace`. Without it the name is forgotten.
///
/// ```
/// let runtime = wakeful::Runtime::new()?;
/// let sum = runtime.block_on(async {
///     let adder = wakeful::task::Builder::new().name("adder");
///     adder.spawn_local(async { 1 + 2 }).await
/// })?;
/// assert_eq!(sum, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use = "a builder does nothing until it spawns"]
pub struct Builder<'a> {
    name: Option<&'a str>,
}

impl<'a> Builder<'a> {
    /// Without a name yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the task is called. Names need not differ.
    pub fn name(self, name: &'a str) -> Self {
        Self { name: Some(name) }
    }

    /// As [`spawn`](crate::spawn).
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn<F>(self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let _named = Naming::begin(self.name);
        crate::spawn(future)
    }

    /// As [`spawn_local`](crate::spawn_local).
    ///
    /// # Panics
    /// Outside a runtime, and in one of several threads.
    #[track_caller]
    pub fn spawn_local<F>(self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let _named = Naming::begin(self.name);
        crate::spawn_local(future)
    }

    /// As [`spawn_blocking`](crate::spawn_blocking).
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn_blocking<F, T>(self, work: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let _named = Naming::begin(self.name);
        crate::spawn_blocking(work)
    }
}
