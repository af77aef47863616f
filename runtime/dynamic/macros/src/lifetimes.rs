//! Gives a name to each lifetime of a method, so that the generated trait can say that all of them
//! outlive the call's future.

use proc_macro2::Span;
use quote::format_ident;
use syn::{
    GenericArgument, GenericParam, Lifetime, ParenthesizedGenericArguments, ReceiverKind,
    Signature, Type, TypeFnPtr, TypeReference,
    visit_mut::{self, VisitMut},
};

/// The lifetimes of one method.
pub(crate) struct Lifetimes {
    /// That of the receiver.
    pub(crate) receiver: Lifetime,
    /// All of them, with that of the receiver.
    pub(crate) all: Vec<Lifetime>,
    /// Those that have no name in the source.
    pub(crate) new: Vec<Lifetime>,
}

/// Names the elided lifetimes of the arguments, and those of the output after the receiver's.
pub(crate) fn name_all(sig: &mut Signature, kind: &ReceiverKind) -> Lifetimes {
    let mut new = Vec::new();
    let receiver = match kind {
        ReceiverKind::Reference(_, Some(lifetime), _) if lifetime.ident != "_" => lifetime.clone(),
        _ => {
            let name = Lifetime::new("'__s", Span::call_site());
            new.push(name.clone());
            name
        }
    };
    for (index, argument) in sig.inputs.iter_mut().skip(1).enumerate() {
        if let syn::FnArg::Typed(argument) = argument {
            Elided(
                |new: &mut Vec<Lifetime>| {
                    let ident = format_ident!("__l{}_{}", index, new.len());
                    let name = Lifetime::new(&format!("'{ident}"), Span::call_site());
                    new.push(name.clone());
                    name
                },
                &mut new,
            )
            .visit_type_mut(&mut argument.ty);
        }
    }
    if let syn::ReturnType::Type(_, ty) = &mut sig.output {
        Elided(|_: &mut Vec<Lifetime>| receiver.clone(), &mut new).visit_type_mut(ty);
    }
    let named = sig
        .generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Lifetime(parameter) => Some(parameter.lifetime.clone()),
            _ => None,
        });
    let all = named.chain(new.iter().cloned()).collect();
    Lifetimes { receiver, all, new }
}

/// Replaces each elided lifetime with the one that the function returns.
struct Elided<'n, N>(N, &'n mut Vec<Lifetime>);

impl<N: FnMut(&mut Vec<Lifetime>) -> Lifetime> VisitMut for Elided<'_, N> {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime = Some((self.0)(self.1));
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = (self.0)(self.1);
        }
    }

    fn visit_generic_argument_mut(&mut self, argument: &mut GenericArgument) {
        visit_mut::visit_generic_argument_mut(self, argument);
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
    }

    // In `fn(&str)` and `dyn Fn(&str)`, an elided lifetime is a parameter of the function.
    fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}
    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut ParenthesizedGenericArguments) {
    }
}
