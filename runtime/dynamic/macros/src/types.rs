//! Types of the source trait, as they stand outside of it: `Self::Item` becomes the parameter
//! `Item`.

use syn::{
    Error, GenericParam, Generics, Ident, Result, Type, TypePath, parse_quote,
    visit::{self, Visit},
    visit_mut::{self, VisitMut},
};

/// Replaces the associated types of the trait.
pub(crate) struct Associated<'m> {
    /// The name of the trait.
    pub(crate) source: &'m Ident,
    /// The associated types.
    pub(crate) names: &'m [Ident],
}

impl Associated<'_> {
    /// The parameter for `Self::Item` or `<Self as Trait>::Item`.
    fn parameter(&self, path: &TypePath) -> Option<Ident> {
        let segments = &path.path.segments;
        let name = &segments.last()?.ident;
        let of_self = match &path.qself {
            None => segments.len() == 2 && segments[0].ident == "Self",
            Some(qself) => {
                is_self(&qself.ty)
                    && qself.position + 1 == segments.len()
                    && segments.iter().rev().nth(1)?.ident == *self.source
            }
        };
        (of_self && self.names.contains(name)).then(|| name.clone())
    }
}

impl VisitMut for Associated<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::Path(path) = ty
            && let Some(name) = self.parameter(path)
        {
            *ty = parse_quote!(#name);
            return;
        }
        visit_mut::visit_type_mut(self, ty);
    }
}

pub(crate) fn is_self(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.qself.is_none() && path.path.is_ident("Self"))
}

/// Finds `Self` where it stands for the type itself, which behind `dyn` is unknown.
#[derive(Default)]
pub(crate) struct BareSelf(Option<Error>);

impl BareSelf {
    pub(crate) fn check(visit: impl FnOnce(&mut Self)) -> Result<()> {
        let mut this = Self::default();
        visit(&mut this);
        this.0.map_or(Ok(()), Err)
    }
}

impl<'ast> Visit<'ast> for BareSelf {
    fn visit_type(&mut self, ty: &'ast Type) {
        if is_self(ty) {
            self.0.get_or_insert_with(|| {
                let message = "the type `Self` is unknown behind `dyn`: use another type, put a \
                               bound on the trait, or add `where Self: Sized` and a default body";
                Error::new_spanned(ty, message)
            });
        }
        visit::visit_type(self, ty);
    }

    fn visit_type_path(&mut self, path: &'ast TypePath) {
        // `<Self as Trait>::Item` names a parameter.
        if path.qself.is_none() {
            visit::visit_type_path(self, path);
        }
    }
}

/// The names of parameters, as arguments.
pub(crate) fn arguments(generics: &Generics) -> Vec<proc_macro2::TokenStream> {
    let name = |parameter: &GenericParam| match parameter {
        GenericParam::Lifetime(parameter) => {
            let name = &parameter.lifetime;
            quote::quote!(#name)
        }
        GenericParam::Type(parameter) => {
            let name = &parameter.ident;
            quote::quote!(#name)
        }
        GenericParam::Const(parameter) => {
            let name = &parameter.ident;
            quote::quote!(#name)
        }
    };
    generics.params.iter().map(name).collect()
}
