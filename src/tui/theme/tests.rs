use super::*;

fn environment(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
    |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
}

#[test]
fn the_environment_decides_the_depth() {
    let cases: [(&'static [(&str, &str)], Depth); 10] = [
        (&[("CLICOLOR", "0")], Depth::Monochrome),
        (&[("CLICOLOR", "1")], Depth::Indexed),
        (&[("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")], Depth::Indexed),
        (&[("TERM", "vt100")], Depth::Monochrome),
        (&[], Depth::Indexed),
        (&[("COLORTERM", "truecolor")], Depth::True),
        (&[("TERM", "xterm-direct")], Depth::True),
        (&[("COLORTERM", "truecolor"), ("NO_COLOR", "1")], Depth::Monochrome),
        (&[("COLORTERM", "truecolor"), ("NO_COLOR", "")], Depth::True),
        (&[("TERM", "dumb")], Depth::Monochrome),
    ];
    for (pairs, depth) in cases {
        assert_eq!(Depth::detect(environment(pairs)), depth, "{pairs:?}");
    }
}

#[test]
fn the_ground_is_asked_for() {
    assert_eq!(detect_brightness(environment(&[("COLORFGBG", "0;15")])), Brightness::Light);
    assert_eq!(detect_brightness(environment(&[("COLORFGBG", "15;0")])), Brightness::Dark);
    assert_eq!(detect_brightness(environment(&[])), Brightness::Dark);
}

#[test]
fn without_colours_every_colour_is_the_terminals_own() {
    let theme = Theme::new(Brightness::Dark, Depth::Monochrome);
    for style in [theme.text(), theme.quiet(), theme.strong(), theme.border(true), theme.warning(), theme.chosen()] {
        assert!(style.fg.is_none_or(|c| c == Color::Reset) && style.bg.is_none_or(|c| c == Color::Reset));
    }
    assert_eq!((theme.band(), theme.cursor_ground()), (None, None));
}

#[test]
fn approximations_are_near() {
    assert_eq!(xterm::nearest([0, 0, 0]), 16);
    assert_eq!(xterm::nearest([255, 255, 255]), 231);
    assert_eq!(xterm::nearest([213, 94, 0]), 166);
    assert_eq!(xterm::nearest([128, 128, 128]), 244);
}

const THEMES: [(Brightness, f64); 3] =
    [(Brightness::Dark, 3.0), (Brightness::Light, 3.0), (Brightness::Projector, 4.5)];

fn shown(colour: Color) -> Rgb {
    match colour {
        Color::Rgb(r, g, b) => [r, g, b],
        Color::Indexed(index) => xterm::rgb(index),
        other => panic!("{other:?}"),
    }
}

/// All that a line may lie on: the map's shades and level lines, the page, a band, the cursor's bar.
fn grounds(theme: Theme) -> Vec<Rgb> {
    let places = (0..=128).map(|place| f64::from(place) / 128.0);
    let map = places.flat_map(|place| [theme.field(place), theme.level(place)]);
    let flat = [theme.text().bg, theme.band(), theme.cursor_ground(), theme.halo()].into_iter().flatten();
    map.chain(flat).map(shown).collect()
}

#[test]
fn lanes_stand_out_on_every_ground_in_both_depths() {
    let styles = palette::lane_styles(&[palette::Family::Other; 8]);
    for (brightness, least) in THEMES {
        for depth in [Depth::True, Depth::Indexed] {
            let theme = Theme::new(brightness, depth);
            for ground in grounds(theme) {
                for style in &styles {
                    for lane in [theme.lane(style), theme.lane_bright(style)] {
                        let contrast = palette::contrast(shown(lane), ground);
                        assert!(contrast >= least, "{theme:?}: {lane:?} on {ground:?}: {contrast}");
                    }
                }
            }
        }
    }
}

#[test]
fn thresholds_cursors_stars_and_frames_stand_out() {
    for (brightness, _) in THEMES {
        for depth in [Depth::True, Depth::Indexed] {
            let theme = Theme::new(brightness, depth);
            let flat = [theme.text().bg, theme.band(), theme.cursor_ground()].into_iter().flatten().map(shown);
            for ground in flat.clone() {
                let contrast = palette::contrast(shown(theme.threshold()), ground);
                assert!(contrast >= 4.5, "{theme:?}: threshold on {ground:?}: {contrast}");
            }
            let page = shown(theme.text().bg.unwrap());
            for line in [theme.border(false), theme.border(true), theme.quiet(), theme.warning(), theme.notice()] {
                let contrast = palette::contrast(shown(line.fg.unwrap()), page);
                assert!(contrast >= 3.0, "{theme:?}: {line:?}: {contrast}");
            }
            for ground in grounds(theme) {
                let contrast = palette::contrast(shown(theme.accent().fg.unwrap()), ground);
                assert!(contrast >= 3.0, "{theme:?}: star on {ground:?}: {contrast}");
            }
        }
    }
}

#[test]
fn examples_stand_out_on_every_region_in_both_depths() {
    for (brightness, _) in THEMES {
        for depth in [Depth::True, Depth::Indexed] {
            let theme = Theme::new(brightness, depth);
            for class in 0..8 {
                for (region, sure) in (0..8).flat_map(|region| (0..=20).map(move |sure| (region, sure))) {
                    let ground = shown(theme.region(region, f64::from(sure) / 20.0));
                    let contrast = palette::contrast(shown(theme.class(class)), ground);
                    assert!(contrast >= 3.0, "{theme:?}: class {class} on {ground:?}: {contrast}");
                }
            }
        }
    }
}
