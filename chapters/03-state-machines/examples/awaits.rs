//! One await, for the compiler to print in its own words.

/// Twice what `future` becomes.
pub async fn twice(future: impl Future<Output = u32>) -> u32 {
    2 * future.await
}

fn main() {}
