//! Proves, for each chapter, what its page and its exercises claim.
//!
//! The page's claims arrive as data, [`PageFacts`](crate::book::PageFacts).
