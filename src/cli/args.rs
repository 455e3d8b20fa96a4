//! What can be typed.

use std::{ffi::OsString, num::NonZero, path::PathBuf, time::Duration};

use clap::{Args as ArgGroup, Parser, Subcommand, ValueEnum, ValueHint};

use super::train::plan::{self, Every};
use crate::{figure::palette, session::setup::Overrides, tui::app::Start};

const AFTER: &str = "\
Examples:
  rhoscope                                    Rosenbrock's valley on the screen
  rhoscope mlp-spirals                        a network that tells two spirals apart
  rhoscope run rosenbrock --steps 100 --png valley.png
  rhoscope train mlp-fashion --epochs 10 --trace fashion.jsonl
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
    pub problem: OsString,

    #[command(flatten)]
    pub session: SessionArgs,

    #[command(flatten)]
    pub pace: PaceArgs,

    /// Colours for a dark or a light terminal or for a projector; by default what the terminal says
    #[arg(long, value_enum)]
    pub theme: Option<Theme>,

    #[command(flatten)]
    pub start: StartArgs,

    /// Write every step as JSON Lines; the file appears when the screen is left
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub trace: Option<PathBuf>,

    /// Write every step as CSV; the file appears when the screen is left
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub csv: Option<PathBuf>,
}

/// What the screen shows first.
#[derive(Debug, ArgGroup)]
pub(super) struct StartArgs {
    /// Play from the start, or from the step of --at; without --at the screen plays anyway
    #[arg(long)]
    play: bool,

    /// Go to this step at once, and stay there
    #[arg(long, value_name = "STEP")]
    at: Option<usize>,

    /// Explain this optimiser: its label, or its number from 1
    #[arg(long, value_name = "LABEL")]
    lane: Option<String>,

    /// Show this in the large panel: map, loss, held-out, pictures or confusion, where the problem has it
    #[arg(long, value_name = "VIEW")]
    view: Option<String>,
}

impl StartArgs {
    /// What they ask for.
    pub fn start(&self) -> Start {
        let play = self.play || self.at.is_none();
        Start { play, at: self.at, lane: self.lane.clone(), view: self.view.clone() }
    }
}

/// Which colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Theme {
    /// Light on dark
    Dark,
    /// Dark on light
    Light,
    /// Few strong colours and thick lines on white
    Projector,
}

impl From<Theme> for palette::Theme {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::Dark => Self::Dark,
            Theme::Light => Self::Light,
            Theme::Projector => Self::Projector,
        }
    }
}

/// What else the program does.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run a problem without a screen
    Run(RunArgs),
    /// Train without a screen: epochs, evaluations on held-out data, checkpoints
    Train(TrainArgs),
    /// Play problems and say whether what their files claim of the run is so
    Check(CheckArgs),
    /// The problems that come with the program
    Problems {
        #[command(subcommand)]
        command: Option<ProblemsCommand>,
    },
    /// Data sets: where they are, how to get them
    Data {
        #[command(subcommand)]
        command: Option<DataCommand>,

        /// Look here first, and keep here what is fetched
        #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath, global = true)]
        data_dir: Option<PathBuf>,
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

/// What to do with data sets.
#[derive(Debug, Subcommand)]
pub(super) enum DataCommand {
    /// Which there are, and where they are
    List,
    /// Download one, verify it and keep it in the data folder
    Fetch {
        /// Its name
        name: String,
    },
    /// Check the files of one against their published digests
    Verify {
        /// Its name
        name: String,
    },
    /// Print the folder that fetched sets are kept in
    Path,
}

/// How a session is set up.
#[derive(Debug, ArgGroup)]
pub(super) struct SessionArgs {
    /// Run this optimiser instead of the file's; repeatable. SPEC is NAME[:key=value[,key=value]...], for instance
    /// adam:lr=0.05 or adamqlr:damping=1e-3,curvature=hessian; NAME is sgd, adam, sgdqlr, adamqlr or kfac, or
    /// any DIRECTION+STEP+DAMPING of gradient, adam, kfac; fixed, minimiser; none, constant, levenberg-marquardt, decreasing-loss, for
    /// instance kfac+minimiser+decreasing-loss
    #[arg(short, long, visible_alias = "optimizer", value_name = "SPEC")]
    optimiser: Vec<String>,

    /// Override a key of the problem file by its dotted path, for instance problem.condition=1000 or optimiser.0.lr=0.1;
    /// repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// How many steps the run takes, instead of the file's number
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = plan::steps)]
    steps: Option<u64>,

    /// One seed fixes everything random
    #[arg(long, value_name = "S", allow_negative_numbers = true, value_parser = plan::seed)]
    seed: Option<u64>,

    /// How small a share of the start's gradient may be the end of an optimiser, 1e-10 if not given; 0: none is
    #[arg(long, value_name = "SHARE")]
    tolerance: Option<f64>,

    /// Start from these parameters (safetensors), for instance from --save-params
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    init: Option<PathBuf>,

    /// How many threads the arithmetic may use; by default as many as there are cores
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = plan::count::<NonZero<usize>>)]
    threads: Option<NonZero<usize>>,

    /// Look for data sets here first, then in $RHOSCOPE_DATA, the user's data folder and /usr/share/datasets
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    data_dir: Option<PathBuf>,
}

impl SessionArgs {
    /// What they change in the problem file.
    pub fn overrides(&self) -> Overrides {
        // The path is meant as seen from here, not from the problem file.
        let init = self.init.iter().map(|path| {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            format!("problem.init={}", path.display())
        });
        Overrides {
            optimisers: self.optimiser.clone(),
            set: self.set.iter().cloned().chain(init).collect(),
            steps: self.steps,
            seed: self.seed,
            tolerance: self.tolerance,
            data_folder: self.data_dir.clone(),
        }
    }

    /// How many steps were asked for.
    pub fn steps(&self) -> Option<u64> {
        self.steps
    }

    /// How many threads a product may use.
    pub fn threads(&self) -> Option<NonZero<usize>> {
        self.threads
    }
}

/// How long and how often, of a problem with data.
#[derive(Clone, Copy, Debug, ArgGroup)]
pub(super) struct PaceArgs {
    /// How many passes over the training data, instead of the file's number
    #[arg(long, value_name = "N", allow_negative_numbers = true, conflicts_with = "steps", value_parser = plan::count::<NonZero<u64>>)]
    pub epochs: Option<NonZero<u64>>,

    /// Evaluate on all of the data every N steps instead of every epoch (on the screen: every few where they are short)
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = plan::count::<NonZero<u64>>)]
    pub eval_every: Option<NonZero<u64>>,
}

/// A run and where its results go.
#[derive(Debug, ArgGroup)]
pub(super) struct RunArgs {
    /// A bundled problem or a problem file (.toml)
    #[arg(value_hint = ValueHint::FilePath)]
    pub problem: OsString,

    #[command(flatten)]
    pub session: SessionArgs,

    #[command(flatten)]
    pub outputs: OutputArgs,
}

/// Which problems to check.
#[derive(Debug, ArgGroup)]
pub(super) struct CheckArgs {
    /// Bundled problems or problem files (.toml); without any, every bundled problem whose data are here
    #[arg(value_hint = ValueHint::FilePath)]
    pub problems: Vec<String>,

    /// Look for data sets here first, then in $RHOSCOPE_DATA, the user's data folder and /usr/share/datasets
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub data_dir: Option<PathBuf>,
}

/// A training and where its results go.
#[derive(Debug, ArgGroup)]
pub(super) struct TrainArgs {
    /// A bundled problem or a problem file (.toml), with data to learn from
    #[arg(value_hint = ValueHint::FilePath)]
    pub problem: OsString,

    #[command(flatten)]
    pub pace: PaceArgs,

    /// Stop after so long: seconds, or a number with s, m or h
    #[arg(long, value_name = "TIME", value_parser = plan::time)]
    pub time_limit: Option<Duration>,

    /// Keep a checkpoint in this file, and the one before it in FILE.previous
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub checkpoint: Option<PathBuf>,

    /// How often: so many steps, or a time with s, m or h; the default is 1m
    #[arg(long, value_name = "N|TIME", value_parser = plan::every)]
    pub checkpoint_every: Option<Every>,

    /// Go on from this checkpoint, which is then kept up as by --checkpoint
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "png")]
    pub resume: Option<PathBuf>,

    #[command(flatten)]
    pub session: SessionArgs,

    #[command(flatten)]
    pub outputs: OutputArgs,
}

/// Where results go.
#[derive(Debug, ArgGroup)]
pub(super) struct OutputArgs {
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
