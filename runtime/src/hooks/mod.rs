//! Hooks: functions of the program that the runtime calls.
//!
//! In a runtime without hooks, each place that would call them tests one pointer. A hook
//! is user code, so the runtime calls it without a borrow or a lock, and catches its
//! panic.

#[cfg(feature = "trace")]
mod tracer;

#[cfg(feature = "trace")]
pub(crate) use tracer::Tracer;

#[cfg(feature = "trace")]
use crate::trace;
use crate::{
    budget,
    task::{Header, Id, Task},
    trace::TaskKind,
    unwind::catch_and_discard,
};
#[cfg(feature = "trace")]
use std::panic::Location;
use std::{fmt, marker::PhantomData, sync::Arc};

type ThreadHook = Option<Arc<dyn Fn() + Send + Sync>>;
type TaskHook = Option<Arc<dyn Fn(&TaskMeta<'_>) + Send + Sync>>;

/// The hooks that a [`Builder`](crate::runtime::Builder) was given.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) thread_start: ThreadHook,
    pub(crate) thread_stop: ThreadHook,
    pub(crate) thread_park: ThreadHook,
    pub(crate) thread_unpark: ThreadHook,
    pub(crate) task_spawn: TaskHook,
    pub(crate) before_task_poll: TaskHook,
    pub(crate) after_task_poll: TaskHook,
    pub(crate) task_terminate: TaskHook,
    /// The tracer is called where the hooks are.
    #[cfg(feature = "trace")]
    pub(crate) tracer: Option<Arc<Tracer>>,
}

/// The hooks of a runtime, if it has any.
pub(crate) type SharedHooks = Option<Arc<Hooks>>;

/// The task that a hook is called for.
#[derive(Debug)]
pub struct TaskMeta<'a> {
    id: Id,
    #[cfg(feature = "trace")]
    spawned_at: &'static Location<'static>,
    /// So that a later version can add fields that borrow from the task.
    _call: PhantomData<&'a ()>,
}

impl TaskMeta<'_> {
    /// The task's id.
    pub fn id(&self) -> Id {
        self.id
    }

    /// Where the task was spawned. With the feature `trace`.
    #[cfg(feature = "trace")]
    pub fn spawned_at(&self) -> &'static Location<'static> {
        self.spawned_at
    }

    pub(crate) fn of(header: &Header) -> Self {
        Self {
            id: header.id,
            #[cfg(feature = "trace")]
            spawned_at: header.origin.location,
            _call: PhantomData,
        }
    }
}

fn call_thread_hook(hook: &ThreadHook) {
    if let Some(hook) = hook {
        catch_and_discard(|| budget::outside(|| hook()));
    }
}

fn call_task_hook(hook: &TaskHook, task: &TaskMeta<'_>) {
    if let Some(hook) = hook {
        catch_and_discard(|| budget::outside(|| hook(task)));
    }
}

impl Hooks {
    /// `None` if no hook is set.
    pub(crate) fn shared(self) -> SharedHooks {
        let thread_hooks = [
            &self.thread_start,
            &self.thread_stop,
            &self.thread_park,
            &self.thread_unpark,
        ];
        let task_hooks = [
            &self.task_spawn,
            &self.before_task_poll,
            &self.after_task_poll,
            &self.task_terminate,
        ];
        let any = thread_hooks.iter().any(|hook| hook.is_some())
            || task_hooks.iter().any(|hook| hook.is_some());
        #[cfg(feature = "trace")]
        let any = any || self.tracer.is_some() || cfg!(feature = "tracing");
        any.then(|| Arc::new(self))
    }

    pub(crate) fn thread_start(&self) {
        call_thread_hook(&self.thread_start);
    }

    pub(crate) fn thread_stop(&self) {
        call_thread_hook(&self.thread_stop);
    }

    /// Whether a hook is called when a thread parks or unparks.
    pub(crate) fn have_park_hooks(&self) -> bool {
        self.thread_park.is_some() || self.thread_unpark.is_some()
    }

    pub(crate) fn thread_park(&self) {
        call_thread_hook(&self.thread_park);
    }

    pub(crate) fn thread_unpark(&self) {
        call_thread_hook(&self.thread_unpark);
    }

    /// A task was spawned. No other thread has seen it yet.
    #[cold]
    pub(crate) fn task_spawn(&self, task: Task) {
        let meta = TaskMeta::of(task.header());
        self.begin_trace(task, TaskKind::Task);
        call_task_hook(&self.task_spawn, &meta);
    }

    pub(crate) fn before_task_poll(&self, task: &TaskMeta<'_>) {
        call_task_hook(&self.before_task_poll, task);
    }

    pub(crate) fn after_task_poll(&self, task: &TaskMeta<'_>) {
        call_task_hook(&self.after_task_poll, task);
    }

    #[cold]
    pub(crate) fn task_terminate(&self, task: &Header) {
        self.end_trace(task);
        call_task_hook(&self.task_terminate, &TaskMeta::of(task));
    }

    /// Begins the trace of a task, of blocking work or of a `block_on` task. For the last
    /// two, no hook is called. No other thread has seen the task yet.
    #[cfg_attr(not(feature = "trace"), expect(clippy::unused_self))]
    pub(crate) fn begin_trace(&self, task: Task, kind: TaskKind) {
        #[cfg(feature = "trace")]
        let name = trace::take_name();
        #[cfg(feature = "tracing")]
        trace::open(
            task.header().id,
            &task.header().origin,
            kind,
            name.as_deref(),
        );
        #[cfg(feature = "trace")]
        if let Some(tracer) = &self.tracer {
            return tracer.add(task, kind, name);
        }
        let _ = (task, kind);
    }

    /// Ends the trace of a task.
    #[cfg_attr(not(feature = "trace"), expect(clippy::unused_self))]
    pub(crate) fn end_trace(&self, task: &Header) {
        #[cfg(feature = "trace")]
        if let Some(tracer) = &self.tracer {
            tracer.remove(task.id);
        }
        #[cfg(feature = "tracing")]
        trace::close(&task.origin);
        let _ = task;
    }

    /// The tracer, if the runtime is traced.
    #[cfg(feature = "trace")]
    pub(crate) fn tracer(&self) -> Option<&Tracer> {
        self.tracer.as_deref()
    }
}

/// Traces the future of `block_on` until it is dropped.
pub(crate) struct TraceGuard<'a>(Option<(&'a Hooks, &'a Header)>);

impl<'a> TraceGuard<'a> {
    pub(crate) fn new(hooks: &'a SharedHooks, task: &'a Task) -> Self {
        Self(hooks.as_deref().map(|hooks| {
            hooks.begin_trace(task.clone(), TaskKind::BlockOn);
            (hooks, task.header())
        }))
    }
}

impl Drop for TraceGuard<'_> {
    fn drop(&mut self) {
        if let Some((hooks, task)) = self.0 {
            hooks.end_trace(task);
        }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").finish_non_exhaustive()
    }
}
