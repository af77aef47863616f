//! What is left of the spans and events without the feature `tracing`.

use super::Origin;

#[derive(Clone, Copy)]
pub(crate) enum WakerOp {
    Clone,
    Wake,
    WakeByRef,
    Drop,
}

#[inline]
pub(crate) fn waker(_task: &Origin, _op: WakerOp) {}
