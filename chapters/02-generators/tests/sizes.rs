//! The sizes of the generators. A generator is a plain value without a stack of
//! its own, and only `Walk` allocates: one box for the child it is in.

use generators::{Decoder, Exchange, Message, Walk};

#[test]
fn a_decoder_takes_one_byte_for_its_state_and_seven_for_its_locals() {
    assert_eq!(size_of::<Decoder>(), 1 + 7);
}

#[test]
fn an_exchange_contains_its_decoder() {
    // The exchange's own state takes no extra byte. The compiler stores it in unused
    // values of the decoder's state byte.
    assert_eq!(size_of::<Exchange>(), size_of::<Message>() + size_of::<Decoder>());
}

#[test]
#[cfg(target_pointer_width = "64")]
fn a_walk_stores_a_pointer_to_its_child() {
    // State, folder, iterator (two pointers), total and box: 8 bytes each.
    assert_eq!(size_of::<Walk<'_>>(), 6 * 8);
}
