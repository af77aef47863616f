//! How a row is sampled. The clock, the statistics and callgrind are those of the runtime's
//! benchmarks.

#[path = "../../../../benchmarks/src/harness/callgrind.rs"]
pub mod callgrind;
#[path = "../../../../benchmarks/src/harness/clock.rs"]
pub mod clock;
#[path = "../../../../benchmarks/src/harness/markdown.rs"]
pub mod markdown;
#[path = "../../../../benchmarks/src/harness/stats.rs"]
pub mod stats;

/// The role of a contender in the ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The same work without a call through `dyn`, or without futures.
    Floor,
    /// `wakeful-dynamic`. The ratio compares the best of these that does not allocate.
    Ours,
    /// A published crate. The ratio compares with the best of these.
    Peer,
}
