//! Lines and columns for offsets.

/// The starts of a text's lines, found once.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

/// A place in a text as a person counts, and as a program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// From 1.
    pub(crate) line: usize,
    /// From 1, in characters.
    pub(crate) column: usize,
    /// From 0, in bytes.
    pub(crate) offset: usize,
}

impl<'a> Lines<'a> {
    /// Finds the lines of a text.
    pub(crate) fn of(text: &'a str) -> Lines<'a> {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(ends.map(|(offset, _)| offset + 1)).collect();
        Lines { text, starts }
    }

    /// The place of an offset; the end of the text for one beyond it.
    pub(crate) fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.start(line);
        let before = self.text.get(start..offset).unwrap_or_default();
        Position { line, column: before.chars().count() + 1, offset }
    }

    fn start(&self, line: usize) -> usize {
        self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_characters() {
        let lines = Lines::of("a\néb\n");
        assert_eq!(lines.position(0), Position { line: 1, column: 1, offset: 0 });
        assert_eq!(lines.position(4), Position { line: 2, column: 2, offset: 4 });
        assert_eq!(lines.position(6), Position { line: 3, column: 1, offset: 6 });
        assert_eq!(lines.position(99), Position { line: 3, column: 1, offset: 6 });
    }
}
