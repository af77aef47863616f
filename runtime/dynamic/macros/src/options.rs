//! The words in the parentheses of the attribute, on a trait and on a method.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Attribute, Error, Ident, LitStr, Meta, Path, Result, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

/// The words of the attribute on a trait.
#[derive(Default)]
pub(crate) struct Options {
    /// `Send`: the futures of all methods are `Send`.
    pub(crate) send: bool,
    /// `crate = "path"`: where the items of `wakeful-dynamic` are.
    pub(crate) krate: Option<TokenStream>,
}

impl Parse for Options {
    fn parse(input: ParseStream) -> Result<Self> {
        let mut options = Self::default();
        while !input.is_empty() {
            let word = input.call(Ident::parse_any)?;
            if word == "Send" {
                options.send = true;
            } else if word == "crate" {
                input.parse::<Token![=]>()?;
                let path: Path = input.parse::<LitStr>()?.parse()?;
                options.krate = Some(quote!(#path));
            } else {
                return Err(Error::new(
                    word.span(),
                    format!(
                        "`{word}` is unknown here: write `Send`, or `crate = \"path\"`{}",
                        if word == "once" || word == "fused" {
                            format!(". `{word}` stands on a method")
                        } else {
                            String::new()
                        }
                    ),
                ));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

/// Whether this is our attribute, on a method.
pub(crate) fn is_ours(attribute: &Attribute) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|segment| segment.ident == "dyn_async")
}

/// The words of the attribute on a method.
#[derive(Clone, Copy, Default)]
pub(crate) struct Words {
    /// `once`: the method is called once.
    pub(crate) once: bool,
    /// `fused`: a call starts and is polled for the first time through one `dyn` call.
    pub(crate) fused: bool,
}

impl Words {
    /// The first of the words that the attribute has.
    pub(crate) fn first(self) -> Option<&'static str> {
        match self {
            Self { once: true, .. } => Some("once"),
            Self { fused: true, .. } => Some("fused"),
            _ => None,
        }
    }
}

/// Reads `#[dyn_async(once)]` and `#[dyn_async(fused)]` on a method.
pub(crate) fn words(attributes: &[Attribute]) -> Result<Words> {
    const KNOWN: &str = "write `#[dyn_async(once)]` or `#[dyn_async(fused)]`";
    let mut words = Words::default();
    for attribute in attributes.iter().filter(|attribute| is_ours(attribute)) {
        let list = match &attribute.meta {
            Meta::List(list) => {
                list.parse_args_with(Punctuated::<Ident, Token![,]>::parse_terminated)?
            }
            other => return Err(Error::new_spanned(other, KNOWN)),
        };
        for word in list {
            if word == "once" {
                words.once = true;
            } else if word == "fused" {
                words.fused = true;
            } else {
                let message = format!("`{word}` is unknown on a method: {KNOWN}");
                return Err(Error::new(word.span(), message));
            }
        }
    }
    Ok(words)
}
