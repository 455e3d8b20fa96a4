//! A line of text as pieces in the order in which they stand, from left to right.

use std::{borrow::Cow, ops::Range};

use harfrust::{Script, unicode};
use unicode_bidi::BidiInfo;
use unicode_segmentation::UnicodeSegmentation;

/// A part of a text in one script, direction and font.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece<F> {
    /// Which bytes of the text.
    pub(super) range: Range<usize>,
    pub(super) script: Option<Script>,
    pub(super) right_to_left: bool,
    /// `None` where no font has the characters: then a piece is one grapheme cluster.
    pub(super) font: Option<F>,
}

/// The same text in one line.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    if text.chars().any(breaks) {
        Cow::Owned(text.chars().map(|character| if breaks(character) { ' ' } else { character }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

fn breaks(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// The pieces of a line in visual order, by the Unicode bidirectional algorithm. Its first letter with a direction decides
/// whether a line begins at the left or at the right, as for a name in any script.
pub(super) fn pieces<F: PartialEq>(line: &str, font_for: impl Fn(&str) -> Option<F>) -> Vec<Piece<F>> {
    let mut pieces = Vec::new();
    let info = BidiInfo::new(line, None);
    for paragraph in &info.paragraphs {
        let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let right_to_left = levels.get(run.start).is_some_and(unicode_bidi::Level::is_rtl);
            let mut of_run = of_run(line, run, right_to_left, &font_for);
            if right_to_left {
                of_run.reverse();
            }
            pieces.append(&mut of_run);
        }
    }
    pieces
}

/// The pieces of a part of one direction, in the order in which they are read.
fn of_run<F: PartialEq>(
    line: &str,
    run: Range<usize>,
    right_to_left: bool,
    font_for: &impl Fn(&str) -> Option<F>,
) -> Vec<Piece<F>> {
    let mut pieces: Vec<Piece<F>> = Vec::new();
    for (start, cluster) in line[run.clone()].grapheme_indices(true) {
        let start = run.start + start;
        let range = start..start + cluster.len();
        let (script, font) = (script_of(cluster), font_for(cluster));
        match pieces.last_mut() {
            Some(last)
                if font.is_some()
                    && last.font == font
                    && (script.is_none() || last.script.is_none() || last.script == script) =>
            {
                last.range.end = range.end;
                last.script = last.script.or(script);
            }
            _ => pieces.push(Piece { range, script, right_to_left, font }),
        }
    }
    pieces
}

/// The script of a cluster; `None` for digits, spaces and signs, which go with any.
fn script_of(cluster: &str) -> Option<Script> {
    let scripts = cluster.chars().map(|character| unicode::script(character.into()));
    scripts.into_iter().find(|script| ![Script::COMMON, Script::INHERITED, Script::UNKNOWN].contains(script))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces' texts, where one font has everything but ideographs and women.
    fn seen(line: &str) -> Vec<(&str, bool)> {
        let pieces = pieces(line, |cluster| (!cluster.contains(['優', '化', '👩'])).then_some(()));
        pieces.into_iter().map(|piece| (&line[piece.range], piece.right_to_left)).collect()
    }

    #[test]
    fn a_line_is_cut_where_its_direction_script_or_font_changes() {
        assert_eq!(seen("Adam 0.1"), [("Adam 0.1", false)]);
        assert_eq!(seen("Adam λ"), [("Adam ", false), ("λ", false)]);
        assert_eq!(seen("שלום"), [("שלום", true)]);
        assert_eq!(seen("a שלום b"), [("a ", false), ("שלום", true), (" b", false)]);
        // A name that begins at the right: what comes later stands further to the left.
        assert_eq!(seen("שלום Adam"), [("Adam", false), ("שלום ", true)]);
        assert_eq!(seen("שלום سلام"), [("سلام", true), ("שלום ", true)]);
        // Numbers read from left to right everywhere.
        assert_eq!(seen("שלום 12"), [("12", false), ("שלום ", true)]);
    }

    #[test]
    fn what_no_font_has_is_cut_into_what_a_reader_takes_for_one_character() {
        assert_eq!(seen("優化a"), [("優", false), ("化", false), ("a", false)]);
        assert_eq!(seen("👩\u{200D}👩\u{200D}👧ρ"), [("👩\u{200D}👩\u{200D}👧", false), ("ρ", false)]);
        assert_eq!(seen("e\u{301}\u{302}x"), [("e\u{301}\u{302}x", false)]);
    }

    #[test]
    fn line_breaks_and_tabs_become_spaces() {
        assert_eq!(one_line("a\tb\r\nc\u{2028}d"), "a b  c d");
        assert!(pieces::<()>("", |_| None).is_empty());
    }
}
