//! Checks the function under an attribute and generates its replacement.

use crate::options::Options;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Error, ItemFn, Result, parse2};

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Main,
    Test,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Test => "test",
        }
    }
}

/// Generates the replacement of an item. After an error, the item becomes a function
/// that does nothing, so that the compiler does not also report a missing `main`.
pub(crate) fn expand(kind: Kind, keys: TokenStream, item: &TokenStream) -> TokenStream {
    let function = match parse2::<ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#item #error);
        }
    };
    attempt(kind, keys, &function).unwrap_or_else(|error| {
        let error = error.into_compile_error();
        let (visibility, name) = (&function.vis, &function.sig.ident);
        quote!(#[allow(dead_code)] #visibility fn #name() {} #error)
    })
}

/// Generates an outer function that makes the runtime, and puts the original function
/// inside unchanged. The compiler reports errors in its body as for any `async fn`.
pub(crate) fn attempt(kind: Kind, keys: TokenStream, function: &ItemFn) -> Result<TokenStream> {
    let options: Options = parse2(keys)?;
    check(kind, function)?;

    let (attrs, vis) = (&function.attrs, &function.vis);
    let (sig, block) = (&function.sig, &function.block);
    let (name, output) = (&sig.ident, &sig.output);
    let builder = options.builder();
    let test = match kind {
        Kind::Main => None,
        Kind::Test => Some(quote!(#[::core::prelude::v1::test])),
    };
    Ok(quote! {
        #test
        #(#attrs)*
        #vis fn #name() #output {
            // The original may contain no `await`.
            #[allow(clippy::unused_async)]
            #sig #block

            #builder
                .build()
                .unwrap_or_else(|error| ::core::panic!("cannot make a runtime: {error}"))
                .block_on(#name())
        }
    })
}

fn check(kind: Kind, function: &ItemFn) -> Result<()> {
    let sig = &function.sig;
    let attribute = kind.name();
    if sig.asyncness.is_none() {
        return Err(Error::new(
            sig.fn_token.span,
            format!(
                "`#[wakeful::{attribute}]` runs an `async fn`, and this function is not async: add `async`"
            ),
        ));
    }
    if !sig.inputs.is_empty() {
        let what = match kind {
            Kind::Main => "a main function takes no arguments: read them from `std::env::args`",
            Kind::Test => "a test takes no arguments: create its data inside the function",
        };
        return Err(Error::new_spanned(&sig.inputs, what));
    }
    if !sig.generics.params.is_empty() {
        return Err(Error::new_spanned(
            &sig.generics,
            format!(
                "`#[wakeful::{attribute}]` cannot run a generic function: remove its parameters"
            ),
        ));
    }
    if let Kind::Test = kind {
        let test = function.attrs.iter().find(|attribute| {
            let last = attribute.path().segments.last();
            last.is_some_and(|last| last.ident == "test")
        });
        if let Some(test) = test {
            return Err(Error::new_spanned(
                test.path().to_token_stream(),
                "`#[wakeful::test]` already makes this a test: remove the other attribute",
            ));
        }
    }
    Ok(())
}
