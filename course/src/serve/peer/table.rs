//! Finds the user of a connection in the kernel's lists of all sockets. Every look reads the whole
//! list, so it takes longer the more sockets the machine has.

use std::{fmt::Write, net::SocketAddrV4};

/// The user whose socket is bound to `local` and connected to `remote`. Blocks while the kernel
/// writes the lists, so call it on the blocking pool.
pub fn user(local: SocketAddrV4, remote: SocketAddrV4) -> Option<u32> {
    ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|path| {
        let table = std::fs::read_to_string(path).ok()?;
        user_in(&table, local, remote)
    })
}

fn user_in(table: &str, local: SocketAddrV4, remote: SocketAddrV4) -> Option<u32> {
    let narrow = |end: SocketAddrV4| address(&end.ip().octets(), end.port());
    // A program may have used an IPv6 socket for this connection.
    let wide = |end: SocketAddrV4| address(&end.ip().to_ipv6_mapped().octets(), end.port());
    let narrow = (narrow(local), narrow(remote));
    let wide = (wide(local), wide(remote));
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
    use std::net::Ipv4Addr;

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
        let at = |port| SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
        assert_eq!(user_in(TABLE, at(0xc000), at(3000)), Some(1001));
        assert_eq!(user_in(TABLE, at(0xc001), at(3000)), Some(1002));
        assert_eq!(user_in(TABLE, at(0xc002), at(3000)), None);
    }
}
