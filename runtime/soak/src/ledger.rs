//! What a process holds, before and after, and the table of it.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    fmt::Write,
    fs,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};
use wakeful::inspect::Snapshot;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Counting;

/// Bytes of heap in use. Relaxed: a number that orders nothing.
static HEAP: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HEAP.fetch_add(layout.size() as u64, Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        HEAP.fetch_sub(layout.size() as u64, Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        HEAP.fetch_add(size as u64, Relaxed);
        HEAP.fetch_sub(layout.size() as u64, Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.realloc(block, layout, size) }
    }
}

const ROWS: [&str; 6] = [
    "tasks",
    "timers",
    "sources",
    "descriptors",
    "threads",
    "heap bytes",
];
const HEAP_ROW: usize = 5;

/// How much more heap is no loss: this program's own lines are not of one
/// length, and a thread may be in the middle of an epoch of crossbeam's. One
/// task lost for each thousand connections is more.
pub const HEAP_SLACK: u64 = 16 * 1024;

/// What is held at one moment: numbers, in the order of [`ROWS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held([u64; ROWS.len()]);

impl Held {
    /// Without the tasks that are only there to look.
    pub fn of_runtime(snapshot: &Snapshot, observers: usize) -> Self {
        let numbers = [
            snapshot.tasks.len() - observers,
            snapshot.timers.len(),
            snapshot.sources.len(),
        ];
        let mut held = Self::default();
        for (row, number) in numbers.into_iter().enumerate() {
            held.0[row] = number as u64;
        }
        held
    }

    /// What a deque grew out of is freed first: that is for who steals next, and
    /// in a pool of one nobody does.
    pub fn of_process() -> Self {
        // Two epochs later. And whatever crossbeam keeps for ever is there from
        // the first look on.
        for _ in 0..3 {
            crossbeam_epoch::pin().flush();
        }
        let entries = |folder| fs::read_dir(folder).map_or(0, Iterator::count) as u64;
        let mut held = Self::default();
        // The folder that is read is one.
        held.0[3] = entries("/proc/self/fd").saturating_sub(1);
        held.0[4] = entries("/proc/self/task");
        held.0[HEAP_ROW] = HEAP.load(Relaxed);
        held
    }

    pub fn plus(self, other: Self) -> Self {
        self.with(other, |one, other| one + other)
    }

    pub fn most(self, other: Self) -> Self {
        self.with(other, u64::max)
    }

    fn with(mut self, other: Self, both: impl Fn(u64, u64) -> u64) -> Self {
        for (one, other) in self.0.iter_mut().zip(other.0) {
            *one = both(*one, other);
        }
        self
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    pub before: Held,
    pub most: Held,
    pub after: Held,
}

impl Ledger {
    /// The rows in which something was lost.
    fn lost(&self) -> impl Iterator<Item = &'static str> {
        let rows = ROWS.into_iter().enumerate().filter(|(row, _)| {
            let slack = if *row == HEAP_ROW { HEAP_SLACK } else { 0 };
            self.after.0[*row] > self.before.0[*row] + slack
        });
        rows.map(|(_, name)| name)
    }

    pub fn is_balanced(&self) -> bool {
        self.lost().next().is_none()
    }

    /// The table, for one end of the connections.
    pub fn table(&self, end: &str) -> String {
        let mut table = format!(
            "{end:<14}{:>14}{:>14}{:>14}\n",
            "before", "at most", "after"
        );
        let lost: Vec<_> = self.lost().collect();
        for (row, name) in ROWS.into_iter().enumerate() {
            let Self {
                before,
                most,
                after,
            } = self;
            let [before, most, after] = [before, most, after].map(|held| thousands(held.0[row]));
            let mark = if lost.contains(&name) { "  LOST" } else { "" };
            let _ = writeln!(table, "{name:<14}{before:>14}{most:>14}{after:>14}{mark}");
        }
        table
    }

    /// For the other process.
    pub fn encode(&self) -> String {
        let columns = [self.before, self.most, self.after];
        let numbers = columns.iter().flat_map(|held| held.0);
        let numbers: Vec<_> = numbers.map(|number| number.to_string()).collect();
        numbers.join(" ")
    }

    pub fn decode(text: &str) -> Option<Self> {
        let mut numbers = text.split(' ').map(str::parse);
        let mut column = || {
            let mut held = Held::default();
            for number in &mut held.0 {
                *number = numbers.next()?.ok()?;
            }
            Some(held)
        };
        Some(Self {
            before: column()?,
            most: column()?,
            after: column()?,
        })
    }
}

/// 1234567 as 1,234,567.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_is_marked_and_heap_has_some_slack() {
        let mut ledger = Ledger::default();
        ledger.after.0[HEAP_ROW] = HEAP_SLACK;
        assert!(ledger.is_balanced());
        ledger.after.0[HEAP_ROW] += 1;
        ledger.after.0[3] = 1;
        let lost: Vec<_> = ledger.lost().collect();
        assert_eq!(lost, ["descriptors", "heap bytes"]);
        assert_eq!(ledger.table("server").matches("LOST").count(), 2);
    }

    #[test]
    fn a_ledger_arrives_as_it_was_sent() {
        let column = |first: u64| Held([0, 1, 2, 3, 4, 5].map(|row| first + row));
        let ledger = Ledger {
            before: column(1),
            most: column(1000),
            after: column(7),
        };
        assert_eq!(Ledger::decode(&ledger.encode()), Some(ledger));
        assert_eq!(Ledger::decode("1 2 three"), None);
    }

    #[test]
    fn large_numbers_are_parted() {
        let texts = [0, 999, 1000, 1_234_567].map(thousands);
        assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
    }
}
