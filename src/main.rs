use rhoscope::{session::{Setup, setup::Overrides}, tui};
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let light = args.iter().any(|a| a == "--theme=light");
    let name = args.get(1).filter(|a| !a.starts_with('-')).map_or("rosenbrock", String::as_str);
    let setup = Setup::open(name, &Overrides::default()).unwrap();
    let options = tui::Options { brightness: light.then_some(rhoscope::figure::palette::Theme::Light) };
    tui::run(setup, options).unwrap();
}
