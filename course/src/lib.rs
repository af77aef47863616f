//! The reader's tool.
pub mod book;
