use harfrust::Script;
use plotters::{prelude::IntoDrawingArea, style::BLACK};
use tiny_skia::Pixmap;

use super::*;

/// Width in hundredths of the size of the text, with the built-in font alone.
fn wide(text: &str) -> i64 {
    let fonts = Fonts::embedded().unwrap();
    (fonts.layout(text, &regular(100.0, BLACK)).1 / 10.0).round() as i64
}

fn outline(text: &str) -> Option<Path> {
    Fonts::embedded().unwrap().layout(text, &regular(100.0, BLACK)).0
}

#[test]
fn hebrew_stands_from_right_to_left() {
    let face = Fonts::embedded().unwrap().regular;
    let glyphs = face.glyphs("שלום", Some(Script::HEBREW), true);
    assert_eq!(glyphs, ['ם', 'ו', 'ל', 'ש'].map(|letter| face.glyph(letter)));
    // In its place in a line: the same outlines as those letters one after the other, set from left to right.
    let forced = outline("\u{202D}Adam םולש\u{202C}").unwrap();
    let line = outline("Adam שלום").unwrap();
    assert_eq!(line.points().len(), forced.points().len());
    let apart = line.points().iter().zip(forced.points()).map(|(a, b)| (a.x - b.x).abs() + (a.y - b.y).abs());
    assert!(apart.fold(0.0, f32::max) < 1.0);
    // A line that begins with Hebrew begins at the right.
    let [first, last] = ["ש", "Adam "].map(outline);
    let line = outline("שלום Adam").unwrap();
    assert!((line.bounds().left() - last.unwrap().bounds().left()).abs() < 1.0);
    assert!(line.bounds().right() > first.unwrap().bounds().right() + 10.0);
}

#[test]
fn arabic_letters_join() {
    let face = Fonts::embedded().unwrap().regular;
    for (text, from_left) in [
        // Final noon, medial seen, medial hah, initial meem; then a meem by itself after the ligature of lam and alef.
        ("محسن", "\u{FEE6}\u{FEB4}\u{FEA4}\u{FEE3}"),
        ("سلام", "م\u{FEFC}\u{FEB3}"),
    ] {
        let forms: Vec<u32> = from_left.chars().map(|form| face.glyph(form)).collect();
        assert_eq!(face.glyphs(text, Some(Script::ARABIC), true), forms, "{text}");
    }
    // Vowel signs neither part the letters nor need a place of their own.
    assert_eq!(wide("مُحَسِّن"), wide("محسن"));
}

#[test]
fn what_is_invisible_or_stands_on_a_letter_has_no_width() {
    assert_eq!(wide("a\u{200B}\u{FEFF}\u{2060}b"), wide("ab"));
    assert_eq!(wide("e\u{301}"), wide("é"));
    assert_eq!(wide("x\u{308}\u{323}y"), wide("xy"));
    assert_eq!(wide("\u{200D}"), 0);
    assert_eq!(wide("a\tb\nc"), wide("a b c"));
}

#[test]
fn what_no_font_has_is_a_box_a_character_with_its_code() {
    let ideograph = wide("語");
    assert_eq!(ideograph, 100);
    assert_eq!(wide("語語語語"), 4 * ideograph);
    assert_eq!(wide("👩\u{200D}👩\u{200D}👧\u{200D}👦"), wide("👩"));
    assert_eq!(wide("🏳\u{FE0F}\u{200D}🌈"), wide("🏳"));
    assert_eq!(wide("👩🏽"), wide("👩"));
    assert_ne!(outline("優"), outline("化"));
    assert_ne!(outline("👩"), outline("👧"));
    // A frame and the digits in it, all of which stay inside its width.
    let around = outline("\u{10FFFD}").unwrap().bounds();
    assert!(around.left() >= 0.0 && f64::from(around.right()) <= 10.0 * wide("\u{10FFFD}") as f64);
    assert!(around.top() > -1000.0 && around.bottom() < 250.0);
}

#[test]
fn a_long_label_is_cut_between_characters_to_what_there_is_room_for() {
    let mut picture = Pixmap::new(100, 100).unwrap();
    let area = Pixels::new(&mut picture, Fonts::embedded().unwrap()).into_drawing_area();
    let style = bold(20.0, BLACK);
    let family = "👩\u{200D}👩\u{200D}👧\u{200D}👦";
    for (letters, room) in [
        ("W".repeat(300), 3000),
        ("i".repeat(300), 3000),
        (family.repeat(50), 1000),
        ("e\u{301}".repeat(300), 1000),
        ("مُحسِّن ".repeat(50), 1500),
        ("語".repeat(100_000), 2000),
    ] {
        let short = shortened(&area, &letters, &style, room).unwrap();
        let wide = width(&area, &short, &style).unwrap();
        assert!(wide <= room && wide > room - 500, "{short}: {wide}");
        let kept = short.strip_suffix('…').unwrap();
        assert!(letters.starts_with(kept), "{short}");
        let rest = &letters[kept.len()..];
        assert!(
            letters.grapheme_indices(true).any(|(start, _)| start == kept.len()) || rest.starts_with(' '),
            "{short}"
        );
    }
    assert_eq!(shortened(&area, family, &style, 1).unwrap(), "…");
}

#[test]
fn no_text_makes_the_layout_fail() {
    use proptest::prelude::*;
    let fonts = Fonts::embedded().unwrap();
    proptest!(ProptestConfig::with_cases(300), |(text in any::<String>(), marks in "[\u{200B}-\u{200F}\u{202A}-\u{202E}\u{300}-\u{305}א-ת؀-ۿ\u{1F600}-\u{1F64F}a-c ]{0,40}")| {
        for text in [&text, &marks] {
            let (path, wide) = fonts.layout(text, &regular(20.0, BLACK));
            prop_assert!(wide.is_finite() && wide >= 0.0);
            prop_assert!(path.is_none_or(|path| path.bounds().right().is_finite()));
        }
    });
}
