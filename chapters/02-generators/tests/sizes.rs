//! How large the generators are: no stack, and no allocation but the one named.

use generators::{Decoder, Exchange, Message, Walk};

#[test]
fn a_decoder_takes_one_byte_for_its_state_and_seven_for_its_locals() {
    assert_eq!(size_of::<Decoder>(), 1 + 7);
}

#[test]
fn an_exchange_contains_its_decoder() {
    // Its own state costs nothing: it goes where the decoder has values to spare.
    assert_eq!(size_of::<Exchange>(), size_of::<Message>() + size_of::<Decoder>());
}

#[test]
#[cfg(target_pointer_width = "64")]
fn a_walk_stores_a_pointer_to_its_child() {
    assert_eq!(size_of::<Walk<'_>>(), 48);
}
