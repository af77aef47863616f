//! The server, tested over real sockets on loopback.

mod client;
mod ends;
mod exercises;
mod files;
#[path = "../fixture/mod.rs"]
mod fixture;
mod flood;
mod meters;
mod modules;
mod news;
mod pages;
mod play;
mod progress;
mod security;
