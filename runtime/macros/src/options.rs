//! The keys in the parentheses of an attribute.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{
    Error, Expr, ExprLit, Ident, Lit, LitBool, LitStr, Path, Result, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

const KEYS: [&str; 6] = [
    "flavor",
    "worker_threads",
    "start_paused",
    "unhandled_panic",
    "name",
    "crate",
];

/// The values of `unhandled_panic`, and the variants of `UnhandledPanic`.
const BEHAVIORS: [(&str, &str); 2] = [
    ("ignore", "Ignore"),
    ("shutdown_runtime", "ShutdownRuntime"),
];

/// A flavor of runtime, and the keys that it accepts.
#[derive(Debug)]
struct Flavor {
    name: &'static str,
    /// Its constructor in `runtime::Builder`.
    constructor: &'static str,
    has_workers: bool,
    can_pause: bool,
    can_end_on_panic: bool,
}

/// The first flavor is the default.
const FLAVORS: [Flavor; 3] = [
    Flavor {
        name: "current_thread",
        constructor: "new_current_thread",
        has_workers: false,
        can_pause: true,
        can_end_on_panic: true,
    },
    Flavor {
        name: "multi_thread",
        constructor: "new_multi_thread",
        has_workers: true,
        can_pause: false,
        can_end_on_panic: false,
    },
    Flavor {
        name: "thread_per_core",
        constructor: "new_thread_per_core",
        has_workers: true,
        can_pause: false,
        can_end_on_panic: false,
    },
];

/// The keys that were set, each of which was checked by itself.
#[derive(Default)]
pub(crate) struct Options {
    flavor: Option<&'static Flavor>,
    worker_threads: Option<(usize, Span)>,
    start_paused: Option<(bool, Span)>,
    /// The variant of `UnhandledPanic`.
    unhandled_panic: Option<(&'static str, Span)>,
    name: Option<String>,
    krate: Option<Path>,
}

impl Options {
    /// The expression that makes a builder with these options.
    pub(crate) fn builder(&self) -> TokenStream {
        let krate = self.krate.as_ref();
        let krate = krate.map_or_else(|| quote!(::wakeful), ToTokens::to_token_stream);
        let flavor = self.flavor.unwrap_or(&FLAVORS[0]);
        let constructor = format_ident!("{}", flavor.constructor);
        let workers = self
            .worker_threads
            .map(|(count, _)| quote!(.worker_threads(#count)));
        let paused = self
            .start_paused
            .map(|(paused, _)| quote!(.start_paused(#paused)));
        let panics = self.unhandled_panic.map(|(variant, _)| {
            let variant = format_ident!("{variant}");
            quote!(.unhandled_panic(#krate::runtime::UnhandledPanic::#variant))
        });
        let name = self.name.as_ref().map(|name| quote!(.name(#name)));
        quote!(#krate::runtime::Builder::#constructor() #workers #paused #panics #name)
    }

    fn set(&mut self, key: &Ident, value: &Expr) -> Result<()> {
        match key.to_string().as_str() {
            "flavor" => set(&mut self.flavor, key, flavor(value)?),
            "worker_threads" => {
                let count = worker_threads(value)?;
                set(&mut self.worker_threads, key, (count, key.span()))
            }
            "start_paused" => {
                let paused = boolean(value)?;
                set(&mut self.start_paused, key, (paused, key.span()))
            }
            "unhandled_panic" => {
                let variant = behavior(value)?;
                set(&mut self.unhandled_panic, key, (variant, key.span()))
            }
            "name" => set(&mut self.name, key, name(value)?),
            "crate" => set(&mut self.krate, key, path(value)?),
            unknown => Err(Error::new(
                key.span(),
                format!("there is no key `{unknown}`: the keys are {}", list(&KEYS)),
            )),
        }
    }

    /// Checks that the keys fit together.
    fn check(&self) -> Result<()> {
        let flavor = self.flavor.unwrap_or(&FLAVORS[0]);
        if let Some((_, span)) = self.worker_threads
            && !flavor.has_workers
        {
            let others = flavors(|other| other.has_workers);
            return Err(Error::new(
                span,
                format!("`{}` has no workers: set `flavor` to {others}", flavor.name),
            ));
        }
        if let Some((true, span)) = self.start_paused
            && !flavor.can_pause
        {
            let others = flavors(|other| other.can_pause);
            return Err(Error::new(
                span,
                format!(
                    "the workers of `{}` have no common clock to pause: use `flavor = {others}`",
                    flavor.name,
                ),
            ));
        }
        if let Some(("ShutdownRuntime", span)) = self.unhandled_panic
            && !flavor.can_end_on_panic
        {
            let others = flavors(|other| other.can_end_on_panic);
            return Err(Error::new(
                span,
                format!(
                    "the other workers of `{}` could be in the middle of a task: \
                     use `flavor = {others}`",
                    flavor.name,
                ),
            ));
        }
        Ok(())
    }
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut options = Self::default();
        while !input.is_empty() {
            // `crate` is a keyword, so accept any word.
            let key = input.call(Ident::parse_any).map_err(|error| {
                Error::new(
                    error.span(),
                    format!("expected a key here: {}", list(&KEYS)),
                )
            })?;
            input.parse::<Token![=]>().map_err(|error| {
                Error::new(error.span(), format!("`{key}` needs a value: `{key} = …`"))
            })?;
            options.set(&key, &input.parse()?)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        options.check()?;
        Ok(options)
    }
}

fn set<T>(place: &mut Option<T>, key: &Ident, value: T) -> Result<()> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Error::new(key.span(), format!("`{key}` is set twice"))),
    }
}

fn flavor(value: &Expr) -> Result<&'static Flavor> {
    let name = string(value, "\"current_thread\"")?;
    let known = FLAVORS.iter().find(|flavor| flavor.name == name.value());
    known.ok_or_else(|| {
        Error::new(
            name.span(),
            format!(
                "there is no flavor {:?}: it is {}",
                name.value(),
                flavors(|_| true)
            ),
        )
    })
}

fn worker_threads(value: &Expr) -> Result<usize> {
    match literal(value) {
        Some(Lit::Int(count)) => match count.base10_parse::<usize>() {
            Ok(0) => Err(Error::new(
                count.span(),
                "a runtime needs at least one worker",
            )),
            parsed => parsed,
        },
        _ => Err(expected(value, "a number", "2")),
    }
}

fn behavior(value: &Expr) -> Result<&'static str> {
    let name = string(value, "\"shutdown_runtime\"")?;
    let known = BEHAVIORS.iter().find(|(known, _)| *known == name.value());
    known.map(|(_, variant)| *variant).ok_or_else(|| {
        let known = BEHAVIORS
            .map(|(known, _)| format!("{known:?}"))
            .join(" or ");
        Error::new(
            name.span(),
            format!("there is no behavior {:?}: it is {known}", name.value()),
        )
    })
}

fn name(value: &Expr) -> Result<String> {
    let name = string(value, "\"ingest\"")?;
    if name.value().trim().is_empty() {
        return Err(Error::new(name.span(), "the name of a runtime is empty"));
    }
    Ok(name.value())
}

fn boolean(value: &Expr) -> Result<bool> {
    match literal(value) {
        Some(Lit::Bool(LitBool { value, .. })) => Ok(*value),
        _ => Err(expected(value, "`true` or `false`", "true")),
    }
}

fn path(value: &Expr) -> Result<Path> {
    string(value, "\"wakeful\"")?.parse()
}

fn string<'a>(value: &'a Expr, example: &str) -> Result<&'a LitStr> {
    match literal(value) {
        Some(Lit::Str(string)) => Ok(string),
        _ => Err(expected(value, "a string", example)),
    }
}

fn literal(value: &Expr) -> Option<&Lit> {
    match value {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit),
        _ => None,
    }
}

fn expected(value: &Expr, what: &str, example: &str) -> Error {
    Error::new_spanned(value, format!("this must be {what}, such as `{example}`"))
}

/// The names of the chosen flavors in quotation marks.
fn flavors(which: impl Fn(&Flavor) -> bool) -> String {
    let some = FLAVORS.iter().filter(|flavor| which(flavor));
    let names: Vec<_> = some.map(|flavor| format!("{:?}", flavor.name)).collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => names.concat(),
    }
}

fn list(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
