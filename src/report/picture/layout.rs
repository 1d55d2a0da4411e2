//! Where everything stands: boxes in columns from left to right, above each other where they cross each other's
//! lines least.
//!
//! `rust_sugiyama` chooses the order in each column and the heights. It is given lines of one column's length only:
//! what leads over several columns has a point in each, which keeps it clear of the boxes there; and whatever
//! begins further right hangs on a spine that is not drawn, so that it stays in its column.

use rust_sugiyama::configure::{Config, RankingType};

/// Between what stands above each other.
const GAP: f64 = 16.0;
/// Between columns.
const LANE: f64 = 34.0;

/// Something to be placed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    /// Its column; those that hold nothing take no room.
    pub(super) column: usize,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Where something stands.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Place {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Place {
    pub(super) fn right(self) -> f64 {
        self.x + self.width
    }

    pub(super) fn bottom(self) -> f64 {
        self.y + self.height
    }

    pub(super) fn middle(self) -> f64 {
        self.y + self.height / 2.0
    }
}

/// What comes out.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Layout {
    /// The items, in their order. Each is in the middle of its column.
    pub(super) places: Vec<Place>,
    /// The left and right end of each item's column.
    pub(super) lanes: Vec<(f64, f64)>,
    /// For each line, where it runs through the columns between its ends: as wide as they are, without height.
    pub(super) through: Vec<Vec<Place>>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A box, a point of a line, or a piece of the spine.
struct Vertex {
    rank: usize,
    height: f64,
    is_drawn: bool,
}

/// Places items, and the lines between them, each from a column to one further right.
pub(super) fn place(items: &[Item], lines: &[(usize, usize)]) -> Layout {
    let mut columns: Vec<usize> = items.iter().map(|item| item.column).collect();
    columns.sort_unstable();
    columns.dedup();
    let rank = |item: &Item| columns.iter().position(|one| *one == item.column);
    let mut vertices: Vec<Vertex> = Vec::new();
    for item in items {
        vertices.push(Vertex {
            rank: rank(item).unwrap_or(0),
            height: item.height,
            is_drawn: true,
        });
    }
    let mut edges = Vec::new();
    let mut points: Vec<Vec<usize>> = Vec::new();
    for (from, to) in lines {
        let rank_of = |at: usize| vertices.get(at).map_or(0, |vertex| vertex.rank);
        let mut last = *from;
        let mut own = Vec::new();
        for rank in rank_of(*from) + 1..rank_of(*to) {
            vertices.push(Vertex {
                rank,
                height: 1.0,
                is_drawn: true,
            });
            edges.push((last, vertices.len() - 1));
            last = vertices.len() - 1;
            own.push(last);
        }
        edges.push((last, *to));
        points.push(own);
    }
    hang(&mut vertices, &mut edges, items.len());
    edges.sort_unstable();
    edges.dedup();
    let tops = tops(&vertices, &edges);
    finish(items, &vertices, &tops, &points, columns.len())
}

/// Hangs what nothing leads to on a spine, one column before it.
fn hang(vertices: &mut Vec<Vertex>, edges: &mut Vec<(usize, usize)>, items: usize) {
    let sources = vertices.iter().enumerate().take(items);
    let sources = sources.filter(|(at, _)| edges.iter().all(|(_, to)| to != at));
    let sources: Vec<_> = sources.map(|(at, vertex)| (at, vertex.rank)).collect();
    let longest = sources.iter().map(|(_, rank)| *rank).max().unwrap_or(0);
    // The spine begins a column before the first.
    let first = vertices.len();
    for rank in 0..=longest {
        vertices.push(Vertex {
            rank,
            height: 1.0,
            is_drawn: false,
        });
        if rank > 0 {
            edges.push((first + rank - 1, first + rank));
        }
    }
    for (at, rank) in sources {
        edges.push((first + rank, at));
    }
}

/// The upper edge of each vertex, such that those of one column keep apart.
fn tops(vertices: &[Vertex], edges: &[(usize, usize)]) -> Vec<f64> {
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    // What is a column here is a row there.
    let sizes = vertices.iter().enumerate();
    let sizes: Vec<_> = sizes
        .map(|(at, vertex)| (number(at), (vertex.height, 1.0)))
        .collect();
    let edges: Vec<_> = edges
        .iter()
        .map(|(from, to)| (number(*from), number(*to)))
        .collect();
    let config = Config {
        vertex_spacing: GAP,
        // All lines are of one column's length.
        dummy_vertices: false,
        // The other ways to rank may not come to an end.
        ranking_type: RankingType::Up,
        ..Config::default()
    };
    let mut middles = vec![0.0; vertices.len()];
    for (layout, _, _) in rust_sugiyama::from_vertices_and_edges(&sizes, &edges, &config) {
        for (at, (middle, _)) in layout {
            if let Some(known) = middles.get_mut(at)
                && middle.is_finite()
            {
                *known = middle;
            }
        }
    }
    let heights = vertices.iter().map(|vertex| vertex.height);
    let mut tops: Vec<f64> = middles
        .iter()
        .zip(heights)
        .map(|(middle, height)| middle - height / 2.0)
        .collect();
    let longest = vertices.iter().map(|vertex| vertex.rank).max().unwrap_or(0);
    for rank in 0..=longest {
        let own = vertices.iter().enumerate();
        let own = own.filter(|(_, vertex)| vertex.is_drawn && vertex.rank == rank);
        let middle = |at: &usize| middles.get(*at).copied().unwrap_or(0.0);
        let mut own: Vec<_> = own.map(|(at, vertex)| (at, vertex.height)).collect();
        own.sort_by(|(one, _), (other, _)| middle(one).total_cmp(&middle(other)));
        let mut free = f64::NEG_INFINITY;
        for (at, height) in own {
            if let Some(top) = tops.get_mut(at) {
                *top = top.max(free);
                free = *top + height + GAP;
            }
        }
    }
    tops
}

fn finish(
    items: &[Item],
    vertices: &[Vertex],
    tops: &[f64],
    points: &[Vec<usize>],
    ranks: usize,
) -> Layout {
    let drawn = vertices.iter().zip(tops).filter(|(one, _)| one.is_drawn);
    let highest = drawn.map(|(_, top)| *top).fold(f64::INFINITY, f64::min);
    let top = |at: usize| tops.get(at).map_or(0.0, |top| top - highest);
    let mut lanes = vec![(0.0, 0.0); ranks];
    let mut x = 0.0;
    for (rank, lane) in lanes.iter_mut().enumerate() {
        let own = items.iter().zip(vertices);
        let own = own.filter(|(_, vertex)| vertex.rank == rank);
        let width = own.map(|(item, _)| item.width).fold(0.0, f64::max);
        *lane = (x, width);
        x += width + LANE;
    }
    let lane = |at: usize| {
        let rank = vertices.get(at).map_or(0, |vertex| vertex.rank);
        lanes.get(rank).copied().unwrap_or((0.0, 0.0))
    };
    let places: Vec<_> = items
        .iter()
        .enumerate()
        .map(|(at, item)| {
            let (x, width) = lane(at);
            Place {
                x: x + (width - item.width) / 2.0,
                y: top(at),
                width: item.width,
                height: item.height,
            }
        })
        .collect();
    let point = |at: &usize| {
        let (x, width) = lane(*at);
        Place {
            x,
            y: top(*at),
            width,
            height: 0.0,
        }
    };
    let through: Vec<Vec<_>> = points
        .iter()
        .map(|own| own.iter().map(point).collect())
        .collect();
    let ends = (0..items.len()).map(lane);
    let ends = ends.map(|(x, width)| (x, x + width)).collect();
    let all = || places.iter().chain(through.iter().flatten());
    Layout {
        width: all().map(|place| place.right()).fold(0.0, f64::max),
        height: all().map(|place| place.bottom()).fold(0.0, f64::max),
        places,
        lanes: ends,
        through,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without pattern, the same each time.
    fn next(state: &mut u64) -> usize {
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(*state >> 40).unwrap_or(0)
    }

    #[test]
    fn nothing_overlaps_whatever_the_graph() {
        let mut state = 7;
        for _ in 0..60 {
            let items: Vec<_> = (0..=next(&mut state) % 40)
                .map(|_| Item {
                    column: next(&mut state) % 8,
                    width: 100.0,
                    height: [20.0, 45.0, 90.0][next(&mut state) % 3],
                })
                .collect();
            let mut lines = Vec::new();
            for _ in 0..next(&mut state) % 80 {
                let ends = [
                    next(&mut state) % items.len(),
                    next(&mut state) % items.len(),
                ];
                if items[ends[0]].column < items[ends[1]].column {
                    lines.push((ends[0], ends[1]));
                }
            }
            let layout = place(&items, &lines);
            assert_eq!(layout, place(&items, &lines));
            let all: Vec<_> = layout
                .places
                .iter()
                .chain(layout.through.iter().flatten())
                .collect();
            for (at, one) in all.iter().enumerate() {
                assert!(one.x >= 0.0 && one.y >= 0.0);
                for other in &all[at + 1..] {
                    let beside = one.right() <= other.x || other.right() <= one.x;
                    let above = one.bottom() <= other.y || other.bottom() <= one.y;
                    assert!(beside || above, "{one:?} {other:?}");
                }
            }
            for (from, to) in lines {
                assert!(layout.places[from].right() < layout.places[to].x);
            }
        }
    }

    #[test]
    fn nothing_has_its_place_too() {
        assert_eq!(place(&[], &[]).places, []);
    }
}
