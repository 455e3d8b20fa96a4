mod runs;

use super::*;
use crate::{
    optim::{StepRecord, presets},
    session::History,
};

fn lane(rows: &[&[(Q, f64)]]) -> History {
    let mut history = History::new([("lane".to_owned(), vec![0.0, 0.0])]);
    for (index, row) in rows.iter().enumerate() {
        let mut record = StepRecord::new(index as u64 + 1);
        row.iter().for_each(|&(quantity, value)| record.set(quantity, value));
        record.cost = Cost { losses: 1, gradients: 1, products: 1, factorisations: 0 };
        record.params = [0.0, 0.0].into_iter().collect();
        history.lane_mut(0).push(&record, 0.0);
    }
    history
}

fn text(line: &Line) -> String {
    line.iter().map(|part| part.text.as_str()).collect()
}

const ADAMQLR: &[(Q, f64)] = &[
    (Q::Loss, 24.2),
    (Q::NewLoss, 4.48),
    (Q::LearningRate, 0.121_93),
    (Q::ModelLearningRate, 0.121_93),
    (Q::GradDotDirection, 303.6),
    (Q::DirectionCurvature, 2490.0),
    (Q::DirectionSquaredNorm, 2.0),
    (Q::Curvature, 2490.002),
    (Q::Damping, 1e-3),
    (Q::NextDamping, 5e-4),
    (Q::ModelChange, -18.51),
    (Q::Rho, 1.065),
    (Q::GradNorm, 232.9),
    (Q::UpdateNorm, 0.1724),
];

#[test]
fn adamqlr_is_explained_as_on_the_slide() {
    let history = lane(&[ADAMQLR]);
    let lines = explain(&history.lanes()[0], &presets::adamqlr(), 1, None);
    assert!(text(&lines[0]).starts_with("gᵀd 303.6   dᵀCd 2"));
    assert!(text(&lines[0]).ends_with("= 0.1219"));
    assert!(text(&lines[1]).starts_with("predicted Δf (with λ) −18.51   actual Δf −19.72"));
    assert!(text(&lines[1]).contains("> 3/4  →  λ 1.0e-3 ▼ 5.0e-4"));
    assert!(text(&lines[2]).ends_with("cost 1 gradient + 1 product + 1 loss"));
}

#[test]
fn kfac_shows_its_two_by_two_system() {
    let row = [
        (Q::Loss, 2.0),
        (Q::NewLoss, 1.0),
        (Q::LearningRate, 0.5),
        (Q::Momentum, 0.25),
        (Q::Damping, 1.0),
        (Q::NextDamping, 1.0),
        (Q::ModelChange, -2.0),
        (Q::Rho, 0.5),
        (Q::DirectionCurvature, 3.0),
        (Q::DirectionSquaredNorm, 4.0),
        (Q::CrossCurvature, 1.0),
        (Q::CrossProduct, 1.0),
        (Q::PreviousCurvature, 5.0),
        (Q::PreviousSquaredNorm, 16.0),
        (Q::GradDotDirection, 8.0),
        (Q::GradDotPrevious, -1.0),
    ];
    let history = lane(&[&row]);
    let lines = explain(&history.lanes()[0], &presets::kfac(), 1, None);
    let first = text(&lines[0]);
    assert_eq!(first, "Δ: 7.00 α − 2.00 μ = 8.00; p: 2.00 α − 21.0 μ = −1.00   →  M is least at α = 0.500  μ = 0.250");
    // Both rows of the system or none of them.
    for columns in 30..first.chars().count() {
        let narrow = text(&fit(&lines[0], columns));
        assert_eq!(narrow.contains("Δ: "), narrow.contains("p: "), "{narrow}");
        assert!(narrow.contains("α = 0.500 ") && narrow.ends_with("μ = 0.250"), "{narrow}");
    }
    let second = text(&lines[1]);
    assert!(second.starts_with("predicted Δf (without λ) −2.000   actual Δf −1.000"), "{second}");
    assert!(second.ends_with("ρ = 0.500 in between  →  λ 1.00 stays"), "{second}");
    assert!(text(&lines[2]).contains("50 % of the step is momentum"), "{}", text(&lines[2]));
}

#[test]
fn what_happens_to_lambda_is_named() {
    let change = |used: f64, next: f64| {
        let history = lane(&[&[ADAMQLR, &[(Q::Damping, used), (Q::NextDamping, next)]].concat()]);
        text(&explain(&history.lanes()[0], &presets::adamqlr(), 1, None)[1])
    };
    for (used, next, end) in
        [(1e-3, 2e-3, "λ 1.0e-3 ▲ 2.0e-3"), (1e-3, 1e-3, "λ 1.0e-3 stays"), (1e-8, 1e-8, "λ 1.0e-8 stays at the floor")]
    {
        assert!(change(used, next).ends_with(end), "{}", change(used, next));
    }
}

#[test]
fn a_clipped_rate_says_so() {
    let mut row = ADAMQLR.to_vec();
    row.push((Q::LearningRate, 0.1));
    let history = lane(&[&row]);
    let mut recipe = presets::adamqlr();
    recipe.step_size.clip = Some(0.1);
    let line = text(&explain(&history.lanes()[0], &recipe, 1, None)[0]);
    assert!(line.ends_with("= 0.1219 → clipped to 0.1000"), "{line}");
}

#[test]
fn adam_claims_nothing_it_did_not_compute() {
    let history = lane(&[&[(Q::Loss, 3.0), (Q::LearningRate, 0.001), (Q::GradNorm, 2.0)], &[(Q::Loss, 2.0)]]);
    let lines = explain(&history.lanes()[0], &presets::adam(), 1, loss_after(&history.lanes()[0], 1));
    assert!(text(&lines[0]).starts_with("α = 0.001 fixed"), "{}", text(&lines[0]));
    let line = text(&lines[1]);
    assert!(line.starts_with("f before 3.000   next f 2.000") && line.contains("no ρ"), "{line}");
}

#[test]
fn a_step_uphill_is_called_one_and_its_rho_is_not_praised() {
    let uphill =
        [(Q::ModelChange, 4.29e6), (Q::NewLoss, 8.6e6), (Q::Loss, 0.0), (Q::Rho, 2.01), (Q::DirectionCurvature, -3.0)];
    let lines = explain(&lane(&[&[ADAMQLR, &uphill].concat()]).lanes()[0], &presets::adamqlr(), 1, None);
    assert!(text(&lines[1]).contains("+4.29e6 ↑ uphill   actual Δf +8.60e6 ↑"), "{}", text(&lines[1]));
    assert!(lines[1].iter().any(|part| part.role == Role::Raised && part.text.contains("uphill")));
    assert_eq!(text(&lines[2]), "both uphill: ρ cannot warn, the model has no minimum along d");
    let downhill = explain(&lane(&[ADAMQLR]).lanes()[0], &presets::adamqlr(), 1, None);
    assert!(downhill.iter().all(|line| !text(line).contains("uphill")));
}

#[test]
fn rho_on_all_data_is_said_where_it_is_recorded() {
    let lines = explain(&lane(&[&[ADAMQLR, &[(Q::FullRho, 0.3)]].concat()]).lanes()[0], &presets::adamqlr(), 1, None);
    assert!(lines.iter().any(|line| text(line) == "on all data ρ = 0.300"));
}

#[test]
fn a_line_ends_with_a_number_or_an_ellipsis_at_every_width() {
    let history = lane(&[ADAMQLR]);
    for line in explain(&history.lanes()[0], &presets::adamqlr(), 1, None) {
        let whole = text(&line);
        for columns in 1..=whole.chars().count() + 3 {
            let fitted = text(&fit(&line, columns));
            assert!(unicode_width::UnicodeWidthStr::width(fitted.as_str()) <= columns, "{columns}: {fitted}");
            let end = fitted.trim_end().chars().last().unwrap();
            assert!(end == '…' || !"=→:/α".contains(end), "{columns}: {fitted}");
        }
        assert_eq!(fit(&line, 1000), line);
    }
}

#[test]
fn the_start_and_beyond_the_end_are_explained() {
    let history = lane(&[ADAMQLR]);
    let lane = &history.lanes()[0];
    assert!(text(&explain(lane, &presets::adamqlr(), 0, None)[0]).starts_with("the start"));
    let ends = [1, 99].map(|step| explain(lane, &presets::adamqlr(), step, None));
    assert_eq!(ends[0], ends[1]);
}

#[test]
fn the_loss_after_a_step_is_the_next_one_s_or_its_own() {
    let history = lane(&[&[(Q::Loss, 3.0), (Q::NewLoss, 2.5)], &[(Q::Loss, 2.0), (Q::NewLoss, 1.0)]]);
    let lane = &history.lanes()[0];
    assert_eq!([0, 1, 2, 9].map(|step| loss_after(lane, step)), [Some(3.0), Some(2.0), Some(1.0), Some(1.0)]);
}

#[test]
fn costs_are_counted_in_words() {
    let cost = Cost { losses: 0, gradients: 1, products: 2, factorisations: 9 };
    assert_eq!(cost_in_words(cost), "1 gradient + 2 products");
}
