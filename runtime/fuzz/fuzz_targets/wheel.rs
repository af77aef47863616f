//! Sets, resets, drops and fires timers, in any order.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wakeful::fuzzing::wheel(input));
