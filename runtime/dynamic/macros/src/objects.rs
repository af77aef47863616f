//! Writes the objects: `NameBox`, and `NameMut` or `NameRef`.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::{
    emit::{Shared, output},
    lifetimes::name_all,
    model::Method,
};

/// How an object holds its adapter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pointer {
    Box,
    Mut,
    Ref,
}

pub(crate) fn emit(shared: &Shared) -> TokenStream {
    let borrowed = if shared.model.is_mutable() {
        Pointer::Mut
    } else {
        Pointer::Ref
    };
    let borrowed = object(shared, borrowed);
    let owned = object(shared, Pointer::Box);
    let krate = shared.krate;
    quote! {
        #borrowed
        #krate::__if_alloc! { #owned }
    }
}

/// The `Send` and `Sync` of a `dyn` type behind this pointer.
fn markers(shared: &Shared, pointer: Pointer) -> Vec<TokenStream> {
    let model = shared.model;
    let supertraits = &model.supertraits;
    let is_ref = pointer == Pointer::Ref;
    let send = supertraits.send || (model.send && !is_ref);
    let sync = supertraits.sync
        || (is_ref && (model.send || supertraits.send))
        || (model.send && model.is_shared());
    let mut markers = Vec::new();
    if send {
        markers.push(quote!(::core::marker::Send));
    }
    if sync {
        markers.push(quote!(::core::marker::Sync));
    }
    markers
}

fn object(shared: &Shared, pointer: Pointer) -> TokenStream {
    let Shared {
        model,
        krate,
        erased,
        parameters,
        arguments,
        predicates,
        source,
        ..
    } = shared;
    let vis = &model.source.vis;
    let source_name = &model.source.ident;
    let suffix = match pointer {
        Pointer::Box => "Box",
        Pointer::Mut => "Mut",
        Pointer::Ref => "Ref",
    };
    let name = format_ident!("{source_name}{suffix}");
    let markers = markers(shared, pointer);
    let behind = quote!((dyn #erased #(+ #markers)* + '__o));
    let field = match pointer {
        Pointer::Box => quote!(#krate::private::Box<#behind>),
        Pointer::Mut => quote!(&'__o mut #behind),
        Pointer::Ref => quote!(&'__o #behind),
    };
    let constructors = constructors(shared, pointer, &markers);
    let methods = model
        .methods
        .iter()
        .map(|method| object_method(shared, method));
    let items = model.associated_names();
    let mut needs = Vec::new();
    if model.supertraits.send || model.send {
        needs.push(quote!(::core::marker::Send));
    }
    if model.supertraits.sync || model.is_shared() && model.send {
        needs.push(quote!(::core::marker::Sync));
    }
    let formats = formats(shared, &name);
    let doc = match pointer {
        Pointer::Box => "in a box",
        Pointer::Mut => "behind a mutable reference",
        Pointer::Ref => "behind a shared reference",
    };
    let doc = format!(
        "A value of any type that implements [`{source_name}`], {doc}.\n\n\
         `S` is what the callers of its async methods offer: no memory, unless you make the \
         object with a `Space`."
    );
    quote! {
        #[doc = #doc]
        #[allow(dead_code)]
        #vis struct #name<'__o, #(#parameters,)* S = #krate::NoSpace>
        where
            #(#predicates,)*
        {
            object: ::core::pin::Pin<#field>,
            caller: S,
        }

        #constructors

        #[allow(dead_code)]
        impl<'__o, #(#parameters,)* S> #name<'__o, #(#arguments,)* S>
        where
            #(#predicates,)*
        {
            /// Ends the object, and returns what its callers offered.
            pub fn into_caller(self) -> S {
                self.caller
            }
        }

        #[allow(clippy::all, clippy::pedantic)]
        impl<'__o, #(#parameters,)* S> #source for #name<'__o, #(#arguments,)* S>
        where
            S: #krate::Caller #(+ #needs)*,
            #(#predicates,)*
        {
            #(type #items = #items;)*
            #(#methods)*
        }

        #formats
    }
}

/// What a constructor checks at compile time.
fn check(shared: &Shared) -> TokenStream {
    let krate = shared.krate;
    let is_fused = shared.model.is_fused();
    let fused = is_fused.then(|| quote!(#krate::private::check_fused::<__A>();));
    quote!(const { #krate::private::check_space::<__A, S>(); #fused })
}

/// `new` and `pin`, and both with a caller that offers something.
fn constructors(shared: &Shared, pointer: Pointer, markers: &[TokenStream]) -> TokenStream {
    let Shared {
        model,
        krate,
        parameters,
        arguments,
        predicates,
        bound,
        ..
    } = shared;
    let source_name = &model.source.ident;
    let suffix = match pointer {
        Pointer::Box => "Box",
        Pointer::Mut => "Mut",
        Pointer::Ref => "Ref",
    };
    let name = format_ident!("{source_name}{suffix}");
    let serves = shared.serves();
    let adapter = quote!(
        __A: #krate::Adapter #(+ #markers)* + '__o,
        __A::Inner: #bound,
        #serves
    );
    let check = check(shared);
    let reference = match pointer {
        Pointer::Box => {
            return quote! {
                #[allow(dead_code)]
                impl<'__o, #(#parameters,)*> #name<'__o, #(#arguments,)*>
                where
                    #(#predicates,)*
                {
                    /// Puts an adapter, with the value in it, into a box.
                    pub fn new<__A>(adapter: __A) -> Self
                    where
                        #adapter
                    {
                        Self::new_with(adapter, #krate::NoSpace)
                    }
                }

                #[allow(dead_code)]
                impl<'__o, #(#parameters,)* S> #name<'__o, #(#arguments,)* S>
                where
                    S: #krate::Caller,
                    #(#predicates,)*
                {
                    /// As `new`, but the callers offer `caller`.
                    pub fn new_with<__A>(adapter: __A, caller: S) -> Self
                    where
                        #adapter
                    {
                        #check
                        Self { object: #krate::private::Box::pin(adapter), caller }
                    }
                }
            };
        }
        Pointer::Mut => quote!(&'__o mut __A),
        Pointer::Ref => quote!(&'__o __A),
    };
    quote! {
        #[allow(dead_code)]
        impl<'__o, #(#parameters,)*> #name<'__o, #(#arguments,)*>
        where
            #(#predicates,)*
        {
            /// Makes an object of an adapter that needs no pinning.
            pub fn new<__A>(adapter: #reference) -> Self
            where
                #adapter
                __A: ::core::marker::Unpin,
            {
                Self::pin(::core::pin::Pin::new(adapter))
            }

            /// Makes an object of a pinned adapter.
            pub fn pin<__A>(adapter: ::core::pin::Pin<#reference>) -> Self
            where
                #adapter
            {
                Self::pin_with(adapter, #krate::NoSpace)
            }
        }

        #[allow(dead_code)]
        impl<'__o, #(#parameters,)* S> #name<'__o, #(#arguments,)* S>
        where
            S: #krate::Caller,
            #(#predicates,)*
        {
            /// As `new`, but the callers offer `caller`.
            pub fn new_with<__A>(adapter: #reference, caller: S) -> Self
            where
                #adapter
                __A: ::core::marker::Unpin,
            {
                Self::pin_with(::core::pin::Pin::new(adapter), caller)
            }

            /// As `pin`, but the callers offer `caller`.
            pub fn pin_with<__A>(adapter: ::core::pin::Pin<#reference>, caller: S) -> Self
            where
                #adapter
            {
                #check
                Self { object: adapter, caller }
            }
        }
    }
}

/// Writes one method of the source trait. An object calls it through `dyn`.
///
/// The variables begin with `__`, because the arguments keep the names of the source.
fn object_method(shared: &Shared, method: &Method) -> TokenStream {
    let Shared {
        model,
        krate,
        erased_name,
        ..
    } = shared;
    let mut sig = method.sig.clone();
    let name = &method.sig.ident;
    let arguments = &method.arguments;
    let cfgs = &method.cfgs;
    let access = if method.mutable {
        quote!(as_mut)
    } else {
        quote!(as_ref)
    };
    if !method.is_async {
        return quote! {
            #(#cfgs)*
            #[inline]
            #sig {
                #erased_name::#name(self.object.#access(), #(#arguments),*)
            }
        };
    }
    let output = output(&sig.output);
    let send = model.send.then(|| quote!(+ ::core::marker::Send));
    sig.output = syn::parse_quote!(-> impl ::core::future::Future<Output = #output> #send);
    let (caller, function) = match (model.send, method.mutable) {
        (false, true) => (quote!(&mut self.caller), quote!(call_mut)),
        (false, false) => (quote!(&self.caller), quote!(call_ref)),
        (true, true) => (quote!(&mut self.caller), quote!(send_call_mut)),
        (true, false) => (quote!(&self.caller), quote!(send_call_ref)),
    };
    let lifetimes = name_all(&mut method.sig.clone(), &method.kind).all.len();
    if method.words.fused {
        let future = if model.send {
            quote!(SendDynFuture)
        } else {
            quote!(DynFuture)
        };
        let call = quote! {
            #krate::private::Fused::<#krate::#future<'_, #output>, _>::new(move |__context, __handle| {
                #erased_name::#name(__object, __context, __handle, #(#arguments),*)
            })
        };
        let call = captured(&call, lifetimes);
        return quote! {
            #(#cfgs)*
            #[inline]
            #sig {
                let __object = self.object.#access();
                #call
            }
        };
    }
    let call = quote! {
        // SAFETY: CA3: the closure passes its request to one call and returns its future.
        unsafe {
            #krate::Caller::#function(__caller, move |__request: #krate::Request<'_>| {
                #erased_name::#name(__object, __request, #(#arguments),*)
            })
        }
    };
    let call = captured(&call, lifetimes);
    quote! {
        #(#cfgs)*
        #[inline]
        #sig {
            let __object = self.object.#access();
            let __caller = #caller;
            #call
        }
    }
}

/// Makes the future of a call capture all lifetimes of the method.
///
/// The type of a call has one lifetime, the part that all lifetimes of the method have in common. A
/// return type cannot capture it if there are several. An `async` block captures each of them.
fn captured(call: &TokenStream, lifetimes: usize) -> TokenStream {
    if lifetimes == 1 {
        quote!(#call)
    } else {
        quote!(async move { { #call }.await })
    }
}

/// `Debug` for every object, and `Display` if the source trait has it.
fn formats(shared: &Shared, name: &Ident) -> TokenStream {
    let Shared {
        model,
        parameters,
        arguments,
        predicates,
        erased_name,
        ..
    } = shared;
    let format = |of: Ident, body: TokenStream| {
        quote! {
            impl<'__o, #(#parameters,)* S> ::core::fmt::#of for #name<'__o, #(#arguments,)* S>
            where
                #(#predicates,)*
            {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    #body
                }
            }
        }
    };
    let debug = if model.supertraits.debug {
        quote!(#erased_name::__debug(self.object.as_ref(), f))
    } else {
        let text = name.to_string();
        quote!(f.debug_struct(#text).finish_non_exhaustive())
    };
    let debug = format(format_ident!("Debug"), debug);
    let display = model.supertraits.display.then(|| {
        format(
            format_ident!("Display"),
            quote!(#erased_name::__display(self.object.as_ref(), f)),
        )
    });
    quote!(#debug #display)
}
