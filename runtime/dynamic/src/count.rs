//! A count of the allocations that adapters make, for tests and measurements.

/// What the adapters of this thread have allocated so far.
#[cfg(feature = "count")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allocations {
    /// How many times.
    pub calls: u64,
    /// How many bytes in all.
    pub bytes: u64,
}

#[cfg(feature = "count")]
std::thread_local! {
    static SO_FAR: core::cell::Cell<Allocations> = const {
        core::cell::Cell::new(Allocations { calls: 0, bytes: 0 })
    };
}

/// Runs `body` and returns what the adapters allocated on this thread in that time, together
/// with the result of `body`. It counts only memory for futures.
///
/// ```
/// # futures_executor::block_on(async {
/// use wakeful_dynamic::{Boxing, allocations, dyn_async};
///
/// #[dyn_async]
/// trait Meter {
///     async fn read(&mut self) -> u32;
/// }
///
/// struct Water(u32);
///
/// impl Meter for Water {
///     async fn read(&mut self) -> u32 {
///         self.0
///     }
/// }
///
/// let mut water = Boxing::new(Water(7));
/// let mut meter = MeterMut::new(&mut water);
/// let (call, allocated) = allocations(|| meter.read());
/// assert_eq!(call.await, 7);
/// assert_eq!(allocated.calls, 1);
/// println!("this call allocated {} bytes", allocated.bytes);
/// # });
/// ```
#[cfg(feature = "count")]
pub fn allocations<R>(body: impl FnOnce() -> R) -> (R, Allocations) {
    let before = SO_FAR.get();
    let result = body();
    let after = SO_FAR.get();
    let allocated = Allocations {
        calls: after.calls - before.calls,
        bytes: after.bytes - before.bytes,
    };
    (result, allocated)
}

#[cfg(feature = "alloc")]
#[inline]
pub(crate) fn record(bytes: usize) {
    #[cfg(feature = "count")]
    // A thread that ends may free and allocate after its counters are gone.
    let _ = SO_FAR.try_with(|so_far| {
        let Allocations { calls, bytes: sum } = so_far.get();
        so_far.set(Allocations {
            calls: calls + 1,
            bytes: sum + bytes as u64,
        });
    });
    #[cfg(not(feature = "count"))]
    let _ = bytes;
}
