use super::*;
use crate::optim::{Coefficient::Adaptive, Coefficient::Fixed, Inversion, Ratio};

fn refusal(spec: &str) -> String {
    read_with(ROSENBROCK, &optimisers(&[spec])).expect_err(spec).to_string()
}

#[test]
fn the_names_are_compositions() {
    for (name, parts) in [
        ("sgd", "gradient+fixed"),
        ("adam", "adam+fixed+none"),
        ("sgdqlr", "gradient+minimiser+levenberg-marquardt"),
        ("adamqlr", "adam+minimiser+levenberg-marquardt"),
        ("kfac", "kfac+minimiser+levenberg-marquardt"),
    ] {
        let composed = Recipe { curvature: None, ..recipe(parts) };
        assert_eq!(composed, Recipe { curvature: None, ..recipe(name) }, "{name}");
    }
}

#[test]
fn a_part_brings_the_values_of_the_optimiser_it_is_known_from() {
    let adam = recipe("adam+minimiser+decreasing-loss");
    assert_eq!((adam.damping.initial, adam.damping.decrease, adam.damping.increase), (1e-3, 0.5, 2.0));
    assert_eq!((adam.damping.rule, adam.ratio), (DampingRule::DecreasingLoss, Ratio::Damped));
    let kfac = recipe("kfac+minimiser+constant");
    assert_eq!((kfac.damping.initial, kfac.ratio, kfac.step_size.momentum), (1.0, Ratio::Undamped, Adaptive));
    assert_eq!(recipe("kfac+fixed").step_size.learning_rate, Fixed(1.0));
    assert_eq!(recipe("kfac+fixed").damping.initial, 0.0_f64);
    assert_eq!(recipe("gradient+minimiser").step_size.momentum, Fixed(0.0));
}

#[test]
fn keys_act_on_the_parts() {
    let recipes = [
        recipe(
            "adam+minimiser+levenberg-marquardt:momentum=0.5,reject=true,damping_interval=3,calibrate=true,beta1=0.8",
        ),
        recipe("gradient+minimiser:adaptive_momentum=true,curvature=hessian,lr_clip=2"),
        recipe("gradient+minimiser:adaptive_momentum=true,lr=0.25"),
        recipe("gradient+fixed:momentum=0.9,lr=3"),
        recipe(
            "kfac+minimiser+decreasing-loss:lr_clip=1,amplification=2,lr_ema=0.5,saddle_free=true,curvature=hessian",
        ),
        recipe("kfac+fixed+levenberg-marquardt:lr=0.5,norm_constraint=1e-3,inversion=eigen,momentum=0.1"),
    ];
    assert_eq!(recipes[0].step_size.momentum, Fixed(0.5));
    assert_eq!((recipes[0].damping.reject, recipes[0].damping.interval), (Some(2.0), 3));
    assert!(recipes[0].damping.calibrate);
    assert_eq!((recipes[1].step_size.momentum, recipes[1].step_size.clip), (Adaptive, Some(2.0)));
    assert_eq!((recipes[2].step_size.learning_rate, recipes[2].step_size.momentum), (Fixed(0.25), Adaptive));
    assert_eq!(recipes[3].direction, DirectionRecipe::Gradient { momentum: 0.9 });
    assert!(recipes[4].step_size.saddle_free);
    assert_eq!(recipes[4].curvature, Some(Curvature::Hessian));
    let DirectionRecipe::Kfac { inversion, norm_constraint, .. } = recipes[5].direction else { panic!("K-FAC") };
    assert_eq!((inversion, norm_constraint), (Inversion::Eigen, Some(1e-3)));
    assert_eq!(recipes[5].step_size.momentum, Fixed(0.1));
}

#[test]
fn what_means_nothing_is_refused_with_reason_and_remedy() {
    for (spec, part) in [
        ("adam+fixed+constant", "λ would enter neither the direction nor the step"),
        ("gradient+fixed+levenberg-marquardt", "else gradient+minimiser+levenberg-marquardt or kfac+fixed+"),
        ("adam+minimiser:lr=0.1", "`lr` leaves adam+minimiser nothing to minimise; write adam+fixed,"),
        ("gradient+minimiser+constant:lr=0.1", "write gradient+fixed,"),
        ("kfac+minimiser+constant:lr=0.1,momentum=0", "write kfac+fixed+constant,"),
        ("kfac+minimiser:lr=0.1,lr_clip=1", "`optimiser.0.lr_clip` changes the α that the model gives; leave out `lr`"),
        ("kfac+minimiser:lr=0.1,saddle_free=true", "leave out `lr`"),
        ("kfac+minimiser:norm_constraint=1", "give `lr` as well"),
        ("kfac+fixed:lr_clip=1", "`kfac+fixed` has no key `lr_clip`: it needs the step size minimiser"),
        ("adam+fixed:adaptive_momentum=true", "it needs the step size minimiser"),
        ("adam+minimiser:damping=1", "it needs a damping rule other than none"),
        ("adam+minimiser+constant:damping_rule=none", "its own place in the name"),
        ("adam+minimiser+constant:damping_interval=2", "it needs the damping rule levenberg-marquardt"),
        ("adam+minimiser+decreasing-loss:reject=true", "decreasing-loss rejects by itself"),
        ("kfac+minimiser:reject=true", "would only be repeated"),
        ("kfac+minimiser+constant:reject_increase=2", "no effect without reject = true"),
        ("gradient+minimiser:beta1=0.5", "it needs the direction adam"),
        ("adam+minimiser:ema=0.5", "it needs the direction kfac"),
        ("gradient+fixed:curvature=hessian", "it needs a quadratic model"),
        ("adam+minimiser:adaptive_momentum=true,momentum=0.5", "give one of them"),
        ("adam+minimiser:adaptive_lr=false", "give `lr` as well"),
        ("adam+minimiser+constant:dampign=1", "did you mean `damping`?"),
        ("adam+minimizr", "did you mean `minimiser`?"),
        ("newton+fixed", "a direction in place of `newton`: gradient, adam and kfac"),
        ("newton", "known ones are sgd, adam, sgdqlr, adamqlr and kfac, and compositions DIRECTION+STEP"),
    ] {
        let message = refusal(spec);
        assert!(message.contains(part), "{spec}\n  says: {message}\n  wanted: {part}");
        assert!(message.contains(&format!("--optimiser {spec}")), "{message}");
    }
}

/// The header of a trace says the name as written and every key, and reads back as the same lanes.
#[test]
fn every_composition_resolves_to_what_reads_as_itself() {
    let mut specs = vec![
        "kfac+minimiser+constant:lr=0.5,calibrate=true,reject=true,reject_increase=3".to_owned(),
        "adam+minimiser+levenberg-marquardt:lr=0.5,adaptive_momentum=true,monitor=true".to_owned(),
        "kfac+fixed+levenberg-marquardt:lr=0.5,norm_constraint=0.1".to_owned(),
        "gradient+minimiser+constant:momentum=0.3,lr_clip=1,damping_max=3".to_owned(),
    ];
    for direction in ["gradient", "adam", "kfac"] {
        for step in ["fixed", "minimiser"] {
            for rule in ["", "+none", "+constant", "+levenberg-marquardt", "+decreasing-loss"] {
                let spec = format!("{direction}+{step}{rule}");
                if Name::parse(&spec).is_ok() {
                    specs.push(spec);
                }
            }
        }
    }
    let names: Vec<String> = specs.iter().map(|spec| spec.split(':').next().unwrap().to_owned()).collect();
    let setup = read_with(ROSENBROCK, &Overrides { optimisers: specs, ..Overrides::default() }).unwrap();
    for (lane, name) in setup.lanes.iter().zip(&names) {
        assert_eq!(lane.name.to_string(), *name);
        assert!(lane.label.starts_with(name));
    }
    let mut document = setup.resolved_problem();
    document["optimiser"] = setup.resolved_optimisers();
    let again = read(&toml::to_string(&document).unwrap()).unwrap();
    assert_eq!(again.lanes, setup.lanes);
    assert_eq!(again.resolved_optimisers(), setup.resolved_optimisers());
}

/// Every key of every composition has a way into the recipe that changes it, and the same way out.
#[test]
fn no_key_of_a_composition_is_without_effect() {
    for spec in [
        "gradient+fixed",
        "adam+fixed",
        "gradient+minimiser+constant",
        "adam+minimiser+levenberg-marquardt",
        "kfac+fixed+constant",
    ] {
        let name = Name::parse(spec).unwrap();
        for key in name.keys().filter(|key| !matches!(key.name, "adaptive_lr" | "reject_increase")) {
            let before = name.recipe();
            let mut recipe = before.clone();
            match key.kind {
                Kind::Number { range, set, .. } => {
                    set(&mut recipe, [0.25, 1.5].into_iter().find(|&value| (range.holds)(value)).unwrap());
                }
                Kind::Whole { set, .. } => set(&mut recipe, 17),
                Kind::Flag { set, get } => {
                    let flipped = !get(&recipe).unwrap();
                    set(&mut recipe, flipped);
                }
                Kind::Choice { set, get, .. } => {
                    let other = usize::from(get(&before) == Some(0));
                    set(&mut recipe, other);
                }
            }
            assert_ne!(recipe, before, "{} of {spec}", key.name);
        }
    }
}
