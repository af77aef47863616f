//! [`Record`] holds what one task waits for. [`Recorder`] collects the waits of
//! one poll.
//!
//! The recorder is in a thread-local during the poll, so a leaf does not have to
//! know its task. When the poll ends, the new waits replace those of the record.
//! A wait that was in the record before keeps its start time. So a select that
//! an interval wakes every second shows how long it has waited for its channel.
//! A leaf that was ready records that, and its next wait gets a new start time.

use super::{
    TaskStats, TaskTrace,
    wait::{TaskKind, Wait, WaitsFor},
};
use crate::clock::Instant;
use std::{
    cell::{Cell, RefCell},
    mem,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// The runtime's side of its records.
pub(crate) trait RecordSink: Send + Sync {
    /// The time on the runtime's clock, in nanoseconds.
    fn now(&self) -> u64;
    /// An instant on that clock.
    fn nanos_of(&self, instant: Instant) -> u64;
    /// A poll on this thread took `nanos` nanoseconds.
    fn count_poll(&self, nanos: u64);
}

/// Tells one wait from another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct WaitKey {
    kind: Kind,
    number: u64,
    /// The address of the leaf, if others may have the same number. Otherwise 0.
    address: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Time,
    Readable,
    Writable,
    Task,
    Any,
    Sync,
    Signal,
}

impl WaitKey {
    pub(super) fn new(kind: Kind, number: u64) -> Self {
        Self {
            kind,
            number,
            address: 0,
        }
    }

    pub(super) fn with_address(self, address: usize) -> Self {
        Self { address, ..self }
    }
}

#[derive(Clone)]
pub(super) struct Entry {
    key: WaitKey,
    on: WaitsFor,
    /// When the wait began. `None` until the end of the poll in which it began.
    since: Option<u64>,
    /// The index of the wait among the waits of its poll.
    number: usize,
    /// The poll recorded this wait and then withdrew it.
    withdrawn: bool,
}

/// A field of a task's header. It takes two words. Only a runtime with task dumps
/// allocates what they point to.
#[derive(Default)]
pub(crate) struct Record(OnceLock<Box<RecordInner>>);

struct RecordInner {
    sink: Arc<dyn RecordSink>,
    kind: TaskKind,
    name: Option<Arc<str>>,
    polls: AtomicU64,
    state: Mutex<RecordState>,
}

#[derive(Default)]
struct RecordState {
    /// When the task was spawned, its last poll began or its last poll ended,
    /// whichever was last.
    since: u64,
    /// The time that its polls have taken, without the one that is under way.
    busy: u64,
    waits: Vec<Entry>,
}

impl RecordInner {
    fn state(&self) -> MutexGuard<'_, RecordState> {
        // No user code runs under this lock, so poison means nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    /// Starts the record of a new task that no other thread has seen yet. A `block_on` task
    /// task starts several times and keeps its first record.
    pub(crate) fn begin(&self, sink: &Arc<dyn RecordSink>, kind: TaskKind, name: Option<Arc<str>>) {
        let inner = self.0.get_or_init(|| {
            Box::new(RecordInner {
                sink: Arc::clone(sink),
                kind,
                name,
                polls: AtomicU64::new(0),
                state: Mutex::default(),
            })
        });
        inner.state().since = sink.now();
    }

    pub(super) fn kind(&self) -> TaskKind {
        self.0.get().map_or(TaskKind::Task, |inner| inner.kind)
    }

    /// How often the task has been polled. `None` in a runtime without task dumps.
    pub(crate) fn polls(&self) -> Option<u64> {
        Some(self.0.get()?.polls.load(Relaxed))
    }

    /// Describes the task for the inspector. `None` in a runtime without task
    /// dumps. `running` comes from the task's state word.
    pub(crate) fn inspect(&self, running: bool) -> Option<TaskTrace> {
        let inner = self.0.get()?;
        let now = inner.sink.now();
        let state = inner.state();
        let ago = |then: u64| Duration::from_nanos(now.saturating_sub(then));
        let since = ago(state.since);
        let busy = Duration::from_nanos(state.busy);
        let waits = state.waits.iter().map(|entry| Wait {
            on: entry.on.clone(),
            since: ago(entry.since.unwrap_or(now)),
        });
        Some(TaskTrace {
            kind: inner.kind,
            name: inner.name.clone(),
            since,
            busy: if running { busy + since } else { busy },
            waits: waits.collect(),
        })
    }
}

/// How many waits of one poll are kept. Newer waits replace the oldest. Without
/// the limit, a poll that starts and drops many waits would need longer for each.
const LIMIT: usize = 256;

/// The waits of the outer task, which the recorder keeps here while a group polls one of
/// its members.
pub(super) struct OuterNotes {
    before: Vec<Entry>,
    waits: Vec<Entry>,
    keep_earlier_waits: bool,
}

/// Collects the waits of one poll.
pub(super) struct Recorder {
    sink: Arc<dyn RecordSink>,
    /// The earlier waits that this poll has not recorded yet.
    before: Vec<Entry>,
    waits: Vec<Entry>,
    /// The number of waits recorded in this poll so far.
    count: usize,
    keep_earlier_waits: bool,
}

thread_local! {
    /// Whether this thread has a recorder. Usually it has not, and this flag is
    /// cheaper to read.
    static IS_ON: Cell<bool> = const { Cell::new(false) };
    static RECORDER: RefCell<Option<Recorder>> = const { RefCell::new(None) };
}

/// Calls `code` with the recorder of the poll that is under way on this thread,
/// if there is one. `code` must not poll.
#[inline]
pub(super) fn with<R>(code: impl FnOnce(&mut Recorder) -> R) -> Option<R> {
    if IS_ON.get() {
        with_recorder(code)
    } else {
        None
    }
}

#[cold]
#[inline(never)]
fn with_recorder<R>(code: impl FnOnce(&mut Recorder) -> R) -> Option<R> {
    RECORDER.with_borrow_mut(|recorder| recorder.as_mut().map(code))
}

fn exchange(recorder: Option<Recorder>) -> Option<Recorder> {
    IS_ON.set(recorder.is_some());
    RECORDER.replace(recorder)
}

impl Recorder {
    pub(super) fn moment(&self, instant: Instant) -> u64 {
        self.sink.nanos_of(instant)
    }

    /// Records a wait, which may have begun in an earlier poll.
    pub(super) fn waits_for(&mut self, key: WaitKey, on: WaitsFor) {
        let since = self.forget(key).and_then(|entry| entry.since);
        if self.waits.len() == LIMIT {
            self.waits.remove(0);
        }
        let number = self.count;
        self.count += 1;
        self.waits.push(Entry {
            key,
            on,
            since,
            number,
            withdrawn: false,
        });
    }

    /// Records that the task does not wait for this any more. Another wait for the
    /// same thing gets a new start time.
    pub(super) fn ends(&mut self, key: WaitKey) {
        self.forget(key);
    }

    fn forget(&mut self, key: WaitKey) -> Option<Entry> {
        [&mut self.waits, &mut self.before]
            .into_iter()
            .find_map(|entries| {
                let mut each = entries.iter();
                let index = each.position(|entry| entry.key == key)?;
                Some(entries.remove(index))
            })
    }

    /// Keeps the earlier waits that this poll does not record, because not every
    /// leaf was polled.
    pub(super) fn keep_earlier_waits(&mut self) {
        self.keep_earlier_waits = true;
    }

    /// Prepares the poll of a member of a group. `before` is what the member
    /// waited for. The waits so far are put aside.
    pub(super) fn begin_member(&mut self, before: Vec<Entry>) -> OuterNotes {
        OuterNotes {
            before: mem::replace(&mut self.before, before),
            waits: mem::take(&mut self.waits),
            keep_earlier_waits: mem::take(&mut self.keep_earlier_waits),
        }
    }

    /// Ends the poll of a member and returns what the member waits for now.
    pub(super) fn end_member(&mut self, outer: OuterNotes) -> Vec<Entry> {
        let now = self.sink.now();
        let mut waits = mem::replace(&mut self.waits, outer.waits);
        let mut before = mem::replace(&mut self.before, outer.before);
        if mem::replace(&mut self.keep_earlier_waits, outer.keep_earlier_waits) {
            before.retain(|entry| !entry.withdrawn);
            waits.append(&mut before);
        }
        for entry in &mut waits {
            entry.since.get_or_insert(now);
        }
        waits
    }

    /// Records a wait of a member that was not polled now.
    pub(super) fn include(&mut self, entry: &Entry) {
        let number = self.count;
        self.count += 1;
        self.waits.push(Entry {
            number,
            ..entry.clone()
        });
    }

    /// The index of the next wait.
    pub(super) fn mark(&self) -> usize {
        self.count
    }

    /// Changes the waits since the mark.
    pub(super) fn recast(&mut self, mark: usize, what: impl Fn(&mut WaitsFor)) {
        let waits = self.waits.iter_mut().filter(|entry| entry.number >= mark);
        waits.for_each(|entry| what(&mut entry.on));
    }

    /// Withdraws the waits since the mark.
    pub(super) fn withdraw(&mut self, mark: usize) {
        let over = self.waits.extract_if(.., |entry| entry.number >= mark);
        // If the poll records the same wait again, as a loop around a select does,
        // the wait keeps its start time.
        self.before.extend(over.map(|entry| Entry {
            withdrawn: true,
            ..entry
        }));
    }
}

/// One poll of a task of a runtime with task dumps, until the drop of this value. This
/// thread runs the task, so no other thread writes its record.
pub(crate) struct EnteredPoll<'a> {
    inner: &'a RecordInner,
    began: u64,
    /// The recorder of an outer poll, if this poll is nested in a poll of another
    /// runtime.
    outer: Option<Recorder>,
}

/// Begins a poll of the task.
#[cfg(not(feature = "tracing"))]
#[inline]
#[must_use]
pub(crate) fn enter_poll(task: &TaskStats) -> Option<EnteredPoll<'_>> {
    recording(task)
}

/// Begins a poll of the task, inside its span.
#[cfg(feature = "tracing")]
#[must_use]
pub(crate) fn enter_poll(
    task: &TaskStats,
) -> (Option<super::span::Inside<'_>>, Option<EnteredPoll<'_>>) {
    (super::span::enter(task), recording(task))
}

#[inline]
fn recording(task: &TaskStats) -> Option<EnteredPoll<'_>> {
    task.record.0.get().map(|inner| begin(inner))
}

#[cold]
fn begin(inner: &RecordInner) -> EnteredPoll<'_> {
    let began = inner.sink.now();
    // Ordering: Relaxed. The counter publishes nothing else and has one writer.
    let polls = inner.polls.load(Relaxed);
    inner.polls.store(polls + 1, Relaxed);
    let mut state = inner.state();
    state.since = began;
    let before = mem::take(&mut state.waits);
    drop(state);
    let recorder = Recorder {
        sink: Arc::clone(&inner.sink),
        before,
        waits: Vec::new(),
        count: 0,
        keep_earlier_waits: false,
    };
    EnteredPoll {
        inner,
        began,
        outer: exchange(Some(recorder)),
    }
}

impl Drop for EnteredPoll<'_> {
    fn drop(&mut self) {
        let recorder = exchange(self.outer.take());
        let Some(mut recorder) = recorder else { return };
        let over = self.inner.sink.now();
        if recorder.keep_earlier_waits {
            recorder.before.retain(|entry| !entry.withdrawn);
            recorder.waits.append(&mut recorder.before);
        }
        for entry in &mut recorder.waits {
            entry.since.get_or_insert(over);
        }
        let took = over.saturating_sub(self.began);
        let mut state = self.inner.state();
        state.since = over;
        state.busy += took;
        state.waits = recorder.waits;
        drop(state);
        self.inner.sink.count_poll(took);
    }
}
