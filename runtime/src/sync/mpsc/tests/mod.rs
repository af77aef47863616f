//! What the docs of the channels promise.

mod closing;
mod messages;
mod permits;
