//! Data sets from a server on this computer that behaves well or badly, and data of files that change.

#![cfg(feature = "app")]
#![allow(clippy::unwrap_used, reason = "a test may stop anywhere")]

mod support;

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    path::Path,
    thread,
};

use support::{Place, Ran, skipped};

/// Answers every request by `answer`, given the path asked for, until the test is over.
fn serve(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut request = String::new();
            reader.read_line(&mut request).unwrap();
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|count| count > 2) {
                line.clear();
            }
            let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
            let _ = stream.write_all(&answer(&path));
        }
    });
    address
}

fn response(status: &str, length: usize, body: &[u8]) -> Vec<u8> {
    let header = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    [header.as_bytes(), body].concat()
}

fn fetch(place: &Place, address: &str) -> Ran {
    let mut command = place.command(&["data", "fetch", "fashion-mnist", "--data-dir", "store"]);
    command.env("RHOSCOPE_DATA_URL", address).output().unwrap().into()
}

const SYSTEM: &str = "/usr/share/datasets/fashion-mnist";

/// Whatever the other side does, a set is there whole or not at all.
#[test]
fn what_does_not_arrive_whole_leaves_nothing() {
    let zipped = |bytes: &[u8]| {
        let mut all = Vec::new();
        flate2::read::GzEncoder::new(bytes, flate2::Compression::default()).read_to_end(&mut all).unwrap();
        all
    };
    let other = zipped(b"something else");
    let cases: [(Vec<u8>, &str); 5] = [
        (response("404 Not Found", 0, b""), "404"),
        (response("200 OK", 100, b"cut"), "cannot fetch"),
        (response("200 OK", 5, b"plain"), "is not the file that was published: it does not decompress"),
        (response("200 OK", other.len(), &other), "is not the file that was published: the SHA-256 of its contents is"),
        (b"rubbish\r\n\r\n".to_vec(), "cannot fetch"),
    ];
    for (answer, part) in cases {
        let place = Place::new();
        let address = serve(move |_| answer.clone());
        let ran = fetch(&place, &address);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{}", ran.stderr);
        assert!(ran.stderr.contains(part) && ran.stderr.contains("train-images-idx3-ubyte.gz"), "{}", ran.stderr);
        assert_eq!(place.names(), ["store"]);
        assert_eq!(std::fs::read_dir(place.at("store")).unwrap().count(), 0);
    }
    let ran = fetch(&Place::new(), "http://127.0.0.1:1");
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("cannot fetch http://127.0.0.1:1/train-images"), "{}", ran.stderr);
}

/// Where the set is installed, a server with the same files gives it to another folder, which then verifies and is used.
#[test]
fn a_set_is_fetched_verified_and_found() {
    let place = Place::new();
    if !Path::new(SYSTEM).is_dir() {
        // Nothing to serve: what is asked for is then said to be missing, with both ways to get it.
        let ran = place.run(&["data", "verify", "fashion-mnist"]);
        assert_eq!(ran.code, Some(2));
        assert!(
            ran.stderr.contains("rhoscope data fetch fashion-mnist") && ran.stderr.contains("dataset-fashion-mnist")
        );
        skipped("fetching and verifying a set", "Debian's dataset-fashion-mnist");
        return;
    }
    let address = serve(|path| {
        let bytes = std::fs::read(format!("{SYSTEM}{path}")).unwrap();
        response("200 OK", bytes.len(), &bytes)
    });
    let ran = fetch(&place, &address);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stdout, "fashion-mnist is in store/fashion-mnist, verified\n");
    let verify = || place.run(&["data", "verify", "fashion-mnist", "--data-dir", "store"]);
    let ran = verify();
    assert_eq!((ran.code, ran.stdout.matches(": as published").count()), (Some(0), 4), "{}", ran.stderr);
    let listed = place.run(&["data", "list", "--data-dir", "store"]).stdout;
    assert!(listed.contains("  store/fashion-mnist\n"), "{listed}");
    assert_eq!(place.run(&["data", "path", "--data-dir", "store"]).stdout, "store\n");

    let file = "store/fashion-mnist/t10k-labels-idx1-ubyte.gz";
    place.write(file, "rubbish");
    let ran = verify();
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stdout.contains(&format!("{file}: the SHA-256 of its contents is")), "{}", ran.stdout);
    assert_eq!(place.read(file), "rubbish", "it is only looked at");
    let ran = place.run(&["train", "mlp-fashion-full", "--steps", "1", "--data-dir", "store"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains(&format!("{file}: ")), "{}", ran.stderr);
}

#[test]
fn names_that_mean_nothing_to_fetch_are_refused() {
    let place = Place::new();
    for (arguments, part) in [
        (&["fetch", "fashion-mnits"][..], "there is no data set `fashion-mnits`; did you mean `fashion-mnist`?"),
        (&["fetch", "digits"], "digits is part of the program"),
        (&["fetch", "uci-energy"], "uci-energy cannot be fetched: put data.txt and permutation_indices.txt"),
        (&["verify", "digits"], "digits has no files to check"),
    ] {
        let ran = place.run(&[&["data"], arguments].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{}", ran.stderr);
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
    }
}

/// Numbers that are none, and what a terminal must not be shown.
#[test]
fn fields_that_are_no_numbers_are_refused_with_their_place() {
    let skip = "; rows that lack a value are left out by missing = \"skip-row\"";
    for (target, found, hint) in [
        ("infinity", r#""infinity""#, ""),
        ("-inf", r#""-inf""#, ""),
        ("nan", r#""nan""#, skip),
        ("1e999", r#""1e999""#, ""),
        ("1\u{1b}[31m\u{7}", r#""1\u{1b}[31m\u{7}""#, ""),
        ("\u{9b}2J", r#""\u{9b}2J""#, ""),
        ("\"a\nb\"", r#""a\nb""#, ""),
    ] {
        let place = Place::new();
        on_a_table(&place, target);
        for command in ["run", "train"] {
            let ran = place.run(&[command, "d.toml", "--steps", "2", "--trace", "t.jsonl"]);
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{target:?}");
            let expected = format!("d.csv, row 5, column `y`: found {found}; expected a finite number{hint}\n");
            assert!(ran.stderr.ends_with(&expected), "{}\n{expected}", ran.stderr);
            assert_eq!(place.names(), ["d.csv", "d.toml"]);
        }
    }
    // A header is shown in messages as well.
    let place = Place::new();
    on_a_table(&place, "0.3");
    place.write("d.csv", place.read("d.csv").replace("x,y", "x,z\u{1b}[31m"));
    let ran = place.run(&["run", "d.toml"]);
    assert!(ran.stderr.contains("there is no column `y`; the header has x, z"), "{}", ran.stderr);
    assert!(!ran.stderr.contains('\u{1b}'), "{:?}", ran.stderr);
}

/// A problem on a table of ten rows, the fourth of which has this target.
fn on_a_table(place: &Place, target: &str) {
    let rows: String =
        (0..10).map(|i| if i == 3 { format!("0.3,{target}\n") } else { format!("0.{i},0.{i}\n") }).collect();
    place.write("d.csv", format!("x,y\n{rows}"));
    place.write(
        "d.toml",
        "[problem]\nkind = \"mlp\"\nlayers = [1, 4, 1]\nactivation = \"tanh\"\nloss = \"mse\"\nbatch_size = 5\n\
         data = { csv = \"d.csv\", inputs = [\"x\"], targets = [\"y\"] }\n[[optimiser]]\nname = \"kfac\"\n",
    );
}

#[test]
fn a_checkpoint_is_not_taken_up_with_other_data() {
    let place = Place::new();
    on_a_table(&place, "0.3");
    assert_eq!(place.run(&["train", "d.toml", "--epochs", "3", "--checkpoint", "c"]).code, Some(0));
    assert_eq!(place.run(&["train", "d.toml", "--epochs", "4", "--resume", "c"]).code, Some(0));
    on_a_table(&place, "99");
    let before = std::fs::read(place.at("c")).unwrap();
    let ran = place.run(&["train", "d.toml", "--epochs", "6", "--resume", "c"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("c: was made with other data: of what is here, training targets differs"),
        "{}",
        ran.stderr
    );
    assert_eq!(std::fs::read(place.at("c")).unwrap(), before);
}

/// A checkpoint that cannot be put in its place ends nothing, but is not kept quiet about.
#[test]
fn a_checkpoint_that_cannot_be_written_is_an_error_at_the_end_and_leaves_nothing() {
    let place = Place::new();
    on_a_table(&place, "0.3");
    place.write("c", "an earlier file");
    // It cannot be put aside while a directory that is not empty has its place.
    std::fs::create_dir_all(place.at("c.previous/full")).unwrap();
    let ran = place.run(&["train", "d.toml", "--epochs", "3", "--checkpoint", "c", "--trace", "t.jsonl"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("warning: cannot write the checkpoint c: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("the checkpoint c could not be written: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("everything else is complete"), "{}", ran.stderr);
    assert!(ran.stdout.contains("finished"), "the training went on: {}", ran.stdout);
    assert_eq!(place.names(), ["c", "c.previous", "d.csv", "d.toml", "t.jsonl"]);
    assert_eq!(place.read("c"), "an earlier file");
    // Later attempts may succeed: then there is nothing to complain of.
    std::fs::remove_dir_all(place.at("c.previous")).unwrap();
    assert_eq!(place.run(&["train", "d.toml", "--epochs", "3", "--checkpoint", "c"]).code, Some(0));
}

/// What was left out of the data is said, by `run` and by `train`.
#[test]
fn rows_that_were_skipped_are_counted() {
    let place = Place::new();
    on_a_table(&place, "NA");
    for command in ["run", "train"] {
        let ran = place.run(&[command, "d.toml", "--steps", "2"]);
        assert_eq!(ran.code, Some(2));
        assert!(
            ran.stderr.contains("d.csv, row 5, column `y`: found \"NA\"") && ran.stderr.contains("skip-row"),
            "{}",
            ran.stderr
        );
        let ran = place.run(&[command, "d.toml", "--steps", "2", "--set", "problem.data.missing=skip-row"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(
            ran.stderr.contains("d.csv: 1 row was skipped of 10, as it lacks a value (it is row 5)"),
            "{}",
            ran.stderr
        );
    }
    place.write("d.toml", place.read("d.toml").replace("d.csv", "..\\\\d.csv"));
    let ran = place.run(&["run", "d.toml"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("paths are written with /, also on Windows: ../d.csv"), "{}", ran.stderr);
}
