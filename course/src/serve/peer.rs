//! Finds the user of a connection.
//!
//! All users of a machine share its loopback address, and our pages carry the token that allows a
//! client to run code as the reader. So we close connections of other users without an answer.
//! Linux lists the user of each connection in a table. On other systems, or if the table does not
//! list the connection, we assume that it is the reader's.

use std::net::SocketAddr;

/// Whether the connection from `peer` to our `port` is the reader's own, as far as we can know.
#[cfg(target_os = "linux")]
pub fn is_ours(peer: SocketAddr, port: u16) -> bool {
    let user = ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|path| {
        let table = std::fs::read_to_string(path).ok()?;
        table::user(&table, peer, port)
    });
    // The superuser does not need our token. Relays into containers also run as this user.
    user.is_none_or(|user| user == 0 || user == rustix::process::geteuid().as_raw())
}

/// This system does not tell us, so we assume that the connection is the reader's own.
#[cfg(not(target_os = "linux"))]
pub fn is_ours(_peer: SocketAddr, _port: u16) -> bool {
    true
}

#[cfg(target_os = "linux")]
mod table {
    use std::{
        fmt::Write,
        net::{IpAddr, Ipv4Addr, SocketAddr},
    };

    /// The user whose socket is bound to `peer` and connected to our `port`.
    pub fn user(table: &str, peer: SocketAddr, port: u16) -> Option<u32> {
        let ours = Ipv4Addr::LOCALHOST;
        let IpAddr::V4(theirs) = peer.ip() else {
            return None;
        };
        let narrow = (
            address(&theirs.octets(), peer.port()),
            address(&ours.octets(), port),
        );
        // A program may have used an IPv6 socket for this connection.
        let wide = |ip: Ipv4Addr, port| address(&ip.to_ipv6_mapped().octets(), port);
        let wide = (wide(theirs, peer.port()), wide(ours, port));
        table.lines().find_map(|line| {
            let fields: Vec<_> = line.split_whitespace().collect();
            let ends = (*fields.get(1)?, *fields.get(2)?);
            let theirs = ends == (&narrow.0, &narrow.1) || ends == (&wide.0, &wide.1);
            theirs.then(|| fields.get(7)?.parse().ok())?
        })
    }

    /// Formats an address as the kernel does: words of four bytes in the machine's byte order.
    fn address(octets: &[u8], port: u16) -> String {
        let mut text = String::new();
        for word in octets.chunks_exact(4) {
            let word = u32::from_ne_bytes([word[0], word[1], word[2], word[3]]);
            // Writing to a string cannot fail.
            let _ = write!(text, "{word:08X}");
        }
        let _ = write!(text, ":{port:04X}");
        text
    }

    #[cfg(all(test, target_endian = "little"))]
    mod tests {
        use super::*;

        const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 x
   1: 0100007F:0BB8 0100007F:C000 01 00000000:00000000 00:00000000 00000000  1000        0 2 1 x
   2: 0100007F:C000 0100007F:0BB8 01 00000000:00000000 00:00000000 00000000  1001        0 3 1 x
   3: 0000000000000000FFFF00000100007F:C001 0000000000000000FFFF00000100007F:0BB8 01 00000000:00000000 00:00000000 00000000  1002        0 3 1 x
";

        #[test]
        fn the_user_of_a_connection_is_found_for_ipv4_and_ipv6_sockets() {
            let peer = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            assert_eq!(user(TABLE, peer(0xc000), 3000), Some(1001));
            assert_eq!(user(TABLE, peer(0xc001), 3000), Some(1002));
            assert_eq!(user(TABLE, peer(0xc002), 3000), None);
        }
    }
}
