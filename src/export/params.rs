//! What parameter files are called.

use std::path::{Path, PathBuf};

/// A label as a part of a file name: lower case, every run of other characters one `-`.
pub fn slug(label: &str) -> String {
    let words = label.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// One path a lane: `path` itself for a single one, else `FILE.LABEL.safetensors` for `FILE.safetensors`, no two alike.
pub fn lane_paths<'l>(path: &Path, labels: impl ExactSizeIterator<Item = &'l str>) -> Vec<PathBuf> {
    if labels.len() == 1 {
        return vec![path.to_owned()];
    }
    // Two dots, and the number that tells equal labels apart.
    let around = path.file_name().map_or(0, std::ffi::OsStr::len) + "..-999".len();
    let room = LONGEST.saturating_sub(around).max(16);
    let mut slugs: Vec<String> = Vec::new();
    for (lane, label) in labels.enumerate() {
        let mut name = cut(slug(label), room);
        if name.is_empty() {
            name = format!("optimiser-{}", lane + 1);
        }
        let taken = |name: &String| slugs.contains(name);
        // As many names as lanes: one of them is free.
        let free =
            (1..=lane + 1).map(|n| if n == 1 { name.clone() } else { format!("{name}-{n}") }).find(|name| !taken(name));
        slugs.push(free.unwrap_or_default());
    }
    slugs.iter().map(|slug| with_label(path, slug)).collect()
}

/// The longest name of a file, in bytes, that the usual systems take.
const LONGEST: usize = 255;

/// At most so many bytes, whole characters, without a `-` at the end.
fn cut(mut slug: String, bytes: usize) -> String {
    if slug.len() > bytes {
        let end = (0..=bytes).rev().find(|&end| slug.is_char_boundary(end)).unwrap_or(0);
        slug.truncate(end);
        slug.truncate(slug.trim_end_matches('-').len());
    }
    slug
}

fn with_label(path: &Path, slug: &str) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(".");
    name.push(slug);
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str, labels: &[&str]) -> Vec<String> {
        let paths = lane_paths(Path::new(path), labels.iter().copied());
        paths.iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn labels_become_parts_of_names() {
        assert_eq!(names("d/p.safetensors", &["AdamQLR (untuned)"]), ["d/p.safetensors"]);
        assert_eq!(
            names("d/p.safetensors", &["AdamQLR (untuned)", "K-FAC", "k fac", "α = 0.1", "★"]),
            [
                "d/p.adamqlr-untuned.safetensors",
                "d/p.k-fac.safetensors",
                "d/p.k-fac-2.safetensors",
                "d/p.α-0-1.safetensors",
                "d/p.optimiser-5.safetensors"
            ]
        );
        assert_eq!(names("params", &["a", "b"]), ["params.a", "params.b"]);
    }

    #[test]
    fn long_labels_give_names_that_a_system_takes_and_no_two_alike() {
        let long = ["α".repeat(300), "α".repeat(301), "b".repeat(300)];
        let names = names("p.safetensors", &long.each_ref().map(String::as_str));
        assert!(names.iter().all(|name| name.len() <= 255), "{names:?}");
        assert!(names[1].ends_with("α-2.safetensors") && names[0] != names[1] && names[2].contains(".bbb"));
    }
}
