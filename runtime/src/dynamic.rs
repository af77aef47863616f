//! The crate `wakeful-dynamic`: async methods behind `dyn`.

#[doc(inline)]
pub use wakeful_dynamic::*;
/// The attribute of `wakeful-dynamic`. It names that crate by its path in this one.
#[doc(inline)]
pub use wakeful_dynamic_macros::dyn_async_of_wakeful as dyn_async;
