//! Hooks: functions of the program that the runtime calls.
//!
//! In a runtime without hooks, each place that would call them tests one pointer. A hook
//! is user code, so the runtime calls it without a borrow or a lock, and catches its
//! panic.

#[cfg(feature = "taskdump")]
mod task_registry;

#[cfg(feature = "taskdump")]
pub(crate) use task_registry::TaskRegistry;

#[cfg(feature = "taskdump")]
use crate::taskdump;
use crate::{
    budget,
    task::{Header, Id, Task},
    taskdump::TaskKind,
    unwind::catch_and_discard,
};
#[cfg(feature = "taskdump")]
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
    /// The task registry is called where the hooks are.
    #[cfg(feature = "taskdump")]
    pub(crate) task_registry: Option<Arc<TaskRegistry>>,
}

/// The hooks of a runtime, if it has any.
pub(crate) type SharedHooks = Option<Arc<Hooks>>;

/// The task that a hook is called for.
#[derive(Debug)]
pub struct TaskMeta<'a> {
    id: Id,
    #[cfg(feature = "taskdump")]
    spawned_at: &'static Location<'static>,
    /// So that a later version can add fields that borrow from the task.
    _call: PhantomData<&'a ()>,
}

impl TaskMeta<'_> {
    /// The task's id.
    pub fn id(&self) -> Id {
        self.id
    }

    /// Where the task was spawned. With the feature `taskdump`.
    #[cfg(feature = "taskdump")]
    pub fn spawned_at(&self) -> &'static Location<'static> {
        self.spawned_at
    }

    pub(crate) fn of(header: &Header) -> Self {
        Self {
            id: header.id,
            #[cfg(feature = "taskdump")]
            spawned_at: header.stats.location,
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
        #[cfg(feature = "taskdump")]
        let any = any || self.task_registry.is_some() || cfg!(feature = "tracing");
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
        self.register_task(task, TaskKind::Task);
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
        self.deregister_task(task);
        call_task_hook(&self.task_terminate, &TaskMeta::of(task));
    }

    /// Registers a task, of blocking work or of a `block_on` task. For the last
    /// two, no hook is called. No other thread has seen the task yet.
    #[cfg_attr(not(feature = "taskdump"), expect(clippy::unused_self))]
    pub(crate) fn register_task(&self, task: Task, kind: TaskKind) {
        #[cfg(feature = "taskdump")]
        let name = taskdump::take_name();
        #[cfg(feature = "tracing")]
        taskdump::open(
            task.header().id,
            &task.header().stats,
            kind,
            name.as_deref(),
        );
        #[cfg(feature = "taskdump")]
        if let Some(task_registry) = &self.task_registry {
            return task_registry.add(task, kind, name);
        }
        let _ = (task, kind);
    }

    /// Removes a task from the registry, because it has ended.
    #[cfg_attr(not(feature = "taskdump"), expect(clippy::unused_self))]
    pub(crate) fn deregister_task(&self, task: &Header) {
        #[cfg(feature = "taskdump")]
        if let Some(task_registry) = &self.task_registry {
            task_registry.remove(task.id);
        }
        #[cfg(feature = "tracing")]
        taskdump::close(&task.stats);
        let _ = task;
    }

    /// The task registry, if the runtime has task dumps.
    #[cfg(feature = "taskdump")]
    pub(crate) fn task_registry(&self) -> Option<&TaskRegistry> {
        self.task_registry.as_deref()
    }
}

/// Keeps the future of `block_on` in the registry until it is dropped.
pub(crate) struct RegistrationGuard<'a>(Option<(&'a Hooks, &'a Header)>);

impl<'a> RegistrationGuard<'a> {
    pub(crate) fn new(hooks: &'a SharedHooks, task: &'a Task) -> Self {
        Self(hooks.as_deref().map(|hooks| {
            hooks.register_task(task.clone(), TaskKind::BlockOn);
            (hooks, task.header())
        }))
    }
}

impl Drop for RegistrationGuard<'_> {
    fn drop(&mut self) {
        if let Some((hooks, task)) = self.0 {
            hooks.deregister_task(task);
        }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").finish_non_exhaustive()
    }
}
