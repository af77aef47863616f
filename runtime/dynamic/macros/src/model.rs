//! Reads the trait, and refuses what cannot work behind `dyn`, at the right token.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    Attribute, Error, FnArg, GenericParam, Generics, Ident, ItemTrait, Pat, ReceiverKind, Result,
    ReturnType, Signature, TraitItem, TraitItemFn, Type, TypeParamBound, WherePredicate,
    parse_quote, spanned::Spanned, visit::Visit,
};

use crate::{
    options::{Options, Words, is_ours, words},
    types::BareSelf,
};

/// The trait, as the rest of the macro needs it.
pub(crate) struct Model {
    pub(crate) source: ItemTrait,
    pub(crate) send: bool,
    /// The path of `wakeful-dynamic`.
    pub(crate) krate: TokenStream,
    pub(crate) associated: Vec<(Ident, TokenStream)>,
    pub(crate) methods: Vec<Method>,
    pub(crate) supertraits: Supertraits,
}

/// The supertraits that an object can have.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one supertrait")]
pub(crate) struct Supertraits {
    pub(crate) send: bool,
    pub(crate) sync: bool,
    pub(crate) debug: bool,
    pub(crate) display: bool,
}

/// A method that objects have.
pub(crate) struct Method {
    /// The `cfg`s, which the generated methods need too.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) sig: Signature,
    pub(crate) kind: ReceiverKind,
    pub(crate) mutable: bool,
    /// The names of the arguments without the receiver.
    pub(crate) arguments: Vec<Ident>,
    pub(crate) is_async: bool,
    pub(crate) words: Words,
}

impl Model {
    pub(crate) fn new(source: &ItemTrait, options: Options, krate: TokenStream) -> Result<Self> {
        if let Some(token) = &source.unsafety {
            return Err(Error::new(
                token.span(),
                "an object cannot keep the promises of an unsafe trait: remove `unsafe`",
            ));
        }
        let supertraits = supertraits(source)?;
        let mut associated = Vec::new();
        let mut methods = Vec::new();
        for item in &source.items {
            match item {
                TraitItem::Fn(method) => methods.extend(read(method)?),
                TraitItem::Type(item) => {
                    if !item.generics.params.is_empty() {
                        return Err(Error::new_spanned(
                            &item.generics,
                            "an associated type with parameters cannot be behind `dyn`: remove \
                             the parameters",
                        ));
                    }
                    associated.push((item.ident.clone(), item.bounds.to_token_stream()));
                }
                other => {
                    return Err(Error::new_spanned(
                        other,
                        "behind `dyn` there are only methods and associated types: write a \
                         method that returns this value",
                    ));
                }
            }
        }
        Ok(Self {
            source: without_our_attributes(source.clone()),
            send: options.send,
            krate: options.krate.unwrap_or(krate),
            associated,
            methods,
            supertraits,
        })
    }

    pub(crate) fn associated_names(&self) -> Vec<Ident> {
        self.associated
            .iter()
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Whether an object needs `&mut` access.
    pub(crate) fn is_mutable(&self) -> bool {
        self.methods.iter().any(|method| method.mutable)
    }

    /// Whether a method is fused.
    pub(crate) fn is_fused(&self) -> bool {
        self.methods.iter().any(|method| method.words.fused)
    }

    /// Whether adapters need to serve several calls at once.
    pub(crate) fn is_shared(&self) -> bool {
        self.methods
            .iter()
            .any(|method| method.is_async && !method.mutable)
    }
}

/// The trait without `#[dyn_async(…)]` on its methods.
pub(crate) fn without_our_attributes(mut source: ItemTrait) -> ItemTrait {
    for item in &mut source.items {
        if let TraitItem::Fn(method) = item {
            method.attrs.retain(|attribute| !is_ours(attribute));
        }
    }
    source
}

fn supertraits(source: &ItemTrait) -> Result<Supertraits> {
    let mut found = Supertraits::default();
    for bound in &source.supertraits {
        let name = match bound {
            TypeParamBound::Trait(bound) => bound.path.segments.last().map(|last| &last.ident),
            TypeParamBound::Lifetime(lifetime) => {
                return Err(Error::new_spanned(
                    lifetime,
                    format!(
                        "an object may borrow its value: remove this lifetime, and write \
                         `{}Box<{lifetime}>` where you need it",
                        source.ident
                    ),
                ));
            }
            _ => None,
        };
        match name.map(ToString::to_string).as_deref() {
            Some("Send") => found.send = true,
            Some("Sync") => found.sync = true,
            Some("Debug") => found.debug = true,
            Some("Display") => found.display = true,
            _ => {
                return Err(Error::new_spanned(
                    bound,
                    "an object can have the supertraits `Send`, `Sync`, `Debug` and `Display`: \
                     move the methods of this one into the trait, or ask for it where you need it",
                ));
            }
        }
    }
    let clause = source.generics.where_clause.iter();
    for predicate in clause.flat_map(|clause| &clause.predicates) {
        if let WherePredicate::Type(predicate) = predicate
            && crate::types::is_self(&predicate.bounded_ty)
        {
            return Err(Error::new_spanned(
                predicate,
                format!(
                    "write this bound after the name: `trait {}: {}`",
                    source.ident,
                    predicate.bounds.to_token_stream()
                ),
            ));
        }
    }
    Ok(found)
}

/// Reads a method. `None` if objects do not have it.
fn read(method: &TraitItemFn) -> Result<Option<Method>> {
    let mut sig = method.sig.clone();
    let words = words(&method.attrs)?;
    if is_for_sized_only(&sig.generics) {
        return if method.default.is_some() {
            Ok(None)
        } else {
            Err(Error::new_spanned(
                &sig.ident,
                "an object cannot have this method, because of `Self: Sized`: give it a default \
                 body",
            ))
        };
    }
    check_generics(&sig.generics)?;
    for predicate in sig
        .generics
        .where_clause
        .iter()
        .flat_map(|clause| &clause.predicates)
    {
        BareSelf::check(|visitor| visitor.visit_where_predicate(predicate))?;
    }
    let Some(FnArg::Receiver(receiver)) = sig.inputs.first() else {
        return Err(Error::new_spanned(
            &sig.ident,
            "behind `dyn` a function needs a receiver: add `&self` or `&mut self`, or add \
             `where Self: Sized` and a default body",
        ));
    };
    let kind = receiver.kind.clone();
    let ReceiverKind::Reference(_, _, mutability) = &kind else {
        return Err(Error::new_spanned(
            receiver,
            "a method that takes `self` by value would move out of the object: take `&self` or \
             `&mut self`, or add `where Self: Sized` and a default body",
        ));
    };
    let mutable = mutability.is_some();
    for argument in sig.inputs.iter().skip(1) {
        if let FnArg::Typed(argument) = argument {
            refuse_impl(&argument.ty)?;
            BareSelf::check(|visitor| visitor.visit_type(&argument.ty))?;
        }
    }
    let mut is_async = sig.asyncness.take().is_some();
    if let ReturnType::Type(_, ty) = &mut sig.output {
        if !is_async && let Some(output) = output_of(ty) {
            is_async = true;
            **ty = output;
        }
        refuse_impl(ty)?;
        BareSelf::check(|visitor| visitor.visit_type(ty))?;
    }
    if let Some(word) = words.first()
        && !is_async
    {
        return Err(Error::new_spanned(
            &sig.ident,
            format!("`{word}` is for async methods: remove it"),
        ));
    }
    let arguments = name_arguments(&mut sig);
    let cfgs = method
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"));
    Ok(Some(Method {
        cfgs: cfgs.cloned().collect(),
        sig,
        kind,
        mutable,
        arguments,
        is_async,
        words,
    }))
}

fn is_for_sized_only(generics: &Generics) -> bool {
    let predicates = generics
        .where_clause
        .iter()
        .flat_map(|clause| &clause.predicates);
    predicates.into_iter().any(|predicate| {
        let sized: WherePredicate = parse_quote!(Self: Sized);
        predicate.to_token_stream().to_string() == sized.to_token_stream().to_string()
    })
}

fn check_generics(generics: &Generics) -> Result<()> {
    for parameter in &generics.params {
        if !matches!(parameter, GenericParam::Lifetime(_)) {
            return Err(Error::new_spanned(
                parameter,
                "a generic method cannot be behind `dyn`: take a `&mut dyn` trait or a concrete \
                 type, or add `where Self: Sized` and a default body",
            ));
        }
    }
    Ok(())
}

fn refuse_impl(ty: &Type) -> Result<()> {
    struct Finder(Option<proc_macro2::Span>);
    impl<'ast> Visit<'ast> for Finder {
        fn visit_type_impl_trait(&mut self, ty: &'ast syn::TypeImplTrait) {
            self.0.get_or_insert_with(|| ty.span());
        }
    }
    let mut finder = Finder(None);
    finder.visit_type(ty);
    finder.0.map_or(Ok(()), |span| {
        Err(Error::new(
            span,
            "the type of an `impl Trait` is unknown behind `dyn`: use `&mut dyn Trait` or a \
             concrete type",
        ))
    })
}

/// The output, if the type is `impl Future<Output = T>`.
fn output_of(ty: &Type) -> Option<Type> {
    let Type::ImplTrait(ty) = ty else { return None };
    ty.bounds.iter().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else {
            return None;
        };
        let last = bound.path.segments.last()?;
        let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
            return None;
        };
        arguments.args.iter().find_map(|argument| match argument {
            syn::GenericArgument::AssocType(output)
                if last.ident == "Future" && output.ident == "Output" =>
            {
                Some(output.ty.clone())
            }
            _ => None,
        })
    })
}

/// Gives each argument a name. Names of the source stay, patterns get new ones.
fn name_arguments(sig: &mut Signature) -> Vec<Ident> {
    let mut names = Vec::new();
    for (index, argument) in sig.inputs.iter_mut().enumerate() {
        if let FnArg::Typed(argument) = argument {
            let name = match &*argument.pat {
                Pat::Ident(pattern) => pattern.ident.clone(),
                _ => quote::format_ident!("__argument{index}"),
            };
            *argument.pat = parse_quote!(#name);
            argument.attrs.clear();
            names.push(name);
        }
    }
    names
}

/// The bounds of an associated type, after its name.
pub(crate) fn bounds(name: &Ident, bounds: &TokenStream) -> TokenStream {
    if bounds.is_empty() {
        quote!(#name)
    } else {
        quote!(#name: #bounds)
    }
}
