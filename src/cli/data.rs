//! `rhoscope data`.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal as _, Write as _},
    path::Path,
};

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{args::DataCommand, failure::Failure, print};
use crate::{
    data::{KnownSet, Places, fetch, verify},
    session::setup::hint,
};

/// Says where data sets are, and gets them.
pub(super) fn data(command: Option<&DataCommand>, first: Option<&Path>) -> Result<(), Failure> {
    let places = Places::new(first);
    match command {
        None | Some(DataCommand::List) => print(&list(&places)),
        Some(DataCommand::Path) => print(&format!("{}\n", places.home().display())),
        Some(DataCommand::Fetch { name }) => get(set(name)?, &places),
        Some(DataCommand::Verify { name }) => check(set(name)?, &places),
    }
}

fn set(name: &str) -> Result<KnownSet, Failure> {
    let names = KnownSet::ALL.map(KnownSet::as_str);
    KnownSet::ALL
        .into_iter()
        .find(|set| set.as_str() == name)
        .ok_or_else(|| Failure::Input(format!("there is no data set `{name}`; {}", hint(name, names, "data sets"))))
}

/// Every set: its name, what it is, and where.
fn list(places: &Places) -> String {
    let width = KnownSet::ALL.iter().map(|set| set.as_str().len()).max().unwrap_or(0);
    let mut text = String::new();
    for set in KnownSet::ALL {
        let place = if set.is_embedded() {
            "part of the program".to_owned()
        } else {
            match places.folder_of(set) {
                Ok(folder) => folder.display().to_string(),
                Err(_) => format!("not here: {}", set.remedy()),
            }
        };
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:width$}  {}\n{:width$}    {place}", set.as_str(), set.summary(), "");
    }
    let folders: Vec<String> = places.folders().iter().map(|folder| format!("  {}\n", folder.display())).collect();
    let _ = write!(
        text,
        "\nEvery set has a folder of its name in one of these, the first of them first:\n{}",
        folders.concat()
    );
    text
}

fn get(set: KnownSet, places: &Places) -> Result<(), Failure> {
    if set.is_embedded() {
        return Err(Failure::Input(format!("{} is part of the program; there is nothing to fetch", set.as_str())));
    }
    let watched = io::stderr().is_terminal();
    let bar = ProgressBar::with_draw_target(
        None,
        if watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() },
    );
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes}  {eta} to go  {msg}") {
        bar.set_style(style);
    }
    let mut current = String::new();
    let result = fetch(set, places.home(), &mut |arrived| {
        if current != arrived.name {
            arrived.name.clone_into(&mut current);
            bar.reset();
            bar.set_message(current.clone());
            if !watched {
                let size = arrived.total.map_or_else(String::new, |total| format!(", {}", HumanBytes(total)));
                // A message that cannot be shown stops nothing.
                let _ = writeln!(io::stderr(), "{current}{size}");
            }
        }
        bar.set_length(arrived.total.unwrap_or(arrived.bytes));
        bar.set_position(arrived.bytes);
    });
    bar.finish_and_clear();
    let folder = result.map_err(|error| Failure::Input(error.to_string()))?;
    print(&format!("{} is in {}, verified\n", set.as_str(), folder.display()))
}

fn check(set: KnownSet, places: &Places) -> Result<(), Failure> {
    if set.files().is_empty() {
        let name = set.as_str();
        let why = if set.is_embedded() { "it is part of the program" } else { "no digests of it are published" };
        return Err(Failure::Input(format!("{name} has no files to check: {why}")));
    }
    let files = places.files_of(set).map_err(|error| Failure::Input(error.to_string()))?;
    let mut wrong = 0;
    for (path, file) in files.iter().zip(set.files()) {
        match verify(path, file) {
            Ok(()) => print(&format!("{}: as published\n", path.display()))?,
            Err(error) => {
                wrong += 1;
                print(&format!("{error}\n"))?;
            }
        }
    }
    match wrong {
        0 => Ok(()),
        1 => Err(Failure::Result("a file is not as it was published".to_owned())),
        _ => Err(Failure::Result(format!("{wrong} files are not as they were published"))),
    }
}
