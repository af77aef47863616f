//! The server's promises, each kept over a real socket on loopback.

mod client;
mod ends;
mod exercises;
#[path = "../fixture/mod.rs"]
mod fixture;
mod pages;
mod play;
mod security;
