//! The catalogue of rules, printed from the rules themselves: `rules`, `explain`, `docs/rules.md`.

use std::io::{self, Write};

use serde::Serialize;

use crate::finding::frameworks::Controls;
use crate::rules::{RULES, Rule};

#[derive(Serialize)]
struct Entry {
    rule: &'static str,
    alias: &'static str,
    family: &'static str,
    severity: &'static str,
    tier: String,
    kind: &'static str,
    summary: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    frameworks: Vec<Controls>,
}

/// Prints the list of rules for people.
pub fn list(out: &mut dyn Write) -> io::Result<()> {
    for rule in RULES {
        writeln!(
            out,
            "{:<10} {:<8} {}\n{:>19} {}",
            rule.alias, rule.severity, rule.id, "", rule.summary
        )?;
    }
    writeln!(
        out,
        "\n{} rules; `plangate explain RULE` tells more",
        RULES.len()
    )
}

/// Prints the list of rules as JSON.
pub fn list_json(out: &mut dyn Write) -> io::Result<()> {
    let entries: Vec<_> = RULES
        .iter()
        .map(|rule| Entry {
            rule: rule.id,
            alias: rule.alias,
            family: rule.family(),
            severity: rule.severity.name(),
            tier: format!("T{}", rule.tier),
            kind: rule.kind.name(),
            summary: rule.summary,
            frameworks: rule.frameworks(),
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &entries)?;
    writeln!(out)
}

/// Prints a table of all rules, in Markdown.
pub fn table(out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "| rule | alias | severity | what must hold |\n|---|---|---|---|"
    )?;
    for rule in RULES {
        writeln!(
            out,
            "| [{id}](docs/rules.md#{id}) | {} | {} | {} |",
            rule.alias,
            rule.severity,
            rule.summary,
            id = rule.id
        )?;
    }
    Ok(())
}

/// Prints the whole manual of rules, in Markdown.
pub fn all(out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "# Rules\n\nPrinted from the rules themselves; the examples are the fixtures that the tests run.\n"
    )?;
    for (at, rule) in RULES.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        explain(rule, out)?;
    }
    Ok(())
}

/// Prints the page of one rule, in Markdown.
pub fn explain(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## {}\n", rule.id)?;
    writeln!(
        out,
        "{} · {} · {} · T{}\n",
        rule.alias,
        rule.severity,
        rule.kind.name(),
        rule.tier
    )?;
    writeln!(out, "**What must hold:** {}.\n", rule.summary)?;
    writeln!(out, "**Why it matters:** {}\n", rule.why)?;
    writeln!(out, "**When it cannot tell:** {}\n", rule.unsure)?;
    writeln!(out, "**How to fix:** {}.\n", rule.fix)?;
    writeln!(
        out,
        "**Fails:**\n\n```terraform\n{}\n```\n",
        snippet(rule.example.fail)
    )?;
    writeln!(
        out,
        "**Passes:**\n\n```terraform\n{}\n```\n",
        snippet(rule.example.pass)
    )?;
    writeln!(out, "**References:**\n")?;
    for link in rule.references {
        writeln!(out, "- [{}]({})", link.title, link.url)?;
    }
    let frameworks = rule.frameworks();
    if !frameworks.is_empty() {
        writeln!(out, "\n**Controls of frameworks:**\n")?;
    }
    for one in frameworks {
        let controls = one.controls.iter().map(|control| one.linked(control));
        let controls: Vec<_> = controls.collect();
        writeln!(out, "- {}: {}", one.framework, controls.join(", "))?;
    }
    Ok(())
}

/// The page of one rule as a text.
pub(super) fn page(rule: &Rule) -> String {
    let mut page = Vec::new();
    // Writing to memory does not fail.
    let _ = explain(rule, &mut page);
    String::from_utf8_lossy(&page).into_owned()
}

/// A fixture without the lines that every configuration begins with.
fn snippet(fixture: &str) -> String {
    let mut kept = Vec::new();
    let mut skipping = false;
    for line in fixture.lines() {
        if line.starts_with("terraform {") || line.starts_with("provider ") {
            skipping = true;
        }
        if !skipping {
            kept.push(line);
        }
        if skipping && line == "}" {
            skipping = false;
        }
    }
    let text = kept.join("\n");
    let mut squeezed = text.trim().to_owned();
    while squeezed.contains("\n\n\n") {
        squeezed = squeezed.replace("\n\n\n", "\n\n");
    }
    squeezed
}
