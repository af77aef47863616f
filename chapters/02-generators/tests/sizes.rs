//! How large the generators are: no stack, and no allocation but the one named.

use generators::{Decoder, Exchange, Message, Walk};

#[test]
fn a_decoder_is_one_byte_of_state_and_seven_of_locals() {
    assert_eq!(size_of::<Decoder>(), 1 + 7);
}

#[test]
fn an_exchange_holds_its_decoder_inside_itself() {
    // Its own state costs nothing: it goes where the decoder has values to spare.
    assert_eq!(size_of::<Exchange>(), size_of::<Message>() + size_of::<Decoder>());
}

#[test]
#[cfg(target_pointer_width = "64")]
fn a_walk_holds_its_child_by_pointer() {
    assert_eq!(size_of::<Walk<'_>>(), 48);
}
