//! Does everything that one thread can do to a task, in any order.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wakeful::fuzzing::cell(input));
