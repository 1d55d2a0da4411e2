//! Paths as SVG: a card for each, in five columns: workload, what leads to the role, role, what it does, to what.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Card, Leak, Picture, Shade, Step, wrapped};
use crate::finding::Report;

const WIDTH: u32 = 1280;
const MARGIN: u32 = 20;
/// The height of a line of text, and how wide a character of it is at most, in tenths.
const LINE: u32 = 15;
const CHARACTER: u32 = 70;
/// Around the text of a box.
const PADDING: u32 = 8;
/// Characters of a line of a card's title.
const TITLE: usize = 145;
/// Between boxes that stand above each other.
const GAP: u32 = 8;

/// Where each column begins, and how wide it is.
const WORKLOAD: (u32, u32) = (36, 230);
const BEFORE: (u32, u32) = (306, 150);
const ROLE: (u32, u32) = (496, 210);
const AFTER: (u32, u32) = (746, 230);
const TARGET: (u32, u32) = (1016, 228);

/// Prints the paths, and who else gets in.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let picture = Picture::of(report);
    let mut canvas = Canvas::default();
    let mut y = header(&picture, &mut canvas);
    for card in &picture.cards {
        y = draw(card, y, &mut canvas) + MARGIN;
    }
    if !picture.leaks.is_empty() {
        y = draw_leaks(&picture.leaks, y, &mut canvas) + MARGIN;
    }
    let (title, summary) = (escaped(&picture.title), escaped(&picture.summary));
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{WIDTH}\" height=\"{y}\" \
         viewBox=\"0 0 {WIDTH} {y}\" font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" \
         font-size=\"11\">"
    )?;
    writeln!(out, "<title>{title}</title>")?;
    writeln!(out, "<desc>{summary}</desc>")?;
    writeln!(
        out,
        "<rect width=\"{WIDTH}\" height=\"{y}\" fill=\"#ffffff\"/>"
    )?;
    out.write_all(canvas.under.as_bytes())?;
    out.write_all(canvas.over.as_bytes())?;
    writeln!(out, "</svg>")
}

/// What is drawn: cards and lines lie under boxes.
#[derive(Default)]
struct Canvas {
    under: String,
    over: String,
}

/// A colour for lines, and one for what they enclose.
const fn colours(shade: Shade) -> (&'static str, &'static str) {
    match shade {
        Shade::Allowed => ("#1a7f37", "#dafbe1"),
        Shade::Denied => ("#cf222e", "#ffebe9"),
        Shade::Unsure => ("#9a6700", "#fff8c5"),
    }
}

const PLAIN: (&str, &str) = ("#57606a", "#f6f8fa");
const INK: &str = "#1f2328";

/// A box with its place.
#[derive(Clone, Copy)]
struct Place {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

impl Place {
    fn middle(self) -> u32 {
        self.y + self.height / 2
    }
}

/// How many characters a column holds.
const fn room(width: u32) -> usize {
    ((width - 2 * PADDING) * 10 / CHARACTER) as usize
}

fn height(lines: usize) -> u32 {
    u32::try_from(lines).unwrap_or(u32::MAX / LINE / 2) * LINE + 2 * PADDING - 4
}

impl Canvas {
    fn text(&mut self, x: u32, y: u32, text: &str, style: &str) {
        let text = escaped(text);
        _ = writeln!(self.over, "<text x=\"{x}\" y=\"{y}\" {style}>{text}</text>");
    }

    fn boxed(&mut self, place: Place, lines: &[String], colours: (&str, &str), is_dashed: bool) {
        let Place {
            x,
            y,
            width,
            height,
        } = place;
        let (stroke, fill) = colours;
        let dashes = if is_dashed {
            " stroke-dasharray=\"5 3\""
        } else {
            ""
        };
        _ = writeln!(
            self.over,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"5\" fill=\"{fill}\" \
             stroke=\"{stroke}\" stroke-width=\"1.5\"{dashes}/>"
        );
        let mut baseline = y + PADDING + 8;
        for line in lines {
            self.text(x + PADDING, baseline, line, &format!("fill=\"{INK}\""));
            baseline += LINE;
        }
    }

    fn line(&mut self, from: Place, to: Place, shade: Shade) {
        let (stroke, _) = colours(shade);
        let (x, y) = (from.x + from.width, from.middle());
        let (end_x, end_y) = (to.x, to.middle());
        let bend = u32::midpoint(x, end_x);
        let look = match shade {
            Shade::Allowed => "stroke-width=\"1.5\"",
            Shade::Denied => "stroke-width=\"3\"",
            Shade::Unsure => "stroke-width=\"2\" stroke-dasharray=\"5 3\"",
        };
        _ = writeln!(
            self.under,
            "<path d=\"M{x} {y} C{bend} {y} {bend} {end_y} {end_x} {end_y}\" fill=\"none\" stroke=\"{stroke}\" {look}/>"
        );
        if shade == Shade::Denied && y == end_y {
            let middle = y;
            let (left, right) = (bend.saturating_sub(5), bend + 5);
            let (top, bottom) = (middle.saturating_sub(5), middle + 5);
            _ = writeln!(
                self.over,
                "<path d=\"M{left} {top} L{right} {bottom} M{left} {bottom} L{right} {top}\" fill=\"none\" \
                 stroke=\"{stroke}\" stroke-width=\"3\"/>"
            );
        }
    }
}

/// The title, the counts and the legend; returns where the first card begins.
fn header(picture: &Picture, canvas: &mut Canvas) -> u32 {
    let ink = format!("fill=\"{INK}\"");
    let bold = format!("{ink} font-size=\"17\" font-weight=\"bold\"");
    canvas.text(MARGIN, 30, &picture.title, &bold);
    canvas.text(
        MARGIN,
        50,
        &picture.summary,
        &format!("{ink} font-size=\"13\""),
    );
    let columns = [
        (WORKLOAD, "workload"),
        (BEFORE, "how it gets its role"),
        (ROLE, "role"),
        (AFTER, "what it does"),
        (TARGET, "to what"),
    ];
    for ((x, _), name) in columns {
        canvas.text(x, 76, name, &format!("fill=\"{}\"", PLAIN.0));
    }
    let mut x = 830;
    for shade in Shade::ALL {
        let place = Place {
            x,
            y: 18,
            width: 130,
            height: height(1),
        };
        let is_dashed = shade == Shade::Unsure;
        canvas.boxed(place, &[shade.name().to_owned()], colours(shade), is_dashed);
        x += 145;
    }
    90
}

/// A step with the lines of its box, and those of its reason below it.
struct Laid<'s> {
    step: &'s Step,
    lines: Vec<String>,
    reason: Vec<String>,
    place: Place,
    /// With what is below it.
    bottom: u32,
}

/// Steps above each other, from here on; returns them with where they end.
fn column(steps: &[Step], at: (u32, u32), reach: u32, mut y: u32) -> (Vec<Laid<'_>>, u32) {
    let (x, width) = at;
    let laid = steps.iter().map(|step| {
        let names = step.hops.join(", ");
        let mut lines = wrapped(&names, room(width));
        if let Some(endpoint) = &step.through {
            lines.extend(wrapped(&format!("via {endpoint}"), room(width)));
        }
        let target = wrapped(&step.target, room(TARGET.1));
        let place = Place {
            x,
            y,
            width,
            height: height(lines.len().max(target.len())),
        };
        let reason = step.reason.as_ref();
        let reason = reason.map_or_else(Vec::new, |one| wrapped(&one.told(), room(reach)));
        let below = match reason.len() {
            0 => 0,
            number => height(number) - PADDING + 2,
        };
        y += place.height + below + GAP;
        Laid {
            step,
            lines,
            reason,
            place,
            bottom: y - GAP,
        }
    });
    let laid: Vec<_> = laid.collect();
    (laid, y - GAP.min(y))
}

/// Draws a card, and returns where it ends.
fn draw(card: &Card, top: u32, canvas: &mut Canvas) -> u32 {
    let (stroke, _) = colours(card.shade);
    let style = format!("fill=\"{stroke}\" font-size=\"13\" font-weight=\"bold\"");
    let mut inside = top + 20;
    for line in wrapped(&card.title, TITLE) {
        canvas.text(WORKLOAD.0, inside, &line, &style);
        inside += LINE;
    }
    // The reasons of what leads to the role keep clear of its box.
    let reason = ROLE.0 - BEFORE.0;
    let (before, end_before) = column(&card.before, BEFORE, reason, inside);
    let (after, end_after) = column(&card.after, AFTER, AFTER.1 + 40 + TARGET.1, inside);
    let [workload, role] = [(&card.workload, WORKLOAD), (&card.role, ROLE)].map(|(text, at)| {
        let lines = wrapped(text, room(at.1));
        let height = height(lines.len());
        (lines, at, height)
    });
    let bottom = [end_before, end_after, inside + workload.2, inside + role.2];
    let bottom = bottom.into_iter().max().unwrap_or(inside) + 12;
    // The role stands where what leads to it does, above what may be said of that.
    let level = before.first().map_or(inside, |laid| laid.place.y);
    let put = |(lines, (x, width), height): (Vec<String>, (u32, u32), u32)| {
        let y = level;
        let place = Place {
            x,
            y,
            width,
            height,
        };
        (lines, place)
    };
    let (workload_lines, workload) = put(workload);
    let (role_lines, role) = put(role);
    let card_height = bottom - top;
    let card_width = WIDTH - 2 * MARGIN;
    _ = writeln!(
        canvas.under,
        "<rect x=\"{MARGIN}\" y=\"{top}\" width=\"{card_width}\" height=\"{card_height}\" rx=\"8\" fill=\"#ffffff\" \
         stroke=\"{stroke}\" stroke-width=\"2\"/>"
    );
    if before.is_empty() {
        canvas.line(workload, role, Shade::Allowed);
    }
    for laid in &before {
        canvas.line(workload, laid.place, laid.step.shade);
        canvas.line(laid.place, role, laid.step.shade);
        draw_step(laid, canvas);
    }
    canvas.boxed(workload, &workload_lines, PLAIN, false);
    canvas.boxed(role, &role_lines, PLAIN, false);
    for laid in &after {
        let place = Place {
            x: TARGET.0,
            width: TARGET.1,
            ..laid.place
        };
        let shade = laid.step.shade;
        canvas.line(role, laid.place, shade);
        canvas.line(laid.place, place, shade);
        draw_step(laid, canvas);
        let lines = wrapped(&laid.step.target, room(TARGET.1));
        canvas.boxed(place, &lines, colours(shade), shade == Shade::Unsure);
    }
    bottom
}

fn draw_step(laid: &Laid<'_>, canvas: &mut Canvas) {
    let shade = laid.step.shade;
    let is_dashed = shade == Shade::Unsure;
    canvas.boxed(laid.place, &laid.lines, colours(shade), is_dashed);
    let (stroke, _) = colours(shade);
    let mut baseline = laid.place.y + laid.place.height + 13;
    for line in &laid.reason {
        let style = format!("fill=\"{stroke}\" font-weight=\"bold\"");
        canvas.text(laid.place.x, baseline, line, &style);
        baseline += LINE;
    }
    debug_assert!(laid.bottom + LINE >= baseline, "a reason has its room");
}

/// Draws who else gets in, and returns where that ends.
fn draw_leaks(leaks: &[Leak], top: u32, canvas: &mut Canvas) -> u32 {
    let style = format!("fill=\"{INK}\" font-size=\"13\" font-weight=\"bold\"");
    canvas.text(WORKLOAD.0, top + 20, "who else gets in", &style);
    let mut y = top + 34;
    for leak in leaks {
        let shade = if leak.certain {
            Shade::Denied
        } else {
            Shade::Unsure
        };
        let middle = (BEFORE.0, AFTER.0 - BEFORE.0 - 40);
        let how = format!("{}: {}", leak.told(), leak.how.join(", "));
        let boxes = [
            (leak.principal.as_str(), WORKLOAD),
            (how.as_str(), middle),
            (leak.resource.as_str(), TARGET),
        ];
        let boxes = boxes.map(|(text, (x, width))| (wrapped(text, room(width)), x, width));
        let lines = boxes.iter().map(|(lines, _, _)| lines.len()).max();
        let height = height(lines.unwrap_or(1));
        let places = boxes.each_ref().map(|(_, x, width)| Place {
            x: *x,
            y,
            width: *width,
            height,
        });
        for (from, to) in places.iter().zip(places.iter().skip(1)) {
            canvas.line(*from, *to, shade);
        }
        for ((lines, _, _), place) in boxes.iter().zip(places) {
            canvas.boxed(place, lines, colours(shade), shade == Shade::Unsure);
        }
        y += height + GAP;
    }
    y
}

/// Text that cannot be taken for markup, nor holds what XML does not allow.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other if other.is_control() || matches!(other, '\u{fffe}' | '\u{ffff}') => {
                out.push(' ');
            }
            other => out.push(other),
        }
    }
    out
}
