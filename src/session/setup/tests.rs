use super::*;
use crate::{
    data::{DataSource, Synthetic},
    optim::{Coefficient, Curvature, DampingRule, DirectionRecipe, Estimator, Recipe, presets},
};

const ROSENBROCK: &str = "[problem]\nkind = \"rosenbrock\"\n";

fn read(text: &str) -> Result<Setup, SetupError> {
    read_with(text, &Overrides::default())
}

fn read_with(text: &str, overrides: &Overrides) -> Result<Setup, SetupError> {
    Setup::from_str(text, "p.toml", Path::new("dir"), overrides)
}

fn set(assignments: &[&str]) -> Overrides {
    Overrides { set: assignments.iter().map(|&text| text.to_owned()).collect(), ..Overrides::default() }
}

fn optimisers(specs: &[&str]) -> Overrides {
    Overrides { optimisers: specs.iter().map(|&text| text.to_owned()).collect(), ..Overrides::default() }
}

fn recipe(spec: &str) -> Recipe {
    read_with(ROSENBROCK, &optimisers(&[spec])).unwrap().lanes[0].recipe.clone()
}

#[test]
fn every_bundled_problem_reads_and_is_named_after_its_file() {
    for bundled in BUNDLED {
        let setup = Setup::bundled(bundled.name, &Overrides::default()).unwrap();
        assert_eq!(setup.name, bundled.name);
        assert!(setup.summary.is_some() && setup.lanes.len() >= 2, "{}", bundled.name);
        assert!(bundled.text.starts_with("# "), "{} says what it shows", bundled.name);
    }
}

#[test]
fn defaults_are_filled_in() {
    let setup = read(ROSENBROCK).unwrap();
    assert_eq!((setup.name.as_str(), setup.steps, setup.seed, setup.view), ("p", 200, 0, None));
    let spec = RosenbrockSpec { a: 1.0, b: 100.0, scale: 1.0, start: vec![-1.2, 1.0] };
    assert_eq!(setup.problem, ProblemSpec::Rosenbrock(spec));
    let labels: Vec<&str> = setup.lanes.iter().map(|lane| lane.label.as_str()).collect();
    assert_eq!(labels, ["adam", "adamqlr", "kfac"]);
    assert_eq!(setup.lanes[0].recipe, presets::adam());
    assert_eq!(setup.lanes[1].recipe, Recipe { curvature: Some(Curvature::Fisher), ..presets::adamqlr() });
    assert_eq!(setup.lanes[2].recipe, presets::kfac());
}

#[test]
fn every_key_reads_back_as_written() {
    let text = r#"
        name = "n"
        summary = "s"
        steps = 7
        seed = 18446744073709551615
        [problem]
        kind = "mlp"
        layers = [2, 3, 2]
        activation = "softplus"
        loss = "cross-entropy"
        data = { synthetic = "moons", samples = 12, noise = 0.5, seed = 3 }
        init = "start.safetensors"
        batch_size = 4
        shuffle = false
        l2 = 1e-3
        precision = "f32"
        [view]
        x = [-1, 2]
        y = [0.5, 1]
        [[optimizer]]
        name = "sgd"
        label = "mine"
    "#;
    let setup = read(text).unwrap();
    assert_eq!((setup.steps, setup.seed), (7, u64::MAX));
    assert_eq!(setup.view, Some(ViewSpec { x: [-1.0, 2.0], y: [0.5, 1.0] }));
    assert_eq!(setup.lanes[0].label, "mine");
    let data = Synthetic { shape: crate::data::Shape::Moons, samples: 12, noise: 0.5, seed: Some(3) };
    let ProblemSpec::Mlp(mlp) = &setup.problem else { panic!("an mlp") };
    assert_eq!(mlp.layers, [2, 3, 2]);
    assert_eq!(mlp.data, DataSource::Synthetic(data));
    assert_eq!((mlp.batch_size, mlp.shuffle, mlp.precision), (4, false, Precision::Single));
    assert_eq!(setup.path("start.safetensors"), Path::new("dir/start.safetensors"));
}

/// What the header of a trace says is a problem file again, and the same one.
#[test]
fn the_resolved_form_reads_as_the_same_setup() {
    for bundled in BUNDLED {
        let setup = Setup::bundled(bundled.name, &set(&["seed=5"])).unwrap();
        let mut document = setup.resolved_problem();
        document["optimiser"] = setup.resolved_optimisers();
        document["seed"] = setup.seed.into();
        let again = read(&toml::to_string(&document).unwrap()).unwrap();
        assert_eq!(again.resolved_problem(), setup.resolved_problem(), "{}", bundled.name);
        assert_eq!(again.lanes, setup.lanes, "{}", bundled.name);
    }
}

#[test]
fn optimiser_options_set_what_they_name() {
    assert_eq!(recipe("adam:lr=0.05").step_size.learning_rate, Coefficient::Fixed(0.05));
    assert_eq!(recipe("sgd:momentum=.9").direction, DirectionRecipe::Gradient { momentum: 0.9 });
    let qlr = recipe("adamqlr:damping=1,curvature=hessian,damping_rule=constant,lr_clip=0.1,saddle_free=true");
    assert_eq!((qlr.damping.initial, qlr.damping.rule), (1.0, DampingRule::Constant));
    assert_eq!((qlr.curvature, qlr.step_size.clip), (Some(Curvature::Hessian), Some(0.1)));
    assert!(qlr.step_size.saddle_free);
    assert_eq!(recipe("adamqlr:preset=tuned,damping_increase=2").damping.increase, 2.0_f64);
    assert_eq!(recipe("adamqlr:damping=3,damping_rule=none").damping.initial, 0.0_f64);
    let kfac = recipe("kfac:lr=0.1,reject=true,reject_increase=3,damping_interval=5,estimator=sampled");
    assert_eq!(kfac.step_size.learning_rate, Coefficient::Fixed(0.1));
    assert_eq!(kfac.step_size.momentum, Coefficient::Adaptive);
    assert_eq!((kfac.damping.reject, kfac.damping.interval), (Some(3.0), 5));
    assert!(matches!(kfac.direction, DirectionRecipe::Kfac { estimator: Some(Estimator::Sampled), .. }));
    assert_eq!(recipe("kfac:adaptive_momentum=false").step_size.momentum, Coefficient::Fixed(0.0));
}

/// Every key's own way into a recipe and out of it agree, for every optimiser that has it.
#[test]
fn keys_set_and_get_the_same_place() {
    for name in Name::ALL {
        for key in name.keys() {
            let mut recipe = name.recipe();
            // What `reject_increase` belongs to.
            recipe.damping.reject = Some(2.0);
            let before = recipe.clone();
            match key.kind {
                Kind::Number { range, set, get } => {
                    let value = [0.25, 1.5].into_iter().find(|&value| (range.holds)(value)).unwrap();
                    set(&mut recipe, value);
                    assert_eq!(get(&recipe), Some(value), "{}", key.name);
                }
                Kind::Whole { set, get, .. } => {
                    set(&mut recipe, 17);
                    assert_eq!(get(&recipe), Some(17), "{}", key.name);
                }
                Kind::Flag { set, get } if key.name != "adaptive_lr" => {
                    let flipped = !get(&recipe).unwrap();
                    set(&mut recipe, flipped);
                    assert_eq!(get(&recipe), Some(flipped), "{}", key.name);
                }
                Kind::Flag { set, get } => {
                    recipe.step_size.learning_rate = Coefficient::Fixed(1.0);
                    set(&mut recipe, true);
                    assert_eq!((get(&recipe), &recipe), (Some(true), &before));
                    continue;
                }
                Kind::Choice { names, set, get } => {
                    for (index, word) in names.iter().enumerate() {
                        set(&mut recipe, index);
                        assert_eq!(get(&recipe), Some(index), "{} = {word}", key.name);
                    }
                    let first = usize::from(get(&before) == Some(0));
                    set(&mut recipe, first);
                }
            }
            assert_ne!(recipe, before, "{} of {} changes something", key.name, name);
        }
    }
}

#[test]
fn repeated_labels_are_numbered() {
    let setup = read_with(ROSENBROCK, &optimisers(&["adam", "adam", "adam:label=adam-2", "adam"])).unwrap();
    let labels: Vec<&str> = setup.lanes.iter().map(|lane| lane.label.as_str()).collect();
    assert_eq!(labels, ["adam", "adam-2", "adam-2-2", "adam-3"]);
    let quoted = read_with(ROSENBROCK, &optimisers(&["adam:label=\"a, b\",lr=1"])).unwrap();
    assert_eq!(quoted.lanes[0].label, "a, b");
}

#[test]
fn set_reaches_every_part_of_the_file() {
    let overrides = set(&[
        "problem.b=7",
        "problem.start=[0, 1]",
        "view.x=[0,1]",
        "view.y=[0,1]",
        "optimizer.0.lr=0.3",
        "optimiser.K-FAC.damping=2",
        "optimiser.adamqlr.label=second",
        "summary=of words",
        "steps=3",
    ]);
    let setup = Setup::bundled("rosenbrock", &overrides).unwrap();
    let ProblemSpec::Rosenbrock(spec) = &setup.problem else { panic!("rosenbrock") };
    assert_eq!((spec.b, &spec.start[..]), (7.0, &[0.0, 1.0][..]));
    assert_eq!(setup.view.unwrap().x, [0.0, 1.0]);
    assert_eq!(setup.lanes[0].recipe.step_size.learning_rate, Coefficient::Fixed(0.3));
    assert_eq!(setup.lanes[1].label, "second");
    assert_eq!(setup.lanes[2].recipe.damping.initial, 2.0_f64);
    assert_eq!((setup.summary.as_deref(), setup.steps), (Some("of words"), 3));
}

#[test]
fn errors_name_place_key_found_and_accepted() {
    let rosenbrock = |more: &str| format!("{ROSENBROCK}{more}");
    let lane = |more: &str| format!("{ROSENBROCK}[[optimiser]]\n{more}");
    let mlp = |more: &str| format!("[problem]\nkind = \"mlp\"\n{more}");
    let cases = [
        (rosenbrock("bb = 1"), "p.toml, line 3: there is no key `problem.bb`; did you mean `b`?"),
        (rosenbrock("b = \"x\""), "p.toml, line 3: `problem.b` is the text \"x\"; expected a number above 0"),
        (rosenbrock("b = nan"), "`problem.b` is NaN; expected"),
        (rosenbrock("start = [1]"), "line 3: `problem.start` is a list of 1; expected a list of at least two numbers"),
        (rosenbrock("start = [\n1,\n\"y\"]"), "line 5: `problem.start.1` is the text \"y\""),
        (format!("steps = 0\n{ROSENBROCK}"), "line 1: `steps` is 0; expected a whole number of at least 1"),
        (format!("stesp = 3\n{ROSENBROCK}"), "line 1: there is no key `stesp`; did you mean `steps`?"),
        (
            "[problem]\nkind = \"rosenbrok\"".into(),
            "line 2: `problem.kind` is the text \"rosenbrok\"; expected a kind of problem; did you mean `rosenbrock`?",
        ),
        (
            "[problem]\nkind = \"beale\"".into(),
            "known kinds are rosenbrock, quadratic, kronecker-quadratic, function, expression and mlp",
        ),
        ("[problem]\na = 1".into(), "line 1: `problem.kind` is missing"),
        ("name = \"x\"".into(), "`problem` is missing"),
        ("name = ".into(), "p.toml, line 1, column 8: not valid TOML"),
        ("name = \"a\"\nname = \"b\"".into(), "line 2"),
        (format!("name = \"a\\u0007\"\n{ROSENBROCK}"), "expected a text on one line"),
        (rosenbrock("[view]\nx = [1, -1]\ny = [0, 1]"), "`view.x` is [1, -1]; expected two numbers in ascending order"),
        (lane("name = \"adma\""), "did you mean `adam`?"),
        (lane("name = \"adam\"\nlearning_rate = 1"), "there is no key `optimiser.0.learning_rate`"),
        (lane("name = \"adam\"\nbeta = 0.9"), "did you mean `beta1`?"),
        (lane("name = \"adam\"\nbeta1 = 1"), "expected a number from 0 up to but not including 1"),
        (lane("name = \"adam\"\ndamping = 1"), "`adam` has no key `damping`; it belongs to sgdqlr, adamqlr, kfac"),
        (lane("name = \"adamqlr\"\ndamping = -1"), "expected a number of at least 0"),
        (lane("name = \"adamqlr\"\ndamping_increase = 0.5"), "expected a number of at least 1"),
        (
            lane("name = \"adamqlr\"\ndamping_rule = \"sometimes\""),
            "expected one of levenberg-marquardt, decreasing-loss, constant, none",
        ),
        (lane("name = \"adamqlr\"\ndamping_max = 1e-9"), "below damping_min"),
        (lane("name = \"kfac\"\nlr = 0.1\nadaptive_lr = true"), "line 5: `lr` is given and adaptive_lr is true"),
        (lane("name = \"kfac\"\nadaptive_lr = false"), "give `lr` as well"),
        (lane("name = \"kfac\"\nnorm_constraint = 1"), "give `lr` as well"),
        (lane("name = \"kfac\"\nreject_increase = 3"), "no effect without reject = true"),
        (lane("name = \"kfac\"\npreset = \"tuned\""), "there is no key `optimiser.0.preset`"),
        (lane("name = \"kfac\"\ndamping_interval = 1.5"), "expected a whole number of at least 1"),
        ("[problem]\nkind = \"quadratic\"".into(), "one of `matrix`, `condition` and `spectrum`"),
        ("[problem]\nkind = \"quadratic\"\nmatrix = [[1, 2], [3, 4]]".into(), "not symmetric: row 2 column 1 is 3"),
        ("[problem]\nkind = \"quadratic\"\nmatrix = [[1, 2], [3]]".into(), "expected a row of 2 numbers"),
        ("[problem]\nkind = \"quadratic\"\ncondition = 2\nstart = [1]".into(), "expected a list of 2 numbers"),
        ("[problem]\nkind = \"quadratic\"\ncondition = 2\nseed = 1".into(), "`problem.seed` goes with `spectrum` only"),
        ("[problem]\nkind = \"quadratic\"\ncondition = 2\nnoise = -1".into(), "expected a number of at least 0"),
        (
            "[problem]\nkind = \"kronecker-quadratic\"\nrows = 30\ncols = 20\n[[optimiser]]\nname = \"kfac\"\nblocks = \"full\"".into(),
            "line 7: blocks = \"full\" is for at most 512 parameters and this problem has 600; take kronecker",
        ),
        (lane("name = \"kfac\"\nblocks = \"dense\""), "expected one of kronecker, full"),
        (mlp("layers = [1]\nloss = \"mse\"\ndata = { synthetic = \"sine\" }"), "`problem.layers` is a list of 1"),
        (mlp("layers = [1, 1]\nloss = \"mse\"\ndata = { synthetic = \"moons\" }"), "labelled with classes"),
        (mlp("layers = [1, 1]\nloss = \"mse\"\ndata = { set = \"digit\" }"), "expected one of digits"),
        (
            mlp("layers = [1, 1]\nloss = \"mse\"\ndata = { csv = \"x\", inputs = [] , targets = [1] }"),
            "an empty list; expected a list of columns",
        ),
        (
            mlp("layers = [1, 99999999999]\nloss = \"mse\"\ndata = { synthetic = \"sine\" }"),
            "more than 100 million parameters",
        ),
    ];
    for (text, part) in cases {
        let message = read(&text).expect_err(&text).to_string();
        assert!(message.contains(part), "{text}\n  says: {message}\n  wanted: {part}");
    }
}

#[test]
fn errors_of_options_quote_the_option() {
    let cases = [
        (set(&["problem.bb=1"]), "--set problem.bb=1: there is no key `problem.bb`"),
        (set(&["problem.b=x"]), "--set problem.b=x: `problem.b` is the text \"x\"; expected a number above 0"),
        (set(&["problem"]), "--set problem: expected KEY=VALUE"),
        (set(&["a..b=1"]), "expected a dotted path"),
        (set(&["steps.x=1"]), "`steps` is 200; it holds no `x`"),
        (set(&["optimiser.7.lr=1"]), "`optimiser` has no `7`; it has Adam, AdamQLR, K-FAC and undamped (or 0 to 3)"),
        (optimisers(&["adam:lr"]), "--optimiser adam:lr: found `lr`; expected NAME:key=value"),
        (optimisers(&["adam:lr=x"]), "--optimiser adam:lr=x: `optimiser.0.lr` is the text \"x\""),
        (optimisers(&["adam:lr=1,lr=2"]), "`lr` is given twice"),
        (optimisers(&["adamm"]), "did you mean `adam`?"),
        (optimisers(&[""]), "expected an optimiser"),
        (Overrides { steps: Some(0), ..Overrides::default() }, "--steps 0: `steps` is 0"),
    ];
    for (overrides, part) in cases {
        let message = Setup::bundled("rosenbrock", &overrides).unwrap_err().to_string();
        assert!(message.contains(part), "{overrides:?}\n  says: {message}");
    }
}

#[test]
fn an_unknown_problem_suggests_the_nearest() {
    let message = Setup::open("rosenbrok", &Overrides::default()).unwrap_err().to_string();
    assert!(message.contains("did you mean `rosenbrock`?"), "{message}");
    let message = Setup::open("no/such.toml", &Overrides::default()).unwrap_err().to_string();
    assert!(message.contains("cannot read the problem file no/such.toml"), "{message}");
}

mod compositions;
mod data;

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever a file or an option says, reading it ends in a setup or an error with a sentence.
        #[test]
        fn no_text_makes_reading_panic(
            which in 0..BUNDLED.len(),
            from in 0_usize..1000,
            len in 0_usize..20,
            put in "\\PC{0,12}|[\\[\\]{}=.,\"'\n#0-9eE+_a-z-]{0,12}",
        ) {
            let characters: Vec<char> = BUNDLED[which].text.chars().collect();
            let from = from.min(characters.len());
            let rest = characters[from..].iter().skip(len);
            let text: String = characters[..from].iter().copied().chain(put.chars()).chain(rest.copied()).collect();
            if let Err(error) = read(&text) {
                prop_assert!(error.to_string().contains("p.toml"), "{}", error);
            }
        }

        #[test]
        fn no_option_makes_reading_panic(
            key in "(problem|optimiser|optimiser.0|steps|view|x)?[.a-z0-9]{0,8}=?",
            value in "\\PC{0,10}",
        ) {
            let option = format!("{key}{value}");
            for overrides in [set(&[&option]), optimisers(&[&option])] {
                if let Err(error) = read_with(ROSENBROCK, &overrides) {
                    prop_assert!(!error.to_string().is_empty());
                }
            }
        }

        /// A number written by hand in an option is the number used.
        #[test]
        fn numbers_of_options_are_read_exactly(value in any::<f64>().prop_filter("a learning rate", |x| x.is_finite() && *x > 0.0)) {
            prop_assert_eq!(recipe(&format!("adam:lr={value:?}")).step_size.learning_rate, Coefficient::Fixed(value));
        }
    }
}

#[test]
fn large_sets_are_trained_in_single_precision_and_all_else_is_double_unless_asked_for() {
    let precision = |data: &str, more: &str| {
        let text =
            format!("[problem]\nkind = \"mlp\"\nlayers = [784, 10]\nloss = \"cross-entropy\"\ndata = {data}\n{more}");
        let setup = Setup::from_str(&text, "p.toml", Path::new(""), &Overrides::default()).unwrap();
        match setup.problem {
            ProblemSpec::Mlp(spec) => spec.precision,
            other => panic!("{other:?}"),
        }
    };
    let fashion = "{ set = \"fashion-mnist\" }";
    assert_eq!(precision(fashion, ""), Precision::Single);
    assert_eq!(precision(fashion, "precision = \"f64\""), Precision::Double);
    assert_eq!(precision("{ set = \"digits\" }", ""), Precision::Double);
    assert_eq!(precision("{ synthetic = \"spirals\" }", ""), Precision::Double);
}
