//! What can be typed.

use std::path::PathBuf;

use clap::{Args as ArgGroup, Parser, Subcommand, ValueEnum, ValueHint};

use crate::{figure::palette, session::setup::Overrides};

const AFTER: &str = "\
Examples:
  rhoscope                                    Rosenbrock's valley on the screen
  rhoscope mlp-spirals                        a network that tells two spirals apart
  rhoscope run rosenbrock --steps 100 --png valley.png
  rhoscope run my.toml -o adam:lr=0.05 -o adamqlr:damping=1e-2 --trace trace.jsonl
  rhoscope problems show rosenbrock > my.toml";

/// See why second-order optimisers work: AdamQLR, Adam and K-FAC side by side, step by step.
#[derive(Debug, Parser)]
#[command(name = "rhoscope", version, args_conflicts_with_subcommands = true, max_term_width = 100, after_help = AFTER)]
pub(super) struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,

    /// A bundled problem or a problem file (.toml)
    #[arg(default_value = "rosenbrock", value_hint = ValueHint::FilePath)]
    pub problem: String,

    #[command(flatten)]
    pub session: SessionArgs,

    /// Colours for a dark or a light terminal; by default what the terminal says
    #[arg(long, value_enum)]
    pub theme: Option<Theme>,
}

/// Dark or light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Theme {
    /// Light on dark
    Dark,
    /// Dark on light
    Light,
}

impl From<Theme> for palette::Theme {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::Dark => Self::Dark,
            Theme::Light => Self::Light,
        }
    }
}

/// What else the program does.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run a problem without a screen
    Run(RunArgs),
    /// The problems that come with the program
    Problems {
        #[command(subcommand)]
        command: Option<ProblemsCommand>,
    },
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// What to do with the bundled problems.
#[derive(Debug, Subcommand)]
pub(super) enum ProblemsCommand {
    /// Their names, each with what it shows
    List,
    /// Print one as a problem file, ready to copy and edit
    Show {
        /// Its name
        name: String,
    },
}

/// How a session is set up.
#[derive(Debug, ArgGroup)]
pub(super) struct SessionArgs {
    /// Run this optimiser instead of the file's; repeatable. SPEC is NAME[:key=value[,key=value]...], for instance
    /// adam:lr=0.05 or adamqlr:damping=1e-3,curvature=hessian; NAME is sgd, adam, sgdqlr, adamqlr or kfac
    #[arg(short, long, visible_alias = "optimizer", value_name = "SPEC")]
    optimiser: Vec<String>,

    /// Override a key of the problem file by its dotted path, for instance problem.condition=1000 or optimiser.0.lr=0.1;
    /// repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// How many steps the run takes, instead of the file's number
    #[arg(long, value_name = "N")]
    steps: Option<u64>,

    /// One seed fixes everything random
    #[arg(long, value_name = "S")]
    seed: Option<u64>,

    /// Look for data sets here first, then in $RHOSCOPE_DATA, the user's data folder and /usr/share/datasets
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    data_dir: Option<PathBuf>,
}

impl SessionArgs {
    /// What they change in the problem file.
    pub fn overrides(&self) -> Overrides {
        Overrides {
            optimisers: self.optimiser.clone(),
            set: self.set.clone(),
            steps: self.steps,
            seed: self.seed,
            data_folder: self.data_dir.clone(),
        }
    }
}

/// A run and where its results go.
#[derive(Debug, ArgGroup)]
pub(super) struct RunArgs {
    /// A bundled problem or a problem file (.toml)
    #[arg(value_hint = ValueHint::FilePath)]
    pub problem: String,

    #[command(flatten)]
    pub session: SessionArgs,

    /// Write every step as JSON Lines; - is standard output
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub trace: Option<PathBuf>,

    /// Write every step as CSV; - is standard output
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub csv: Option<PathBuf>,

    /// Write the figure the screen would show as a PNG; - is standard output
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub png: Option<PathBuf>,

    /// Colours of the PNG: for dark or (the default) light paper
    #[arg(long, value_enum)]
    pub theme: Option<Theme>,

    /// Write the final parameters as safetensors; with several optimisers FILE.safetensors becomes FILE.LABEL.safetensors
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub save_params: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definitions_are_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn both_spellings_of_optimiser_are_taken() {
        let args =
            Args::try_parse_from(["rhoscope", "--optimizer", "adam", "--optimiser", "kfac", "-o", "sgd"]).unwrap();
        assert_eq!(args.session.overrides().optimisers, ["adam", "kfac", "sgd"]);
        assert_eq!(args.problem, "rosenbrock");
    }
}
