//! The text of an SVG: boxes, lines and words, each with its look.

use std::fmt::Write as _;

use super::Shade;
use super::layout::Place;

/// The height of a line of text, and how wide a character of it is at most.
pub(super) const LINE: f64 = 14.0;
const CHARACTER: f64 = 6.9;
/// Around the text of a box.
pub(super) const PADDING: f64 = 8.0;
/// Between the upper edge of a line of text and its baseline.
const RISE: f64 = 10.5;

pub(super) const INK: &str = "#1f2328";
pub(super) const MUTED: &str = "#57606a";

/// A colour for lines, and one for what they enclose.
pub(super) const fn colours(shade: Option<Shade>) -> (&'static str, &'static str) {
    match shade {
        Some(Shade::Allowed) => ("#1a7f37", "#eafbef"),
        Some(Shade::Denied) => ("#cf222e", "#ffebe9"),
        Some(Shade::Unsure) => ("#9a6700", "#fff8c5"),
        None => ("#8c959f", "#f6f8fa"),
    }
}

/// One line of a text.
#[derive(Debug, Clone)]
pub(super) struct Words {
    pub(super) text: String,
    pub(super) colour: &'static str,
    pub(super) is_bold: bool,
}

/// How wide a box for these lines is, and how high.
pub(super) fn size(lines: &[Words]) -> (f64, f64) {
    let longest = lines.iter().map(|line| line.text.chars().count()).max();
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    (
        number(longest.unwrap_or(0)) * CHARACTER + 2.0 * PADDING,
        number(lines.len()) * LINE + 2.0 * PADDING - 4.0,
    )
}

/// How many characters fit.
pub(super) fn room(width: f64) -> usize {
    let mut count = 0_u32;
    while f64::from(count + 1) * CHARACTER <= width {
        count += 1;
    }
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// How a line of the picture looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) shade: Shade,
    pub(super) is_leak: bool,
}

impl Look {
    const fn attributes(self) -> &'static str {
        match (self.shade, self.is_leak) {
            (Shade::Allowed, _) => "stroke-width=\"1.4\"",
            (Shade::Denied, false) => "stroke-width=\"3\"",
            (Shade::Denied, true) => "stroke-width=\"2.4\" stroke-dasharray=\"7 4\"",
            (Shade::Unsure, _) => "stroke-width=\"2\" stroke-dasharray=\"2 3\"",
        }
    }
}

/// What is drawn: lines lie under boxes.
#[derive(Default)]
pub(super) struct Canvas {
    pub(super) under: String,
    pub(super) over: String,
}

impl Canvas {
    /// Words that begin here.
    pub(super) fn text(&mut self, x: f64, y: f64, text: &str, style: &str) {
        let text = escaped(text);
        _ = writeln!(
            self.over,
            "<text x=\"{x:.0}\" y=\"{y:.0}\" {style}>{text}</text>"
        );
    }

    /// The lines of a box, from its upper edge.
    fn words(&mut self, place: Place, lines: &[Words], is_centred: bool) {
        let mut baseline = place.y + PADDING - 2.0 + RISE;
        let (x, anchor) = if is_centred {
            (place.x + place.width / 2.0, " text-anchor=\"middle\"")
        } else {
            (place.x + PADDING, "")
        };
        for line in lines {
            let weight = if line.is_bold {
                " font-weight=\"bold\""
            } else {
                ""
            };
            let style = format!("fill=\"{}\"{weight}{anchor}", line.colour);
            self.text(x, baseline, &line.text, &style);
            baseline += LINE;
        }
    }

    /// A box.
    pub(super) fn boxed(&mut self, place: Place, lines: &[Words], shade: Option<Shade>) {
        let (stroke, fill) = colours(shade);
        let width = match shade {
            Some(Shade::Denied) => "2.5",
            Some(_) => "1.8",
            None => "1.2",
        };
        self.rect(
            place,
            &format!("rx=\"6\" fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"{width}\""),
        );
        self.words(place, lines, false);
    }

    /// What a line says: on white, framed where it is no good news.
    pub(super) fn label(&mut self, place: Place, lines: &[Words], look: Look) {
        let (stroke, _) = colours(Some(look.shade));
        let frame = match look.shade {
            Shade::Allowed => "fill=\"#ffffff\"".to_owned(),
            _ => format!("fill=\"#ffffff\" stroke=\"{stroke}\" stroke-width=\"1\""),
        };
        self.rect(place, &format!("rx=\"3\" {frame}"));
        self.words(place, lines, look.shade == Shade::Allowed);
    }

    fn rect(&mut self, place: Place, style: &str) {
        let Place {
            x,
            y,
            width,
            height,
        } = place;
        _ = writeln!(
            self.over,
            "<rect x=\"{x:.0}\" y=\"{y:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" {style}/>"
        );
    }

    /// A line through points: straight in every second piece, from the first on, else a curve that begins and
    /// ends level.
    pub(super) fn line(&mut self, points: &[(f64, f64)], look: Look) {
        let (stroke, _) = colours(Some(look.shade));
        let mut path = String::new();
        let mut last: Option<(f64, f64)> = None;
        for (number, (x, y)) in points.iter().enumerate() {
            match last {
                None => _ = write!(path, "M{x:.0} {y:.0}"),
                Some(_) if number % 2 == 1 => _ = write!(path, " L{x:.0} {y:.0}"),
                Some((from_x, from_y)) => {
                    let bend = f64::midpoint(from_x, *x);
                    _ = write!(
                        path,
                        " C{bend:.0} {from_y:.0} {bend:.0} {y:.0} {x:.0} {y:.0}"
                    );
                }
            }
            last = Some((*x, *y));
        }
        _ = writeln!(
            self.under,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{stroke}\" {}/>",
            look.attributes()
        );
    }

    /// The head of an arrow that points here, to the right.
    pub(super) fn arrow(&mut self, (x, y): (f64, f64), shade: Shade) {
        let (fill, _) = colours(Some(shade));
        let (back, top, bottom) = (x - 8.0, y - 4.5, y + 4.5);
        _ = writeln!(
            self.over,
            "<path d=\"M{x:.1} {y:.1} L{back:.1} {top:.1} L{back:.1} {bottom:.1} Z\" fill=\"{fill}\"/>"
        );
    }

    /// The cross on a line that leads nowhere.
    pub(super) fn cross(&mut self, (x, y): (f64, f64)) {
        let (stroke, _) = colours(Some(Shade::Denied));
        let (left, right, top, bottom) = (x - 6.0, x + 6.0, y - 6.0, y + 6.0);
        _ = writeln!(
            self.over,
            "<path d=\"M{left:.1} {top:.1} L{right:.1} {bottom:.1} M{left:.1} {bottom:.1} L{right:.1} {top:.1}\" \
             fill=\"none\" stroke=\"{stroke}\" stroke-width=\"3\"/>"
        );
    }
}

/// Text that cannot be taken for markup, nor holds what XML does not allow.
pub(super) fn escaped(text: &str) -> String {
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
