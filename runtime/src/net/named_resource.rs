//! The names of sockets in the inspector and in dumps: their addresses.

use crate::taskdump::NamedResource;
use std::{fmt::Display, io};

/// `here → there`, if the socket is connected.
fn both(here: io::Result<impl Display>, there: io::Result<impl Display>) -> Option<String> {
    Some(format!("{} → {}", here.ok()?, there.ok()?))
}

/// `here → there` if the socket is connected, else its own address.
fn either(here: io::Result<impl Display>, there: io::Result<impl Display>) -> Option<String> {
    let Ok(there) = there else {
        return Some(here.ok()?.to_string());
    };
    both(here, Ok(there))
}

impl NamedResource for mio::net::TcpStream {
    fn name(&self) -> Option<String> {
        both(self.local_addr(), self.peer_addr())
    }
}

impl NamedResource for mio::net::TcpListener {
    fn name(&self) -> Option<String> {
        Some(self.local_addr().ok()?.to_string())
    }
}

impl NamedResource for mio::net::UdpSocket {
    fn name(&self) -> Option<String> {
        either(self.local_addr(), self.peer_addr())
    }
}

#[cfg(unix)]
mod unix {
    use super::NamedResource;
    use mio::{net, unix::pipe};
    use std::{io, os::unix::net::SocketAddr};

    /// The path of the end that has a path.
    fn path(ends: [io::Result<SocketAddr>; 2]) -> Option<String> {
        ends.into_iter().find_map(|end| {
            let end = end.ok()?;
            Some(end.as_pathname()?.display().to_string())
        })
    }

    impl NamedResource for net::UnixStream {
        fn name(&self) -> Option<String> {
            path([self.local_addr(), self.peer_addr()])
        }
    }

    impl NamedResource for net::UnixListener {
        fn name(&self) -> Option<String> {
            path([self.local_addr(), Err(io::ErrorKind::NotConnected.into())])
        }
    }

    impl NamedResource for net::UnixDatagram {
        fn name(&self) -> Option<String> {
            path([self.local_addr(), self.peer_addr()])
        }
    }

    impl NamedResource for pipe::Sender {}
    impl NamedResource for pipe::Receiver {}
}
