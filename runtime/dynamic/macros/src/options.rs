//! The words in the parentheses of the attribute, on a trait and on a method.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Attribute, Error, Ident, LitStr, Meta, Path, Result, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
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
                        if word == "once" {
                            ". `once` stands on a method"
                        } else {
                            ""
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

/// Whether a method has `#[dyn_async(once)]`.
pub(crate) fn is_once(attributes: &[Attribute]) -> Result<bool> {
    let mut once = false;
    for attribute in attributes.iter().filter(|attribute| is_ours(attribute)) {
        let word = match &attribute.meta {
            Meta::List(list) => list.parse_args::<Ident>()?,
            other => return Err(Error::new_spanned(other, "write `#[dyn_async(once)]`")),
        };
        if word != "once" {
            let message = format!("`{word}` is unknown on a method: write `#[dyn_async(once)]`");
            return Err(Error::new(word.span(), message));
        }
        once = true;
    }
    Ok(once)
}
