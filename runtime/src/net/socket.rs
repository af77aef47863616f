//! Macros: the parts that all sockets share. Each socket is a type of its own
//! around a [`Registered`](crate::reactor::Registered), its field `io`.

/// Implements the descriptor traits and `Debug`.
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

/// `into_std` for sockets that Windows has, too.
macro_rules! into_std {
    ($what:literal, $std:ty) => {
        #[doc = concat!("Takes the ", $what, " off this runtime and returns it as one of `std`'s.")]
        /// It stays non-blocking. Use this to move it to another runtime, where
        /// [`from_std`](Self::from_std) takes it.
        ///
        /// # Errors
        /// When the system has no descriptor left. The call needs a second one
        /// for a moment. The socket is closed then.
        pub fn into_std(self) -> io::Result<$std> {
            Ok(socket2::SockRef::from(&*self.io).try_clone()?.into())
        }
    };
}

/// `into_std` for Unix sockets.
#[cfg(unix)]
macro_rules! into_std_unix {
    ($what:literal, $std:ty) => {
        #[doc = concat!("Takes the ", $what, " off this runtime and returns it as one of `std`'s.")]
        /// It stays non-blocking. Use this to move it to another runtime, where
        /// [`from_std`](Self::from_std) takes it.
        ///
        /// # Errors
        /// When the system has no descriptor left. The call needs a second one
        /// for a moment. The socket is closed then.
        pub fn into_std(self) -> io::Result<$std> {
            use std::os::fd::AsFd;
            Ok(self.io.as_fd().try_clone_to_owned()?.into())
        }
    };
}

/// `TryFrom` of the socket of `std`, by `from_std`.
macro_rules! try_from_std {
    ($socket:ty, $std:ty) => {
        /// The same as `from_std`.
        ///
        /// # Panics
        /// Outside a runtime.
        impl TryFrom<$std> for $socket {
            type Error = io::Error;

            #[track_caller]
            fn try_from(socket: $std) -> io::Result<Self> {
                Self::from_std(socket)
            }
        }
    };
}

/// Waiting for readiness, and own operations. `$setup` is a part of the
/// examples: it creates the connected sockets `here` and `there`.
macro_rules! readiness {
    ($poll_readable:ident, $poll_writable:ident, $send:literal, $setup:literal) => {
        /// Waits until the socket is ready for something in `interest`, and
        /// returns what it is ready for. Any number of tasks may wait.
        ///
        /// Readiness is a hint. The operation that follows can still return
        /// `WouldBlock`. The readiness stays until an operation returns that.
        ///
        /// # Errors
        /// When the runtime has shut down.
        ///
        /// # Cancel safety
        /// A wait that is dropped loses no readiness.
        ///
        /// ```
        /// use wakeful::io::Interest;
        ///
        /// let runtime = wakeful::Runtime::new()?;
        /// runtime.block_on(async {
        #[doc = $setup]
        #[doc = concat!("    here.", $send, "(b\"hello\")?;")]
        ///     let ready = there.ready(Interest::READABLE | Interest::WRITABLE).await?;
        ///     assert!(ready.is_writable());
        ///     Ok::<(), std::io::Error>(())
        /// })?;
        /// # Ok::<(), std::io::Error>(())
        /// ```
        pub async fn ready(&self, interest: Interest) -> io::Result<Ready> {
            let event = self.io.ready(interest).await?;
            Ok(event.ready & interest.mask())
        }

        /// Waits until a read returns bytes, the end or an error. See
        /// [`ready`](Self::ready). Use this to allocate a buffer only when
        /// there is something to read.
        ///
        /// # Errors
        /// When the runtime has shut down.
        ///
        /// # Cancel safety
        /// A wait that is dropped loses no readiness.
        pub async fn readable(&self) -> io::Result<()> {
            self.io.ready(Interest::READABLE).await.map(drop)
        }

        /// Waits until a write takes bytes or returns an error. See
        /// [`ready`](Self::ready).
        ///
        /// # Errors
        /// When the runtime has shut down.
        ///
        /// # Cancel safety
        /// A wait that is dropped loses no readiness.
        pub async fn writable(&self) -> io::Result<()> {
            self.io.ready(Interest::WRITABLE).await.map(drop)
        }

        /// [`readable`](Self::readable) for hand-written futures. If several
        /// tasks poll for reading, only the last one is woken.
        ///
        /// # Errors
        /// When the runtime has shut down.
        pub fn $poll_readable(
            &self,
            context: &mut std::task::Context<'_>,
        ) -> std::task::Poll<io::Result<()>> {
            self.io.poll_ready(context, Direction::Read).map_ok(drop)
        }

        /// [`writable`](Self::writable) for hand-written futures. If several
        /// tasks poll for writing, only the last one is woken.
        ///
        /// # Errors
        /// When the runtime has shut down.
        pub fn $poll_writable(
            &self,
            context: &mut std::task::Context<'_>,
        ) -> std::task::Poll<io::Result<()>> {
            self.io.poll_ready(context, Direction::Write).map_ok(drop)
        }

        /// Tries an operation of your own once, if the socket is ready for
        /// `interest`. `operation` uses the descriptor and must not block. When
        /// it returns `WouldBlock`, this clears the readiness.
        ///
        /// # Errors
        /// `WouldBlock` if the socket is not ready, and those of the operation.
        ///
        /// ```
        /// use socket2::SockRef;
        /// use wakeful::io::Interest;
        ///
        /// let runtime = wakeful::Runtime::new()?;
        /// runtime.block_on(async {
        #[doc = $setup]
        ///     let sent = here.try_io(Interest::WRITABLE, || SockRef::from(&here).send(b"hello"));
        ///     assert_eq!(sent?, 5);
        ///     # drop(there);
        ///     Ok::<(), std::io::Error>(())
        /// })?;
        /// # Ok::<(), std::io::Error>(())
        /// ```
        pub fn try_io<R>(
            &self,
            interest: Interest,
            operation: impl FnOnce() -> io::Result<R>,
        ) -> io::Result<R> {
            self.io.try_io(interest, |socket| socket.try_io(operation))
        }

        /// Tries an operation of your own whenever the socket is ready for
        /// `interest`, until it does not return `WouldBlock`. `operation` uses
        /// the descriptor and must not block. Any number of tasks may do so.
        ///
        /// # Errors
        /// Those of the operation, and when the runtime has shut down.
        ///
        /// # Cancel safety
        /// If the future is dropped, the operation has not succeeded.
        ///
        /// ```
        /// use socket2::SockRef;
        /// use wakeful::io::Interest;
        ///
        /// let runtime = wakeful::Runtime::new()?;
        /// runtime.block_on(async {
        #[doc = $setup]
        #[doc = concat!("    here.", $send, "(b\"hello\")?;")]
        ///     // Look at the bytes without receiving them.
        ///     let mut buffer = [std::mem::MaybeUninit::uninit(); 16];
        ///     let peek = || SockRef::from(&there).peek(&mut buffer);
        ///     assert_eq!(there.async_io(Interest::READABLE, peek).await?, 5);
        ///     Ok::<(), std::io::Error>(())
        /// })?;
        /// # Ok::<(), std::io::Error>(())
        /// ```
        pub async fn async_io<R>(
            &self,
            interest: Interest,
            mut operation: impl FnMut() -> io::Result<R>,
        ) -> io::Result<R> {
            self.io
                .io(interest, |socket| socket.try_io(&mut operation))
                .await
        }

        /// Takes the error that the system holds for this socket, if there is
        /// one. Otherwise the next operation returns it.
        pub fn take_error(&self) -> io::Result<Option<io::Error>> {
            self.io.take_error()
        }
    };
}

#[cfg(unix)]
pub(super) use into_std_unix;
pub(super) use {descriptor, into_std, readiness, try_from_std};
