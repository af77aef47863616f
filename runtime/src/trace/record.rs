//! [`Record`] holds what one task waits for. [`Recorder`] collects the notes of
//! one poll.
//!
//! The recorder is in a thread-local during the poll, so a leaf does not have to
//! know its task. When the poll ends, the new notes replace those of the record.
//! A wait that was in the record before keeps its start time. So a select that
//! an interval wakes every second shows how long it has waited for its channel.
//! A leaf that was ready notes that, and its next wait gets a new start time.

use super::{
    Origin, TaskTrace,
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
pub(crate) trait TraceSink: Send + Sync {
    /// The time on the runtime's clock, in nanoseconds.
    fn now(&self) -> u64;
    /// An instant on that clock.
    fn nanos_of(&self, instant: Instant) -> u64;
    /// A poll on this thread took `nanos` nanoseconds.
    fn count_poll(&self, nanos: u64);
}

/// Tells one wait from another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
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

impl Identity {
    pub(super) fn new(kind: Kind, number: u64) -> Self {
        Self {
            kind,
            number,
            address: 0,
        }
    }

    pub(super) fn at(self, address: usize) -> Self {
        Self { address, ..self }
    }
}

#[derive(Clone)]
pub(super) struct Entry {
    identity: Identity,
    on: WaitsFor,
    /// When the wait began. `None` until the end of the poll in which it began.
    since: Option<u64>,
    /// The index of the note among the notes of its poll.
    number: usize,
    /// The poll noted this wait and then withdrew the note.
    withdrawn: bool,
}

/// A field of a task's header. It takes two words. Only a traced runtime
/// allocates what they point to.
#[derive(Default)]
pub(crate) struct Record(OnceLock<Box<Traced>>);

struct Traced {
    sink: Arc<dyn TraceSink>,
    kind: TaskKind,
    name: Option<Arc<str>>,
    polls: AtomicU64,
    notes: Mutex<Notes>,
}

#[derive(Default)]
struct Notes {
    /// When the task was spawned, its last poll began or its last poll ended,
    /// whichever was last.
    since: u64,
    /// The time that its polls have taken, without the one that is under way.
    busy: u64,
    waits: Vec<Entry>,
}

impl Traced {
    fn notes(&self) -> MutexGuard<'_, Notes> {
        // No user code runs under this lock, so poison means nothing.
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    /// Starts the record of a new task that no other thread has seen yet. A `block_on` task
    /// task starts several times and keeps its first record.
    pub(crate) fn begin(&self, sink: &Arc<dyn TraceSink>, kind: TaskKind, name: Option<Arc<str>>) {
        let traced = self.0.get_or_init(|| {
            Box::new(Traced {
                sink: Arc::clone(sink),
                kind,
                name,
                polls: AtomicU64::new(0),
                notes: Mutex::default(),
            })
        });
        traced.notes().since = sink.now();
    }

    pub(super) fn kind(&self) -> TaskKind {
        self.0.get().map_or(TaskKind::Task, |traced| traced.kind)
    }

    /// How often the task has been polled. `None` in a runtime that is not traced.
    pub(crate) fn polls(&self) -> Option<u64> {
        Some(self.0.get()?.polls.load(Relaxed))
    }

    /// Describes the task for the inspector. `None` in a runtime that is not
    /// traced. `running` comes from the task's state word.
    pub(crate) fn inspect(&self, running: bool) -> Option<TaskTrace> {
        let traced = self.0.get()?;
        let now = traced.sink.now();
        let notes = traced.notes();
        let ago = |then: u64| Duration::from_nanos(now.saturating_sub(then));
        let since = ago(notes.since);
        let busy = Duration::from_nanos(notes.busy);
        let waits = notes.waits.iter().map(|entry| Wait {
            on: entry.on.clone(),
            since: ago(entry.since.unwrap_or(now)),
        });
        Some(TaskTrace {
            kind: traced.kind,
            name: traced.name.clone(),
            since,
            busy: if running { busy + since } else { busy },
            waits: waits.collect(),
        })
    }
}

/// How many notes of one poll are kept. Newer notes replace the oldest. Without
/// the limit, a poll that starts and drops many waits would need longer for each.
const LIMIT: usize = 256;

/// The notes of the outer task, which the recorder keeps here while a group polls one of
/// its members.
pub(super) struct OuterNotes {
    before: Vec<Entry>,
    noted: Vec<Entry>,
    keep_all: bool,
}

/// Collects the notes of one poll.
pub(super) struct Recorder {
    sink: Arc<dyn TraceSink>,
    /// The earlier waits that this poll has not noted yet.
    before: Vec<Entry>,
    noted: Vec<Entry>,
    /// The number of notes in this poll so far.
    count: usize,
    keep_all: bool,
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

    /// Notes a wait, which may have begun in an earlier poll.
    pub(super) fn waits(&mut self, identity: Identity, on: WaitsFor) {
        let since = self.forget(identity).and_then(|entry| entry.since);
        if self.noted.len() == LIMIT {
            self.noted.remove(0);
        }
        let number = self.count;
        self.count += 1;
        self.noted.push(Entry {
            identity,
            on,
            since,
            number,
            withdrawn: false,
        });
    }

    /// Notes that the task does not wait for this any more. Another wait for the
    /// same thing gets a new start time.
    pub(super) fn ends(&mut self, identity: Identity) {
        self.forget(identity);
    }

    fn forget(&mut self, identity: Identity) -> Option<Entry> {
        [&mut self.noted, &mut self.before]
            .into_iter()
            .find_map(|entries| {
                let mut each = entries.iter();
                let index = each.position(|entry| entry.identity == identity)?;
                Some(entries.remove(index))
            })
    }

    /// Keeps the earlier waits that this poll does not note, because not every
    /// leaf was polled.
    pub(super) fn keep_all(&mut self) {
        self.keep_all = true;
    }

    /// Prepares the poll of a member of a group. `before` is what the member
    /// waited for. The notes so far are put aside.
    pub(super) fn begin_member(&mut self, before: Vec<Entry>) -> OuterNotes {
        OuterNotes {
            before: mem::replace(&mut self.before, before),
            noted: mem::take(&mut self.noted),
            keep_all: mem::take(&mut self.keep_all),
        }
    }

    /// Ends the poll of a member and returns what the member waits for now.
    pub(super) fn end_member(&mut self, outer: OuterNotes) -> Vec<Entry> {
        let now = self.sink.now();
        let mut noted = mem::replace(&mut self.noted, outer.noted);
        let mut before = mem::replace(&mut self.before, outer.before);
        if mem::replace(&mut self.keep_all, outer.keep_all) {
            before.retain(|entry| !entry.withdrawn);
            noted.append(&mut before);
        }
        for entry in &mut noted {
            entry.since.get_or_insert(now);
        }
        noted
    }

    /// Notes a wait of a member that was not polled now.
    pub(super) fn include(&mut self, entry: &Entry) {
        let number = self.count;
        self.count += 1;
        self.noted.push(Entry {
            number,
            ..entry.clone()
        });
    }

    /// The index of the next note.
    pub(super) fn mark(&self) -> usize {
        self.count
    }

    /// Changes the notes since the mark.
    pub(super) fn recast(&mut self, mark: usize, what: impl Fn(&mut WaitsFor)) {
        let noted = self.noted.iter_mut().filter(|entry| entry.number >= mark);
        noted.for_each(|entry| what(&mut entry.on));
    }

    /// Withdraws the notes since the mark.
    pub(super) fn withdraw(&mut self, mark: usize) {
        let over = self.noted.extract_if(.., |entry| entry.number >= mark);
        // If the poll notes the same wait again, as a loop around a select does,
        // the wait keeps its start time.
        self.before.extend(over.map(|entry| Entry {
            withdrawn: true,
            ..entry
        }));
    }
}

/// One poll of a task of a traced runtime, until the drop of this value. This
/// thread runs the task, so no other thread writes its record.
pub(crate) struct Polling<'a> {
    traced: &'a Traced,
    began: u64,
    /// The recorder of an outer poll, if this poll is nested in a poll of another
    /// runtime.
    outer: Option<Recorder>,
}

/// Begins a poll of the task.
#[cfg(not(feature = "tracing"))]
#[inline]
#[must_use]
pub(crate) fn polling(task: &Origin) -> Option<Polling<'_>> {
    recording(task)
}

/// Begins a poll of the task, inside its span.
#[cfg(feature = "tracing")]
#[must_use]
pub(crate) fn polling(task: &Origin) -> (Option<super::span::Inside<'_>>, Option<Polling<'_>>) {
    (super::span::enter(task), recording(task))
}

#[inline]
fn recording(task: &Origin) -> Option<Polling<'_>> {
    task.record.0.get().map(|traced| begin(traced))
}

#[cold]
fn begin(traced: &Traced) -> Polling<'_> {
    let began = traced.sink.now();
    // Ordering: Relaxed. The counter publishes nothing else and has one writer.
    let polls = traced.polls.load(Relaxed);
    traced.polls.store(polls + 1, Relaxed);
    let mut notes = traced.notes();
    notes.since = began;
    let before = mem::take(&mut notes.waits);
    drop(notes);
    let recorder = Recorder {
        sink: Arc::clone(&traced.sink),
        before,
        noted: Vec::new(),
        count: 0,
        keep_all: false,
    };
    Polling {
        traced,
        began,
        outer: exchange(Some(recorder)),
    }
}

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        let recorder = exchange(self.outer.take());
        let Some(mut recorder) = recorder else { return };
        let over = self.traced.sink.now();
        if recorder.keep_all {
            recorder.before.retain(|entry| !entry.withdrawn);
            recorder.noted.append(&mut recorder.before);
        }
        for entry in &mut recorder.noted {
            entry.since.get_or_insert(over);
        }
        let took = over.saturating_sub(self.began);
        let mut notes = self.traced.notes();
        notes.since = over;
        notes.busy += took;
        notes.waits = recorder.noted;
        drop(notes);
        self.traced.sink.count_poll(took);
    }
}
