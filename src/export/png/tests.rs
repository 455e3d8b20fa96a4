use std::collections::HashSet;

use tiny_skia::Pixmap;

use super::*;
use crate::{
    figure::{
        Caption, Family, Ground, GroundOptions, PathOptions, TraceOptions, View, Window, compose, landscape,
        lane_styles,
        palette::{self, Rgb},
    },
    optim::{Cost, Outcome, Quantity, StepRecord},
    session::History,
};

fn rosenbrock([x, y]: [f64; 2]) -> f64 {
    (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)
}

fn gradient([x, y]: [f64; 2]) -> [f64; 2] {
    [2.0 * (x - 1.0) - 400.0 * x * (y - x * x), 200.0 * (y - x * x)]
}

/// The Gauss–Newton matrix as (xx, xy, yy).
fn gauss_newton([x, _]: [f64; 2]) -> [f64; 3] {
    [2.0 + 800.0 * x * x, -400.0 * x, 200.0]
}

fn dot(a: [f64; 2], b: [f64; 2]) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

/// A lane in miniature: Adam with a fixed step, Adam's direction with the model's step, or damped Gauss–Newton.
fn run(history: &mut History, lane: usize, steps: usize) {
    let mut at = [-1.2, 1.0];
    let (mut mean, mut square, mut lambda) = ([0.0; 2], [0.0; 2], if lane == 2 { 1.0 } else { 1e-3 });
    for step in 1..=steps {
        let (g, [a, b, c]) = (gradient(at), gauss_newton(at));
        let norm = dot(g, g).sqrt();
        if norm < 1e-12 {
            history.lane_mut(lane).end(step as u64 - 1, Outcome::Converged("the gradient is zero".into()));
            return;
        }
        for i in 0..2 {
            mean[i] = 0.9 * mean[i] + 0.1 * g[i];
            square[i] = 0.999 * square[i] + 0.001 * g[i] * g[i];
        }
        let correct = |decay: f64| 1.0 - decay.powf(step as f64);
        let adam = [0, 1].map(|i| mean[i] / correct(0.9) / ((square[i] / correct(0.999)).sqrt() + 1e-8));
        let determinant = (a + lambda) * (c + lambda) - b * b;
        let newton = [((c + lambda) * g[0] - b * g[1]) / determinant, ((a + lambda) * g[1] - b * g[0]) / determinant];
        let d = if lane == 2 { newton } else { adam };
        let curvature = a * d[0] * d[0] + 2.0 * b * d[0] * d[1] + c * d[1] * d[1] + lambda * dot(d, d);
        let alpha = if lane == 0 { 0.05 } else { dot(g, d) / curvature };
        let new = [at[0] - alpha * d[0], at[1] - alpha * d[1]];
        let mut record = StepRecord::new(step as u64);
        record.set(Quantity::Loss, rosenbrock(at));
        record.set(Quantity::LearningRate, alpha);
        record.cost = Cost { gradients: 1, ..Cost::default() };
        if lane > 0 {
            let rho = (rosenbrock(new) - rosenbrock(at)) / (0.5 * alpha * alpha * curvature - alpha * dot(g, d));
            record.cost = Cost { gradients: 1, products: 1, losses: 1, ..Cost::default() };
            record.set(Quantity::NewLoss, rosenbrock(new));
            record.set(Quantity::Damping, lambda);
            record.set(Quantity::Rho, rho);
            lambda *= if rho > 0.75 {
                0.5
            } else if rho < 0.25 {
                2.0
            } else {
                1.0
            };
            record.set(Quantity::NextDamping, lambda);
        }
        at = new;
        record.params.extend(at);
        history.lane_mut(lane).push(&record, step as f64 * 1e-5);
    }
}

fn figure(labels: &[&str], window: Window, options: &TraceOptions) -> Figure {
    let mut history = History::new(labels.iter().map(|label| ((*label).to_owned(), vec![-1.2, 1.0])));
    (0..labels.len()).for_each(|lane| run(&mut history, lane, 60));
    let surface =
        |xs: &[f64], ys: &[f64]| ys.iter().flat_map(|&y| xs.iter().map(move |&x| rosenbrock([x, y]))).collect();
    let ground = Ground::sample(window.fitted(MAIN_ASPECT), &[[1.0, 1.0]], &GroundOptions::default(), &surface);
    let paths =
        PathOptions { cursor: options.cursor.unwrap_or(60), hidden: options.hidden.clone(), resolution: [900, 800] };
    let caption = Caption { name: "rosenbrock".into(), summary: "A curved valley: what damping is for".into() };
    let styles = lane_styles(&labels.iter().map(|label| Family::named(label)).collect::<Vec<_>>());
    let main = MainView::Landscape(Box::new(landscape(&ground, &history, &paths)));
    compose(&caption, main, styles, &history, options)
}

const WINDOW: Window = Window { x: [-1.5, 1.5], y: [-1.0, 1.5] };
const LABELS: [&str; 3] = ["Adam", "AdamQLR", "K-FAC"];

fn colours(bytes: &[u8]) -> HashSet<Rgb> {
    let picture = Pixmap::decode_png(bytes).unwrap();
    assert_eq!([picture.width(), picture.height()], PNG_SIZE);
    picture.pixels().iter().map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect()
}

fn blank() -> Pixmap {
    Pixmap::new(PNG_SIZE[0], PNG_SIZE[1]).unwrap()
}

fn area(picture: &mut Pixmap) -> Area<'_> {
    Pixels::new(picture, Fonts::embedded().unwrap()).into_drawing_area()
}

#[test]
fn the_picture_shows_every_visible_lane_in_its_colour() {
    for theme in [Theme::Light, Theme::Dark, Theme::Projector] {
        let figure = figure(&LABELS, WINDOW, &TraceOptions { cursor: Some(24), ..TraceOptions::default() });
        let found = colours(&png(&figure, theme).unwrap());
        assert!(figure.styles.iter().all(|style| found.contains(&style.on(theme).colour)), "{theme:?}");
    }
    let options = TraceOptions { hidden: vec![false, true, false], ..TraceOptions::default() };
    let figure = figure(&LABELS, WINDOW, &options);
    let found = colours(&png(&figure, Theme::Light).unwrap());
    let seen: Vec<bool> = figure.styles.iter().map(|style| found.contains(&style.on(Theme::Light).colour)).collect();
    assert_eq!(seen, [true, false, true]);
}

#[test]
fn a_picture_of_nothing_is_a_picture() {
    let styles = lane_styles(&[]);
    let (history, options) = (History::default(), TraceOptions::default());
    let main = View::Loss.main_view(&history, None, 0, &options);
    let figure = compose(&Caption::default(), main, styles, &history, &options);
    assert!(colours(&png(&figure, Theme::Light).unwrap()).len() > 2);
    let bare = Figure { traces: Vec::new(), ..figure };
    assert!(png(&bare, Theme::Dark).is_ok());
}

#[test]
fn the_usual_plot_area_has_the_shape_that_windows_are_fitted_to() {
    let figure = figure(&LABELS, WINDOW, &TraceOptions::default());
    let mut picture = blank();
    let root = area(&mut picture);
    let body = header::draw(&root, &Ink::of(Theme::Light), &figure, &figure.styles).unwrap();
    let (width, height) = Layout::new(&body, &figure).unwrap().main.dim_in_pixel();
    let aspect = f64::from(width) / f64::from(height);
    assert!((aspect / MAIN_ASPECT - 1.0).abs() < 0.02, "{aspect}");
}

#[test]
fn no_label_is_too_long_and_no_legend_too_full() {
    let long = "a name that goes on and on, far beyond what any slide has room for, and then on for a while";
    let labels: Vec<String> = (0..12).map(|lane| format!("{long} {lane}")).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let mut figure = figure(&labels[..3], WINDOW, &TraceOptions::default());
    figure.title = long.repeat(4);
    assert!(png(&figure, Theme::Light).is_ok());
    figure.legend = figure.legend.iter().cycle().take(400).cloned().collect();
    assert!(png(&figure, Theme::Light).is_ok());
    let mut picture = blank();
    let root = area(&mut picture);
    let style = text::bold(30.0, Ink::of(Theme::Dark).text);
    let short = text::shortened(&root, long, &style, 3000).unwrap();
    assert!(text::width(&root, &short, &style).unwrap() <= 3000 && short.ends_with('…'));
    assert_eq!(text::shortened(&root, "α", &style, 3000).unwrap(), "α");
}

/// A network of pictures, trained for two epochs.
fn trained(problem: &str, set: &[&str]) -> (History, crate::figure::DataFacts, Vec<Family>) {
    use crate::session::{Evaluator, Progress, Setup, setup::Overrides};
    let set = set.iter().map(|&text| text.to_owned()).collect();
    let setup = Setup::bundled(problem, &Overrides { set, ..Overrides::default() }).unwrap();
    let mut session = setup.build().unwrap();
    let data = crate::figure::DataFacts::new(&setup, &session).unwrap();
    let inputs = data.pictures.as_ref().map(|pictures| pictures.inputs.clone());
    let mut evaluator = Evaluator::new(&session, None).unwrap().looking_at(inputs);
    let mut history = session.empty_history();
    for step in 0..=2 * data.per_epoch {
        if step > 0 {
            session.advance(&|| 0.0, &mut |progress| {
                if let Progress::Step { lane, record, seconds } = progress {
                    history.lane_mut(lane).push(record, seconds);
                }
            });
        }
        while let Some((lane, record)) = evaluator.next(&session).filter(|_| evaluator.is_due(step)) {
            history.lane_mut(lane).evaluated(record);
        }
    }
    (history, data, setup.lanes.iter().map(|lane| Family::of(&lane.recipe)).collect())
}

#[test]
fn every_view_of_a_network_is_drawn_in_its_lanes_colours() {
    let redrawn = [
        "problem.data={ set = \"fashion-mnist-small\", targets = \"inputs\" }",
        "problem.layers=[784, 8, 784]",
        "problem.loss=mse",
    ];
    for (problem, set, views) in [
        ("mlp-fashion", &[][..], &[View::HeldOut, View::Pictures, View::Confusion][..]),
        ("mlp-fashion", &redrawn, &[View::HeldOut, View::Pictures]),
        ("mlp-spirals", &[], &[View::HeldOut, View::Confusion]),
    ] {
        let (history, data, families) = trained(problem, set);
        let styles = lane_styles(&families);
        for view in views {
            for theme in [Theme::Light, Theme::Dark] {
                let options = TraceOptions { cursor: Some(history.latest()), ..TraceOptions::default() };
                let main = view.main_view(&history, Some(&data), 1, &options);
                let figure = Figure {
                    // Only the large panel is to show the colours that are looked for.
                    traces: Vec::new(),
                    legend: Vec::new(),
                    ..compose(&Caption::default(), main, styles.clone(), &history, &options)
                };
                let found = colours(&png(&figure, theme).unwrap());
                let expected: Vec<Rgb> = match &figure.main {
                    MainView::Confusion(matrix) => {
                        let ground = if theme == Theme::Light { [255; 3] } else { [0x0D, 0x11, 0x17] };
                        let cells = matrix.cells.iter().flatten();
                        cells.map(|cell| palette::mix(ground, styles[1].on(theme).colour, cell.depth)).collect()
                    }
                    _ => styles.iter().map(|style| style.on(theme).colour).collect(),
                };
                assert!(
                    expected.len() >= 3 && expected.iter().all(|colour| found.contains(colour)),
                    "{problem} {view:?} {theme:?}"
                );
                assert!(found.len() > 30, "{problem} {view:?}: {} colours", found.len());
            }
        }
    }
}

#[test]
fn the_font_has_every_character_a_figure_may_use() {
    let font = Fonts::embedded().unwrap();
    for character in "αβγθλμρκ₁₂₃⁰¹²³⁴⁵⁶⁷⁸⁹⁻−¼¾▲▼●◆■★…×‖✓✗√≤≥→∞\u{2009}".chars()
    {
        assert!(font.has(character), "{character}");
    }
}
