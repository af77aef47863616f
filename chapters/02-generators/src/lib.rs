//! Chapter 02: generators.
