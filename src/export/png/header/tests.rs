use plotters::prelude::IntoDrawingArea;
use tiny_skia::Pixmap;

use super::*;
use crate::{
    export::png::{PNG_SIZE, pixels::Pixels, text::Fonts},
    figure::palette::Theme,
};

#[test]
fn whatever_the_labels_are_the_values_stand_whole_inside_the_picture() {
    let labels = [
        "優化器亞當學習率".to_owned(),
        "😀👩\u{200D}👩\u{200D}👧\u{200D}👦🏳\u{FE0F}\u{200D}🌈 ρ".to_owned(),
        "مُحسِّن كيفاك".to_owned(),
        "שלום \u{202E}Adam".to_owned(),
        "a label that a search made of every setting: lr=0.0001,momentum=0.95,seed=3,schedule=cosine,weights=none"
            .to_owned(),
        "W".repeat(300),
        "語".repeat(300),
        "Z\u{30D}\u{346}\u{34F}".repeat(120),
    ];
    let entry = |(lane, label): (usize, &String)| LegendEntry {
        lane,
        label: label.clone(),
        state: "f 1.8e-22, converged at 28".to_owned(),
    };
    let legend: Vec<LegendEntry> = labels.iter().enumerate().map(entry).collect();
    let mut picture = Pixmap::new(PNG_SIZE[0], PNG_SIZE[1]).unwrap();
    let root = Pixels::new(&mut picture, Fonts::embedded().unwrap()).into_drawing_area();
    let ink = Ink::of(Theme::Light);
    let look = Look { size: 23.0, label: bold(23.0, ink.text).pos(START), state: regular(23.0, ink.muted).pos(START) };
    let rows = arrange(&root, &legend, &look).unwrap();
    assert_eq!(rows.iter().flatten().count(), legend.len());
    let end = px(f64::from(PNG_SIZE[0])) - px(MARGIN);
    for row in &rows {
        let mut before = 0;
        for &(left, entry) in row {
            assert!(left >= before);
            let [label, state] = texts(&root, entry, left + px(SAMPLE + GAPS[0]), &look).unwrap();
            assert_eq!(state.text, entry.state, "{}", entry.label);
            assert!(label.right < state.left && state.right <= end, "{}: {}", entry.label, state.right);
            assert!(!label.text.trim_end_matches('…').is_empty());
            before = state.right;
        }
    }
}
