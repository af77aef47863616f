//! From names to addresses.
//!
//! `std` reads a literal without asking anybody, but cannot say beforehand
//! whether it will, and its trait says nothing of borrows: what is to be asked
//! on another thread has to own what it says. So there is a trait here, with
//! one method, which tells an address from a name.

use crate::task::{consume_budget, spawn_blocking};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6},
};

/// What can be turned into the addresses of a socket: those types that `std`'s
/// trait of this name has, borrowed or not, and `([127, 0, 0, 1], 80)`.
///
/// An address by type or by its text is taken as it is. Any other name is
/// copied, and resolved on the blocking pool.
///
/// It is sealed, as tokio's is. What implements `std`'s trait alone is asked
/// for its addresses first, and `&addresses[..]` is handed in.
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
    message = "`{Self}` is no address of a socket, and no name of one",
    note = "a `SocketAddr` is, a text like \"localhost:80\", a pair of an address or a host's \
            name and a port, and a slice of `SocketAddr`s"
)]
pub trait ToSocketAddrs: sealed::Say {}

mod sealed {
    /// Who can say of what it is the address.
    pub trait Say {
        fn say(&self) -> super::Said;
    }
}

/// What a name says.
pub enum Said {
    One(SocketAddr),
    Several(Vec<SocketAddr>),
    /// To be resolved, the port in the text.
    Text(String),
    /// To be resolved.
    Host(String, u16),
}

macro_rules! known {
    ($($address:ty),+) => {$(
        impl ToSocketAddrs for $address {}

        impl sealed::Say for $address {
            fn say(&self) -> Said {
                Said::One((*self).into())
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

impl sealed::Say for [SocketAddr] {
    fn say(&self) -> Said {
        Said::Several(self.to_vec())
    }
}

impl ToSocketAddrs for str {}

impl sealed::Say for str {
    fn say(&self) -> Said {
        self.parse()
            .map_or_else(|_| Said::Text(self.to_owned()), Said::One)
    }
}

impl ToSocketAddrs for String {}

impl sealed::Say for String {
    fn say(&self) -> Said {
        self.as_str().say()
    }
}

impl ToSocketAddrs for (&str, u16) {}

impl sealed::Say for (&str, u16) {
    fn say(&self) -> Said {
        let (host, port) = *self;
        match host.parse::<IpAddr>() {
            Ok(address) => Said::One((address, port).into()),
            Err(_) => Said::Host(host.to_owned(), port),
        }
    }
}

impl ToSocketAddrs for (String, u16) {}

impl sealed::Say for (String, u16) {
    fn say(&self) -> Said {
        (self.0.as_str(), self.1).say()
    }
}

impl<A: ToSocketAddrs + ?Sized> ToSocketAddrs for &A {}

impl<A: sealed::Say + ?Sized> sealed::Say for &A {
    fn say(&self) -> Said {
        (**self).say()
    }
}

impl Said {
    /// All the addresses, in the order in which they are to be tried.
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

/// The addresses behind a name, in the order in which they are to be tried.
///
/// # Errors
/// When the name cannot be resolved, when it has no port, or that the runtime
/// is shutting down.
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
pub async fn lookup_host<A: ToSocketAddrs>(
    name: A,
) -> io::Result<impl Iterator<Item = SocketAddr> + use<A>> {
    // An address needs no lookup, and no wait.
    consume_budget().await;
    Ok(name.say().addresses().await?.into_iter())
}

fn no_address() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "the name has no address")
}

/// The first address behind a name.
pub(super) async fn first(name: impl ToSocketAddrs) -> io::Result<SocketAddr> {
    match name.say() {
        Said::One(address) => Ok(address),
        said => {
            let addresses = said.addresses().await?;
            addresses.first().copied().ok_or_else(no_address)
        }
    }
}

/// Tries each address until one works; the last failure is the answer.
pub(super) async fn first_that_works<T>(
    name: impl ToSocketAddrs,
    mut attempt: impl AsyncFnMut(SocketAddr) -> io::Result<T>,
) -> io::Result<T> {
    // What is tried may work at once each time.
    consume_budget().await;
    let said = name.say();
    if let Said::One(address) = said {
        return attempt(address).await;
    }
    let mut last = no_address();
    for address in said.addresses().await? {
        match attempt(address).await {
            Ok(done) => return Ok(done),
            Err(error) => last = error,
        }
    }
    Err(last)
}
