//! Which files of a directory make a module.
//!
//! Source: Terraform Language, "Files and Directories", "Override Files"; OpenTofu, "Files and
//! Directories", whose `.tofu` files stand for the `.tf` files of the same name.

use std::path::Path;

/// The endings of configuration files. A `.tofu` file is taken instead of the file of the same name with
/// the ending beside it.
const ENDINGS: &[(&str, Option<&str>)] = &[
    (".tf.json", Some(".tofu.json")),
    (".tofu.json", None),
    (".tf", Some(".tofu")),
    (".tofu", None),
];

/// The files of a module, each in the order of their names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Selected {
    pub(super) primary: Vec<String>,
    pub(super) overrides: Vec<String>,
}

/// Whether a file is in JSON syntax.
pub(super) fn is_json(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end == "json")
}

/// Chooses among the names of a directory, which are sorted.
pub(super) fn select(names: &[String]) -> Selected {
    let mut selected = Selected::default();
    for name in names {
        let is_ignored = name.starts_with('.')
            || name.ends_with('~')
            || name.starts_with('#') && name.ends_with('#');
        let found = ENDINGS
            .iter()
            .find_map(|(ending, other)| Some((name.strip_suffix(ending)?, other)));
        let Some((stem, other)) = found.filter(|_| !is_ignored) else {
            continue;
        };
        let replaced = other.is_some_and(|other| {
            let other = format!("{stem}{other}");
            names.binary_search(&other).is_ok()
        });
        if replaced {
            continue;
        }
        let list = if stem == "override" || stem.ends_with("_override") {
            &mut selected.overrides
        } else {
            &mut selected.primary
        };
        list.push(name.clone());
    }
    selected
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(names: &[&str]) -> (Vec<String>, Vec<String>) {
        let mut names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        names.sort();
        let selected = select(&names);
        (selected.primary, selected.overrides)
    }

    #[test]
    fn takes_configuration_and_leaves_what_editors_leave_behind() {
        let (primary, overrides) = chosen(&[
            "main.tf",
            ".hidden.tf",
            "main.tf~",
            "#main.tf#",
            "readme.md",
            "more.tf.json",
            "tests.tftest.hcl",
            "terraform.tfvars",
            "b_override.tf",
            "override.tf.json",
            "a_override.tf",
        ]);
        assert_eq!(primary, ["main.tf", "more.tf.json"]);
        assert_eq!(
            overrides,
            ["a_override.tf", "b_override.tf", "override.tf.json"]
        );
    }

    #[test]
    fn files_of_opentofu_stand_for_those_of_the_same_name() {
        let (primary, overrides) = chosen(&[
            "a.tf",
            "a.tofu",
            "b.tf.json",
            "b.tofu.json",
            "c.tf",
            "c.tofu.json",
            "override.tf",
            "override.tofu",
        ]);
        assert_eq!(primary, ["a.tofu", "b.tofu.json", "c.tf", "c.tofu.json"]);
        assert_eq!(overrides, ["override.tofu"]);
    }
}
