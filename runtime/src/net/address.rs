//! From names to addresses.

use crate::task::spawn_blocking;
use std::{
    io,
    net::{SocketAddr, ToSocketAddrs},
};

/// The addresses behind a name. `std` reads a literal without asking anybody,
/// but cannot say beforehand whether it will, so only what is an address by
/// type is spared the way through the blocking pool.
pub(super) async fn resolve<A>(name: A) -> io::Result<Vec<SocketAddr>>
where
    A: ToSocketAddrs + Send + 'static,
{
    let any: &dyn std::any::Any = &name;
    if let Some(&address) = any.downcast_ref::<SocketAddr>() {
        return Ok(vec![address]);
    }
    if let Some(literal) = any.downcast_ref::<&'static str>()
        && let Ok(address) = literal.parse()
    {
        return Ok(vec![address]);
    }
    spawn_blocking(move || name.to_socket_addrs().map(Iterator::collect)).await?
}

/// Tries each address until one works; the last failure is the answer.
pub(super) async fn first_that_works<A, T>(
    name: A,
    mut attempt: impl AsyncFnMut(SocketAddr) -> io::Result<T>,
) -> io::Result<T>
where
    A: ToSocketAddrs + Send + 'static,
{
    let mut last = io::Error::new(io::ErrorKind::InvalidInput, "the name has no address");
    for address in resolve(name).await? {
        match attempt(address).await {
            Ok(done) => return Ok(done),
            Err(error) => last = error,
        }
    }
    Err(last)
}
