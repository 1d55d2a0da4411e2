//! Paths as Mermaid flowchart text, which `GitHub` and many wikis draw.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::graph::{Column, Graph, Label, Link};
use super::{Picture, Shade, wrapped};
use crate::finding::Report;

/// Characters of a line of a label, and of a note.
const WIDTH: usize = 36;
const NOTE: usize = 100;

/// Prints the paths, and who else gets in.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let picture = Picture::of(report);
    let mut lines = Lines::default();
    let mut text = String::new();
    for (number, graph) in picture.graphs.iter().enumerate() {
        draw(graph, &format!("g{}", number + 1), &mut lines, &mut text);
    }
    if picture.graphs.is_empty() {
        _ = writeln!(text, "  none[{}]", label("no paths", WIDTH));
    }
    notes(&picture, &mut text);
    legend(&mut text, &picture.summary);
    lines.style(&mut text);
    for (class, style) in CLASSES {
        _ = writeln!(text, "  classDef {class} {style}");
    }
    let title = picture.title.replace(char::is_control, " ");
    writeln!(out, "%% {title}; {}", picture.summary)?;
    writeln!(out, "flowchart LR")?;
    out.write_all(text.as_bytes())
}

const CLASSES: &[(&str, &str)] = &[
    ("allowed", "fill:#dafbe1,stroke:#1a7f37,color:#1f2328"),
    (
        "denied",
        "fill:#ffebe9,stroke:#cf222e,stroke-width:3px,color:#1f2328",
    ),
    (
        "unsure",
        "fill:#fff8c5,stroke:#9a6700,stroke-dasharray:4 3,color:#1f2328",
    ),
    ("plain", "fill:#f6f8fa,stroke:#57606a,color:#1f2328"),
    ("note", "fill:#ffffff,stroke:#d0d7de,color:#1f2328"),
];

const fn class(shade: Option<Shade>) -> &'static str {
    match shade {
        Some(Shade::Allowed) => "allowed",
        Some(Shade::Denied) => "denied",
        Some(Shade::Unsure) => "unsure",
        None => "plain",
    }
}

/// Mermaid styles lines by their number in the text.
#[derive(Default)]
struct Lines {
    looks: Vec<(Shade, bool)>,
}

impl Lines {
    fn draw(&mut self, link: &Link, from: &str, to: &str, out: &mut String) {
        self.looks.push((link.shade, link.is_leak));
        let line = match (link.shade, link.is_leak) {
            (Shade::Allowed, _) => "-->",
            (Shade::Denied, false) => "--x",
            (Shade::Denied, true) | (Shade::Unsure, _) => "-.->",
        };
        let said = link.label.as_ref().map(said);
        let said = said.map_or_else(String::new, |text| format!("|{}|", label(&text, WIDTH)));
        _ = writeln!(out, "    {from} {line}{said} {to}");
    }

    fn style(&self, out: &mut String) {
        let styles = [
            ((Shade::Allowed, false), "stroke:#1a7f37"),
            ((Shade::Denied, false), "stroke:#cf222e,stroke-width:3px"),
            (
                (Shade::Denied, true),
                "stroke:#cf222e,stroke-width:2px,stroke-dasharray:7 4",
            ),
            ((Shade::Unsure, false), "stroke:#9a6700,stroke-width:2px"),
            ((Shade::Unsure, true), "stroke:#9a6700,stroke-width:2px"),
        ];
        for (look, style) in styles {
            let own = self.looks.iter().enumerate();
            let own = own.filter(|(_, one)| **one == look);
            let own: Vec<_> = own.map(|(number, _)| number.to_string()).collect();
            if !own.is_empty() {
                _ = writeln!(out, "  linkStyle {} {style}", own.join(","));
            }
        }
    }
}

fn draw(graph: &Graph, id: &str, lines: &mut Lines, out: &mut String) {
    if let Some(heading) = &graph.heading {
        _ = writeln!(out, "  subgraph {id}[{}]", label(heading, NOTE));
        _ = writeln!(out, "    direction LR");
    }
    for (number, node) in graph.nodes.iter().enumerate() {
        let (open, close) = match node.column {
            Column::Starter | Column::Job => ("([", "])"),
            Column::StartEndpoint | Column::Endpoint => ("{{", "}}"),
            Column::Actor => ("[[", "]]"),
            Column::Target => ("[(", ")]"),
        };
        let mut text = format!("{}\n{}", node.kind, node.name.replace('\n', " "));
        if !node.remark.is_empty() {
            text = format!("{text}\n{}", node.remark);
        }
        let (text, class) = (label(&text, WIDTH), class(node.shade));
        _ = writeln!(out, "    {id}n{number}{open}{text}{close}:::{class}");
    }
    for link in &graph.links {
        let from = format!("{id}n{}", link.from);
        for to in &link.to {
            lines.draw(link, &from, &format!("{id}n{to}"), out);
        }
    }
    if graph.heading.is_some() {
        _ = writeln!(out, "  end");
    }
}

/// What a line says, in paragraphs.
fn said(label: &Label) -> String {
    let mut text = label.heading();
    for rest in &label.rest {
        text = format!("{text}\n{}", rest.replace('\n', " "));
    }
    text
}

fn notes(picture: &Picture, out: &mut String) {
    if picture.notes.is_empty() {
        return;
    }
    _ = writeln!(out, "  subgraph notes[{}]", label("why", WIDTH));
    for (number, note) in picture.notes.iter().enumerate() {
        let text = label(&format!("[{}] {}", number + 1, note.text), NOTE);
        _ = writeln!(out, "    w{number}[{text}]:::note");
    }
    _ = writeln!(out, "  end");
}

fn legend(out: &mut String, summary: &str) {
    _ = writeln!(out, "  subgraph legend[{}]", label(summary, NOTE));
    _ = writeln!(out, "    direction LR");
    for (number, shade) in Shade::ALL.into_iter().enumerate() {
        let (name, class) = (label(shade.name(), WIDTH), class(Some(shade)));
        _ = writeln!(out, "    k{number}[{name}]:::{class}");
    }
    _ = writeln!(out, "  end");
}

/// A label in quotes: whatever would end it, or be taken for markup, is a character entity.
fn label(text: &str, width: usize) -> String {
    let lines = text.split('\n').flat_map(|line| wrapped(line, width));
    let lines: Vec<_> = lines.map(|line| escaped(&line)).collect();
    format!("\"{}\"", lines.join("<br/>"))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '#' | '&' | '<' | '>' | '`' | '\\' | ';' => {
                _ = write!(out, "#{};", u32::from(character));
            }
            // At the beginning of a label these are Markdown: a list, emphasis.
            '*' | '_' if out.is_empty() => _ = write!(out, "#{};", u32::from(character)),
            other if other.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_cannot_end_early() {
        assert_eq!(
            label("x[\"a\"] --> <b>&#35;</b>", 42),
            "\"x[#34;a#34;] --#62; #60;b#62;#38;#35;35#59;#60;/b#62;\""
        );
        assert_eq!(label("* list", 42), "\"#42; list\"");
        assert_eq!(label("one\ntwo", 42), "\"one<br/>two\"");
    }
}
