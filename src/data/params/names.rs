//! Which tensors of a parameter file belong to which layer.

use std::collections::BTreeMap;

use safetensors::SafeTensors;

/// How the tensors of a parameter file are matched with a network's layers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParamRules {
    /// The layers' names in the file, in order; empty: found out where they leave no doubt.
    pub names: Vec<String>,
    /// Leave tensors unread that the network has no place for, instead of refusing the file.
    pub ignore_extra: bool,
}

/// What wrappers of a module put before its name.
const WRAPPERS: [&str; 2] = ["module.", "_orig_mod."];

fn unwrapped(mut name: &str) -> &str {
    while let Some(rest) = WRAPPERS.iter().find_map(|wrapper| name.strip_prefix(wrapper)) {
        name = rest;
    }
    name
}

/// The names of the layers in the file: `NAME.weight` and `NAME.bias` are the tensors of each.
///
/// Given names are taken, with a wrapper's prefix where the file has one. Else `layers.0`, `layers.1`, …; else the modules with a
/// matrix `weight` and a `bias` whose names differ only in a number at the end (`0` and `2`, `net.0` and `net.2`, `fc1` and `fc2`),
/// in the order of these numbers, if there are exactly as many as layers.
pub(super) fn layers(file: &SafeTensors<'_>, count: usize, rules: &ParamRules) -> Vec<String> {
    let modules = modules(file);
    let usual = || (0..count).map(|layer| format!("layers.{layer}"));
    let named = |name: String| {
        let exact = file.tensor(&format!("{name}.weight")).is_ok();
        let mut wrapped = modules.iter().filter(|module| unwrapped(module) == name);
        match (exact, wrapped.next(), wrapped.next()) {
            (false, Some(only), None) => only.clone(),
            _ => name,
        }
    };
    if !rules.names.is_empty() {
        return rules.names.iter().cloned().map(named).collect();
    }
    let usual: Vec<String> = usual().map(named).collect();
    if usual.iter().all(|name| modules.contains(name)) {
        return usual;
    }
    let mut groups: BTreeMap<&str, BTreeMap<u64, &String>> = BTreeMap::new();
    for module in &modules {
        let stem = module.trim_end_matches(|character: char| character.is_ascii_digit());
        if let Ok(number) = module[stem.len()..].parse() {
            groups.entry(stem).or_default().insert(number, module);
        }
    }
    let mut fitting = groups.values().filter(|group| group.len() == count);
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => only.values().map(|module| (*module).clone()).collect(),
        _ => usual,
    }
}

/// The modules with a matrix `weight` and a `bias`.
fn modules(file: &SafeTensors<'_>) -> Vec<String> {
    let module = |name: &str| {
        let module = name.strip_suffix(".weight")?;
        let weight = file.tensor(name).ok()?;
        let bias = file.tensor(&format!("{module}.bias")).ok()?;
        (weight.shape().len() == 2 && bias.shape().len() == 1).then(|| module.to_owned())
    };
    file.names().into_iter().filter_map(module).collect()
}

/// What tensors there are: names, types and shapes, the first few of many.
pub(super) fn list(file: &SafeTensors<'_>, which: impl Fn(&str) -> bool) -> Option<String> {
    const MOST: usize = 12;
    let mut names: Vec<&str> = file.names().into_iter().filter(|name| which(name)).collect();
    names.sort_unstable();
    let shown = |name: &&str| match file.tensor(name) {
        Ok(tensor) => format!("{} ({:?} {:?})", name.escape_debug(), tensor.dtype(), tensor.shape()),
        Err(_) => (*name).to_owned(),
    };
    let mut texts: Vec<String> = names.iter().take(MOST).map(shown).collect();
    if names.len() > MOST {
        texts.push(format!("and {} more", names.len() - MOST));
    }
    (!texts.is_empty()).then(|| texts.join(", "))
}
