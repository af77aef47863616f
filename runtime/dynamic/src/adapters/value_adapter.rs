//! The adapters that hold nothing but the value.

/// Implements an adapter that needs only the value and the [`Request`](crate::Request) for a call.
/// The type has one field, `inner`.
///
/// ```ignore
/// value_adapter! {
///     impl Boxing;
///     // AD1: … AD2: … AD4: …
///     call<K>(request, make) = boxed(request, make);
/// }
/// ```
///
/// The last line returns the `DynFuture` of a call. `make` is a closure that returns the method's
/// future. This expression keeps the rules AD1, AD2 and AD4 of [`Adapter`](crate::Adapter), and a
/// comment above it gives the reasons.
macro_rules! value_adapter {
    (
        impl $name:ident;
        call<$kind:ident>($request:ident, $make:ident) = $call:expr;
    ) => {
        impl<T> $name<T> {
            /// Wraps a value.
            pub const fn new(inner: T) -> Self {
                Self { inner }
            }

            /// The value.
            pub fn into_inner(self) -> T {
                self.inner
            }
        }

        /// The value inside is not pinned.
        impl<T> Unpin for $name<T> {}

        // SAFETY: AD1, AD2 and AD4: the comment above `call`. AD3: there is one value.
        unsafe impl<T> crate::Adapter for $name<T> {
            type Inner = T;
            type Calls = crate::ManyCalls;
            type Threads = crate::AnyThread;

            const ALLOCATES: bool = true;

            fn inner(self: core::pin::Pin<&Self>) -> &T {
                &self.get_ref().inner
            }

            fn inner_mut(self: core::pin::Pin<&mut Self>) -> &mut T {
                &mut self.get_mut().inner
            }

            #[inline]
            fn call_mut<'s, 'd, $kind, M, F>(
                self: core::pin::Pin<&'s mut Self>,
                $request: crate::Request<'_>,
                method: M,
            ) -> crate::DynFuture<'d, F::Output>
            where
                's: 'd,
                $kind: crate::Kind,
                M: FnOnce(&'s mut T) -> F,
                F: Future + 'd,
                F::Output: 'd,
            {
                let inner = &mut self.get_mut().inner;
                let $make = || method(inner);
                $call
            }

            #[inline]
            fn call_ref<'s, 'd, $kind, M, F>(
                self: core::pin::Pin<&'s Self>,
                $request: crate::Request<'_>,
                method: M,
            ) -> crate::DynFuture<'d, F::Output>
            where
                's: 'd,
                $kind: crate::Kind,
                M: FnOnce(&'s T) -> F,
                F: Future + 'd,
                F::Output: 'd,
            {
                let inner = &self.get_ref().inner;
                let $make = || method(inner);
                $call
            }
        }
    };
}

pub(super) use value_adapter;
