//! Every variant as it is explained in a real run.

use std::path::Path;

use super::*;
use crate::session::{
    Progress, Setup,
    setup::{LaneSetup, Overrides, ProblemFacts},
};

const VALLEY: &str = "[problem]\nkind = \"rosenbrock\"\nstart = [-1.2, 1.0]";
/// Negative curvature between two minima.
const SADDLE: &str = "[problem]\nkind = \"expression\"\nf = \"x^4/4 - x^2/2 + y^2/2\"\nstart = { x = 0.1, y = 0.5 }";
const BOWL: &str = "[problem]\nkind = \"quadratic\"\nmatrix = [[1, 0], [0, 10]]\nstart = [1, 1]";
const NET: &str = "[problem]\nkind = \"mlp\"\nlayers = [2, 5, 3]\nloss = \"cross-entropy\"\ndata = { synthetic = \"spirals\", samples = 60 }";

fn run(problem: &str, optimiser: &str, steps: usize) -> (History, LaneSetup, ProblemFacts) {
    let overrides = Overrides { optimisers: vec![optimiser.to_owned()], ..Overrides::default() };
    let setup = Setup::from_str(problem, "test.toml", Path::new(""), &overrides).unwrap();
    let mut session = setup.build().unwrap();
    let mut history = session.empty_history();
    for _ in 0..steps {
        session.advance(&|| 0.0, &mut |progress| match progress {
            Progress::Step { lane, record, seconds } => history.lane_mut(lane).push(record, seconds),
            Progress::Ended { lane, step, outcome } => history.lane_mut(lane).end(step, outcome),
        });
    }
    (history, setup.lanes[0].clone(), setup.facts())
}

/// Whole explanations of all steps.
fn explained(problem: &str, optimiser: &str, steps: usize) -> Vec<String> {
    let (history, lane, _) = run(problem, optimiser, steps);
    let past = &history.lanes()[0];
    let whole = |step| explain(past, &lane.recipe, step, loss_after(past, step)).iter().map(text).collect::<Vec<_>>();
    (1..=past.len()).map(|step| whole(step).join("\n")).collect()
}

#[test]
fn every_variant_says_what_it_does() {
    let cases: &[(&str, &str, &[&str])] = &[
        (VALLEY, "adam:lr=0.1", &["α = 0.1 fixed", "no prediction, no ρ (monitor = true would)"]),
        (VALLEY, "adam:lr=0.1,monitor=true", &["α = 0.1 fixed", "κ = dᵀ(C + λI)d", "→  ρ = "]),
        (VALLEY, "sgd:lr=0.001,momentum=0.9", &["μ = 0.9000 fixed, d ← μd + g"]),
        (VALLEY, "adamqlr:lr_clip=0.01", &[" → clipped to 0.01000"]),
        (VALLEY, "adamqlr:amplification=2", &[" → amplified × 2 = "]),
        (VALLEY, "adamqlr:lr_ema=0.5", &[" → averaged ᾱ = 0.5000 · 0 + 0.5000 · "]),
        (
            VALLEY,
            "adamqlr:lr_clip=0.1,amplification=2,lr_ema=0.5",
            &["→ clipped to 0.1000 → amplified × 2 = 0.2000 → averaged ᾱ = 0.5000 · 0 + 0.5000 · 0.2000 = 0.1000"],
        ),
        (SADDLE, "sgdqlr:curvature=hessian,damping=0", &["< 0: follows negative curvature"]),
        (SADDLE, "sgdqlr:curvature=hessian,damping=0,saddle_free=true", &[" / |−", "saddle-free"]),
        (VALLEY, "adamqlr:curvature=hessian", &["> 3/4  →  λ 1.0e-3 ▼ 5.0e-4"]),
        (BOWL, "adamqlr:damping_min=1e-4", &["▼ 1.0e-4, the floor"]),
        (BOWL, "adamqlr:damping_min=1e-4", &["λ 1.0e-4 stays at the floor"]),
        (VALLEY, "sgdqlr:curvature=fisher,damping_rule=constant", &["ρ not computed", "→  λ 1.0e-3 constant"]),
        (VALLEY, "adamqlr:damping_rule=none", &["ρ not computed (monitor = true would)"]),
        (VALLEY, "adamqlr:damping_rule=decreasing-loss", &["f did not rise  →  λ "]),
        (VALLEY, "kfac:damping=1e-8", &["μ = 0: no previous update", "(without λ)"]),
        (VALLEY, "kfac", &["Δ: ", "   p: ", " % of the step is momentum"]),
        (VALLEY, "kfac:damping_interval=5", &["ρ not computed", "λ 1.00 adapts at step 5"]),
        (VALLEY, "kfac:calibrate=true", &["(calibrated from 1.00) "]),
        (VALLEY, "kfac:lr=0.5", &["α = 0.5 fixed   μ = ", " minimises M given α"]),
        (VALLEY, "kfac:momentum=0.3", &["μ = 0.300 fixed, α minimises M given it"]),
        (VALLEY, "kfac:lr=0.5,momentum=0.3", &["α = 0.5 fixed   μ = 0.3000 fixed"]),
        (VALLEY, "kfac:lr=0.5,momentum=0,norm_constraint=0.01", &["Δ shortened × "]),
        (
            VALLEY,
            "kfac+fixed+levenberg-marquardt:lr=3,reject=true,monitor=true",
            &["▲ ", "step rejected: θ kept", "‖step tried‖"],
        ),
        (VALLEY, "kfac+fixed+decreasing-loss:lr=3", &["f rose  →  λ ", "▲ ", "step rejected: θ kept"]),
    ];
    let mut prose = String::new();
    for (problem, optimiser, words) in cases {
        let steps = explained(problem, optimiser, 40);
        if let Some((step, text)) =
            steps.iter().enumerate().find(|(_, step)| words.iter().all(|word| step.contains(word)))
        {
            prose = format!("{prose}-o {optimiser}, step {}\n{text}\n\n", step + 1);
        }
        let said = steps.iter().any(|step| words.iter().all(|word| step.contains(word)));
        assert!(said, "{optimiser}: no step says {words:?}:\n{}", steps[..3.min(steps.len())].join("\n\n"));
    }
    insta::assert_snapshot!("every_variant", prose);
}

#[test]
fn what_did_not_happen_is_not_said() {
    let steps = explained(VALLEY, "adamqlr:lr_clip=1e9,curvature=hessian", 40);
    assert!(steps.iter().all(|step| !step.contains("clipped")));
    let steps = explained(VALLEY, "sgdqlr:damping_rule=constant", 40);
    assert!(steps.iter().all(|step| !step.contains("3/4") && !step.contains("1/4")), "a constant λ asks no threshold");
    let steps = explained(VALLEY, "kfac", 40);
    assert!(steps.iter().skip(1).all(|step| !step.contains("no previous update")));
}

/// What the panel shows of K-FAC's system is solved by the α and μ beside it.
#[test]
fn the_system_shown_is_solved_by_what_is_shown() {
    let (history, _, _) = run(VALLEY, "kfac", 12);
    let past = &history.lanes()[0];
    for step in 2..=past.len() {
        let get = |quantity| past.value(quantity, step).unwrap();
        let lambda = get(Q::Damping);
        let [a, b, c] = [
            get(Q::DirectionCurvature) + lambda * get(Q::DirectionSquaredNorm),
            get(Q::CrossCurvature) + lambda * get(Q::CrossProduct),
            get(Q::PreviousCurvature) + lambda * get(Q::PreviousSquaredNorm),
        ];
        let (alpha, mu) = (get(Q::LearningRate), get(Q::Momentum));
        for (alpha_entry, mu_entry, right) in [(a, b, get(Q::GradDotDirection)), (b, c, get(Q::GradDotPrevious))] {
            let left = alpha_entry * alpha - mu_entry * mu;
            let size = (alpha_entry * alpha).abs() + (mu_entry * mu).abs() + right.abs();
            assert!((left - right).abs() <= 1e-6 * size, "step {step}: {left} and not {right}");
        }
    }
}

/// The stages of α are shown with the numbers the step really used.
#[test]
fn the_average_shown_is_the_rate_used() {
    let optimiser = "adamqlr:lr_clip=0.05,amplification=3,lr_ema=0.9,curvature=hessian";
    let (history, lane, _) = run(VALLEY, optimiser, 30);
    let past = &history.lanes()[0];
    let mut average = 0.0;
    for step in 1..=past.len() {
        let model = past.value(Q::ModelLearningRate, step).unwrap();
        let taken = 3.0 * model.clamp(-0.05, 0.05);
        let line = text(&explain(past, &lane.recipe, step, None)[0]);
        let before = if step == 1 { 0.0 } else { past.value(Q::LearningRate, step - 1).unwrap() };
        let stage = format!("averaged ᾱ = 0.9000 · {} + 0.1000 · {} = ", precise(before), precise(taken));
        assert!(line.contains(&stage), "{line} without {stage}");
        average = 0.9 * average + 0.1 * taken;
        let used = past.value(Q::LearningRate, step).unwrap();
        assert!((used - average).abs() < 1e-12, "{used} {average}");
        assert!(line.ends_with(&precise(used)), "{line} does not end with {used}");
    }
}

#[test]
fn the_model_is_named_by_what_it_is_made_of() {
    for (problem, optimiser, words) in [
        (VALLEY, "adam", ""),
        (VALLEY, "adam:monitor=true", "C: Fisher (Gauss–Newton)"),
        (VALLEY, "adamqlr", "C: Fisher (Gauss–Newton)"),
        (VALLEY, "adamqlr:curvature=hessian", "C: Hessian"),
        (NET, "adamqlr:curvature=empirical", "C: empirical Fisher, which is not the Fisher"),
        (NET, "kfac", "Δ: A ⊗ G of the exact Fisher · C: Fisher (Gauss–Newton)"),
        (NET, "kfac:estimator=sampled", "Δ: A ⊗ G of the sampled Fisher · C: Fisher (Gauss–Newton)"),
        (NET, "kfac:estimator=empirical", "Δ: A ⊗ G of the empirical Fisher · C: Fisher (Gauss–Newton)"),
        (VALLEY, "kfac", "Δ: one block, all of C · C: Fisher (Gauss–Newton)"),
    ] {
        let (_, lane, facts) = run(problem, optimiser, 1);
        assert_eq!(model_in_words(&lane.recipe, facts), words, "{optimiser}");
    }
}
