//! Asks the kernel for one socket, by its two addresses: `sock_diag(7)`.
//!
//! The kernel answers a request of this kind before the call that sends it returns, so reading the
//! answer never waits.

use std::{net::SocketAddrV4, os::fd::OwnedFd};

use rustix::{
    io::{self, Errno},
    net::{
        AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType,
        netlink::{self, SocketAddrNetlink},
        recv, sendto, socket_with,
    },
};

/// The length of the header of each message, `struct nlmsghdr`.
const HEADER: usize = 16;
/// The length of a request: the header and `struct inet_diag_req_v2`.
const REQUEST: usize = HEADER + 56;
/// The same as the header states it.
const LENGTH: u32 = 72;
const _: () = assert!(LENGTH as usize == REQUEST);
/// Where the answer has the state of the socket, in `struct inet_diag_msg`.
const STATE: usize = HEADER + 1;
/// Where it has the user, a word in the machine's byte order.
const USER: usize = HEADER + 64;
/// The message type of requests and answers, `SOCK_DIAG_BY_FAMILY`.
const BY_FAMILY: u16 = 20;
/// `NLM_F_REQUEST`
const IS_REQUEST: u16 = 1;
/// `AF_INET`
const IPV4: u8 = 2;
/// `IPPROTO_TCP`
const TCP: u8 = 6;
/// `TCP_LISTEN`
const LISTENS: u8 = 10;

/// A socket for questions about sockets.
pub struct SockDiag(OwnedFd);

impl SockDiag {
    /// Opens the socket.
    ///
    /// # Errors
    /// If this kernel has no `sock_diag`, or a container forbids it.
    pub fn open() -> io::Result<Self> {
        socket_with(
            AddressFamily::NETLINK,
            SocketType::DGRAM,
            SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
            Some(netlink::SOCK_DIAG),
        )
        .map(Self)
    }

    /// Whether the kernel finds the socket that listens on this address. If it does not, it cannot
    /// find connections either.
    pub fn finds_listener(&self, address: SocketAddrV4) -> bool {
        let anywhere = SocketAddrV4::new([0, 0, 0, 0].into(), 0);
        self.ask(address, anywhere)
            .is_ok_and(|found| found.is_some_and(|(state, _)| state == LISTENS))
    }

    /// The user whose socket is bound to `local` and connected to `remote`.
    pub fn user(&self, local: SocketAddrV4, remote: SocketAddrV4) -> Option<u32> {
        let found = self.ask(local, remote).ok().flatten();
        // Without such a connection, the kernel answers with a listener on the same address.
        found
            .filter(|(state, _)| *state != LISTENS)
            .map(|(_, user)| user)
    }

    /// The state and the user of a socket.
    fn ask(&self, local: SocketAddrV4, remote: SocketAddrV4) -> io::Result<Option<(u8, u32)>> {
        let kernel = SocketAddrNetlink::new(0, 0);
        sendto(
            &self.0,
            &request(local, remote),
            SendFlags::empty(),
            &kernel,
        )?;
        let mut answer = [0; 512];
        loop {
            match recv(&self.0, &mut answer, RecvFlags::empty()) {
                Err(Errno::INTR) => {}
                Err(error) => return Err(error),
                Ok((_, length)) => return Ok(read(&answer[..length.min(answer.len())])),
            }
        }
    }
}

/// The header, then `struct inet_diag_req_v2`. It also finds IPv6 sockets that are connected to an
/// IPv4 address.
fn request(local: SocketAddrV4, remote: SocketAddrV4) -> [u8; REQUEST] {
    let mut bytes = [0; REQUEST];
    let mut put = |at: usize, part: &[u8]| bytes[at..at + part.len()].copy_from_slice(part);
    put(0, &LENGTH.to_ne_bytes());
    put(4, &BY_FAMILY.to_ne_bytes());
    put(6, &IS_REQUEST.to_ne_bytes());
    put(HEADER, &[IPV4, TCP]);
    // All states.
    put(HEADER + 4, &u32::MAX.to_ne_bytes());
    // Addresses and ports are in the order of the network.
    put(HEADER + 8, &local.port().to_be_bytes());
    put(HEADER + 10, &remote.port().to_be_bytes());
    put(HEADER + 12, &local.ip().octets());
    put(HEADER + 28, &remote.ip().octets());
    // Any interface, and any cookie (`INET_DIAG_NOCOOKIE`).
    put(HEADER + 48, &u64::MAX.to_ne_bytes());
    bytes
}

/// Reads an answer. `None` if it is an error, such as "there is no such socket".
fn read(answer: &[u8]) -> Option<(u8, u32)> {
    let kind = u16::from_ne_bytes(answer.get(4..6)?.try_into().ok()?);
    if kind != BY_FAMILY {
        return None;
    }
    let state = *answer.get(STATE)?;
    let user = u32::from_ne_bytes(answer.get(USER..USER + 4)?.try_into().ok()?);
    Some((state, user))
}
