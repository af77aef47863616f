//! The experiment with the allocator of the system. On Linux, that is the one of glibc.

mod experiment;

#[global_allocator]
static ALLOCATOR: std::alloc::System = std::alloc::System;

fn main() {
    experiment::main("the system");
}
