//! Writes the source trait, and the trait behind `dyn` that all adapters implement.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{GenericParam, ReturnType, TraitItem, parse_quote, visit_mut::VisitMut};

use crate::{
    lifetimes::name_all,
    model::{Method, Model, bounds},
    objects,
    types::{Associated, arguments},
};

/// The names and generics that all generated items share.
pub(crate) struct Shared<'m> {
    pub(crate) model: &'m Model,
    pub(crate) krate: &'m TokenStream,
    /// The source trait with its arguments.
    pub(crate) source: TokenStream,
    /// The trait behind `dyn`, without and with its arguments.
    pub(crate) erased_name: Ident,
    pub(crate) erased: TokenStream,
    /// The parameters of the source trait, followed by one for each associated type. No defaults.
    pub(crate) parameters: Vec<TokenStream>,
    /// The same as arguments.
    pub(crate) arguments: Vec<TokenStream>,
    /// Those of the arguments that a call's future may contain: all but constants.
    pub(crate) outliving: Vec<TokenStream>,
    /// The predicates of the source trait's `where`.
    pub(crate) predicates: Vec<TokenStream>,
    /// The source trait as the bound of a type: with `Item = Item` for each associated type.
    pub(crate) bound: TokenStream,
}

pub(crate) fn emit(model: &Model) -> TokenStream {
    let names = model.associated_names();
    let mut associated = Associated {
        source: &model.source.ident,
        names: &names,
    };
    let mut generics = model.source.generics.clone();
    for parameter in &mut generics.params {
        if let GenericParam::Type(parameter) = parameter {
            parameter.default = None;
        }
        if let GenericParam::Const(parameter) = parameter {
            parameter.default = None;
        }
    }
    associated.visit_generics_mut(&mut generics);
    let own = arguments(&generics);
    let name = &model.source.ident;
    let erased_name = format_ident!("Erased{}", name);
    let mut parameters: Vec<TokenStream> = generics
        .params
        .iter()
        .map(|parameter| quote!(#parameter))
        .collect();
    for (name, of_type) in &model.associated {
        let parameter = bounds(name, of_type);
        let mut parameter: syn::TypeParam = parse_quote!(#parameter);
        associated.visit_type_param_mut(&mut parameter);
        parameters.push(quote!(#parameter));
    }
    let all: Vec<TokenStream> = own
        .iter()
        .cloned()
        .chain(names.iter().map(|name| quote!(#name)))
        .collect();
    let clause = generics
        .where_clause
        .iter()
        .flat_map(|clause| &clause.predicates);
    let predicates = clause.map(|predicate| quote!(#predicate)).collect();
    let is_constant = |parameter: &GenericParam| matches!(parameter, GenericParam::Const(_));
    let kinds = generics
        .params
        .iter()
        .map(is_constant)
        .chain(names.iter().map(|_| false));
    let outliving = all.iter().zip(kinds).filter(|(_, constant)| !constant);
    let outliving = outliving.map(|(name, _)| name.clone()).collect();
    let shared = Shared {
        model,
        krate: &model.krate,
        source: quote!(#name<#(#own,)*>),
        erased: quote!(#erased_name<#(#all,)*>),
        erased_name,
        parameters,
        arguments: all,
        outliving,
        predicates,
        bound: quote!(#name<#(#own,)* #(#names = #names,)*>),
    };
    let source = source_trait(model);
    let erased = erased_trait(&shared, &mut associated);
    let objects = objects::emit(&shared);
    quote!(#source #erased #objects)
}

/// The trait as written. For `Send`, each `async fn` says that its future is `Send`.
fn source_trait(model: &Model) -> TokenStream {
    let mut source = model.source.clone();
    if model.send {
        for item in &mut source.items {
            let TraitItem::Fn(method) = item else {
                continue;
            };
            if method.sig.asyncness.take().is_none() {
                continue;
            }
            let output = output(&method.sig.output);
            method.sig.output = parse_quote!(
                -> impl ::core::future::Future<Output = #output> + ::core::marker::Send
            );
            if let Some(body) = &method.default {
                method.default = Some(parse_quote!({ async move #body }));
            }
        }
    }
    let note = note(model);
    quote!(#[allow(async_fn_in_trait)] #note #source)
}

/// What the compiler adds to its message if a reference is in the adapter. A message that the source
/// trait has itself stays alone.
fn note(model: &Model) -> Option<TokenStream> {
    let has_own = |attribute: &syn::Attribute| {
        let last = attribute.path().segments.last();
        last.is_some_and(|segment| segment.ident == "on_unimplemented")
    };
    if model.source.attrs.iter().any(has_own) {
        return None;
    }
    let name = &model.source.ident;
    let (suffix, borrow) = if model.is_mutable() {
        ("Mut", "&mut ")
    } else {
        ("Ref", "&")
    };
    let note = format!(
        "an adapter holds the value and not a reference to it: write \
         `{name}{suffix}::new({borrow}Boxing::new(value))`"
    );
    Some(quote!(#[diagnostic::on_unimplemented(note = #note)]))
}

pub(crate) fn output(output: &ReturnType) -> TokenStream {
    match output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => quote!(#ty),
    }
}

fn erased_trait(shared: &Shared, associated: &mut Associated) -> TokenStream {
    let Shared {
        model,
        krate,
        erased,
        erased_name,
        parameters,
        predicates,
        bound,
        ..
    } = shared;
    let methods: Vec<(TokenStream, TokenStream)> = model
        .methods
        .iter()
        .map(|method| erased_method(shared, method, associated))
        .collect();
    let declarations = methods.iter().map(|(signature, _)| quote!(#signature;));
    let definitions = methods
        .iter()
        .map(|(signature, body)| quote!(#[inline] #signature { #body }));
    let formats = formats(model, krate);
    let format_declarations = formats.iter().map(|(signature, _)| quote!(#signature;));
    let format_definitions = formats
        .iter()
        .map(|(signature, body)| quote!(#signature { #body }));
    let serves = shared.serves();
    quote! {
        #[doc(hidden)]
        #[allow(dead_code, clippy::all, clippy::pedantic)]
        trait #erased_name<#(#parameters,)*> where #(#predicates,)* {
            #(#declarations)*
            #(#format_declarations)*
        }

        #[allow(clippy::all, clippy::pedantic)]
        impl<#(#parameters,)* __A> #erased for __A
        where
            __A: #krate::Adapter,
            __A::Inner: #bound,
            #serves
            #(#predicates,)*
        {
            #(#definitions)*
            #(#format_definitions)*
        }
    }
}

/// The signature of a method behind `dyn`, and its body for an adapter.
fn erased_method(
    shared: &Shared,
    method: &Method,
    associated: &mut Associated,
) -> (TokenStream, TokenStream) {
    let Shared { model, krate, .. } = shared;
    let mut sig = method.sig.clone();
    associated.visit_signature_mut(&mut sig);
    let lifetimes = name_all(&mut sig, &method.kind);
    let receiver = &lifetimes.receiver;
    let new = &lifetimes.new;
    let named = &sig.generics.params;
    let clause = sig
        .generics
        .where_clause
        .iter()
        .flat_map(|clause| &clause.predicates);
    let name = &sig.ident;
    let inputs = sig.inputs.iter().skip(1);
    let output = output(&sig.output);
    let names = &method.arguments;
    let cfgs = &method.cfgs;
    let mutability = method.mutable.then(|| quote!(mut));
    let this = quote!(self: ::core::pin::Pin<&#receiver #mutability Self>);
    let call = shared.call_source(name, names);
    if !method.is_async {
        let inner = if method.mutable {
            quote!(inner_mut)
        } else {
            quote!(inner)
        };
        let signature = quote! {
            #(#cfgs)*
            fn #name<#(#new,)* #named>(#this, #(#inputs),*) -> #output where #(#clause,)*
        };
        let body = quote! {
            let __inner = #krate::Adapter::#inner(self);
            #call
        };
        return (signature, body);
    }
    let (outlive, types) = (&lifetimes.all, &shared.outliving);
    let future = if model.send {
        quote!(SendDynFuture)
    } else {
        quote!(DynFuture)
    };
    let (passed, returned) = if method.words.fused {
        let passed = quote! {
            __context: &mut ::core::task::Context<'_>,
            __handle: &mut #krate::#future<'__d, #output>,
        };
        (passed, quote!(::core::task::Poll<#output>))
    } else {
        let passed = quote!(__request: #krate::Request<'_>,);
        (passed, quote!(#krate::#future<'__d, #output>))
    };
    let signature = quote! {
        #(#cfgs)*
        fn #name<'__d, #(#new,)* #named>(
            #this,
            #passed
            #(#inputs),*
        ) -> #returned
        where
            #(#outlive: '__d,)*
            #(#types: '__d,)*
            #(#clause,)*
    };
    let kind = if method.words.once {
        quote!(Once)
    } else {
        quote!(Often)
    };
    let function = match (model.send, method.mutable) {
        (false, true) => quote!(#krate::Adapter::call_mut::<#krate::#kind, _, _>),
        (false, false) => quote!(#krate::Adapter::call_ref::<#krate::#kind, _, _>),
        (true, true) => quote!(#krate::send_call_mut::<#krate::#kind, _, _, _>),
        (true, false) => quote!(#krate::send_call_ref::<#krate::#kind, _, _, _>),
    };
    let body = if method.words.fused {
        quote! {
            let __call = #function(self, #krate::Request::plain(), move |__inner| #call);
            #krate::private::start(__call, __context, __handle)
        }
    } else {
        quote!(#function(self, __request, move |__inner| #call))
    };
    (signature, body)
}

impl Shared<'_> {
    /// The predicates that the methods put on an adapter.
    pub(crate) fn serves(&self) -> TokenStream {
        let krate = self.krate;
        let shared = self
            .model
            .is_shared()
            .then(|| quote!(__A::Calls: #krate::ServesShared,));
        let send = self
            .model
            .send
            .then(|| quote!(__A::Threads: #krate::ServesSend,));
        quote!(#shared #send)
    }

    /// A call of the source trait's method on `__inner`.
    fn call_source(&self, name: &Ident, arguments: &[Ident]) -> TokenStream {
        let source = &self.source;
        quote!(<__A::Inner as #source>::#name(__inner, #(#arguments),*))
    }
}

/// The methods behind `dyn` for the supertraits `Debug` and `Display`.
fn formats(model: &Model, krate: &TokenStream) -> Vec<(TokenStream, TokenStream)> {
    let mut methods = Vec::new();
    let mut add = |name: Ident, of: Ident| {
        methods.push((
            quote! {
                fn #name(
                    self: ::core::pin::Pin<&Self>,
                    f: &mut ::core::fmt::Formatter<'_>,
                ) -> ::core::fmt::Result
            },
            quote!(::core::fmt::#of::fmt(#krate::Adapter::inner(self), f)),
        ));
    };
    if model.supertraits.debug {
        add(format_ident!("__debug"), format_ident!("Debug"));
    }
    if model.supertraits.display {
        add(format_ident!("__display"), format_ident!("Display"));
    }
    methods
}
