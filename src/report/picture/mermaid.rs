//! Paths as Mermaid flowchart text, which `GitHub` and many wikis draw.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Card, Leak, Picture, Shade, Step, wrapped};
use crate::finding::Report;

/// Characters of a line of a label.
const WIDTH: usize = 42;

/// Prints the paths, and who else gets in.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let picture = Picture::of(report);
    writeln!(out, "%% {}; {}", picture.title, picture.summary)?;
    writeln!(out, "flowchart LR")?;
    let mut links = Links::default();
    let mut text = String::new();
    for (number, card) in picture.cards.iter().enumerate() {
        draw(card, number + 1, &mut links, &mut text);
    }
    if !picture.leaks.is_empty() {
        draw_leaks(&picture.leaks, &mut links, &mut text);
    }
    if picture.cards.is_empty() && picture.leaks.is_empty() {
        _ = writeln!(text, "  none[{}]", label("no paths"));
    }
    legend(&mut text, &picture.summary);
    links.style(&mut text);
    for (class, style) in CLASSES {
        _ = writeln!(text, "  classDef {class} {style}");
    }
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
];

const fn class(shade: Shade) -> &'static str {
    match shade {
        Shade::Allowed => "allowed",
        Shade::Denied => "denied",
        Shade::Unsure => "unsure",
    }
}

/// Mermaid styles lines by their number in the text.
#[derive(Default)]
struct Links {
    shades: Vec<Shade>,
}

impl Links {
    fn draw(&mut self, from: &str, to: &str, text: &str, shade: Shade, out: &mut String) {
        self.shades.push(shade);
        let line = match shade {
            Shade::Allowed => "-->",
            Shade::Denied => "--x",
            Shade::Unsure => "-.->",
        };
        _ = writeln!(out, "    {from} {line}|{}| {to}", label(text));
    }

    fn style(&self, out: &mut String) {
        for shade in Shade::ALL {
            let own = self.shades.iter().enumerate();
            let own = own.filter(|(_, one)| **one == shade);
            let own: Vec<_> = own.map(|(number, _)| number.to_string()).collect();
            let style = match shade {
                Shade::Allowed => "stroke:#1a7f37",
                Shade::Denied => "stroke:#cf222e,stroke-width:3px",
                Shade::Unsure => "stroke:#9a6700,stroke-width:2px",
            };
            if !own.is_empty() {
                _ = writeln!(out, "  linkStyle {} {style}", own.join(","));
            }
        }
    }
}

fn draw(card: &Card, number: usize, links: &mut Links, out: &mut String) {
    let id = format!("p{number}");
    _ = writeln!(out, "  subgraph {id}[{}]", label(&card.title));
    _ = writeln!(out, "    direction LR");
    _ = writeln!(out, "    {id}w([{}]):::plain", label(&card.workload));
    _ = writeln!(out, "    {id}r[[{}]]:::plain", label(&card.role));
    let (workload, role) = (format!("{id}w"), format!("{id}r"));
    if card.before.is_empty() {
        links.draw(&workload, &role, "runs as", Shade::Allowed, out);
    }
    for step in &card.before {
        let text = told(step);
        links.draw(&workload, &role, &text, step.shade, out);
    }
    // What is about one thing leads to one box.
    let mut targets: Vec<&str> = Vec::new();
    for step in &card.after {
        let known = targets.iter().position(|target| *target == step.target);
        let at = known.unwrap_or_else(|| {
            targets.push(&step.target);
            let at = targets.len() - 1;
            let worst = worst(card, &step.target);
            let box_of = label(&step.target);
            _ = writeln!(out, "    {id}t{at}[({box_of})]:::{}", class(worst));
            at
        });
        links.draw(&role, &format!("{id}t{at}"), &told(step), step.shade, out);
    }
    _ = writeln!(out, "  end");
    _ = writeln!(out, "  class {id} {}", class(card.shade));
}

/// How the worst step to a target ends.
fn worst(card: &Card, target: &str) -> Shade {
    let mut steps = card.after.iter().filter(|step| step.target == target);
    let shades: Vec<_> = steps.by_ref().map(|step| step.shade).collect();
    let is_in = |shade| shades.contains(&shade);
    match (is_in(Shade::Denied), is_in(Shade::Unsure)) {
        (true, _) => Shade::Denied,
        (false, true) => Shade::Unsure,
        (false, false) => Shade::Allowed,
    }
}

/// What a line says: the hops, the endpoint on their way, and why they fail.
fn told(step: &Step) -> String {
    let mut text = match step.shade {
        Shade::Allowed => step.hops.join(", "),
        Shade::Denied => format!("DENIED {}", step.hops.join(", ")),
        Shade::Unsure => format!("unsure {}", step.hops.join(", ")),
    };
    if let Some(endpoint) = &step.through {
        text = format!("{text}\nvia {endpoint}");
    }
    if let Some(reason) = &step.reason {
        text = format!("{text}\n{}", reason.told());
    }
    text
}

fn draw_leaks(leaks: &[Leak], links: &mut Links, out: &mut String) {
    _ = writeln!(out, "  subgraph leaks[{}]", label("who else gets in"));
    _ = writeln!(out, "    direction LR");
    for (number, leak) in leaks.iter().enumerate() {
        let shade = if leak.certain {
            Shade::Denied
        } else {
            Shade::Unsure
        };
        let (who, what) = (label(&leak.principal), label(&leak.resource));
        let class = class(shade);
        _ = writeln!(out, "    l{number}w([{who}]):::{class}");
        _ = writeln!(out, "    l{number}t[({what})]:::{class}");
        let chain = format!("{}\n{}", leak.told(), leak.how.join("\n"));
        let (from, to) = (format!("l{number}w"), format!("l{number}t"));
        links.draw(&from, &to, &chain, shade, out);
    }
    _ = writeln!(out, "  end");
}

fn legend(out: &mut String, summary: &str) {
    _ = writeln!(out, "  subgraph legend[{}]", label(summary));
    _ = writeln!(out, "    direction LR");
    for (number, shade) in Shade::ALL.into_iter().enumerate() {
        let (name, class) = (label(shade.name()), class(shade));
        _ = writeln!(out, "    k{number}[{name}]:::{class}");
    }
    _ = writeln!(out, "  end");
}

/// A label in quotes: whatever would end it, or be taken for markup, is a character entity.
fn label(text: &str) -> String {
    let lines = text.split('\n').flat_map(|line| wrapped(line, WIDTH));
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
            label("x[\"a\"] --> <b>&#35;</b>"),
            "\"x[#34;a#34;] --#62; #60;b#62;#38;#35;35#59;#60;/b#62;\""
        );
        assert_eq!(label("* list"), "\"#42; list\"");
        assert_eq!(label("one\ntwo"), "\"one<br/>two\"");
    }
}
