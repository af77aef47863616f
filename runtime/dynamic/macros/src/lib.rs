//! The attribute [`macro@dyn_async`] of the crate `wakeful-dynamic`, which exports it.
//!
//! - `options` parses the words in the parentheses.
//! - `model` reads the trait and refuses what `dyn` cannot do.
//! - `lifetimes` gives a name to each lifetime of a method.
//! - `types` replaces `Self::Item` and similar with parameters.
//! - `emit` writes the source trait, and the trait behind `dyn`.
//! - `objects` writes the objects.

mod emit;
mod lifetimes;
mod model;
mod objects;
mod options;
mod types;

use proc_macro::TokenStream;
use proc_macro2::{Span, TokenStream as Tokens};
use quote::quote;
use syn::{Error, Item, parse2};

/// Makes objects for a trait with `async fn`s. The crate `wakeful-dynamic` describes it.
#[proc_macro_attribute]
pub fn dyn_async(words: TokenStream, item: TokenStream) -> TokenStream {
    expand(words.into(), &item.into(), quote!(::wakeful_dynamic)).into()
}

/// The attribute `dyn_async` that the crate `wakeful` exports. It names the items of
/// `wakeful-dynamic` by their paths in `wakeful`.
#[proc_macro_attribute]
pub fn dyn_async_of_wakeful(words: TokenStream, item: TokenStream) -> TokenStream {
    expand(words.into(), &item.into(), quote!(::wakeful::dynamic)).into()
}

/// After an error, the source trait stays, so that its other uses compile.
fn expand(words: Tokens, item: &Tokens, krate: Tokens) -> Tokens {
    let source = match parse2::<Item>(item.clone()) {
        Ok(Item::Trait(source)) => source,
        Ok(_) => {
            let error = Error::new(Span::call_site(), "`#[dyn_async]` works on a trait");
            let error = error.into_compile_error();
            return quote!(#item #error);
        }
        Err(error) => return error.into_compile_error(),
    };
    let expanded = parse2(words)
        .and_then(|options: options::Options| model::Model::new(&source, options, krate))
        .map(|model| emit::emit(&model));
    expanded.unwrap_or_else(|error| {
        let error = error.into_compile_error();
        let source = model::without_our_attributes(source);
        quote!(#[allow(async_fn_in_trait)] #source #error)
    })
}
