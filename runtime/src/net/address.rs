//! From names to addresses.

use crate::task::spawn_blocking;
use std::{
    any::Any,
    io,
    net::{SocketAddr, ToSocketAddrs},
};

/// The address that a name is already. `std` reads a literal without asking
/// anybody, but cannot say beforehand whether it will, so only what is an
/// address by type or by its text is spared the way through the blocking pool.
fn literal(name: &dyn Any) -> Option<SocketAddr> {
    match name.downcast_ref::<SocketAddr>() {
        Some(address) => Some(*address),
        None => name.downcast_ref::<&'static str>()?.parse().ok(),
    }
}

/// The addresses behind a name.
async fn resolve<A>(name: A) -> io::Result<Vec<SocketAddr>>
where
    A: ToSocketAddrs + Send + 'static,
{
    spawn_blocking(move || name.to_socket_addrs().map(Iterator::collect)).await?
}

/// The addresses behind a name, in the order in which they are to be tried.
///
/// A name that is neither an address nor its text is resolved on the blocking
/// pool, so it must own what it says.
///
/// # Errors
/// Those of [`ToSocketAddrs`], or that the runtime is shutting down.
///
/// # Panics
/// Outside a runtime, unless the name is an address already.
///
/// ```
/// use wakeful::net::lookup_host;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     for address in lookup_host(("127.0.0.1", 80)).await? {
///         assert_eq!(address.to_string(), "127.0.0.1:80");
///     }
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub async fn lookup_host<A>(name: A) -> io::Result<impl Iterator<Item = SocketAddr>>
where
    A: ToSocketAddrs + Send + 'static,
{
    let addresses = match literal(&name) {
        Some(address) => vec![address],
        None => resolve(name).await?,
    };
    Ok(addresses.into_iter())
}

fn no_address() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "the name has no address")
}

/// The first address behind a name.
pub(super) async fn first<A>(name: A) -> io::Result<SocketAddr>
where
    A: ToSocketAddrs + Send + 'static,
{
    match literal(&name) {
        Some(address) => Ok(address),
        None => resolve(name)
            .await?
            .into_iter()
            .next()
            .ok_or_else(no_address),
    }
}

/// Tries each address until one works; the last failure is the answer.
pub(super) async fn first_that_works<A, T>(
    name: A,
    mut attempt: impl AsyncFnMut(SocketAddr) -> io::Result<T>,
) -> io::Result<T>
where
    A: ToSocketAddrs + Send + 'static,
{
    if let Some(address) = literal(&name) {
        return attempt(address).await;
    }
    let mut last = no_address();
    for address in resolve(name).await? {
        match attempt(address).await {
            Ok(done) => return Ok(done),
            Err(error) => last = error,
        }
    }
    Err(last)
}
