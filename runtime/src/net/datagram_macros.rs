//! What `UdpSocket` and `UnixDatagram` have in common.

/// Sending and receiving, each in the async, the poll and the try form.
/// `$setup` is a part of the examples: it creates the connected sockets `here`
/// and `there`. `$from` turns an address of socket2 into an `$address`.
macro_rules! datagram_methods {
    ($address:ty, $from:path, $setup:literal) => {
        super::socket::readiness!(poll_recv_ready, poll_send_ready, "try_send", $setup);

        /// Sends a datagram to the connected peer.
        ///
        /// # Errors
        /// When the socket is not connected, when the datagram is too long, and
        /// when the network has reported an error for an earlier datagram
        /// (`ConnectionRefused`).
        ///
        /// # Cancel safety
        /// If the future is dropped, nothing was sent.
        pub async fn send(&self, datagram: &[u8]) -> io::Result<usize> {
            self.io
                .io(Interest::WRITABLE, |socket| socket.send(datagram))
                .await
        }

        /// [`send`](Self::send) for hand-written futures. If several tasks poll
        /// for writing, only the last one is woken.
        ///
        /// # Errors
        /// Those of `send`.
        pub fn poll_send(
            &self,
            context: &mut Context<'_>,
            datagram: &[u8],
        ) -> Poll<io::Result<usize>> {
            self.io
                .poll_io(context, Direction::Write, |socket| socket.send(datagram))
        }

        /// [`send`](Self::send) without waiting.
        ///
        /// # Errors
        /// `WouldBlock` if there is no room, and those of `send`.
        pub fn try_send(&self, datagram: &[u8]) -> io::Result<usize> {
            self.io
                .try_io(Interest::WRITABLE, |socket| socket.send(datagram))
        }

        /// Receives a datagram from the connected peer, and returns its length.
        /// Bytes that the buffer has no room for are lost.
        ///
        /// # Errors
        /// When the network has reported an error for an earlier datagram
        /// (`ConnectionRefused`).
        ///
        /// # Cancel safety
        /// If the future is dropped, no datagram is lost.
        pub async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
            self.io
                .io(Interest::READABLE, |socket| socket.recv(buffer))
                .await
        }

        /// [`recv`](Self::recv) for hand-written futures. If several tasks poll
        /// for reading, only the last one is woken.
        ///
        /// # Errors
        /// Those of `recv`.
        pub fn poll_recv(
            &self,
            context: &mut Context<'_>,
            buffer: &mut [u8],
        ) -> Poll<io::Result<usize>> {
            self.io
                .poll_io(context, Direction::Read, |socket| socket.recv(buffer))
        }

        /// [`recv`](Self::recv) without waiting.
        ///
        /// # Errors
        /// `WouldBlock` if no datagram has arrived, and those of `recv`.
        pub fn try_recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
            self.io
                .try_io(Interest::READABLE, |socket| socket.recv(buffer))
        }

        /// [`recv`](Self::recv) into the spare room of a buffer, which grows by
        /// the datagram.
        ///
        /// # Errors
        /// Those of `recv`.
        ///
        /// # Cancel safety
        /// If the future is dropped, no datagram is lost.
        ///
        /// ```
        /// let runtime = wakeful::Runtime::new()?;
        /// runtime.block_on(async {
        #[doc = $setup]
        ///     here.send(b"hello").await?;
        ///     let mut buffer = Vec::with_capacity(64);
        ///     assert_eq!(there.recv_buf(&mut buffer).await?, 5);
        ///     assert_eq!(buffer, b"hello");
        ///     Ok::<(), std::io::Error>(())
        /// })?;
        /// # Ok::<(), std::io::Error>(())
        /// ```
        #[cfg(feature = "bytes")]
        #[cfg_attr(docsrs, doc(cfg(feature = "bytes")))]
        pub async fn recv_buf<B: bytes::BufMut>(&self, buffer: &mut B) -> io::Result<usize> {
            self.io
                .io(Interest::READABLE, |socket| {
                    super::buf::recv(buffer, |spare| {
                        socket.try_io(|| socket2::SockRef::from(socket).recv(spare))
                    })
                })
                .await
        }

        /// [`recv_buf`](Self::recv_buf) without waiting.
        ///
        /// # Errors
        /// `WouldBlock` if no datagram has arrived, and those of `recv`.
        #[cfg(feature = "bytes")]
        #[cfg_attr(docsrs, doc(cfg(feature = "bytes")))]
        pub fn try_recv_buf<B: bytes::BufMut>(&self, buffer: &mut B) -> io::Result<usize> {
            self.io.try_io(Interest::READABLE, |socket| {
                super::buf::recv(buffer, |spare| {
                    socket.try_io(|| socket2::SockRef::from(socket).recv(spare))
                })
            })
        }

        /// Receives a datagram from any sender, and returns its length and the
        /// sender. Bytes that the buffer has no room for are lost.
        ///
        /// # Errors
        /// Those of [`recv`](Self::recv).
        ///
        /// # Cancel safety
        /// If the future is dropped, no datagram is lost.
        pub async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, $address)> {
            self.io
                .io(Interest::READABLE, |socket| socket.recv_from(buffer))
                .await
        }

        /// [`recv_from`](Self::recv_from) for hand-written futures. If several
        /// tasks poll for reading, only the last one is woken.
        ///
        /// # Errors
        /// Those of [`recv`](Self::recv).
        pub fn poll_recv_from(
            &self,
            context: &mut Context<'_>,
            buffer: &mut [u8],
        ) -> Poll<io::Result<(usize, $address)>> {
            self.io
                .poll_io(context, Direction::Read, |socket| socket.recv_from(buffer))
        }

        /// [`recv_from`](Self::recv_from) without waiting.
        ///
        /// # Errors
        /// `WouldBlock` if no datagram has arrived, and those of
        /// [`recv`](Self::recv).
        pub fn try_recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, $address)> {
            self.io
                .try_io(Interest::READABLE, |socket| socket.recv_from(buffer))
        }

        /// [`recv_from`](Self::recv_from) into the spare room of a buffer, which
        /// grows by the datagram.
        ///
        /// # Errors
        /// Those of [`recv`](Self::recv).
        ///
        /// # Cancel safety
        /// If the future is dropped, no datagram is lost.
        #[cfg(feature = "bytes")]
        #[cfg_attr(docsrs, doc(cfg(feature = "bytes")))]
        pub async fn recv_buf_from<B: bytes::BufMut>(
            &self,
            buffer: &mut B,
        ) -> io::Result<(usize, $address)> {
            self.io
                .io(Interest::READABLE, |socket| {
                    super::buf::recv_from(buffer, |spare| {
                        socket.try_io(|| socket2::SockRef::from(socket).recv_from(spare))
                    })
                })
                .await
                .and_then(|(count, sender)| Ok((count, $from(&sender)?)))
        }

        /// [`recv_buf_from`](Self::recv_buf_from) without waiting.
        ///
        /// # Errors
        /// `WouldBlock` if no datagram has arrived, and those of
        /// [`recv`](Self::recv).
        #[cfg(feature = "bytes")]
        #[cfg_attr(docsrs, doc(cfg(feature = "bytes")))]
        pub fn try_recv_buf_from<B: bytes::BufMut>(
            &self,
            buffer: &mut B,
        ) -> io::Result<(usize, $address)> {
            let received = self.io.try_io(Interest::READABLE, |socket| {
                super::buf::recv_from(buffer, |spare| {
                    socket.try_io(|| socket2::SockRef::from(socket).recv_from(spare))
                })
            });
            received.and_then(|(count, sender)| Ok((count, $from(&sender)?)))
        }
    };
}

pub(super) use datagram_methods;
