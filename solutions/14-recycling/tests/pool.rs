//! The promises of `Pool`.

mod memory;

use std::cell::Cell;
use std::future::ready;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;

use memory::{Aligned, OnDrop, address, bad, count, keep, poll, run};
use recycling_exercises::pool::{MOST, Pool};

#[test]
fn calls_one_after_the_other_share_memory() {
    let pool = Pool::default();
    let first = run(pool.fill(address(0_u64)));
    // The vector of the pool has allocated room for its blocks, too.
    for _ in 0..5 {
        let (made, _) = count(|| {
            let next = run(pool.fill(address(0_u64)));
            assert_eq!(next, first, "the next call has other memory");
        });
        assert_eq!(made, 0, "allocations of the next call");
    }
}

#[test]
fn calls_at_the_same_time_have_memory_of_their_own() {
    let pool = Pool::default();
    for _ in 0..2 {
        let calls: Vec<_> = (0..3).map(|_| pool.fill(address(0_u64))).collect();
        let mut addresses: Vec<_> = calls.into_iter().map(run).collect();
        addresses.sort_unstable();
        addresses.dedup();
        assert_eq!(addresses.len(), 3, "two calls had the same memory");
    }
    assert_eq!(pool.len(), 3, "free blocks after three calls at the same time");
}

#[test]
#[cfg_attr(miri, ignore = "it leaks memory on purpose")]
fn the_memory_of_a_leaked_call_is_not_used_again() {
    let pool = Pool::default();
    let mut call = pool.fill(address(0_u64));
    let std::task::Poll::Ready(leaked) = poll(Pin::new(&mut call)) else {
        panic!("this future is ready at once")
    };
    std::mem::forget(call);
    assert!(pool.is_empty(), "the memory of a leaked call is in the pool");
    assert_ne!(run(pool.fill(address(0_u64))), leaked, "a call got leaked memory");
}

#[test]
fn a_destructor_that_panics_gives_the_memory_back() {
    let pool = Pool::default();
    let mut call = pool.fill(bad());
    assert!(poll(Pin::new(&mut call)).is_pending());
    let panic = catch_unwind(AssertUnwindSafe(|| drop(call)));
    assert!(panic.is_err(), "the panic goes to the owner of the call");
    assert_eq!(pool.len(), 1, "free blocks after the panic");
}

#[test]
fn the_memory_is_busy_until_the_destructor_has_ended() {
    let (pool, free) = (Pool::default(), Cell::new(9));
    let mut call = pool.fill(keep(OnDrop(|| free.set(pool.len()))));
    assert!(poll(Pin::new(&mut call)).is_pending());
    drop(call);
    assert_eq!(free.get(), 0, "the memory was free while its future was dropped");
    assert_eq!(pool.len(), 1, "free blocks after the call");
}

#[test]
fn a_destructor_may_use_the_pool() {
    let (pool, failed) = (Pool::default(), Cell::new(true));
    let use_it = || {
        let used = catch_unwind(AssertUnwindSafe(|| run(pool.fill(ready(7_u64)))));
        failed.set(used.is_err());
    };
    let mut call = pool.fill(keep(OnDrop(use_it)));
    assert!(poll(Pin::new(&mut call)).is_pending());
    drop(call);
    assert!(!failed.get(), "the pool was borrowed while a future was dropped");
    assert_eq!(
        pool.len(),
        2,
        "free blocks: that of the call, and that of its destructor"
    );
}

#[test]
fn a_future_uses_a_larger_and_more_aligned_block() {
    let pool = Pool::default();
    drop(pool.fill(address(Aligned(0))));
    let (made, _) = count(|| assert_eq!(run(pool.fill(ready(7_u8))), 7));
    assert_eq!(made, 0, "allocations of a small future");
    assert_eq!(pool.len(), 1, "free blocks");
    let (made, _) = count(|| drop(pool.fill(address(Aligned(0)))));
    assert_eq!(made, 0, "allocations of the first future after it");
}

#[test]
fn a_future_goes_only_into_a_block_that_is_large_enough() {
    let pool = Pool::default();
    drop(pool.fill(ready(7_u8)));
    let large = || pool.fill(ready([7_u64; 20]));
    assert_eq!(run(large()), [7; 20]);
    assert_eq!(pool.len(), 2, "free blocks: a small and a large one");
    // Whatever the order is in which the two blocks came back, the large one is found.
    for small_first in [true, false] {
        let calls = (large(), pool.fill(ready(7_u8)));
        if small_first {
            drop(calls.1);
            drop(calls.0);
        } else {
            drop(calls);
        }
        let (made, _) = count(|| drop(large()));
        assert_eq!(made, 0, "allocations of a future that fits into the large block");
    }
}

#[test]
fn a_future_with_a_large_alignment_is_at_its_alignment() {
    let pool = Pool::default();
    let blocks: Vec<_> = (0..MOST).map(|_| pool.fill(ready([7_u64; 200]))).collect();
    drop(blocks);
    let calls: Vec<_> = (0..MOST).map(|_| pool.fill(address(Aligned(0)))).collect();
    for address in calls.into_iter().map(run) {
        assert!(address.is_multiple_of(256), "{address:#x} is not a multiple of 256");
    }
}

#[test]
fn a_pool_keeps_a_limited_number_of_blocks() {
    let (made, freed) = count(|| {
        let pool = Pool::default();
        let calls: Vec<_> = (0..3 * MOST).map(|_| pool.fill(ready(7_u64))).collect();
        drop(calls);
        assert_eq!(pool.len(), MOST, "free blocks");
    });
    assert_eq!(made, freed, "allocated and freed");
}
