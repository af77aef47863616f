//! The promises of `PackedLayout`.

use std::alloc::Layout;

use recycling_exercises::pack::PackedLayout;

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).expect("a power of two")
}

fn packed(size: usize, align: usize) -> PackedLayout {
    PackedLayout::new(layout(size, align))
        .unwrap_or_else(|| panic!("a size of {size:#x} fits, but it was refused"))
}

#[test]
fn a_layout_is_the_same_after_unpacking() {
    for exponent in 0..=20 {
        for size in [0, 1, 7, 24, 64, 4096, 100_000] {
            let layout = layout(size, 1 << exponent);
            assert_eq!(PackedLayout::new(layout).map(PackedLayout::unpack), Some(layout));
        }
    }
}

#[test]
fn it_is_one_word() {
    assert_eq!(
        size_of::<PackedLayout>(),
        size_of::<usize>(),
        "bytes of a `PackedLayout`, and of a word"
    );
}

#[test]
fn the_largest_alignment_is_packed() {
    let align = 1 << (usize::BITS - 2);
    assert_eq!(packed(0, align).unpack(), layout(0, align));
}

#[test]
fn a_size_that_does_not_fit_is_refused() {
    let most = usize::MAX >> 6;
    assert_eq!(packed(most, 1).unpack(), layout(most, 1));
    for size in [most + 1, usize::MAX >> 1] {
        let packed = PackedLayout::new(layout(size, 1));
        assert_eq!(packed, None, "a size of {size:#x} does not fit");
    }
}

#[test]
fn memory_holds_what_is_smaller_and_less_aligned() {
    let has = packed(96, 16);
    assert!(has.holds(layout(96, 16)));
    assert!(has.holds(layout(24, 8)));
    assert!(has.holds(layout(0, 1)));
}

#[test]
fn memory_does_not_hold_a_larger_size() {
    assert!(!packed(96, 16).holds(layout(97, 1)));
    assert!(!packed(96, 16).holds(layout(128, 8)));
}

#[test]
fn memory_does_not_hold_a_size_that_cannot_be_packed() {
    // Without its highest bits, this size would be 0.
    let most = usize::MAX >> 6;
    assert!(!packed(96, 16).holds(layout(most + 1, 1)));
    assert!(!packed(most, 1).holds(layout(most + 1, 1)));
}

#[test]
fn memory_does_not_hold_a_larger_alignment() {
    assert!(!packed(96, 16).holds(layout(32, 32)));
    assert!(!packed(96, 1).holds(layout(0, 4096)));
}
