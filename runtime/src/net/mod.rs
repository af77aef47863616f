//! TCP sockets.

mod address;
mod backoff;
mod tcp_listener;
mod tcp_stream;

#[cfg(all(test, not(loom), not(miri)))]
mod tests;

pub use tcp_listener::TcpListener;
pub use tcp_stream::TcpStream;
