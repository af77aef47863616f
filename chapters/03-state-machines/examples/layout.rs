//! Prints the layout of this crate's futures, as the compiler reports it:
//! `cargo +nightly run -p state-machines --example layout save taken`.

mod report;

use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    let types = match report::made() {
        Ok(types) => types,
        Err(error) => {
            eprintln!(
                "{error}\nThe report needs a nightly compiler: cargo +nightly run …"
            );
            return ExitCode::FAILURE;
        }
    };
    for wanted in env::args().skip(1) {
        let end = format!("::{wanted}()}}");
        match types.iter().find(|of| of.name.ends_with(&end)) {
            Some(of) => show(&wanted, of),
            None => println!("{wanted}: the report has no such future"),
        }
    }
    ExitCode::SUCCESS
}

fn show(name: &str, of: &report::Type) {
    let state = of.state().map_or("nowhere".to_string(), |byte| byte.to_string());
    println!("{name}: {} bytes, its state is byte {state}", of.size);
    for variant in &of.variants {
        // A finished future has only the empty room of its arguments.
        if variant.name == "Returned" || variant.name == "Panicked" {
            continue;
        }
        println!("  {}", variant.name);
        for field in &variant.fields {
            let bytes = format!("{}..{}", field.bytes.start, field.bytes.end);
            let unnamed = field.name.starts_with("coroutine_field");
            let name = if unnamed { "" } else { &field.name };
            println!(
                "{}",
                format!("    {bytes:>10}  {:5} {name}", field.kind).trim_end()
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::report::{Type, read};

    const REPORT: &str = "\
print-type-size type: `{async fn body of save()}`: 40 bytes, alignment: 8 bytes
print-type-size     discriminant: 1 bytes
print-type-size     variant `Unresumed`: 35 bytes
print-type-size         padding: 34 bytes
print-type-size         upvar `.k`: 1 bytes, alignment: 1 bytes
print-type-size     variant `Suspend0`: 34 bytes
print-type-size         local `.s`: 24 bytes, offset: 0 bytes, alignment: 8 bytes
print-type-size         local `.n`: 8 bytes
print-type-size         local `.__awaitee`: 2 bytes, type: Pause
print-type-size         padding: 1 bytes
print-type-size         upvar `.k`: 1 bytes, alignment: 1 bytes
print-type-size     end padding: 4 bytes
";

    #[test]
    fn the_report_is_read_to_the_byte() {
        let types = read(REPORT);
        let [Type { size: 40, variants, .. }] = &types[..] else { panic!("{types:?}") };
        let places = |variant: usize| {
            let fields = variants[variant].fields.iter();
            fields.map(|field| (&*field.name, field.bytes.clone())).collect::<Vec<_>>()
        };
        assert_eq!(places(0), [("k", 35..36)]);
        let held = [("s", 0..24), ("n", 24..32), ("__awaitee", 32..34), ("k", 35..36)];
        assert_eq!(places(1), held);
        assert_eq!(types[0].state(), Some(34));
    }
}
