//! Calls, polls, cancels and leaks the futures of `wakeful-dynamic`, in any order. The body belongs to
//! the tests of that crate.
#![no_main]

#[path = "../../dynamic/tests/common/mod.rs"]
mod common;
#[path = "../../dynamic/tests/fuzz/leaf.rs"]
mod leaf;
#[path = "../../dynamic/tests/fuzz/objects.rs"]
mod objects;
#[path = "../../dynamic/tests/fuzz/slot.rs"]
mod slot;
#[path = "../../dynamic/tests/fuzz/world.rs"]
mod world;

#[global_allocator]
static ALLOCATOR: common::Counting = common::Counting;

libfuzzer_sys::fuzz_target!(|input: &[u8]| world::dynamic(input));
