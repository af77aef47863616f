//! The experiment with mimalloc.

mod experiment;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    experiment::main("mimalloc");
}
