//! A function with one await. The compiler prints it.

/// Twice the output of `future`.
pub async fn twice(future: impl Future<Output = u32>) -> u32 {
    2 * future.await
}

fn main() {}
