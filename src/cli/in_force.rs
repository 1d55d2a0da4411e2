//! The settings of a run, and the files that they name.

use std::path::PathBuf;

use anyhow::{Context, Error, anyhow};
use plangate::iam::PolicyKind;
use plangate::iam::catalogue::ManagedPolicies;
use plangate::rules;
use plangate::settings::{self, Settings};

/// Settings, and what the files that they name say.
#[derive(Default)]
pub(super) struct InForce {
    pub(super) settings: Settings,
    pub(super) managed_policies: ManagedPolicies,
    pub(super) facts: Option<String>,
}

/// The settings of a file, without one of the nearest.
pub(super) fn settings(file: Option<&str>) -> anyhow::Result<InForce> {
    let Some(file) = file.map(PathBuf::from).or_else(nearest_settings) else {
        return Ok(InForce::default());
    };
    let name = file.display();
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("the settings `{name}` cannot be read"))?;
    let settings = Settings::read(&text).with_context(|| format!("the settings `{name}`"))?;
    for rule in settings.severity.keys() {
        // A bare finding code may be one of any rule.
        let (rule, is_rule) = match rule.split_once('/') {
            Some((rule, _)) => (rule, true),
            None => (
                rule.as_str(),
                rules::find(rule).is_some() || rule.starts_with("PG-"),
            ),
        };
        if is_rule {
            let found = super::rule(rule).map_err(Error::msg);
            found.with_context(|| format!("`severity` of the settings `{name}`"))?;
        }
    }
    let mut policies = ManagedPolicies::default();
    let mut supply =
        |path: &str,
         whose: &str,
         take: &mut dyn FnMut(&mut ManagedPolicies, &str) -> Result<(), String>| {
            let path = file.with_file_name(path);
            let named = format!("`{}`, which `{name}` names {whose}", path.display());
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("the policy {named}, cannot be read"))?;
            let supplied = take(&mut policies, &text).map_err(Error::msg);
            supplied.with_context(|| format!("the policy {named}"))
        };
    for (arn, path) in &settings.managed_policies {
        supply(path, &format!("for `{arn}`"), &mut |policies, text| {
            policies.supply(arn, text)
        })?;
    }
    let controls = [
        (PolicyKind::ServiceControl, "scp_files", &settings.scp_files),
        (
            PolicyKind::ResourceControl,
            "rcp_files",
            &settings.rcp_files,
        ),
    ];
    for (kind, setting, files) in controls {
        for path in files {
            supply(path, &format!("in `{setting}`"), &mut |policies, text| {
                policies.supply_control(kind, path, text)
            })?;
        }
    }
    let mut read = |path: &str| {
        let path = file.with_file_name(path);
        let text = std::fs::read_to_string(&path);
        text.with_context(|| {
            let path = path.display();
            format!("the policy `{path}`, which `{name}` names in `facts`, cannot be read")
        })
    };
    let facts = settings.facts.plan(&mut read, &|message| {
        anyhow!("`facts` of the settings `{name}`: {message}")
    })?;
    Ok(InForce {
        settings,
        managed_policies: policies,
        facts,
    })
}

/// The nearest file with settings, in the current directory or above.
fn nearest_settings() -> Option<PathBuf> {
    let folder = std::env::current_dir().ok()?;
    let mut above = folder.ancestors().map(|folder| folder.join(settings::NAME));
    above.find(|file| file.is_file())
}
