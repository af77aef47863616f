//! Compares the imports of a crate with its declared order.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::imports::{self, Import, ROOT};
use crate::order::Order;
use crate::source::Crate;

/// One message for each fault. It says what to do. `list` is the path of the file with the order.
pub fn faults(krate: &Crate, order: &Order, list: &Path) -> Vec<String> {
    let list = list.display();
    let heading = order.heading();
    let place = format!("under [{heading}] in {list}");
    let Some(folder) = krate.modules.get(&order.group) else {
        return vec![format!(
            "there is no module `{heading}`. Remove [{heading}] from {list}"
        )];
    };
    let layers = order.layers.iter().enumerate();
    let height: BTreeMap<&str, usize> = layers
        .flat_map(|(height, layer)| layer.iter().map(move |module| (module.as_str(), height)))
        .collect();
    let modules: BTreeSet<&str> = folder.children.iter().map(String::as_str).collect();
    let mut faults = Vec::new();

    for module in modules
        .iter()
        .filter(|module| !height.contains_key(**module))
    {
        faults.push(format!(
            "the module `{module}` has no layer. Add it to a line {place}"
        ));
    }
    for module in height
        .keys()
        .filter(|module| !modules.contains(**module) && **module != ROOT)
    {
        faults.push(format!(
            "there is no module `{module}`. Remove it from the order {place}"
        ));
    }

    let mut used = BTreeSet::new();
    for import in imports::imports(krate, &order.group) {
        let heights = (
            height.get(import.from.as_str()),
            height.get(import.to.as_str()),
        );
        let (Some(from), Some(to)) = heights else {
            // A module without a layer is reported above. The folder's own file needs a layer only
            // if it takes part.
            if import.from == ROOT || import.to == ROOT {
                faults.push(format!(
                    "{import}, and `{ROOT}` has no layer. Add it to a line {place}"
                ));
            }
            continue;
        };
        if to < from {
            continue;
        }
        if let Some(exception) = order.exceptions.iter().find(|known| known.covers(&import)) {
            used.insert(exception.line);
        } else {
            faults.push(format!(
                "{import}, but {}. The order is {place}",
                repair(&import, from == to)
            ));
        }
    }
    for exception in order
        .exceptions
        .iter()
        .filter(|known| !used.contains(&known.line))
    {
        faults.push(format!(
            "{list}:{}: this exception no longer occurs. Remove this line: {exception}",
            exception.line
        ));
    }
    faults
}

fn repair(Import { from, to, .. }: &Import, same_layer: bool) -> String {
    if same_layer {
        format!("both are in one layer. Put `{to}` on a line above `{from}`, or remove the import")
    } else {
        format!(
            "`{to}` is in a higher layer. Move the shared part down, or pass it in as a value or through a trait"
        )
    }
}
