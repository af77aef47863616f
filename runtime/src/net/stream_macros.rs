//! What `TcpStream` and `UnixStream` have in common.

/// The methods. `$setup` is a part of the examples: it creates the connected
/// streams `here` and `there`.
macro_rules! stream_methods {
    ($module:ident, $setup:literal) => {
        super::socket::readiness!(poll_read_ready, poll_write_ready, "try_write", $setup);

        /// Reads the bytes that have arrived. 0 bytes mean the end of the
        /// stream, unless the buffer is empty.
        ///
        /// # Errors
        /// `WouldBlock` if nothing has arrived. Then wait with
        /// [`readable`](Self::readable).
        ///
        /// ```
        /// use std::io::ErrorKind;
        ///
        /// let runtime = wakeful::Runtime::new()?;
        /// runtime.block_on(async {
        #[doc = $setup]
        ///     here.try_write(b"hello")?;
        ///     let mut buffer = [0; 16];
        ///     let count = loop {
        ///         there.readable().await?;
        ///         match there.try_read(&mut buffer) {
        ///             Err(error) if error.kind() == ErrorKind::WouldBlock => {}
        ///             read => break read?,
        ///         }
        ///     };
        ///     assert_eq!(&buffer[..count], b"hello");
        ///     Ok::<(), std::io::Error>(())
        /// })?;
        /// # Ok::<(), std::io::Error>(())
        /// ```
        pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
            self.io
                .try_io(Interest::READABLE, |mut stream| stream.read(buffer))
        }

        /// [`try_read`](Self::try_read) into several buffers, one after the
        /// other.
        ///
        /// # Errors
        /// `WouldBlock` if nothing has arrived.
        ///
        /// ```
        /// use std::io::{IoSlice, IoSliceMut};
        ///
        /// let runtime = wakeful::Runtime::new()?;
        /// runtime.block_on(async {
        #[doc = $setup]
        ///     let parts = [IoSlice::new(b"hello "), IoSlice::new(b"world")];
        ///     assert_eq!(here.try_write_vectored(&parts)?, 11);
        ///     there.readable().await?;
        ///     let (mut first, mut second) = ([0; 6], [0; 5]);
        ///     let mut parts = [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
        ///     assert_eq!(there.try_read_vectored(&mut parts)?, 11);
        ///     assert_eq!((&first, &second), (b"hello ", b"world"));
        ///     Ok::<(), std::io::Error>(())
        /// })?;
        /// # Ok::<(), std::io::Error>(())
        /// ```
        pub fn try_read_vectored(&self, buffers: &mut [io::IoSliceMut<'_>]) -> io::Result<usize> {
            self.io.try_io(Interest::READABLE, |mut stream| {
                stream.read_vectored(buffers)
            })
        }

        /// [`try_read`](Self::try_read) into the spare room of a buffer, which
        /// grows by what was read.
        ///
        /// # Errors
        /// `WouldBlock` if nothing has arrived.
        ///
        /// ```
        /// let runtime = wakeful::Runtime::new()?;
        /// runtime.block_on(async {
        #[doc = $setup]
        ///     assert_eq!(here.try_write(b"hello")?, 5);
        ///     there.readable().await?;
        ///     let mut buffer = Vec::with_capacity(16);
        ///     assert_eq!(there.try_read_buf(&mut buffer)?, 5);
        ///     assert_eq!(buffer, b"hello");
        ///     Ok::<(), std::io::Error>(())
        /// })?;
        /// # Ok::<(), std::io::Error>(())
        /// ```
        #[cfg(feature = "bytes")]
        #[cfg_attr(docsrs, doc(cfg(feature = "bytes")))]
        pub fn try_read_buf<B: bytes::BufMut>(&self, buffer: &mut B) -> io::Result<usize> {
            self.io.try_io(Interest::READABLE, |stream| {
                super::buf::recv(buffer, |spare| {
                    stream.try_io(|| socket2::SockRef::from(stream).recv(spare))
                })
            })
        }

        /// Writes as many bytes as there is room for.
        ///
        /// # Errors
        /// `WouldBlock` if there is no room. Then wait with
        /// [`writable`](Self::writable).
        pub fn try_write(&self, buffer: &[u8]) -> io::Result<usize> {
            self.io
                .try_io(Interest::WRITABLE, |mut stream| stream.write(buffer))
        }

        /// [`try_write`](Self::try_write) from several buffers, one after the
        /// other. See [`try_read_vectored`](Self::try_read_vectored) for an
        /// example.
        ///
        /// # Errors
        /// `WouldBlock` if there is no room.
        pub fn try_write_vectored(&self, buffers: &[io::IoSlice<'_>]) -> io::Result<usize> {
            self.io.try_io(Interest::WRITABLE, |mut stream| {
                stream.write_vectored(buffers)
            })
        }

        /// Closes one direction or both. All references to the connection see
        /// that.
        pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
            match self.io.shutdown(how) {
                // The peer has closed it already, which is what you asked for.
                Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
                done => done,
            }
        }

        /// Borrows the two directions, so that one task can hand the reader and
        /// the writer to different functions. Each half is a `&` reference to
        /// the stream.
        ///
        /// If `AsyncReadExt` of `futures-util` is imported, `stream.split()`
        /// calls its method instead, which takes the stream by value.
        pub fn split(&mut self) -> ($module::ReadHalf<'_>, $module::WriteHalf<'_>) {
            (self, self)
        }

        /// Splits the stream into two owned halves, so that one task can read
        /// while another writes. Dropping the write half closes that direction.
        /// The connection closes when both halves are dropped.
        ///
        /// Within one task, [`split`](Self::split) borrows them.
        pub fn into_split(self) -> ($module::OwnedReadHalf, $module::OwnedWriteHalf) {
            super::split::split(self)
        }
    };
}

/// The traits, by value and by reference.
macro_rules! stream_traits {
    ($socket:ty) => {
        crate::reactor::async_read!($socket, &$socket);
        super::stream_macros::async_write!($socket, &$socket);
        super::socket::descriptor!($socket);

        impl super::split::Stream for $socket {
            fn shutdown(&self, how: Shutdown) -> io::Result<()> {
                self.shutdown(how)
            }
        }

        impl AsRef<$socket> for $socket {
            fn as_ref(&self) -> &$socket {
                self
            }
        }
    };
}

/// `AsyncWrite` for sockets. `poll_close` closes the writing direction.
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
                // The kernel has every byte that was written. There is no
                // buffer here.
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

pub(super) use {async_write, stream_methods, stream_traits};
