//! Tables as people have them.

use proptest::{prelude::*, sample::select};

use super::*;

/// What tables are made of, and what they should not be made of.
const PIECES: [&str; 30] = [
    "1",
    "0",
    "2.0",
    "-3.5e2",
    "1e999",
    "nan",
    "inf",
    ",",
    ",",
    ",",
    "\n",
    "\n",
    "\r\n",
    "1,2,0\n",
    "3,4,1\n",
    "x,y,t\n",
    "\"",
    "\"5\"",
    " ",
    "\t",
    ";",
    "é",
    "0,5;",
    "NA",
    "?",
    "a",
    "1.0D+00",
    "\u{2212}1",
    "\u{feff}",
    "",
];

fn source(inputs: &[Column], targets: &[Column]) -> CsvSource {
    CsvSource {
        path: "data.csv".to_owned(),
        inputs: inputs.to_vec(),
        targets: targets.to_vec(),
        ..CsvSource::default()
    }
}

fn read(source: &CsvSource, text: &str, kind: TargetKind) -> Result<(Examples, DataInfo), String> {
    source.parse(text.as_bytes(), "data.csv", kind).map_err(|error| error.to_string())
}

fn name(name: &str) -> Column {
    Column::Name(name.to_owned())
}

#[test]
fn headers_are_found_and_columns_taken_by_name_or_number() {
    let text = "\u{feff}x, y ,label\n1,2,0\n-3e1,.5,1.0\n";
    let source = source(&[name("y"), Column::Index(0)], &[name("label")]);
    let examples = read(&source, text, TargetKind::Classes(2)).unwrap().0;
    assert_eq!(examples.inputs, DMatrix::from_column_slice(2, 2, &[2.0, 1.0, 0.5, -30.0]));
    assert_eq!(examples.targets, Targets::Classes(vec![0, 1]));
}

#[test]
fn without_a_header_the_first_row_is_data() {
    let source = source(&[Column::Index(0)], &[Column::Index(1), Column::Index(0)]);
    let examples = read(&source, "1,2\n3,4", TargetKind::Values).unwrap().0;
    assert_eq!(examples.inputs, DMatrix::from_column_slice(1, 2, &[1.0, 3.0]));
    assert_eq!(examples.targets, Targets::Values(DMatrix::from_column_slice(2, 2, &[2.0, 1.0, 4.0, 3.0])));
}

#[test]
fn errors_name_the_place() {
    let numbers = source(&[Column::Index(0)], &[Column::Index(1)]);
    let named = source(&[name("x")], &[name("y")]);
    let values = TargetKind::Values;
    let cases: [(&CsvSource, TargetKind, &str, &str); 12] = [
        (&numbers, values, "1,2\n3,four\n", "data.csv, row 2, column 1: found \"four\""),
        (&named, values, "x,y\n1,2\n3,\n", "row 3, column `y`: the field is empty"),
        (&numbers, values, "1,2\n\n3,NaN\n", "row 3, column 1: found \"NaN\"; expected a finite number"),
        (&numbers, values, "1,inf\n", "row 1, column 1: found \"inf\""),
        (&numbers, values, "1,2\n3\n", "row 2: found 1 fields; expected 2"),
        (&numbers, TargetKind::Classes(3), "1,3\n", "found 3; expected a class label, a whole number from 0 to 2"),
        (&numbers, TargetKind::Classes(3), "1,0.5\n", "found 0.5; expected a class label"),
        (&numbers, TargetKind::Classes(3), "1,-1\n", "found -1; expected a class label"),
        (&source(&[Column::Index(2)], &[Column::Index(0)]), values, "1,2\n", "there is no column 2; there are 2"),
        (&named, values, "1,2\n", "no header row"),
        (&named, values, "x,z\n1,2\n", "there is no column `y`; the header has x, z"),
        (&named, values, "x,y\n", "there is no row of numbers"),
    ];
    for (source, kind, text, part) in cases {
        let message = source.parse(text.as_bytes(), "data.csv", kind).unwrap_err().to_string();
        assert!(message.contains(part), "{text:?}: {message}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    /// 2 000 files, of pieces of tables and of any bytes: none panics; what is read is whole and finite, and what is refused is named.
    #[test]
    fn no_table_is_trouble(
        pieces in prop::collection::vec(select(&PIECES), 0..40),
        noise in prop::collection::vec(any::<u8>(), 0..12),
        at in any::<prop::sample::Index>(),
        classes in any::<bool>(),
        named in any::<bool>(),
        dialect in select(vec![(b',', b'.'), (b';', b','), (b'\t', b'.'), (b' ', b','), (b'1', b'.')]),
        header in select(vec![Header::Auto, Header::Present, Header::Absent]),
        missing in select(vec![Missing::Error, Missing::SkipRow]),
        listed in select(vec![&[][..], &["1"], &["a", "2.0", "é"]]),
        first_class in 0_usize..3,
    ) {
        let mut bytes = pieces.concat().into_bytes();
        let at = at.index(bytes.len() + 1);
        bytes.splice(at..at, noise);
        let columns = |index: usize, text: &str| if named { name(text) } else { Column::Index(index) };
        let source = CsvSource {
            dialect: Dialect { delimiter: dialect.0, decimal: dialect.1 },
            header,
            missing,
            first_class,
            classes: listed.iter().map(|&label| label.to_owned()).collect(),
            ..source(&[columns(0, "x"), columns(1, "y")], &[columns(2, "t")])
        };
        let kind = if classes { TargetKind::Classes(3) } else { TargetKind::Values };
        match source.parse(&bytes, "data.csv", kind) {
            Ok((examples, _)) => {
                prop_assert!(!examples.is_empty() && examples.inputs.nrows() == 2);
                prop_assert!(examples.inputs.iter().all(|value| value.is_finite()));
                match examples.targets {
                    Targets::Values(values) => {
                        prop_assert_eq!(values.shape(), (1, examples.inputs.ncols()));
                        prop_assert!(values.iter().all(|value| value.is_finite()));
                    }
                    Targets::Classes(found) => {
                        prop_assert_eq!(found.len(), examples.inputs.ncols());
                        prop_assert!(found.iter().all(|class| *class < 3));
                    }
                }
            }
            Err(error) => prop_assert!(error.to_string().starts_with("data.csv"), "{}", error),
        }
    }
}

#[test]
fn bytes_that_are_not_text_are_refused_with_their_row() {
    let source = source(&[Column::Index(0)], &[Column::Index(1)]);
    let message = source.parse(b"1,2\n3,\xff\n", "data.csv", TargetKind::Values).unwrap_err().to_string();
    assert!(message.contains("row 2: found bytes that are not UTF-8"), "{message}");
}

const X: [f64; 4] = [0.0, 0.1, 0.5, 2.0];
const Y: [f64; 4] = [1.0, 0.995, -0.25, -4.0];

/// The four rows of X and Y, each through `row`.
fn rows(row: impl Fn(f64, f64) -> String) -> String {
    X.iter().zip(Y).map(|(x, y)| row(*x, y)).collect()
}

fn commas(number: f64) -> String {
    number.to_string().replace('.', ",")
}

/// What is to come of a table.
enum Wanted {
    All,
    /// All but this row, and a note that says so.
    Without(usize),
    Refused(&'static str),
}

/// Forty-one files, each a way in which programs and people write the same four rows.
#[test]
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn every_dialect_is_read_or_refused_with_what_to_do() {
    use Wanted::{All, Refused, Without};
    let plain = format!("x,y\n{}", rows(|x, y| format!("{x},{y}\n")));
    let bare = rows(|x, y| format!("{x},{y}\n"));
    let semicolons = plain.replace(',', ";");
    let decimal_commas = rows(|x, y| format!("{};{}\n", commas(x), commas(y)));
    let lines = |from: &str, to: &str| plain.replace(from, to);
    let named = || source(&[name("x")], &[name("y")]);
    let numbered = || source(&[Column::Index(0)], &[Column::Index(1)]);
    let written =
        |source: CsvSource, delimiter: u8, decimal: u8| CsvSource { dialect: Dialect { delimiter, decimal }, ..source };
    let with_header = |source: CsvSource, header: Header| CsvSource { header, ..source };
    let skipping = |source: CsvSource| CsvSource { missing: Missing::SkipRow, ..source };
    let utf16: Vec<u8> = format!("\u{feff}{plain}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: Vec<(&str, Vec<u8>, CsvSource, Wanted)> = vec![
        ("plain", plain.clone().into(), named(), All),
        ("byte-order mark and CRLF", format!("\u{feff}{}", lines("\n", "\r\n")).into(), named(), All),
        ("byte-order mark without a header", format!("\u{feff}{bare}").into(), numbered(), All),
        ("byte-order mark and quotes", format!("\u{feff}{}", lines("x,y", "\"x\",\"y\"")).into(), named(), All),
        ("CR only", lines("\n", "\r").into(), named(), All),
        ("UTF-16", utf16, named(), Refused("row 1: found bytes that are not UTF-8 text but seem to be UTF-16")),
        (
            "Latin-1",
            [b"gr\xf6\xdfe,y\n", bare.as_bytes()].concat(),
            numbered(),
            Refused("row 1: found bytes that are not UTF-8 text; save"),
        ),
        ("semicolons", semicolons.clone().into(), written(named(), b';', b'.'), All),
        (
            "semicolons unsaid",
            semicolons.into(),
            named(),
            Refused(
                "there is no column `x`; the header has x;y; the file seems to have ; between fields: delimiter = \";\"",
            ),
        ),
        ("decimal commas", format!("x;y\n{decimal_commas}").into(), written(named(), b';', b','), All),
        (
            "decimal commas unsaid",
            format!("x;y\n{decimal_commas}").into(),
            written(named(), b';', b'.'),
            Refused("; its numbers seem to have decimal commas: decimal = \",\""),
        ),
        ("decimal commas without a header", decimal_commas.clone().into(), written(numbered(), b';', b','), All),
        (
            "the same unsaid",
            decimal_commas.into(),
            numbered(),
            Refused("delimiter = \";\"; its numbers seem to have decimal commas: decimal = \",\""),
        ),
        ("tabs", lines(",", "\t").into(), written(named(), b'\t', b'.'), All),
        (
            "tabs unsaid",
            lines(",", "\t").into(),
            named(),
            Refused("the file seems to have tabs between fields: delimiter = \"tab\""),
        ),
        (
            "spaces",
            format!("x y\n{}", rows(|x, y| format!("  {x}   {y} \n"))).into(),
            written(named(), b' ', b'.'),
            All,
        ),
        (
            "spaces unsaid",
            format!("x y\n{}", rows(|x, y| format!("{x}   {y}\n"))).into(),
            named(),
            Refused("the file seems to have spaces between fields: delimiter = \"space\""),
        ),
        ("quotes", format!("\"x\",\"y\"\n{}", rows(|x, y| format!("\"{x}\",\"{y}\"\n"))).into(), named(), All),
        (
            "thousands",
            lines("\n2,", "\n\"2,000.0\",").into(),
            named(),
            Refused(
                "row 5, column `x`: found \"2,000.0\"; expected a finite number; thousands separators are not read",
            ),
        ),
        (
            "a delimiter at the end",
            rows(|x, y| format!("{x},{y},\n")).into(),
            with_header(numbered(), Header::Absent),
            All,
        ),
        (
            "the same unsaid",
            rows(|x, y| format!("{x},{y},\n")).into(),
            numbered(),
            Refused("row 1: found 2 numbers among the 3 fields of the first row (0, 1, )"),
        ),
        (
            "a delimiter at the end but not of the header",
            format!("x,y\n{}", rows(|x, y| format!("{x},{y},\n"))).into(),
            named(),
            All,
        ),
        ("empty lines", format!("{plain}\n\n\r\n").into(), named(), All),
        ("lines of commas", format!("{plain},\n").into(), named(), Refused("row 6, column `x`: the field is empty")),
        ("a comment", format!("# made by hand\n{plain}").into(), named(), Refused("remove the row that begins with #")),
        (
            "units",
            lines("x,y\n", "x,y\nm,s\n").into(),
            named(),
            Refused("row 2, column `x`: found \"m\"; expected a finite number"),
        ),
        ("a question mark", lines("0.5,", "?,").into(), skipping(named()), Without(2)),
        (
            "the same unsaid",
            lines("0.5,", "?,").into(),
            named(),
            Refused(
                "row 4, column `x`: found \"?\"; expected a finite number; rows that lack a value are left out by missing = \"skip-row\"",
            ),
        ),
        ("NA", lines("0.5,", "NA,").into(), skipping(named()), Without(2)),
        ("an empty field", lines(",-0.25", ",").into(), skipping(named()), Without(2)),
        (
            "one name twice",
            lines("x,y", "x,x").into(),
            named(),
            Refused("the header names `x` 2 times; give the column's number"),
        ),
        ("Fortran's exponents", lines("0.995", "9.95D-01").into(), named(), All),
        ("plus signs", lines("0.5,", "+.5,").into(), named(), All),
        ("a typographic minus", lines("-", "\u{2212}").into(), named(), All),
        (
            "infinity",
            lines("0.5,", "-inf,").into(),
            named(),
            Refused("row 4, column `x`: found \"-inf\"; expected a finite number"),
        ),
        ("hexadecimal", lines("0.5,", "0x1p-1,").into(), named(), Refused("found \"0x1p-1\"")),
        (
            "per cent",
            lines("0.5,", "50%,").into(),
            named(),
            Refused("found \"50%\"; expected a finite number; percent signs are not read"),
        ),
        ("an index", format!(",x,y\n{}", rows(|x, y| format!("7,{x},{y}\n"))).into(), named(), All),
        ("texts elsewhere", format!("x,y,name\n{}", rows(|x, y| format!("{x},{y},row 1\n"))).into(), named(), All),
        (
            "texts and no header",
            rows(|x, y| format!("{x},{y},red\n")).into(),
            with_header(numbered(), Header::Absent),
            All,
        ),
        (
            "the same unsaid",
            rows(|x, y| format!("{x},{y},red\n")).into(),
            numbered(),
            Refused(
                "found 2 numbers among the 3 fields of the first row (0, 1, red), so it may be a header or data; say which: header = true or header = false",
            ),
        ),
        ("a null byte", lines("0.5,", "0.5\0,").into(), named(), Refused("found \"0.5\\0\"")),
    ];
    assert!(cases.len() >= 41);
    for (case, bytes, source, wanted) in cases {
        let read = source.parse(&bytes, "data.csv", TargetKind::Values).map_err(|error| error.to_string());
        let without = match wanted {
            Refused(part) => {
                let message = read.unwrap_err();
                assert!(message.contains(part) && message.starts_with("data.csv"), "{case}: {message}");
                continue;
            }
            All => None,
            Without(row) => Some(row),
        };
        let (examples, info) = read.unwrap_or_else(|message| panic!("{case}: {message}"));
        let kept = |values: [f64; 4]| -> Vec<f64> {
            values.into_iter().enumerate().filter(|(row, _)| Some(*row) != without).map(|(_, value)| value).collect()
        };
        assert_eq!(examples.inputs.as_slice(), kept(X), "{case}");
        assert_eq!(examples.targets, Targets::Values(DMatrix::from_row_slice(1, kept(Y).len(), &kept(Y))), "{case}");
        let note = "data.csv: 1 row was skipped of 4, as it lacks a value (it is row 4)";
        assert_eq!(info.notes, without.map(|_| note.to_owned()).into_iter().collect::<Vec<_>>(), "{case}");
    }
}

#[test]
fn labels_are_whole_numbers_texts_or_listed() {
    let labelled = || source(&[name("x")], &[name("class")]);
    let table = |labels: [&str; 4]| -> String {
        let rows = labels.iter().enumerate().map(|(i, label)| format!("{i},{label}\n"));
        std::iter::once("x,class\n".to_owned()).chain(rows).collect()
    };
    let from_1 = || CsvSource { first_class: 1, ..labelled() };
    let listed =
        |labels: &[&str]| CsvSource { classes: labels.iter().map(|&label| label.to_owned()).collect(), ..labelled() };
    let good = [
        ("from 0", labelled(), ["0", "1 ", "1", "0"], [0, 1, 1, 0], &[][..]),
        ("from 1", from_1(), ["1", "2", "2", "1"], [0, 1, 1, 0], &["1", "2"]),
        ("exponents", labelled(), ["1e0", "0e0", "1.0", "0"], [1, 0, 1, 0], &[]),
        ("texts", labelled(), ["virginica", "setosa", "virginica", "setosa"], [1, 0, 1, 0], &["setosa", "virginica"]),
        ("truths", labelled(), ["True", "False", "True", "True"], [1, 0, 1, 1], &["False", "True"]),
        ("one text", labelled(), ["a", "a", "a", "a"], [0, 0, 0, 0], &["a"]),
        ("listed", listed(&["yes", "no"]), ["no", "no", "yes", "no"], [1, 1, 0, 1], &["yes", "no"]),
        ("signs", listed(&["-1", "1"]), ["-1", "+1", "1.0", "-1.0"], [0, 1, 1, 0], &["-1", "1"]),
        ("mixed", listed(&["3a", "4"]), ["3a", "4", "4", "3a"], [0, 1, 1, 0], &["3a", "4"]),
    ];
    for (case, source, labels, classes, names) in good {
        let (examples, info) =
            read(&source, &table(labels), TargetKind::Classes(2)).unwrap_or_else(|message| panic!("{case}: {message}"));
        assert_eq!(examples.targets, Targets::Classes(classes.to_vec()), "{case}");
        assert_eq!(info.classes, names, "{case}");
    }
    let refused: [(&str, CsvSource, [&str; 4], &str); 8] = [
        (
            "from 1",
            labelled(),
            ["1", "2", "2", "1"],
            "row 3, column `class`: found 2; expected a class label, a whole number from 0 to 1 as the network has 2 outputs; where labels begin at 1, give first_class = 1",
        ),
        ("from 0", from_1(), ["1", "2", "0", "1"], "found 0; expected a class label, a whole number from 1 to 2"),
        (
            "signs",
            labelled(),
            ["-1", "1", "1", "1"],
            "found -1; expected a class label, a whole number from 0 to 1 as the network has 2 outputs; other labels are listed in order: classes",
        ),
        (
            "three",
            labelled(),
            ["a", "b", "c", "a"],
            "row 4, column `class`: found \"c\", another label than \"a\", \"b\"; the network has 2 outputs",
        ),
        ("mixed", labelled(), ["0", "b", "0", "0"], "found \"b\" after labels that are numbers"),
        ("mixed", labelled(), ["b", "0", "0", "0"], "found the number 0 after labels that are texts (\"b\")"),
        (
            "missing",
            labelled(),
            ["a", "", "b", "b"],
            "the field is empty; expected a class label; rows that lack a value",
        ),
        (
            "not listed",
            listed(&["yes", "no"]),
            ["yes", "maybe", "no", "no"],
            "found \"maybe\"; expected one of \"yes\", \"no\"",
        ),
    ];
    for (case, source, labels, part) in refused {
        let message = read(&source, &table(labels), TargetKind::Classes(2)).unwrap_err();
        assert!(message.contains(part), "{case}: {message}");
    }
    let message = read(&listed(&["a", "b", "c"]), &table(["a"; 4]), TargetKind::Classes(2)).unwrap_err();
    assert!(message.contains("`classes` lists 3 classes, but the network has 2 outputs"), "{message}");
}

/// A dialect is only suggested where it reads more than the one in use.
#[test]
fn a_table_in_the_dialect_asked_for_suggests_no_other() {
    for text in [
        "1.5,2.5,row 1\n3,4,row 2\n",
        "0.5\n1.5\n",
        "a,b\nx y,1\nx z,2\n",
        "2020-01-01 12:00,1.5\n2020-01-02 12:00,2.5\n",
        "",
    ] {
        assert_eq!(guess::better(text.as_bytes(), Dialect::default()), None, "{text}");
    }
}
