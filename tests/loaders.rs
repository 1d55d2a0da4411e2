//! Plans of other people, as they are: everything that is a plan or state loads, and what does not is named here
//! with its reason.

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use plangate::load::plan::{View, load};
use plangate::load::{Input, LoadError, What};
use plangate::model::source::SourceMap;
use plangate::resolve::resolve;

/// Files of the corpora that cannot be read: their paths, and why.
const NOT_LOADED: &[(&str, &str)] = &[(
    "hashicorp__terraform-json/testdata/invalid/plan.json",
    "is a Terraform plan that cannot be read: trailing characters at line 676, column 29",
)];

fn read(path: &Path) -> Result<String, LoadError> {
    let name = path.to_string_lossy().into_owned();
    let input = Input {
        name,
        searched: None,
        what: What::Text,
    };
    input.read()
}

fn loads(path: &Path) -> Result<usize, LoadError> {
    let mut sources = SourceMap::default();
    let file = sources.add(path.to_string_lossy(), read(path)?);
    let mut resources = 0;
    for view in [View::Planned, View::Everything, View::Before] {
        let plan = load(&sources, file, view)?;
        let graph = resolve(plan.draft);
        if view == View::Everything {
            resources = graph.iter().len();
            for (id, resource) in graph
                .iter()
                .filter(|(_, resource)| resource.entry.is_some())
            {
                let address = resource.address.as_str();
                assert_eq!(graph.find(address), Some(id), "{address} is there twice");
            }
        }
    }
    Ok(resources)
}

#[test]
fn every_plan_of_the_corpora_loads() {
    let Some(corpora) = support::corpora() else {
        return;
    };
    let public = corpora.join("terraform-plan");
    let mut failed = BTreeMap::new();
    let (mut loaded, mut resources) = (0, 0);
    let real = support::files(&corpora.join("terraform-real"), ".json");
    let real = real.into_iter().filter(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with("plan") && !path.to_string_lossy().contains("/steps/")
    });
    for path in support::files(&public, "").into_iter().chain(real) {
        match loads(&path) {
            Ok(number) => {
                loaded += 1;
                resources += number;
            }
            Err(error) => {
                let name = path.strip_prefix(&public).unwrap_or(&path);
                failed.insert(name.to_string_lossy().into_owned(), error.to_string());
            }
        }
    }
    println!("{loaded} plans with {resources} resources");
    let expected = NOT_LOADED
        .iter()
        .map(|(path, why)| ((*path).to_owned(), (*why).to_owned()));
    assert_eq!(failed, expected.collect());
    assert!(loaded > 280, "{loaded}");
}
