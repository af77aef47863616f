//! Replaces `span.rs` without the feature `tracing`. Nothing is recorded.

use crate::task::Header;

#[derive(Clone, Copy)]
pub(crate) enum WakerOp {
    Clone,
    Wake,
    WakeByRef,
    Drop,
}

#[inline]
pub(crate) fn waker(_task: &Header, _op: WakerOp) {}
