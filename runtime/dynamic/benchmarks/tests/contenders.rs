//! Each contender does the same work, and allocates as often as its crate says.

use wakeful_dynamic_benchmarks::{
    contenders::{self, Contender},
    counter::Counter,
    rows::{ROWS, Row},
    sampling::allocations_per_item,
    work::Work,
};

#[global_allocator]
static ALLOCATOR: Counter = Counter;

#[test]
fn all_contenders_return_the_same_items() {
    for row in ROWS {
        for contender in contenders::all() {
            for items in [0, 4, row.items] {
                if let Some(sum) = (contender.run)(row.work, items) {
                    assert_eq!(
                        sum,
                        row.work.sum(items),
                        "{} of {}, {items} items",
                        row.key,
                        contender.name
                    );
                }
            }
        }
    }
}

#[test]
fn only_the_contenders_with_one_future_leave_out_work() {
    for row in ROWS {
        let left_out: Vec<_> = contenders::all()
            .iter()
            .filter(|contender| !contender.can(row.work))
            .map(|contender| contender.name)
            .collect();
        let expected: &[&str] = match row.work {
            Work::Shared => &[
                "`dyn` `poll_next`",
                "Inline, fused",
                "Inline",
                "ReusableBoxFuture",
            ],
            _ => &[],
        };
        assert_eq!(left_out, expected, "{}", row.key);
    }
}

/// The allocations of one item. The future of a wrapper does not fit into 64 bytes that are also
/// in the future inside, so these contenders need a box for each wrapper.
fn expected(row: &Row, contender: &Contender) -> u32 {
    let levels = match row.work {
        Work::Nested { levels, .. } => levels,
        Work::Large { .. } | Work::Shared => 1,
    };
    let is_shared = row.work == Work::Shared;
    match contender.name {
        "async-trait" | "dynosaur" | "Boxing" | "Boxing, fused" => levels,
        "stackfuture, 64 B" | "smallbox, 64 B" | "ScratchOrBox, 64 B" => levels - 1,
        // The loop keeps its `Vec` for the next item. The wrappers do not.
        "dynify, 64 B + Vec" => levels.saturating_sub(2),
        // Their box serves one call at a time.
        "Cached" | "Cached, fused" | "CachedIf" | "CachedSpace" if is_shared => 1,
        _ => 0,
    }
}

#[test]
fn each_contender_allocates_as_often_as_expected() {
    for row in &ROWS {
        for contender in contenders::all() {
            if contender.can(row.work) {
                let allocations = allocations_per_item(row, &contender);
                let expected = f64::from(expected(row, &contender));
                assert!(
                    (allocations - expected).abs() < 0.001,
                    "{} of {}: {allocations} allocations instead of {expected}",
                    row.key,
                    contender.name
                );
            }
        }
    }
}
