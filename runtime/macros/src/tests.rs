//! The messages of the attributes after a wrong use. The documentation tests in
//! `wakeful`'s `refused` check that the compiler points at the right place, and its
//! `tests/attributes.rs` checks that the attributes work.

use crate::entry::{Kind, attempt, expand};
use proc_macro2::TokenStream;
use quote::quote;
use syn::parse2;

/// The error message for this use.
fn error(kind: Kind, keys: TokenStream, function: TokenStream) -> String {
    let function = parse2(function).expect("a function");
    match attempt(kind, keys, &function) {
        Err(error) => error.to_string(),
        Ok(expansion) => panic!("there is no error: {expansion}"),
    }
}

/// The error message for these keys.
fn wrong_keys(keys: TokenStream) -> String {
    error(
        Kind::Main,
        keys,
        quote!(
            async fn main() {}
        ),
    )
}

#[test]
fn an_unknown_key_names_the_known_ones() {
    assert_eq!(
        wrong_keys(quote!(flavour = "current_thread")),
        "there is no key `flavour`: the keys are `flavor`, `worker_threads`, \
         `start_paused`, `unhandled_panic`, `name`, `crate`"
    );
    assert!(wrong_keys(quote!(= 1)).starts_with("expected a key here: `flavor`, "));
}

#[test]
fn an_unknown_flavor_names_the_known_ones() {
    assert_eq!(
        wrong_keys(quote!(flavor = "current-thread")),
        "there is no flavor \"current-thread\": it is \"current_thread\", \
         \"multi_thread\" or \"thread_per_core\""
    );
}

#[test]
fn a_key_is_set_once_to_a_value_of_its_type() {
    let both = quote!(start_paused = true, start_paused = false);
    assert_eq!(wrong_keys(both), "`start_paused` is set twice");
    assert_eq!(
        wrong_keys(quote!(start_paused)),
        "`start_paused` needs a value: `start_paused = …`"
    );
    assert_eq!(
        wrong_keys(quote!(start_paused = 1)),
        "this must be `true` or `false`, such as `true`"
    );
    assert_eq!(
        wrong_keys(quote!(flavor = multi_thread)),
        "this must be a string, such as `\"current_thread\"`"
    );
    assert_eq!(
        wrong_keys(quote!(flavor = "multi_thread", worker_threads = "2")),
        "this must be a number, such as `2`"
    );
    assert_eq!(
        wrong_keys(quote!(flavor = "multi_thread", worker_threads = 0)),
        "a runtime needs at least one worker"
    );
}

#[test]
fn keys_that_do_not_fit_together_say_which_would() {
    assert_eq!(
        wrong_keys(quote!(worker_threads = 2)),
        "`current_thread` has no workers: \
         set `flavor` to \"multi_thread\" or \"thread_per_core\""
    );
    assert_eq!(
        wrong_keys(quote!(start_paused = true, flavor = "multi_thread")),
        "the workers of `multi_thread` have no common clock to pause: \
         use `flavor = \"current_thread\"`"
    );
}

#[test]
fn a_wrong_name_or_behavior_says_what_is_allowed() {
    assert_eq!(
        wrong_keys(quote!(unhandled_panic = "abort")),
        "there is no behavior \"abort\": it is \"ignore\" or \"shutdown_runtime\""
    );
    assert_eq!(
        wrong_keys(quote!(unhandled_panic = true)),
        "this must be a string, such as `\"shutdown_runtime\"`"
    );
    assert_eq!(
        wrong_keys(quote!(
            flavor = "multi_thread",
            unhandled_panic = "shutdown_runtime"
        )),
        "the other workers of `multi_thread` could be in the middle of a task: \
         use `flavor = \"current_thread\"`"
    );
    assert_eq!(
        wrong_keys(quote!(name = " ")),
        "the name of a runtime is empty"
    );
}

#[test]
fn a_function_that_cannot_run_says_why() {
    let cases = [
        (
            Kind::Main,
            quote!(
                fn main() {}
            ),
            "this function is not async: add `async`",
        ),
        (
            Kind::Test,
            quote!(
                fn it() {}
            ),
            "`#[wakeful::test]` runs an `async fn`",
        ),
        (
            Kind::Main,
            quote!(
                async fn main(args: Vec<String>) {}
            ),
            "`std::env::args`",
        ),
        (
            Kind::Test,
            quote!(
                async fn it(fixture: u32) {}
            ),
            "takes no arguments",
        ),
        (
            Kind::Main,
            quote!(
                async fn main<T>() {}
            ),
            "generic",
        ),
        (
            Kind::Test,
            quote!(
                #[test]
                async fn it() {}
            ),
            "remove the other",
        ),
        (
            Kind::Test,
            quote!(
                #[tokio::test]
                async fn it() {}
            ),
            "remove the other",
        ),
    ];
    for (kind, function, part) in cases {
        let error = error(kind, quote!(), function);
        assert!(error.contains(part), "{error:?} does not say {part:?}");
    }
}

#[test]
fn after_an_error_the_item_becomes_a_function_that_does_nothing() {
    let expansion = expand(
        Kind::Main,
        quote!(),
        &quote!(
            pub fn main() -> u32 {
                1
            }
        ),
    )
    .to_string();
    assert!(expansion.contains("pub fn main () { }"), "{expansion}");
    assert_eq!(expansion.matches("compile_error").count(), 1, "{expansion}");
    // An item that is not a function stays as it is.
    let expansion = expand(
        Kind::Main,
        quote!(),
        &quote!(
            struct Main;
        ),
    )
    .to_string();
    assert!(expansion.contains("struct Main ;"), "{expansion}");
    assert_eq!(expansion.matches("compile_error").count(), 1, "{expansion}");
}

#[test]
fn the_keys_become_calls_on_the_builder() {
    let function = parse2(quote!(
        async fn main() {}
    ))
    .expect("a function");
    let keys = quote!(
        flavor = "multi_thread",
        worker_threads = 3,
        unhandled_panic = "ignore",
        name = "ingest",
        crate = "other::name",
    );
    let expansion = attempt(Kind::Main, keys, &function).expect("the keys are correct");
    let expected = quote! {
        other::name::runtime::Builder::new_multi_thread() .worker_threads(3usize)
            .unhandled_panic(other::name::runtime::UnhandledPanic::Ignore) .name("ingest")
    };
    let (expansion, expected) = (expansion.to_string(), expected.to_string());
    assert!(expansion.contains(&expected), "{expansion}");
}

#[test]
fn each_flavor_has_its_constructor() {
    let function = parse2(quote!(
        async fn main() {}
    ))
    .expect("a function");
    for name in ["current_thread", "multi_thread", "thread_per_core"] {
        let expansion = attempt(Kind::Main, quote!(flavor = #name), &function);
        let expansion = expansion.expect("the flavor is correct").to_string();
        assert!(
            expansion.contains(&format!(":: new_{name} ()")),
            "{expansion}"
        );
    }
}
