//! Counts what a process holds before and after a round, and prints the table.

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

/// The bytes of heap in use. Relaxed, because the number orders no other access.
static HEAP: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call is passed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HEAP.fetch_add(layout.size() as u64, Relaxed);
        // SAFETY: the caller upholds the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        HEAP.fetch_sub(layout.size() as u64, Relaxed);
        // SAFETY: the caller upholds the contract of `dealloc`.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        HEAP.fetch_add(size as u64, Relaxed);
        HEAP.fetch_sub(layout.size() as u64, Relaxed);
        // SAFETY: the caller upholds the contract of `realloc`.
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

/// A growth of the heap that is not reported. The lines that this program prints differ
/// in length, and a thread may hold memory in an epoch of crossbeam. Losing one task
/// for each thousand connections would exceed this.
pub const HEAP_SLACK: u64 = 16 * 1024;

/// The counts of what a process holds at one moment, in the order of [`ROWS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held([u64; ROWS.len()]);

impl Held {
    /// Counts what a runtime holds, without the tasks that only observe it.
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

    /// Counts what the process holds. First frees the old buffers of grown deques.
    /// crossbeam keeps them until another thread steals, and a pool with one thread
    /// has no other.
    pub fn of_process() -> Self {
        // The epoch must advance twice. This also makes crossbeam allocate, before the
        // first count, what it keeps for ever.
        for _ in 0..3 {
            crossbeam_epoch::pin().flush();
        }
        let entries = |folder| fs::read_dir(folder).map_or(0, Iterator::count) as u64;
        let mut held = Self::default();
        // Reading the folder opens one descriptor.
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

    /// The table for one end of the connections.
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

    /// Encodes the ledger for the other process.
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

/// Formats 1234567 as 1,234,567.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
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
    fn lost_rows_are_marked_and_the_heap_may_grow_a_little() {
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
    fn a_decoded_ledger_equals_the_encoded_one() {
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
    fn thousands_are_separated_by_commas() {
        let texts = [0, 999, 1000, 1_234_567].map(thousands);
        assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
    }
}
