//! Paths as pictures: what they show, that nothing of the input can be taken for markup, and that many paths fit.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod support;

use std::path::Path;

use plangate::finding::Report;
use plangate::report::picture::{mermaid, svg};
use plangate::{Options, prove};

fn report(inputs: &[String]) -> Report {
    prove(&Options {
        inputs: inputs.to_vec(),
        ..Options::default()
    })
}

fn example() -> Report {
    report(&["testdata/example/plan.json".to_owned()])
}

fn as_mermaid(report: &Report) -> String {
    let mut out = Vec::new();
    mermaid::write(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn as_svg(report: &Report) -> String {
    let mut out = Vec::new();
    svg::write(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/pictures");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

#[test]
fn the_example_is_drawn() {
    let report = example();
    settings().bind(|| {
        insta::assert_snapshot!("mermaid", as_mermaid(&report));
        insta::assert_snapshot!("svg", as_svg(&report));
    });
}

/// Every fixture about a path, with broken and unsure ones.
fn many() -> Report {
    let rules = [
        "notebook-reads-dataset",
        "job-reads-input",
        "job-pulls-image",
    ];
    let plans = rules.iter().flat_map(|rule| {
        let folder = Path::new("testdata/rules").join(rule);
        support::files(&folder, ".plan.json")
    });
    let plans: Vec<_> = plans
        .map(|path| path.to_string_lossy().into_owned())
        .collect();
    report(&plans)
}

#[test]
fn many_paths_are_cut_and_the_worst_are_kept() {
    let report = many();
    let (text, picture) = (as_mermaid(&report), as_svg(&report));
    let boxes = text
        .lines()
        .filter(|line| line.starts_with("    g") && line.contains(":::"));
    let boxes = boxes.count();
    assert!((80..=90).contains(&boxes), "{boxes}");
    assert!(text.contains("not drawn"));
    assert!(text.contains("path broken"));
    assert!(
        !text.contains("path proven"),
        "broken and unsure ones come first"
    );
    well_formed(&picture);
    nothing_overlaps(&picture);
    // What GitHub draws at most.
    assert!(text.len() < 50_000, "{}", text.len());
    assert_eq!(as_svg(&many()), picture);
    assert_eq!(as_mermaid(&many()), text);
}

#[test]
fn one_box_stands_for_a_thing_that_several_paths_need() {
    let report = example();
    assert!(report.paths.len() > 1);
    let text = as_mermaid(&report);
    assert_eq!(text.matches("[[\"role<br/>").count(), 1);
    assert_eq!(text.matches("\"bucket<br/>aws_s3_bucket.raw\"").count(), 1);
    nothing_overlaps(&as_svg(&report));
}

#[test]
fn who_gets_in_besides_is_drawn_with_how() {
    let report = report(&["testdata/rules/data-readers-closed-world/fail.plan.json".to_owned()]);
    let picture = as_svg(&report);
    well_formed(&picture);
    nothing_overlaps(&picture);
    assert!(picture.contains(">not meant to get in</text>"));
    settings().bind(|| insta::assert_snapshot!("mermaid-leak", as_mermaid(&report)));
}

/// Of the boxes with a place none covers another, and all are inside the picture.
fn nothing_overlaps(svg: &str) {
    let number = |tag: &str, name: &str| -> f64 {
        let (_, rest) = tag.split_once(&format!(" {name}=\"")).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    let whole = svg.lines().next().unwrap();
    let (width, height) = (number(whole, "width"), number(whole, "height"));
    let boxes = svg.lines().filter(|line| line.starts_with("<rect x="));
    let boxes: Vec<_> = boxes
        .map(|tag| {
            let (x, y) = (number(tag, "x"), number(tag, "y"));
            (x, y, x + number(tag, "width"), y + number(tag, "height"))
        })
        .collect();
    assert!(!boxes.is_empty());
    for (at, one) in boxes.iter().enumerate() {
        assert!(one.0 >= 0.0 && one.1 >= 0.0 && one.2 <= width && one.3 <= height);
        for other in boxes.iter().skip(at + 1) {
            let is_apart =
                one.2 <= other.0 || other.2 <= one.0 || one.3 <= other.1 || other.3 <= one.1;
            assert!(is_apart, "{one:?} {other:?}");
        }
    }
    let texts = svg.lines().filter(|line| line.starts_with("<text "));
    for text in texts {
        assert!(number(text, "y") < height, "{text}");
    }
}

#[test]
fn no_text_of_the_input_is_markup() {
    let mut report = example();
    let evil = "x\"]; click p1 \"javascript:alert(1)\" --> <script>&amp;</script>\u{1}\n%% `end`";
    for proof in &mut report.paths {
        evil.clone_into(&mut proof.workload.address);
        evil.clone_into(&mut proof.role);
        for hop in &mut proof.hops {
            evil.clone_into(&mut hop.resource);
            for reason in &mut hop.because {
                evil.clone_into(&mut reason.text);
            }
        }
    }
    let picture = as_svg(&report);
    well_formed(&picture);
    assert!(!picture.contains("<script"));
    let text = as_mermaid(&report);
    for line in text.lines() {
        // Every label is one pair of quotes, and what is inside has none of its own.
        assert!(line.matches('"').count() % 2 == 0, "{line}");
        assert!(!line.contains("<script"), "{line}");
    }
    assert!(
        !text
            .lines()
            .any(|line| line.trim_start().starts_with("click"))
    );
}

#[test]
fn nothing_to_draw_is_a_picture_too() {
    let report = report(&["testdata/rules/key-rotation-enabled/fail.plan.json".to_owned()]);
    assert!(report.paths.is_empty());
    well_formed(&as_svg(&report));
    assert!(as_mermaid(&report).contains("no paths"));
}

/// Whether every element is closed, every attribute quoted, and no text holds what XML does not allow.
fn well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = svg.trim();
    while let Some(start) = rest.find('<') {
        let (text, from) = rest.split_at(start);
        well_escaped(text);
        let end = from.find('>').unwrap();
        let tag = from.get(1..end).unwrap();
        rest = from.get(end + 1..).unwrap();
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap();
        assert!(name.chars().all(|c| c.is_ascii_lowercase()), "{tag}");
        assert!(tag.matches('"').count() % 2 == 0, "{tag}");
        for (number, part) in tag.split('"').enumerate() {
            well_escaped(part);
            if number % 2 == 0 && number > 0 {
                let between = part.trim().trim_end_matches('/').trim();
                assert!(between.is_empty() || between.ends_with('='), "{tag}");
            }
        }
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert_eq!(open, [""; 0]);
    assert!(rest.trim().is_empty());
}

fn well_escaped(text: &str) {
    for (at, _) in text.match_indices('&') {
        let entity = text.get(at..).unwrap();
        let known = ["&amp;", "&lt;", "&gt;", "&quot;"];
        assert!(known.iter().any(|one| entity.starts_with(one)), "{text}");
    }
    let is_allowed = |c: char| !c.is_control() || c == '\n';
    assert!(text.chars().all(is_allowed), "{text:?}");
}
