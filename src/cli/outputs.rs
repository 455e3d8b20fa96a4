//! Where results go, settled before anything is computed: what cannot be written is refused at once.

use std::path::{Path, PathBuf};

use super::{args::OutputArgs, failure::Failure};
use crate::{
    export::{OutputFile, lane_paths},
    session::Setup,
};

/// The files asked for, open.
pub(super) struct Outputs {
    /// JSON Lines.
    pub trace: Option<OutputFile>,
    /// CSV.
    pub csv: Option<OutputFile>,
    /// The figure.
    pub png: Option<OutputFile>,
    /// One a lane, in file order; empty if not asked for.
    pub params: Vec<OutputFile>,
}

impl Outputs {
    /// Opens everything, none of it in the place of the checkpoint.
    pub fn open(args: &OutputArgs, setup: &Setup, checkpoint: Option<&Path>) -> Result<Self, Failure> {
        let labels = setup.lanes.iter().map(|lane| lane.label.as_str());
        let params = args.save_params.as_deref().map(|path| lane_paths(path, labels)).unwrap_or_default();
        let single = [("--trace", &args.trace), ("--csv", &args.csv), ("--png", &args.png)];
        let named = single.into_iter().filter_map(|(option, path)| Some((option, path.as_deref()?)));
        let all: Vec<(&str, &Path)> =
            named.chain(params.iter().map(|path| ("--save-params", path.as_path()))).collect();
        if let Some((option, path)) =
            all.iter().find(|(_, path)| checkpoint.is_some_and(|checkpoint| place(checkpoint) == place(path)))
        {
            let path = path.display();
            return Err(Failure::Input(format!(
                "{option} would overwrite the checkpoint {path}; give different files"
            )));
        }
        refuse_clashes(&all)?;
        let asked = single.into_iter().chain([("--save-params", &args.save_params)]);
        asked
            .filter_map(|(option, path)| Some((option, path.as_deref()?)))
            .try_for_each(|(option, path)| refuse_other_formats(option, path))?;
        if let Some(path) = args.save_params.as_deref() {
            refuse_no_file(path)?;
        }
        let open = |path: &Option<PathBuf>| path.as_deref().map(open).transpose();
        Ok(Self {
            trace: open(&args.trace)?,
            csv: open(&args.csv)?,
            png: open(&args.png)?,
            params: params.iter().map(|path| OutputFile::create(path)).collect::<Result<_, _>>()?,
        })
    }

    /// Whether standard output is taken by a result.
    pub fn use_stdout(&self) -> bool {
        [&self.trace, &self.csv, &self.png].into_iter().flatten().any(OutputFile::is_stdout)
    }
}

/// Refuses what cannot be written while the screen has standard output or cannot be written anew, and two results in one file.
pub(super) fn files<'a>(named: impl Iterator<Item = (&'a str, &'a Path)>) -> Result<(), Failure> {
    let named: Vec<_> = named.collect();
    if let Some((option, _)) = named.iter().find(|(_, path)| is_dash(path)) {
        let message =
            format!("{option}: - is standard output, which the screen needs; give a file, or use `rhoscope run`");
        return Err(Failure::Input(message));
    }
    if let Some((option, path)) = named.iter().find(|(_, path)| is_pipe(path)) {
        let path = path.display();
        let message = format!("{option}: {path} is a pipe, in which a run cannot be begun anew; give a file");
        return Err(Failure::Input(message));
    }
    named.iter().try_for_each(|(option, path)| refuse_other_formats(option, path))?;
    refuse_clashes(&named)
}

/// Endings that promise something else than what each option writes; of an ending that promises nothing, nothing is said.
const FORMATS: [(&str, &str, &[&str]); 4] = [
    ("--png", "a PNG", &["png"]),
    ("--trace", "JSON Lines", &["jsonl", "json", "ndjson"]),
    ("--csv", "CSV", &["csv"]),
    ("--save-params", "safetensors", &["safetensors"]),
];
const OTHERS: [&str; 20] = [
    "pdf", "svg", "eps", "ps", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp", "avif", "html", "xlsx", "parquet",
    "npy", "npz", "pt", "pth", "toml",
];

/// A file under the wrong ending is opened by the wrong program, long after the run.
fn refuse_other_formats(option: &str, path: &Path) -> Result<(), Failure> {
    let Some(ending) = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()) else { return Ok(()) };
    let Some((_, what, own)) = FORMATS.iter().find(|(name, ..)| *name == option) else { return Ok(()) };
    let foreign =
        OTHERS.contains(&ending.as_str()) || FORMATS.iter().any(|(.., known)| known.contains(&ending.as_str()));
    if own.contains(&ending.as_str()) || !foreign {
        return Ok(());
    }
    Err(Failure::Input(format!(
        "{option} writes {what}, not .{ending}; give a file that ends in .{}: {}",
        own[0],
        path.with_extension(own[0]).display()
    )))
}

/// Whether opening a path waits for a reader.
fn is_pipe(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        path.metadata().is_ok_and(|metadata| metadata.file_type().is_fifo())
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn open(path: &Path) -> Result<OutputFile, Failure> {
    if is_dash(path) { Ok(OutputFile::stdout()) } else { Ok(OutputFile::create(path)?) }
}

/// Names of several files are made from this one, so that it is not itself opened.
fn refuse_no_file(path: &Path) -> Result<(), Failure> {
    if is_dash(path) {
        return Err(Failure::Input("--save-params writes a file; - is not one".to_owned()));
    }
    if path.is_dir() || path.as_os_str().is_empty() || path.to_string_lossy().ends_with(std::path::MAIN_SEPARATOR) {
        OutputFile::create(path)?;
    }
    Ok(())
}

/// Two results in one file would leave only the last.
fn refuse_clashes(all: &[(&str, &Path)]) -> Result<(), Failure> {
    for (i, (option, path)) in all.iter().enumerate() {
        if let Some((other, _)) = all[..i].iter().find(|(_, other)| place(other) == place(path)) {
            let path = path.display();
            return Err(Failure::Input(format!("{other} and {option} both write to {path}; give different files")));
        }
    }
    Ok(())
}

/// The file a path means, however it is spelt.
fn place(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (path.canonicalize(), parent.canonicalize(), path.file_name()) {
        (Ok(place), _, _) => place,
        (_, Ok(parent), Some(name)) => parent.join(name),
        _ => path.to_owned(),
    }
}
