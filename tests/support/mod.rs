//! Running the program on files of a directory of its own.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// A problem file with three optimisers, whatever becomes of the bundled problems.
#[allow(dead_code, reason = "not every test needs it")]
pub const VALLEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/valley.toml");

/// Whoever runs the tests may ignore signals, as nohup and background jobs do, and a shell cannot take that back.
#[allow(dead_code, reason = "not every test needs it")]
pub const BY_DEFAULT: [&str; 2] = ["env", "--default-signal"];

/// A directory with files to run the program in.
pub struct Place {
    directory: TempDir,
}

/// What the program did.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Says that something was not tested, and what it needs.
#[allow(dead_code, reason = "not every test needs it")]
#[expect(clippy::print_stderr, reason = "a test that skips something says so")]
pub fn skipped(what: &str, needs: &str) {
    eprintln!("skipped: {what} needs {needs}");
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Place {
    pub fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.at(name), bytes).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Names of all files, in order.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.directory.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rhoscope"));
        command.args(arguments).current_dir(self.directory.path()).stdin(Stdio::null());
        command
    }

    /// The program with every signal as by default: it leaves ignored those that it finds ignored.
    #[allow(dead_code, reason = "not every test needs it")]
    pub fn heeding(&self, arguments: &[&str]) -> Command {
        let plain = self.command(arguments);
        if !cfg!(target_os = "linux") {
            return plain;
        }
        let mut command = Command::new(BY_DEFAULT[0]);
        command.args(&BY_DEFAULT[1..]).arg(plain.get_program()).args(plain.get_args());
        command.current_dir(self.directory.path()).stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.command(arguments).output().unwrap().into()
    }
}
