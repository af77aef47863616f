//! The runtime at which the book arrives.
