//! Options of the IP protocol, which `TcpSocket` and `UdpSocket` share.

macro_rules! ip_options {
    () => {
        /// The type-of-service field of IPv4 packets (`IP_TOS`).
        #[cfg(not(any(
            target_os = "fuchsia",
            target_os = "redox",
            target_os = "solaris",
            target_os = "illumos",
            target_os = "haiku"
        )))]
        pub fn tos_v4(&self) -> io::Result<u32> {
            socket2::SockRef::from(self).tos_v4()
        }

        /// Sets the type-of-service field of IPv4 packets (`IP_TOS`). Windows
        /// ignores it unless the system's policy allows it.
        #[cfg(not(any(
            target_os = "fuchsia",
            target_os = "redox",
            target_os = "solaris",
            target_os = "illumos",
            target_os = "haiku"
        )))]
        pub fn set_tos_v4(&self, tos: u32) -> io::Result<()> {
            socket2::SockRef::from(self).set_tos_v4(tos)
        }

        /// The traffic class of IPv6 packets (`IPV6_TCLASS`).
        #[cfg(any(
            target_os = "android",
            target_os = "dragonfly",
            target_os = "freebsd",
            target_os = "linux",
            target_os = "macos",
            target_os = "netbsd",
            target_os = "openbsd"
        ))]
        pub fn tclass_v6(&self) -> io::Result<u32> {
            socket2::SockRef::from(self).tclass_v6()
        }

        /// Sets the traffic class of IPv6 packets (`IPV6_TCLASS`).
        #[cfg(any(
            target_os = "android",
            target_os = "dragonfly",
            target_os = "freebsd",
            target_os = "linux",
            target_os = "macos",
            target_os = "netbsd",
            target_os = "openbsd"
        ))]
        pub fn set_tclass_v6(&self, class: u32) -> io::Result<()> {
            socket2::SockRef::from(self).set_tclass_v6(class)
        }

        /// The network interface that the socket is bound to
        /// (`SO_BINDTODEVICE`).
        #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
        pub fn device(&self) -> io::Result<Option<Vec<u8>>> {
            socket2::SockRef::from(self).device()
        }

        /// Binds the socket to a network interface, or to all of them with
        /// `None` (`SO_BINDTODEVICE`).
        ///
        /// # Errors
        /// When there is no such interface, or the process may not do this.
        #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
        pub fn bind_device(&self, interface: Option<&[u8]>) -> io::Result<()> {
            socket2::SockRef::from(self).bind_device(interface)
        }
    };
}

pub(super) use ip_options;
