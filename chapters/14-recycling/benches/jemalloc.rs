//! The experiment with jemalloc.

mod experiment;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    experiment::main("jemalloc");
}
