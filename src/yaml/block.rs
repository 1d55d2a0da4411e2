//! Where the text of a block scalar (`|`, `>`) ends: the parser goes on to what comes next.
//!
//! Source: YAML 1.2, "Block Chomping Indicator".

/// How many bytes of this text, which begins with the first character of a block and ends where something else
/// begins, belong to the block with this value. A line break belongs to it if it is part of the value.
pub(super) fn length(text: &str, value: &str) -> usize {
    let space = value.bytes().rev().take_while(u8::is_ascii_whitespace);
    let kept = space.filter(|byte| *byte == b'\n').count();
    let content = text.trim_ascii_end().len();
    let bytes = text.bytes().enumerate().skip(content);
    let mut breaks = bytes.filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at);
    let last = kept.checked_sub(1).and_then(|before| breaks.nth(before));
    if value.ends_with('\n') {
        return last.map_or(text.len(), |at| at.saturating_add(1));
    }
    // Spaces at the end of the last line are part of the value.
    let line = breaks.next().and_then(|at| text.get(..at)).unwrap_or(text);
    line.strip_suffix('\r').unwrap_or(line).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_with_the_value() {
        for (text, value, expected) in [
            ("", "", ""),
            ("x", "x", "x"),
            ("x\n", "x\n", "x\n"),
            ("x\n", "x", "x"),
            ("x\n\n\n    ", "x\n", "x\n"),
            ("x\n\n\n    ", "x", "x"),
            ("x\n\n\n    ", "x\n\n\n", "x\n\n\n"),
            ("x  \r\n  y \r\n\r\n ", "x  \ny \n", "x  \r\n  y \r\n"),
            ("x  \r\n\r\n", "x  ", "x  "),
            ("x\n    \n", "x\n  ", "x\n    "),
            ("x\n  ", "x\n", "x\n"),
            ("x", "x\n", "x"),
        ] {
            let found = text.get(..length(text, value)).unwrap();
            assert_eq!(found, expected, "{text:?} {value:?}");
        }
    }
}
