//! The keys of data and of initial parameters.

use super::read;

/// The same of every key that the bundled problems do without.
#[test]
fn the_resolved_form_keeps_every_key_of_data_and_parameters() {
    let dialect = "delimiter = \"tab\", decimal = \",\", header = false, missing = \"skip-row\"";
    let files = "images = \"a\", labels = \"b\", test_images = \"c\", test_labels = \"d\"";
    for (loss, data, more) in [
        (
            "mse",
            format!("{{ csv = \"d.csv\", inputs = [0, \"b\"], targets = [2], {dialect} }}"),
            "init_names = [\"fc1\", \"out\"]",
        ),
        (
            "cross-entropy",
            "{ csv = \"d.csv\", inputs = [0], targets = [2], header = true, first_class = 1 }".to_owned(),
            "init_extra = \"ignore\"",
        ),
        (
            "cross-entropy",
            "{ csv = \"d.csv\", inputs = [0], targets = [2], delimiter = \"space\", classes = [-1, \"b\"] }".to_owned(),
            "",
        ),
        (
            "cross-entropy",
            format!("{{ idx = {{ {files} }}, first_class = 1, validation = 0.1 }}"),
            "precision = \"f64\"",
        ),
        (
            "cross-entropy",
            "{ idx = { images = \"a\", labels = \"b\" }, standardise = false, classes = [\"o\", \"ki\"], test = 0.5 }"
                .to_owned(),
            "",
        ),
        ("mse", "{ idx = { images = \"a\", test_images = \"c\" }, targets = \"inputs\" }".to_owned(), ""),
    ] {
        let text = format!(
            "[problem]\nkind = \"mlp\"\nlayers = [2, 3, 2]\nloss = \"{loss}\"\ndata = {data}\n{more}\n[[optimiser]]\nname = \"adam\"\n"
        );
        let setup = read(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let mut document = setup.resolved_problem();
        document["optimiser"] = setup.resolved_optimisers();
        let again = read(&toml::to_string(&document).unwrap()).unwrap();
        assert_eq!(again.problem, setup.problem, "{document}");
        assert_eq!(again.resolved_problem(), setup.resolved_problem());
    }
}

#[test]
fn keys_of_data_that_do_not_fit_are_refused() {
    for (loss, data, part) in [
        (
            "mse",
            "{ csv = \"d.csv\", inputs = [0], targets = [1], delimiter = \"ab\" }",
            "line 5: `problem.data.delimiter` is the text \"ab\"; expected \",\", \";\"",
        ),
        ("mse", "{ csv = \"d.csv\", inputs = [0], targets = [1], delimiter = \"1\" }", "`problem.data.delimiter`"),
        (
            "mse",
            "{ csv = \"d.csv\", inputs = [0], targets = [1], decimal = \",\" }",
            "give another delimiter, for instance delimiter = \";\"",
        ),
        (
            "mse",
            "{ csv = \"d.csv\", inputs = [0], targets = [1], header = \"yes\" }",
            "`problem.data.header` is the text \"yes\"; expected true, false or \"auto\"",
        ),
        (
            "mse",
            "{ csv = \"d.csv\", inputs = [0], targets = [1], missing = \"skip\" }",
            "expected one of error, skip-row",
        ),
        (
            "mse",
            "{ csv = \"d.csv\", inputs = [0], targets = [1], first_class = 1 }",
            "goes with classes, and so with loss",
        ),
        (
            "cross-entropy",
            "{ csv = \"d.csv\", inputs = [0], targets = [1], classes = [\"a\", \"a\"] }",
            "a list of different labels",
        ),
        (
            "cross-entropy",
            "{ csv = \"d.csv\", inputs = [0], targets = [1], first_class = 1e12 }",
            "a whole number from 0 to 1000000000",
        ),
        (
            "cross-entropy",
            "{ idx = \"images\" }",
            "`problem.data.idx` is the text \"images\"; expected a table of paths: { images",
        ),
        (
            "cross-entropy",
            "{ idx = { images = \"a\" } }",
            "`problem.data.idx.labels` is missing; expected the path of the file of labels; only targets = \"inputs\"",
        ),
        ("cross-entropy", "{ idx = { labels = \"a\" } }", "`problem.data.idx.images` is missing"),
        (
            "cross-entropy",
            "{ idx = { images = \"a\", labels = \"b\", test_images = \"c\" } }",
            "`problem.data.idx.test_images` needs `test_labels` beside it",
        ),
        (
            "cross-entropy",
            "{ idx = { images = \"a\", labels = \"b\", test_images = \"c\", test_labels = \"d\" }, test = 0.1 }",
            "but `test_images` gives some",
        ),
        (
            "mse",
            "{ idx = { images = \"a\", labels = \"b\" } }",
            "labelled with classes; expected loss = \"cross-entropy\"",
        ),
        ("mse", "{ idx = { images = \"a\" }, targets = \"inputs\", standardise = true }", "leave standardise out"),
        (
            "mse",
            "{ synthetic = \"sine\" }\ninit_names = [\"a\"]",
            "`problem.init_names` is a list of 1; expected a list of the names that 2 layers have",
        ),
        (
            "mse",
            "{ synthetic = \"sine\" }\ninit_extra = \"drop\"",
            "`problem.init_extra` is the text \"drop\"; expected one of refuse, ignore",
        ),
    ] {
        let text = format!("[problem]\nkind = \"mlp\"\nlayers = [1, 3, 1]\nloss = \"{loss}\"\ndata = {data}\n");
        let message = read(&text).unwrap_err().to_string();
        assert!(message.contains(part), "{data}: {message}");
    }
}
