//! Resolving names to addresses.
//!
//! An address needs no lookup, but `std`'s trait `ToSocketAddrs` cannot tell an
//! address from a name without resolving it. A name has to be resolved on the
//! blocking pool, so it must be owned. That is why this module has a trait of
//! its own, which does both.

use crate::task::{consume_budget, spawn_blocking};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6},
};

/// Types that can be resolved to socket addresses: the types for which `std`
/// implements its trait of this name, references to them, and pairs such as
/// `([127, 0, 0, 1], 80)`.
///
/// An address is used as it is, also if it is text. A name is copied and
/// resolved on the blocking pool.
///
/// The trait is sealed, as tokio's is. If a type implements only `std`'s trait,
/// resolve it first and pass `&addresses[..]`.
///
/// ```
/// use wakeful::net::{TcpListener, TcpStream, ToSocketAddrs};
///
/// async fn greet<A: ToSocketAddrs>(name: A) -> std::io::Result<TcpStream> {
///     TcpStream::connect(name).await
/// }
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
///     let port = listener.local_addr()?.port();
///     let name = format!("localhost:{port}");
///     greet(&name).await?;
///     greet(("localhost".to_owned(), port)).await?;
///     greet(listener.local_addr()?).await?;
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an address of a socket",
    note = "use a `SocketAddr`, a text like \"localhost:80\", a pair of a host and a port, or a \
            slice of `SocketAddr`s"
)]
pub trait ToSocketAddrs: sealed::Resolve {}

mod sealed {
    pub trait Resolve {
        fn resolve(&self) -> super::Resolved;
    }
}

/// How far a name can be resolved without a lookup.
pub enum Resolved {
    One(SocketAddr),
    Several(Vec<SocketAddr>),
    /// Needs a lookup. The text includes the port.
    Text(String),
    /// Needs a lookup.
    Host(String, u16),
}

macro_rules! known {
    ($($address:ty),+) => {$(
        impl ToSocketAddrs for $address {}

        impl sealed::Resolve for $address {
            fn resolve(&self) -> Resolved {
                Resolved::One((*self).into())
            }
        }
    )+};
}

known!(
    SocketAddr,
    SocketAddrV4,
    SocketAddrV6,
    (IpAddr, u16),
    (Ipv4Addr, u16),
    (Ipv6Addr, u16),
    ([u8; 4], u16),
    ([u8; 16], u16)
);

impl ToSocketAddrs for [SocketAddr] {}

impl sealed::Resolve for [SocketAddr] {
    fn resolve(&self) -> Resolved {
        Resolved::Several(self.to_vec())
    }
}

impl ToSocketAddrs for str {}

impl sealed::Resolve for str {
    fn resolve(&self) -> Resolved {
        self.parse()
            .map_or_else(|_| Resolved::Text(self.to_owned()), Resolved::One)
    }
}

impl ToSocketAddrs for String {}

impl sealed::Resolve for String {
    fn resolve(&self) -> Resolved {
        self.as_str().resolve()
    }
}

impl ToSocketAddrs for (&str, u16) {}

impl sealed::Resolve for (&str, u16) {
    fn resolve(&self) -> Resolved {
        let (host, port) = *self;
        match host.parse::<IpAddr>() {
            Ok(address) => Resolved::One((address, port).into()),
            Err(_) => Resolved::Host(host.to_owned(), port),
        }
    }
}

impl ToSocketAddrs for (String, u16) {}

impl sealed::Resolve for (String, u16) {
    fn resolve(&self) -> Resolved {
        (self.0.as_str(), self.1).resolve()
    }
}

impl<A: ToSocketAddrs + ?Sized> ToSocketAddrs for &A {}

impl<A: sealed::Resolve + ?Sized> sealed::Resolve for &A {
    fn resolve(&self) -> Resolved {
        (**self).resolve()
    }
}

impl Resolved {
    /// All addresses, in the order to try them.
    async fn addresses(self) -> io::Result<Vec<SocketAddr>> {
        use std::net::ToSocketAddrs;
        match self {
            Self::One(address) => Ok(vec![address]),
            Self::Several(addresses) => Ok(addresses),
            Self::Text(name) => spawn_blocking(move || name.to_socket_addrs())
                .await?
                .map(Iterator::collect),
            Self::Host(host, port) => {
                spawn_blocking(move || (host.as_str(), port).to_socket_addrs())
                    .await?
                    .map(Iterator::collect)
            }
        }
    }
}

/// Resolves a name to its addresses, in the order to try them.
///
/// # Errors
/// When the name cannot be resolved or has no port, and when the runtime is
/// shutting down.
///
/// # Panics
/// Outside a runtime, unless the name is an address.
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
pub async fn lookup_host<A: ToSocketAddrs>(
    name: A,
) -> io::Result<impl Iterator<Item = SocketAddr> + use<A>> {
    // An address needs no lookup and is ready at once. This spends budget, so that a loop
    // of such calls yields now and then.
    consume_budget().await;
    Ok(name.resolve().addresses().await?.into_iter())
}

fn no_address() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "the name has no address")
}

/// The first address of a name.
pub(super) async fn first(name: impl ToSocketAddrs) -> io::Result<SocketAddr> {
    match name.resolve() {
        Resolved::One(address) => Ok(address),
        resolved => {
            let addresses = resolved.addresses().await?;
            addresses.first().copied().ok_or_else(no_address)
        }
    }
}

/// Tries each address until one works. The error is that of the last one.
pub(super) async fn first_that_works<T>(
    name: impl ToSocketAddrs,
    mut attempt: impl AsyncFnMut(SocketAddr) -> io::Result<T>,
) -> io::Result<T> {
    // The attempt may succeed at once each time. This spends budget, so that a loop of
    // such calls yields now and then.
    consume_budget().await;
    let resolved = name.resolve();
    if let Resolved::One(address) = resolved {
        return attempt(address).await;
    }
    let mut last = no_address();
    for address in resolved.addresses().await? {
        match attempt(address).await {
            Ok(done) => return Ok(done),
            Err(error) => last = error,
        }
    }
    Err(last)
}
