//! Finds the user of a connection.
//!
//! All users of a machine share its loopback address, and our pages carry the token that allows a
//! client to run code as the reader. So we close connections of other users without an answer.
//! On Linux, `sock_diag` asks the kernel for the user of one socket. That costs one look into a hash
//! table, so the server does it between two connections, without a thread. A kernel without it still
//! lists all sockets in a file, which `table` reads. On other systems, or if the kernel does not
//! know the connection, we assume that it is the reader's.

#[cfg(target_os = "linux")]
mod sock_diag;
#[cfg(target_os = "linux")]
mod table;

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

#[cfg(target_os = "linux")]
use wakeful::sync::Semaphore;

/// How many threads read the kernel's list at once. One look can take many milliseconds, and more
/// threads would only take the processor from each other.
#[cfg(target_os = "linux")]
const AT_ONCE: usize = 2;

/// Decides whether a connection is the reader's own.
pub struct Peers {
    /// Our own address.
    ours: SocketAddrV4,
    /// `None` if this kernel has no `sock_diag`.
    #[cfg(target_os = "linux")]
    kernel: Option<sock_diag::SockDiag>,
    #[cfg(target_os = "linux")]
    looks: Semaphore,
}

impl Peers {
    /// For the connections to this port of 127.0.0.1, on which the server listens already.
    pub fn of(port: u16) -> Self {
        let ours = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
        Self {
            ours,
            #[cfg(target_os = "linux")]
            kernel: sock_diag::SockDiag::open()
                .ok()
                .filter(|kernel| kernel.finds_listener(ours)),
            #[cfg(target_os = "linux")]
            looks: Semaphore::new(AT_ONCE),
        }
    }

    /// Whether the connection from `peer` is the reader's own, as far as we can know.
    #[cfg(target_os = "linux")]
    pub async fn is_ours(&self, peer: SocketAddr) -> bool {
        let SocketAddr::V4(peer) = peer else {
            // We listen on an IPv4 address.
            return false;
        };
        let user = match &self.kernel {
            Some(kernel) => kernel.user(peer, self.ours),
            None => self.look(peer).await,
        };
        // The superuser does not need our token. Relays into containers also run as this user.
        user.is_none_or(|user| user == 0 || user == rustix::process::geteuid().as_raw())
    }

    /// The same, from the list of all sockets.
    #[cfg(target_os = "linux")]
    async fn look(&self, peer: SocketAddrV4) -> Option<u32> {
        let ours = self.ours;
        // The semaphore is never closed.
        let _permit = self.looks.acquire().await.ok()?;
        wakeful::spawn_blocking(move || table::user(peer, ours))
            .await
            .ok()?
    }

    /// This system does not tell us, so we assume that the connection is the reader's own.
    #[cfg(not(target_os = "linux"))]
    #[allow(clippy::unused_async, reason = "elsewhere it waits")]
    pub async fn is_ours(&self, _peer: SocketAddr) -> bool {
        let _ = self.ours;
        true
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    fn v4(address: std::io::Result<SocketAddr>) -> SocketAddrV4 {
        match address.unwrap() {
            SocketAddr::V4(address) => address,
            SocketAddr::V6(address) => panic!("{address} is no IPv4 address"),
        }
    }

    #[test]
    fn both_ways_to_ask_the_kernel_find_the_user_of_a_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let ours = v4(listener.local_addr());
        let client = TcpStream::connect(ours).unwrap();
        let peer = v4(client.local_addr());
        let me = Some(rustix::process::geteuid().as_raw());
        assert_eq!(table::user(peer, ours), me);
        let nowhere = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1);
        assert_eq!(table::user(nowhere, ours), None);
        let Ok(kernel) = sock_diag::SockDiag::open() else {
            println!("skipped: this kernel has no sock_diag");
            return;
        };
        assert!(kernel.finds_listener(ours));
        assert!(!kernel.finds_listener(peer));
        assert_eq!(kernel.user(peer, ours), me);
        assert_eq!(kernel.user(nowhere, ours), None);
        // The listener itself is no connection, although the kernel finds it too.
        assert_eq!(kernel.user(ours, nowhere), None);
    }

    #[test]
    fn without_sock_diag_the_list_is_read_by_few_threads() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let ours = v4(listener.local_addr());
        let clients: Vec<_> = (0..64).map(|_| TcpStream::connect(ours).unwrap()).collect();
        let mut peers = Peers::of(ours.port());
        peers.kernel = None;
        let runtime = wakeful::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let found = runtime.block_on(async {
            let all = clients.iter().map(|client| {
                let peer = client.local_addr().unwrap();
                peers.is_ours(peer)
            });
            futures_util::future::join_all(all).await
        });
        assert_eq!(found, vec![true; 64]);
        // A thread is idle again only a moment after its answer.
        let threads = runtime.metrics().num_blocking_threads();
        assert!(
            threads < 16,
            "{threads} threads for {AT_ONCE} looks at once"
        );
    }
}
