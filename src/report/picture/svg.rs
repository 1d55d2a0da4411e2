//! Paths as SVG: boxes in columns, what starts on the left and data on the right, with what lines say beside them
//! and the notes below.

use std::io::{self, Write};

use super::canvas::{Canvas, INK, LINE, Look, MUTED, Words, colours, escaped, room, size};
use super::graph::{Graph, Label, Link, Node};
use super::layout::{Item, Layout, Place, place};
use super::{Picture, Shade, wrapped};
use crate::finding::Report;

const MARGIN: f64 = 24.0;
/// The legend and the notes have this much room at least.
const NARROWEST: f64 = 900.0;
/// The width of a box, and the characters in a line of it.
const BOX: f64 = 204.0;
const BOX_LINE: usize = 25;
/// Characters in a line of what is said of a link.
const LABEL_LINE: usize = 30;
/// Between lines that leave the same box.
const PORT: f64 = 9.0;

/// Prints the paths, and who else gets in.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let picture = Picture::of(report);
    let laid: Vec<_> = picture.graphs.iter().map(Laid::of).collect();
    let widest = laid.iter().map(|one| one.layout.width);
    let inner = widest.fold(NARROWEST - 2.0 * MARGIN, f64::max);
    let width = inner + 2.0 * MARGIN;
    let mut canvas = Canvas::default();
    let mut y = header(&picture, inner, &mut canvas);
    for one in &laid {
        y = one.draw(y, &mut canvas) + MARGIN;
    }
    y = notes(&picture, y, inner, &mut canvas);
    let (title, summary) = (escaped(&picture.title), escaped(&picture.summary));
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width:.0}\" height=\"{y:.0}\" \
         viewBox=\"0 0 {width:.0} {y:.0}\" font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', \
         monospace\" font-size=\"11\">"
    )?;
    writeln!(out, "<title>{title}</title>")?;
    writeln!(out, "<desc>{summary}</desc>")?;
    writeln!(
        out,
        "<rect width=\"{width:.0}\" height=\"{y:.0}\" fill=\"#ffffff\"/>"
    )?;
    out.write_all(canvas.under.as_bytes())?;
    out.write_all(canvas.over.as_bytes())?;
    writeln!(out, "</svg>")
}

/// The title, the counts and the legend; returns where the first graph begins.
fn header(picture: &Picture, width: f64, canvas: &mut Canvas) -> f64 {
    let mut y = 34.0;
    // The letters of the title are half as wide again.
    for line in wrapped(&picture.title, room(width / 1.6)) {
        let style = format!("fill=\"{INK}\" font-size=\"17\" font-weight=\"bold\"");
        canvas.text(MARGIN, y, &line, &style);
        y += 22.0;
    }
    for line in wrapped(&picture.summary, room(width / 1.2)) {
        canvas.text(
            MARGIN,
            y,
            &line,
            &format!("fill=\"{INK}\" font-size=\"13\""),
        );
        y += 18.0;
    }
    y += 6.0;
    let mut x = MARGIN;
    let leak = (Shade::Denied, true, "gets in and is not meant to");
    let looks = Shade::ALL.map(|shade| (shade, false, shade.name()));
    for (shade, is_leak, name) in looks.into_iter().chain([leak]) {
        let look = Look { shade, is_leak };
        canvas.line(&[(x, y), (x + 36.0, y)], look);
        match shade {
            Shade::Denied if !is_leak => canvas.cross((x + 18.0, y)),
            _ => canvas.arrow((x + 42.0, y), shade),
        }
        canvas.text(x + 50.0, y + 4.0, name, &format!("fill=\"{MUTED}\""));
        x += 180.0;
    }
    let nothing = picture.graphs.iter().all(|graph| graph.nodes.is_empty());
    if nothing {
        canvas.text(MARGIN, y + 40.0, "no paths", &format!("fill=\"{INK}\""));
        y += 30.0;
    }
    y + MARGIN
}

/// What the numbers beside lines refer to; returns where that ends.
fn notes(picture: &Picture, top: f64, width: f64, canvas: &mut Canvas) -> f64 {
    let mut y = top;
    for (number, note) in picture.notes.iter().enumerate() {
        let (colour, _) = colours(Some(note.shade));
        let style = format!("fill=\"{colour}\" font-weight=\"bold\"");
        canvas.text(MARGIN, y, &format!("[{}]", number + 1), &style);
        for line in wrapped(&note.text, room(width - 40.0)) {
            canvas.text(MARGIN + 40.0, y, &line, &format!("fill=\"{INK}\""));
            y += LINE + 1.0;
        }
        y += 4.0;
    }
    y + 8.0
}

/// A graph with the place of everything.
struct Laid<'p> {
    graph: &'p Graph,
    /// The boxes, then what lines say.
    words: Vec<Vec<Words>>,
    lines: Vec<Line>,
    layout: Layout,
}

/// A piece of a link: to what it says, or from there on.
struct Line {
    from: usize,
    to: usize,
    look: Look,
    /// It ends at a box.
    is_last: bool,
    /// Nothing gets through.
    is_cut: bool,
}

impl<'p> Laid<'p> {
    fn of(graph: &'p Graph) -> Self {
        let mut items = Vec::new();
        let mut words = Vec::new();
        for node in &graph.nodes {
            let lines = of_node(node);
            let (_, height) = size(&lines);
            items.push(Item {
                column: node.column as usize * 2 + 1,
                width: BOX,
                height,
            });
            words.push(lines);
        }
        let mut lines = Vec::new();
        for link in &graph.links {
            let look = Look {
                shade: link.shade,
                is_leak: link.is_leak,
            };
            let mut from = link.from;
            if let Some(label) = &link.label {
                let said = of_label(label, link);
                let (width, height) = size(&said);
                // What a link says stands in the column before that of its end.
                let ends = link.to.iter().filter_map(|to| graph.nodes.get(*to));
                let column = ends.map(|node| node.column as usize * 2).min();
                items.push(Item {
                    column: column.unwrap_or(0),
                    width,
                    height,
                });
                words.push(said);
                let at = items.len() - 1;
                lines.push(Line {
                    from,
                    to: at,
                    look,
                    is_last: false,
                    is_cut: false,
                });
                from = at;
            }
            let is_denied = link.shade == Shade::Denied && !link.is_leak;
            lines.extend(link.to.iter().map(|to| Line {
                from,
                to: *to,
                look,
                is_last: true,
                is_cut: is_denied && link.label.is_some(),
            }));
        }
        let ends: Vec<_> = lines.iter().map(|line| (line.from, line.to)).collect();
        Self {
            graph,
            words,
            lines,
            layout: place(&items, &ends),
        }
    }

    /// Draws it below this, and returns where it ends.
    fn draw(&self, top: f64, canvas: &mut Canvas) -> f64 {
        let mut y = top;
        if let Some(heading) = &self.graph.heading {
            let style = format!("fill=\"{MUTED}\" font-size=\"13\" font-weight=\"bold\"");
            canvas.text(MARGIN, y + 10.0, heading, &style);
            y += 26.0;
        }
        for (number, line) in self.lines.iter().enumerate() {
            self.draw_line(number, line, y, canvas);
        }
        let nodes = self.graph.nodes.iter().map(Some);
        let looks = self.graph.links.iter().filter(|link| link.label.is_some());
        let mut looks = looks.map(|link| Look {
            shade: link.shade,
            is_leak: link.is_leak,
        });
        let nodes = nodes.chain(std::iter::repeat(None));
        for ((words, at), node) in self.words.iter().zip(&self.layout.places).zip(nodes) {
            let at = Place {
                x: at.x + MARGIN,
                y: at.y + y,
                ..*at
            };
            match node {
                Some(node) => canvas.boxed(at, words, node.shade),
                None => {
                    if let Some(look) = looks.next() {
                        canvas.label(at, words, look);
                    }
                }
            }
        }
        y + self.layout.height
    }

    fn draw_line(&self, number: usize, line: &Line, top: f64, canvas: &mut Canvas) {
        let layout = &self.layout;
        let through = layout.through.get(number).map_or(&[][..], Vec::as_slice);
        let places = (layout.places.get(line.from), layout.places.get(line.to));
        let lanes = (layout.lanes.get(line.from), layout.lanes.get(line.to));
        let ((Some(from), Some(to)), (Some(from_lane), Some(to_lane))) = (places, lanes) else {
            return;
        };
        let start = self.port(number, line, true);
        let end = self.port(number, line, false);
        // Straight to the end of the column, a curve to the next, straight through that, and so on.
        let tip = if line.is_last && !line.is_cut {
            7.0
        } else {
            0.0
        };
        let mut points = vec![(from.right(), start), (from_lane.1, start)];
        for way in through {
            points.extend([(way.x, way.y), (way.right(), way.y)]);
        }
        points.extend([(to_lane.0 - tip, end), (to.x - tip, end)]);
        for (x, y) in &mut points {
            *x += MARGIN;
            *y += top;
        }
        canvas.line(&points, line.look);
        let (x, y) = (to.x + MARGIN, end + top);
        if line.is_cut {
            canvas.cross((x - 11.0, y));
        } else if line.is_last {
            canvas.arrow((x, y), line.look.shade);
        }
    }

    /// How high a line leaves its box, or comes to it: those of one box beside each other, in the order in which
    /// they come from above.
    fn port(&self, number: usize, line: &Line, is_start: bool) -> f64 {
        let at = if is_start { line.from } else { line.to };
        let Some(place) = self.layout.places.get(at) else {
            return 0.0;
        };
        // What a link says has one way in and out.
        if at >= self.graph.nodes.len() {
            return place.middle();
        }
        let lines = self.lines.iter().enumerate();
        let mut own: Vec<_> = lines
            .filter(|(_, other)| at == if is_start { other.from } else { other.to })
            .map(|(other, own)| (self.height_beyond(other, own, is_start), other))
            .collect();
        own.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let ports = f64::from(u32::try_from(own.len()).unwrap_or(u32::MAX));
        let step = PORT.min((place.height - 12.0) / ports);
        let rank = own.iter().position(|(_, other)| *other == number);
        let rank = f64::from(u32::try_from(rank.unwrap_or(0)).unwrap_or(u32::MAX));
        place.middle() + (rank - (ports - 1.0) / 2.0) * step
    }

    /// How high the next stop of a line is, seen from one of its ends.
    fn height_beyond(&self, number: usize, line: &Line, is_start: bool) -> f64 {
        let through = self.layout.through.get(number);
        let (stop, end) = if is_start {
            (through.and_then(|all| all.first()), line.to)
        } else {
            (through.and_then(|all| all.last()), line.from)
        };
        let end = self.layout.places.get(end);
        stop.or(end).map_or(0.0, |place| place.middle())
    }
}

fn paragraph(text: &str, width: usize, colour: &'static str, is_bold: bool) -> Vec<Words> {
    let lines = wrapped(text, width).into_iter();
    lines
        .map(|text| Words {
            text,
            colour,
            is_bold,
        })
        .collect()
}

fn of_node(node: &Node) -> Vec<Words> {
    let mut lines = paragraph(node.kind, BOX_LINE, MUTED, false);
    lines.extend(paragraph(&node.name, BOX_LINE, INK, true));
    let (colour, _) = colours(node.shade);
    lines.extend(paragraph(node.remark, BOX_LINE, colour, true));
    lines
}

fn of_label(label: &Label, link: &Link) -> Vec<Words> {
    let (colour, _) = colours(Some(link.shade));
    let is_bold = link.shade != Shade::Allowed;
    let mut lines = paragraph(&label.heading(), LABEL_LINE, colour, is_bold);
    for text in &label.rest {
        lines.extend(paragraph(text, LABEL_LINE, INK, false));
    }
    lines
}
