//! Timers set, changed, taken back and fired, in any order.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wakeful::fuzzing::wheel(input));
