//! `rhoscope [PROBLEM]`: the terminal interface.

use std::io::{self, IsTerminal as _};

use super::{args::Args, failure::Failure, named, outputs, train::plan::no_data};
use crate::{
    session::setup::ProblemSpec,
    tui::{self, Options, TuiError, source::Pace, trace::TraceFiles},
};

/// Shows a problem on the screen.
pub(super) fn open(args: &Args) -> Result<(), Failure> {
    let setup = named::open(&args.problem, &args.session.overrides())?;
    let pace = Pace {
        epochs: args.pace.epochs.map(std::num::NonZero::get),
        eval_every: args.pace.eval_every.map(std::num::NonZero::get),
    };
    if pace != Pace::default() && !matches!(setup.problem, ProblemSpec::Mlp(_)) {
        return Err(Failure::Input(format!("{}; --epochs and --eval-every need some", no_data(&setup))));
    }
    let files = [("--trace", &args.trace), ("--csv", &args.csv)];
    outputs::files(files.into_iter().filter_map(|(option, path)| Some((option, path.as_deref()?))))?;
    if !io::stdout().is_terminal() {
        let message = "standard output is not a terminal, and the screen needs one; `rhoscope run` works without";
        return Err(Failure::Input(message.to_owned()));
    }
    if let Some(why) = unable(|name| std::env::var(name).ok()) {
        return Err(Failure::Input(format!("{why}, or use `rhoscope run`, which needs no screen")));
    }
    let trace = TraceFiles { json: args.trace.clone(), csv: args.csv.clone() };
    let options = Options { brightness: args.theme.map(Into::into), pace, trace, start: args.start.start() };
    tui::run(setup, options).map_err(|error| match error {
        // The program is at fault, not what was typed.
        TuiError::Panic { .. } => Failure::Result(error.to_string()),
        TuiError::Problem(_) | TuiError::Terminal(_) | TuiError::Trace(_) => Failure::Input(error.to_string()),
    })
}

/// Terminals that cannot place the cursor, or do so by sequences of their own.
const OTHERS: [&str; 8] = ["dumb", "unknown", "emacs", "vt52", "network", "switch", "dialup", "lpr"];

/// Why the terminal cannot show the screen and what to do, where the environment says that it cannot.
fn unable(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let terminal = variable("TERM").unwrap_or_default();
    if terminal.is_empty() || OTHERS.contains(&terminal.as_str()) {
        let found = if terminal.is_empty() { "empty".to_owned() } else { format!("`{terminal}`") };
        return Some(format!(
            "TERM is {found}: such a terminal cannot place the cursor as the screen does; set TERM to what it is, for instance \
             xterm-256color"
        ));
    }
    // Where nothing is set, as in most containers, the terminal can nearly always do it.
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| {
        let value = variable(name).filter(|value| !value.is_empty())?;
        Some((name, value))
    });
    let (name, locale) = set?;
    let encoding = locale.split('@').next().and_then(|locale| locale.split_once('.')).map(|(_, encoding)| encoding);
    let unicode = encoding.map(|encoding| encoding.to_lowercase().replace('-', "") == "utf8");
    let plain = locale == "C" || locale == "POSIX";
    (plain || unicode == Some(false)).then(|| {
        format!(
            "{name} is `{locale}`, which is not UTF-8, and the screen is drawn with Unicode's signs; set LC_ALL=C.UTF-8 if the \
             terminal knows them"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::unable;

    #[test]
    fn the_environment_says_whether_the_screen_can_be_shown() {
        let with = |pairs: &[(&str, &str)]| {
            unable(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        };
        for term in ["xterm-256color", "tmux", "linux", "vt100"] {
            assert_eq!(with(&[("TERM", term)]), None);
        }
        for term in ["", "dumb", "unknown", "emacs", "vt52"] {
            assert!(with(&[("TERM", term)]).is_some_and(|why| why.starts_with("TERM is ")), "{term}");
        }
        let locale = |name, value| with(&[("TERM", "xterm"), (name, value)]);
        for locale_of in ["C.UTF-8", "en_GB.utf8", "de_DE.UTF-8@euro", "en_US", ""] {
            assert_eq!(locale("LANG", locale_of), None, "{locale_of}");
        }
        for locale_of in ["C", "POSIX", "de_DE.ISO-8859-1", "ja_JP.eucJP"] {
            assert!(locale("LC_ALL", locale_of).is_some_and(|why| why.contains(locale_of)), "{locale_of}");
        }
        assert_eq!(with(&[("TERM", "xterm"), ("LC_ALL", "C.UTF-8"), ("LANG", "C")]), None);
    }
}
