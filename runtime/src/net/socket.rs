//! What sockets have in common, as macros: they are types of their own to
//! their users, and one [`Registered`](crate::reactor::Registered) inside,
//! their field `io`.

/// The socket as the system and `std` know it.
macro_rules! descriptor {
    ($($socket:ty),+) => {$(
        #[cfg(unix)]
        impl std::os::fd::AsFd for $socket {
            fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
                self.io.as_fd()
            }
        }

        #[cfg(unix)]
        impl std::os::fd::AsRawFd for $socket {
            fn as_raw_fd(&self) -> std::os::fd::RawFd {
                self.io.as_raw_fd()
            }
        }

        #[cfg(windows)]
        impl std::os::windows::io::AsSocket for $socket {
            fn as_socket(&self) -> std::os::windows::io::BorrowedSocket<'_> {
                self.io.as_socket()
            }
        }

        #[cfg(windows)]
        impl std::os::windows::io::AsRawSocket for $socket {
            fn as_raw_socket(&self) -> std::os::windows::io::RawSocket {
                self.io.as_raw_socket()
            }
        }

        impl std::fmt::Debug for $socket {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.io.fmt(f)
            }
        }
    )+};
}

/// The way back to `std`, for sockets that are not of the file system.
macro_rules! into_std {
    ($what:literal, $std:ty) => {
        #[doc = concat!("Takes the ", $what, " away from this runtime, as one of `std`'s that is")]
        /// still non-blocking: to hand it to another core, or to another
        /// runtime, where [`from_std`](Self::from_std) takes it over.
        ///
        /// # Errors
        /// When the system has no descriptor left, for it has two for a moment.
        /// It is closed then.
        pub fn into_std(self) -> io::Result<$std> {
            Ok(socket2::SockRef::from(&*self.io).try_clone()?.into())
        }
    };
}

/// As `into_std`, for those of the file system.
#[cfg(unix)]
macro_rules! into_std_unix {
    ($what:literal, $std:ty) => {
        #[doc = concat!("Takes the ", $what, " away from this runtime, as one of `std`'s that is")]
        /// still non-blocking; see
        /// [`TcpStream::into_std`](super::TcpStream::into_std).
        ///
        /// # Errors
        /// When the system has no descriptor left, for it has two for a moment.
        /// It is closed then.
        pub fn into_std(self) -> io::Result<$std> {
            use std::os::fd::AsFd;
            Ok(self.io.as_fd().try_clone_to_owned()?.into())
        }
    };
}

/// Waiting without a buffer, for those who allocate one only when there is
/// something to put into it.
macro_rules! readiness {
    ($poll_readable:ident, $poll_writable:ident) => {
        /// Waits until there is something to read, or an error or the end to
        /// hear of. Now and then this is wrong, and the attempt that follows
        /// says `WouldBlock`. Any number of tasks may wait.
        ///
        /// # Errors
        /// When the runtime has shut down.
        ///
        /// # Cancel safety
        /// Yes.
        pub async fn readable(&self) -> io::Result<()> {
            self.io.ready(Interest::READABLE).await.map(drop)
        }

        /// Waits until there is room to write; see
        /// [`readable`](Self::readable).
        ///
        /// # Errors
        /// When the runtime has shut down.
        ///
        /// # Cancel safety
        /// Yes.
        pub async fn writable(&self) -> io::Result<()> {
            self.io.ready(Interest::WRITABLE).await.map(drop)
        }

        /// [`readable`](Self::readable), for futures written by hand. The last
        /// task to poll for reading is the one that is woken.
        ///
        /// # Errors
        /// When the runtime has shut down.
        pub fn $poll_readable(
            &self,
            context: &mut std::task::Context<'_>,
        ) -> std::task::Poll<io::Result<()>> {
            self.io.poll_ready(context, Direction::Read).map_ok(drop)
        }

        /// [`writable`](Self::writable), for futures written by hand. The last
        /// task to poll for writing is the one that is woken.
        ///
        /// # Errors
        /// When the runtime has shut down.
        pub fn $poll_writable(
            &self,
            context: &mut std::task::Context<'_>,
        ) -> std::task::Poll<io::Result<()>> {
            self.io.poll_ready(context, Direction::Write).map_ok(drop)
        }
    };
}

/// Streams of bytes: their methods.
macro_rules! stream_methods {
    ($module:ident) => {
        super::socket::readiness!(poll_read_ready, poll_write_ready);

        /// Reads what is there.
        ///
        /// # Errors
        /// `WouldBlock` if nothing is: then
        /// [`readable`](Self::readable) waits.
        pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
            self.io
                .try_io(Interest::READABLE, |mut stream| stream.read(buffer))
        }

        /// Writes what there is room for.
        ///
        /// # Errors
        /// `WouldBlock` if there is none: then
        /// [`writable`](Self::writable) waits.
        pub fn try_write(&self, buffer: &[u8]) -> io::Result<usize> {
            self.io
                .try_io(Interest::WRITABLE, |mut stream| stream.write(buffer))
        }

        /// The error that the system holds for this connection, if there is
        /// one: the next operation would return it. It is held no more then.
        pub fn take_error(&self) -> io::Result<Option<io::Error>> {
            self.io.take_error()
        }

        /// Closes one direction or both, for everyone who holds the
        /// connection.
        pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
            match self.io.shutdown(how) {
                // The peer was faster: closed is what was asked for.
                Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
                done => done,
            }
        }

        /// The two directions, borrowed: a reader and a writer for one task.
        /// Each is but a reference, as any number of can be had of a stream;
        /// what this says is that nobody else reads or writes meanwhile.
        ///
        /// `AsyncReadExt::split` of `futures-util` takes the stream whole, and
        /// where it is imported, that is what a `stream.split()` means.
        pub fn split(&mut self) -> ($module::ReadHalf<'_>, $module::WriteHalf<'_>) {
            (self, self)
        }

        /// The two directions, each to own: one task can read while another
        /// writes. Dropping the half that writes tells the peer that no more
        /// comes; the connection is closed when both are gone.
        ///
        /// Within one task, [`split`](Self::split) borrows them.
        pub fn into_split(self) -> ($module::OwnedReadHalf, $module::OwnedWriteHalf) {
            super::split::split(self)
        }
    };
}

/// Streams of bytes: the traits, by value and by reference.
macro_rules! stream_traits {
    ($socket:ty) => {
        crate::reactor::async_read!($socket, &$socket);
        super::socket::async_write!($socket, &$socket);
        super::socket::descriptor!($socket);

        impl super::split::Stream for $socket {
            fn shutdown(&self, how: Shutdown) -> io::Result<()> {
                self.shutdown(how)
            }
        }
    };
}

/// `AsyncWrite` for sockets, which `poll_close` closes in one direction.
macro_rules! async_write {
    ($($writer:ty),+) => {$(
        impl futures_io::AsyncWrite for $writer {
            fn poll_write(
                self: std::pin::Pin<&mut Self>,
                context: &mut std::task::Context<'_>,
                buffer: &[u8],
            ) -> std::task::Poll<std::io::Result<usize>> {
                self.io.poll_write(context, buffer)
            }

            fn poll_write_vectored(
                self: std::pin::Pin<&mut Self>,
                context: &mut std::task::Context<'_>,
                buffers: &[std::io::IoSlice<'_>],
            ) -> std::task::Poll<std::io::Result<usize>> {
                self.io.poll_write_vectored(context, buffers)
            }

            fn poll_flush(
                self: std::pin::Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
            ) -> std::task::Poll<std::io::Result<()>> {
                // What was written is the kernel's; there is no buffer here.
                std::task::Poll::Ready(Ok(()))
            }

            fn poll_close(
                self: std::pin::Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
            ) -> std::task::Poll<std::io::Result<()>> {
                std::task::Poll::Ready(self.shutdown(Shutdown::Write))
            }
        }
    )+};
}

/// Datagrams: sending and receiving, each in the async, the poll and the try
/// form.
macro_rules! datagram_methods {
    ($address:ty) => {
        super::socket::readiness!(poll_recv_ready, poll_send_ready);

        /// Sends a datagram to the peer it is connected to.
        ///
        /// # Errors
        /// When there is no such peer, when the datagram is too long, and with
        /// what the network reported of earlier ones (`ConnectionRefused`).
        ///
        /// # Cancel safety
        /// Dropped, nothing was sent.
        pub async fn send(&self, datagram: &[u8]) -> io::Result<usize> {
            self.io
                .io(Interest::WRITABLE, |socket| socket.send(datagram))
                .await
        }

        /// [`send`](Self::send), for futures written by hand. The last task to
        /// poll for writing is the one that is woken.
        pub fn poll_send(
            &self,
            context: &mut Context<'_>,
            datagram: &[u8],
        ) -> Poll<io::Result<usize>> {
            self.io
                .poll_io(context, Direction::Write, |socket| socket.send(datagram))
        }

        /// [`send`](Self::send), now or never.
        ///
        /// # Errors
        /// `WouldBlock` if there is no room now, and those of `send`.
        pub fn try_send(&self, datagram: &[u8]) -> io::Result<usize> {
            self.io
                .try_io(Interest::WRITABLE, |socket| socket.send(datagram))
        }

        /// Receives a datagram from the peer it is connected to, and says how
        /// long it was. What the buffer has no room for is lost.
        ///
        /// # Cancel safety
        /// Dropped, no datagram is lost.
        pub async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
            self.io
                .io(Interest::READABLE, |socket| socket.recv(buffer))
                .await
        }

        /// [`recv`](Self::recv), for futures written by hand. The last task to
        /// poll for reading is the one that is woken.
        pub fn poll_recv(
            &self,
            context: &mut Context<'_>,
            buffer: &mut [u8],
        ) -> Poll<io::Result<usize>> {
            self.io
                .poll_io(context, Direction::Read, |socket| socket.recv(buffer))
        }

        /// [`recv`](Self::recv), now or never.
        ///
        /// # Errors
        /// `WouldBlock` if nothing is there.
        pub fn try_recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
            self.io
                .try_io(Interest::READABLE, |socket| socket.recv(buffer))
        }

        /// Receives a datagram from anyone, and says how long it was and whose.
        /// What the buffer has no room for is lost.
        ///
        /// # Cancel safety
        /// Dropped, no datagram is lost.
        pub async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, $address)> {
            self.io
                .io(Interest::READABLE, |socket| socket.recv_from(buffer))
                .await
        }

        /// [`recv_from`](Self::recv_from), for futures written by hand. The
        /// last task to poll for reading is the one that is woken.
        pub fn poll_recv_from(
            &self,
            context: &mut Context<'_>,
            buffer: &mut [u8],
        ) -> Poll<io::Result<(usize, $address)>> {
            self.io
                .poll_io(context, Direction::Read, |socket| socket.recv_from(buffer))
        }

        /// [`recv_from`](Self::recv_from), now or never.
        ///
        /// # Errors
        /// `WouldBlock` if nothing is there.
        pub fn try_recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, $address)> {
            self.io
                .try_io(Interest::READABLE, |socket| socket.recv_from(buffer))
        }
    };
}

#[cfg(unix)]
pub(super) use into_std_unix;
pub(super) use {
    async_write, datagram_methods, descriptor, into_std, readiness, stream_methods, stream_traits,
};
