//! The reader's tool.
