//! What a program has called while its runtime goes about its work.
//!
//! A runtime without hooks keeps none: each place that would call one looks at
//! one pointer, and goes on. A hook is a stranger's code, so it is called with
//! nothing borrowed and no lock held, and its panic ends in it.

#[cfg(feature = "trace")]
use crate::trace::{self, Tracer};
use crate::{
    budget,
    task::{Header, Id, Task},
    trace::TaskKind,
    unwind::catch_and_discard,
};
#[cfg(feature = "trace")]
use std::panic::Location;
use std::{fmt, marker::PhantomData, sync::Arc};

type OfThread = Option<Arc<dyn Fn() + Send + Sync>>;
type OfTask = Option<Arc<dyn Fn(&TaskMeta<'_>) + Send + Sync>>;

/// The hooks that a [`Builder`](crate::runtime::Builder) was given.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) thread_start: OfThread,
    pub(crate) thread_stop: OfThread,
    pub(crate) thread_park: OfThread,
    pub(crate) thread_unpark: OfThread,
    pub(crate) task_spawn: OfTask,
    pub(crate) before_task_poll: OfTask,
    pub(crate) after_task_poll: OfTask,
    pub(crate) task_terminate: OfTask,
    /// Not a hook, but it is told the same things.
    #[cfg(feature = "trace")]
    pub(crate) tracer: Option<Arc<Tracer>>,
}

/// The hooks of a runtime; most have none.
pub(crate) type SharedHooks = Option<Arc<Hooks>>;

/// What a hook is told of the task that it is called for.
#[derive(Debug)]
pub struct TaskMeta<'a> {
    id: Id,
    #[cfg(feature = "trace")]
    spawned_at: &'static Location<'static>,
    /// Leaves room for what lives no longer than the call.
    _call: PhantomData<&'a ()>,
}

impl TaskMeta<'_> {
    /// The task's name.
    pub fn id(&self) -> Id {
        self.id
    }

    /// Where it was spawned. With the feature `trace`.
    #[cfg(feature = "trace")]
    pub fn spawned_at(&self) -> &'static Location<'static> {
        self.spawned_at
    }

    fn of(header: &Header) -> Self {
        Self {
            id: header.id,
            #[cfg(feature = "trace")]
            spawned_at: header.origin.location,
            _call: PhantomData,
        }
    }
}

fn call(hook: &OfThread) {
    if let Some(hook) = hook {
        catch_and_discard(|| budget::outside(|| hook()));
    }
}

fn tell(hook: &OfTask, task: &TaskMeta<'_>) {
    if let Some(hook) = hook {
        catch_and_discard(|| budget::outside(|| hook(task)));
    }
}

impl Hooks {
    /// Nothing, if there is no hook to call.
    pub(crate) fn shared(self) -> SharedHooks {
        let of_threads = [
            &self.thread_start,
            &self.thread_stop,
            &self.thread_park,
            &self.thread_unpark,
        ];
        let of_tasks = [
            &self.task_spawn,
            &self.before_task_poll,
            &self.after_task_poll,
            &self.task_terminate,
        ];
        let any = of_threads.iter().any(|hook| hook.is_some())
            || of_tasks.iter().any(|hook| hook.is_some());
        #[cfg(feature = "trace")]
        let any = any || self.tracer.is_some() || cfg!(feature = "tracing");
        any.then(|| Arc::new(self))
    }

    pub(crate) fn thread_start(&self) {
        call(&self.thread_start);
    }

    pub(crate) fn thread_stop(&self) {
        call(&self.thread_stop);
    }

    /// Whether there is one to be called when a thread goes to sleep or gets up.
    pub(crate) fn of_parking(&self) -> bool {
        self.thread_park.is_some() || self.thread_unpark.is_some()
    }

    pub(crate) fn thread_park(&self) {
        call(&self.thread_park);
    }

    pub(crate) fn thread_unpark(&self) {
        call(&self.thread_unpark);
    }

    /// A task has been spawned; nobody has seen it yet.
    #[cold]
    pub(crate) fn task_spawn(&self, task: Task) {
        let meta = TaskMeta::of(task.header());
        self.admit(task, TaskKind::Task);
        tell(&self.task_spawn, &meta);
    }

    #[cold]
    pub(crate) fn task_terminate(&self, task: &Header) {
        self.release(task);
        tell(&self.task_terminate, &TaskMeta::of(task));
    }

    /// Something that no hook is told of runs, and is traced. Called before
    /// anybody can see it.
    #[cfg_attr(not(feature = "trace"), expect(clippy::unused_self))]
    pub(crate) fn admit(&self, task: Task, kind: TaskKind) {
        #[cfg(feature = "trace")]
        let name = trace::take_name();
        #[cfg(feature = "tracing")]
        trace::open(task.header(), kind, name.as_deref());
        #[cfg(feature = "trace")]
        if let Some(tracer) = &self.tracer {
            return tracer.admit(task, kind, name);
        }
        let _ = (task, kind);
    }

    /// It has ended.
    #[cfg_attr(not(feature = "trace"), expect(clippy::unused_self))]
    pub(crate) fn release(&self, task: &Header) {
        #[cfg(feature = "trace")]
        if let Some(tracer) = &self.tracer {
            tracer.release(task.id);
        }
        #[cfg(feature = "tracing")]
        trace::close(task);
        let _ = task;
    }

    /// What is traced of the runtime.
    #[cfg(feature = "trace")]
    pub(crate) fn tracer(&self) -> Option<&Tracer> {
        self.tracer.as_deref()
    }
}

/// The future of `block_on`, while it is there to be traced.
pub(crate) struct TraceGuard<'a>(Option<(&'a Hooks, &'a Header)>);

impl<'a> TraceGuard<'a> {
    pub(crate) fn new(hooks: &'a SharedHooks, root: &'a Task) -> Self {
        Self(hooks.as_deref().map(|hooks| {
            hooks.admit(root.clone(), TaskKind::BlockOn);
            (hooks, root.header())
        }))
    }
}

impl Drop for TraceGuard<'_> {
    fn drop(&mut self) {
        if let Some((hooks, root)) = self.0 {
            hooks.release(root);
        }
    }
}

/// Gives a task its turn, with a budget of its own, between its hooks if there
/// are any.
///
/// # Safety
/// As for [`Task::run`].
#[inline]
pub(crate) unsafe fn run_task(task: Task, hooks: &SharedHooks) {
    if let Some(hooks) = hooks {
        // SAFETY: the caller's promise.
        unsafe { run_task_with_hooks(task, hooks) }
    } else {
        // SAFETY: the caller's promise.
        budget::with_budget(|| unsafe { task.run() });
    }
}

/// # Safety
/// As for [`Task::run`].
#[cold]
#[inline(never)]
unsafe fn run_task_with_hooks(task: Task, hooks: &Hooks) {
    // The task may be gone after its turn.
    let meta = TaskMeta::of(task.header());
    tell(&hooks.before_task_poll, &meta);
    // SAFETY: the caller's promise.
    budget::with_budget(|| unsafe { task.run() });
    tell(&hooks.after_task_poll, &meta);
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").finish_non_exhaustive()
    }
}
