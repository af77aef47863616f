//! What is known of one task: a record in its header, and the recorder that
//! collects while the task is polled.
//!
//! The recorder stands in a thread-local for as long as the poll lasts, so the
//! leaves need not be told whose they are. When the poll is over, what was
//! noted takes the place of what the record had. What the task waited for
//! before and waits for still keeps its time: a select that an interval wakes
//! each second has waited for its channel all along. A leaf that was ready in
//! between says so, and then its next wait is a new one.

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
    /// A poll on this thread took so many nanoseconds.
    fn count_poll(&self, nanos: u64);
}

/// What tells one wait from another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    kind: Kind,
    number: u64,
    /// Where it lives, where its number may be another's too.
    place: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Time,
    Readable,
    Writable,
    Task,
    Any,
    Sync,
    #[cfg(not(unix))]
    Signal,
}

impl Identity {
    pub(super) fn new(kind: Kind, number: u64) -> Self {
        let place = 0;
        Self {
            kind,
            number,
            place,
        }
    }

    pub(super) fn at(self, place: usize) -> Self {
        Self { place, ..self }
    }
}

#[derive(Clone)]
pub(super) struct Entry {
    identity: Identity,
    on: WaitsFor,
    /// `None` until the poll in which it began is over.
    since: Option<u64>,
    /// Counts the notes of one poll.
    number: usize,
    /// It was noted in this poll, and then it was over.
    withdrawn: bool,
}

/// A task's own, in its header: two words, and what they lead to in a runtime
/// that is traced.
#[derive(Default)]
pub(crate) struct Record(OnceLock<Box<Traced>>);

struct Traced {
    sink: Arc<dyn TraceSink>,
    kind: TaskKind,
    name: Option<Arc<str>>,
    polls: AtomicU64,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    /// When it was spawned, its poll began, or it was over, whichever was last.
    since: u64,
    /// The time that its polls have taken, but for the one under way.
    busy: u64,
    waits: Vec<Entry>,
}

impl Traced {
    fn told(&self) -> MutexGuard<'_, Told> {
        // No stranger's code runs under this lock.
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    /// Nobody has seen the task yet; or it is a root, which has been here
    /// before, and is what it was.
    pub(crate) fn begin(&self, sink: &Arc<dyn TraceSink>, kind: TaskKind, name: Option<Arc<str>>) {
        let traced = self.0.get_or_init(|| {
            Box::new(Traced {
                sink: Arc::clone(sink),
                kind,
                name,
                polls: AtomicU64::new(0),
                told: Mutex::default(),
            })
        });
        traced.told().since = sink.now();
    }

    pub(super) fn kind(&self) -> TaskKind {
        self.0.get().map_or(TaskKind::Task, |traced| traced.kind)
    }

    /// How often it has been polled, roots too; `None` in a runtime that is not
    /// traced.
    pub(crate) fn polls(&self) -> Option<u64> {
        Some(self.0.get()?.polls.load(Relaxed))
    }

    /// For the inspector; `None` in a runtime that is not traced. `running` is
    /// as the state word said.
    pub(crate) fn inspect(&self, running: bool) -> Option<TaskTrace> {
        let traced = self.0.get()?;
        let now = traced.sink.now();
        let told = traced.told();
        let ago = |then: u64| Duration::from_nanos(now.saturating_sub(then));
        let since = ago(told.since);
        let busy = Duration::from_nanos(told.busy);
        let waits = told.waits.iter().map(|entry| Wait {
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

/// So many notes of one poll are kept, the newest: a poll that begins and drops
/// waits without end must not take ever longer for each.
const MOST: usize = 256;

/// What a recorder has put aside while a member of a group is polled.
pub(super) struct Outer {
    before: Vec<Entry>,
    noted: Vec<Entry>,
    keep_all: bool,
}

/// Collects while a task is polled.
pub(super) struct Recorder {
    sink: Arc<dyn TraceSink>,
    /// What the task waited for before and has not said a word of yet.
    before: Vec<Entry>,
    noted: Vec<Entry>,
    /// How many notes there have been in this poll.
    notes: usize,
    keep_all: bool,
}

thread_local! {
    /// Whether there is a recorder: cheaper to look at, for most often there is
    /// none.
    static IS_ON: Cell<bool> = const { Cell::new(false) };
    static RECORDER: RefCell<Option<Recorder>> = const { RefCell::new(None) };
}

/// Hands the recorder of the poll that is under way on this thread to `code`,
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

    /// The task waits for this, perhaps as it did before.
    pub(super) fn waits(&mut self, identity: Identity, on: WaitsFor) {
        let since = self.forget(identity).and_then(|entry| entry.since);
        if self.noted.len() == MOST {
            self.noted.remove(0);
        }
        let number = self.notes;
        self.notes += 1;
        self.noted.push(Entry {
            identity,
            on,
            since,
            number,
            withdrawn: false,
        });
    }

    /// The task has this or wants it no more, and if it wants it again, waits
    /// anew.
    pub(super) fn has(&mut self, identity: Identity) {
        self.forget(identity);
    }

    fn forget(&mut self, identity: Identity) -> Option<Entry> {
        [&mut self.noted, &mut self.before]
            .into_iter()
            .find_map(|entries| {
                let mut each = entries.iter();
                let place = each.position(|entry| entry.identity == identity)?;
                Some(entries.remove(place))
            })
    }

    /// Not all leaves have had a look: what is not contradicted stands.
    pub(super) fn keep_all(&mut self) {
        self.keep_all = true;
    }

    /// A member of a group is about to be polled, who waited for that before.
    /// What was noted so far is put aside.
    pub(super) fn begin_part(&mut self, before: Vec<Entry>) -> Outer {
        Outer {
            before: mem::replace(&mut self.before, before),
            noted: mem::take(&mut self.noted),
            keep_all: mem::take(&mut self.keep_all),
        }
    }

    /// It has been polled: what it waits for now.
    pub(super) fn end_part(&mut self, outer: Outer) -> Vec<Entry> {
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

    /// What a member waits for who was not polled now.
    pub(super) fn include(&mut self, entry: &Entry) {
        let number = self.notes;
        self.notes += 1;
        self.noted.push(Entry {
            number,
            ..entry.clone()
        });
    }

    /// The number of the next note.
    pub(super) fn mark(&self) -> usize {
        self.notes
    }

    /// What has been noted since the mark is something else.
    pub(super) fn recast(&mut self, mark: usize, what: impl Fn(&mut WaitsFor)) {
        let noted = self.noted.iter_mut().filter(|entry| entry.number >= mark);
        noted.for_each(|entry| what(&mut entry.on));
    }

    /// What has been noted since the mark is not waited for after all.
    pub(super) fn withdraw(&mut self, mark: usize) {
        let over = self.noted.extract_if(.., |entry| entry.number >= mark);
        // Should it be noted again at once, as in a loop around a select, it
        // has been waited for all along.
        self.before.extend(over.map(|entry| Entry {
            withdrawn: true,
            ..entry
        }));
    }
}

/// One poll of a task of a traced runtime, from its begin to its drop. The task
/// is running, and this thread runs it: nobody else writes its record.
pub(crate) struct Polling<'a> {
    traced: &'a Traced,
    began: u64,
    /// The recorder of the poll around this one, of another runtime.
    outer: Option<Recorder>,
}

/// A poll of the task begins.
#[cfg(not(feature = "tracing"))]
#[inline]
#[must_use]
pub(crate) fn polling(task: &Origin) -> Option<Polling<'_>> {
    recording(task)
}

/// A poll of the task begins, inside of its span.
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
    // Ordering: Relaxed; a figure that orders nothing, and has one writer.
    let polls = traced.polls.load(Relaxed);
    traced.polls.store(polls + 1, Relaxed);
    let mut told = traced.told();
    told.since = began;
    let before = mem::take(&mut told.waits);
    drop(told);
    let recorder = Recorder {
        sink: Arc::clone(&traced.sink),
        before,
        noted: Vec::new(),
        notes: 0,
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
        let mut told = self.traced.told();
        told.since = over;
        told.busy += took;
        told.waits = recorder.noted;
        drop(told);
        self.traced.sink.count_poll(took);
    }
}
