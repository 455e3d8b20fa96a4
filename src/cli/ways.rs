//! The manual page and the completions, which know the problems, the optimisers and the keys.

use std::io::{self, Write};

use clap::{Command, builder::PossibleValuesParser};

use crate::{
    session::setup::{BUNDLED, Name},
    tui::keys::{Group, KEYMAP},
};

/// A completion script.
pub(super) fn completions(shell: clap_complete::Shell, program: Command) -> Vec<u8> {
    let problems: Vec<&str> = BUNDLED.iter().map(|bundled| bundled.name).collect();
    let named = |command: Command| {
        let problems = PossibleValuesParser::new(problems.clone());
        let optimisers = PossibleValuesParser::new(specs());
        command
            .mut_arg("problem", |argument| argument.value_parser(problems))
            .mut_arg("optimiser", |argument| argument.value_parser(optimisers))
    };
    let sets = PossibleValuesParser::new(problems.clone());
    let mut program = named(program)
        .mut_subcommand("run", named)
        .mut_subcommand("train", named)
        .mut_subcommand("problems", |command| {
            command.mut_subcommand("show", |show| show.mut_arg("name", |argument| argument.value_parser(sets)))
        });
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut program, "rhoscope", &mut script);
    if shell == clap_complete::Shell::Fish {
        // What stands alone is not completed by what is generated; files still are, since nothing here forbids them.
        let line = format!("complete -c rhoscope -a \"{}\"\n", problems.join(" "));
        script.extend_from_slice(line.as_bytes());
    }
    if shell == clap_complete::Shell::Zsh {
        // A problem may be a file as well.
        let names = format!(":({})", problems.join(" "));
        let either =
            format!(":{{_alternative problems\\:problem\\:\"({})\" files\\:file\\:_files}}", problems.join(" "));
        script = String::from_utf8_lossy(&script).replace(&names, &either).into_bytes();
    }
    script
}

/// Every optimiser alone and with each of its keys. They live as long as the program, which ends after the script.
fn specs() -> Vec<&'static str> {
    let of = |name: Name| {
        let keys = name.keys().map(move |key| format!("{name}:{}=", key.name));
        std::iter::once(name.to_string()).chain(keys)
    };
    Name::ALL.into_iter().flat_map(of).map(|spec| &*spec.leak()).collect()
}

const EXIT: &str = r".SH EXIT STATUS
.TP
0
Done. A reader that closes its pipe is no error.
.TP
1
Every optimiser diverged or stalled, or a result that was asked for could not be produced.
.TP
2
The command line, a problem file, data or another file is at fault; nothing was written.
.TP
129, 130, 131, 138, 140, 142, 143
Ended by a hang\-up, ctrl\-c, quit, user\-defined signal 1 or 2, alarm or termination: 128 and the signal's number. Traces, tables,
pictures, parameters and the checkpoint of `train` are then in their places, up to the last step; only ctrl\-c of `run` leaves an
earlier file as it was. A second signal ends at once and leaves nothing that is half written. A hang\-up of the screen is 0, as by q.
";

/// The manual page: every command with its options, the keys of the screen, the exit codes.
pub(super) fn man(mut program: Command) -> io::Result<Vec<u8>> {
    program.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(program.clone()).render(&mut page)?;
    for command in program.get_subcommands().filter(|command| command.get_name() != "help") {
        of_command(command, command.get_name(), &mut page)?;
    }
    for group in Group::ALL {
        let title = group.title().to_uppercase();
        writeln!(page, ".SH \"KEYS: {title}\"")?;
        for binding in KEYMAP.iter().filter(|binding| binding.group == group && !binding.label.is_empty()) {
            let [label, what] = [binding.label, binding.what].map(|text| text.replace('\\', "\\e").replace('-', "\\-"));
            writeln!(page, ".TP\n\\&{label}\n\\&{what}")?;
        }
    }
    page.extend_from_slice(EXIT.as_bytes());
    Ok(page)
}

fn of_command(command: &Command, path: &str, page: &mut Vec<u8>) -> io::Result<()> {
    let mut options = Vec::new();
    clap_mangen::Man::new(command.clone()).render_options_section(&mut options)?;
    let heading = format!(
        ".SH \"RHOSCOPE {}\"\n{}",
        path.to_uppercase(),
        command.get_about().map_or_else(String::new, ToString::to_string)
    );
    writeln!(page, "{heading}")?;
    page.extend_from_slice(String::from_utf8_lossy(&options).replace(".SH OPTIONS\n", "").as_bytes());
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        of_command(inner, &format!("{path} {}", inner.get_name()), page)?;
    }
    Ok(())
}
