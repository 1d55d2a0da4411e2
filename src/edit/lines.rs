//! A text by its lines, and where in them something stands.

/// A text whose layout is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines<'t> {
    pub(super) text: &'t str,
}

impl<'t> Lines<'t> {
    pub(super) fn slice(self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or("")
    }

    /// Where the line begins that a place is in.
    pub(super) fn start(self, at: usize) -> usize {
        let before = self.slice(0, at);
        before.rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// Where the line ends that a place is in: before its line break.
    pub(super) fn end(self, at: usize) -> usize {
        let rest = self.slice(at, self.text.len());
        let line = rest.split('\n').next().unwrap_or("");
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// The white space that the line begins with.
    pub(super) fn indentation(self, at: usize) -> &'t str {
        let line = self.slice(self.start(at), self.text.len());
        let rest = line.trim_start_matches([' ', '\t']);
        line.get(..line.len() - rest.len()).unwrap_or("")
    }

    /// Whether nothing stands before it on its line.
    pub(super) fn begins_line(self, at: usize) -> bool {
        self.slice(self.start(at), at)
            .trim_start_matches('\u{feff}')
            .trim()
            .is_empty()
    }

    /// How the text breaks lines.
    pub(super) fn line_break(self) -> &'static str {
        let first = self.text.find('\n');
        let is_windows = first.is_some_and(|at| self.slice(0, at).ends_with('\r'));
        if is_windows { "\r\n" } else { "\n" }
    }
}
