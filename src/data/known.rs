//! Data sets known by name: their files, how to know them again, and where they come from.

/// A data set known by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownSet {
    /// 1 797 handwritten digits of 8 × 8 pixels.
    Digits,
    /// 2 500 pictures of [`FashionMnist`](Self::FashionMnist), as many of every class.
    FashionMnistSmall,
    /// 70 000 pictures of clothes, 28 × 28 pixels, ten classes.
    FashionMnist,
    /// 70 000 handwritten digits of 28 × 28 pixels.
    Mnist,
    /// 768 buildings: eight figures of their shape, and the energy it takes to heat them.
    UciEnergy,
    /// 45 730 proteins: nine figures of their structure, and how far it is from the true one.
    UciProtein,
}

/// A file of a set that is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetFile {
    /// Its name, without the `.gz` it is fetched under.
    pub name: &'static str,
    /// SHA-256 of what it holds once decompressed, which does not change when somebody compresses it again.
    pub sha256: &'static str,
}

/// What a set is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Tell so many classes apart.
    Classes(usize),
    /// Predict a number.
    Regression,
}

/// The four files of a set of images: to train on and to test on, each pictures and labels.
pub(super) const IMAGE_FILES: [&str; 4] =
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];
/// The table and the order of its rows.
pub(super) const TABLE_FILES: [&str; 2] = ["data.txt", "permutation_indices.txt"];

const FASHION_MNIST: [SetFile; 4] = files([
    "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
]);
const MNIST: [SetFile; 4] = files([
    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
]);

const fn files(digests: [&'static str; 4]) -> [SetFile; 4] {
    let [a, b, c, d] = digests;
    let [e, f, g, h] = IMAGE_FILES;
    [
        SetFile { name: e, sha256: a },
        SetFile { name: f, sha256: b },
        SetFile { name: g, sha256: c },
        SetFile { name: h, sha256: d },
    ]
}

impl KnownSet {
    /// Every set.
    pub const ALL: [Self; 6] =
        [Self::Digits, Self::FashionMnistSmall, Self::FashionMnist, Self::Mnist, Self::UciEnergy, Self::UciProtein];

    /// As written in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::FashionMnistSmall => "fashion-mnist-small",
            Self::FashionMnist => "fashion-mnist",
            Self::Mnist => "mnist",
            Self::UciEnergy => "uci-energy",
            Self::UciProtein => "uci-protein",
        }
    }

    /// One line on what it is.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Digits => "1 797 handwritten digits, 8 × 8 pixels",
            Self::FashionMnistSmall => "2 500 pictures of clothes, 28 × 28 pixels, a part of fashion-mnist",
            Self::FashionMnist => "70 000 pictures of clothes, 28 × 28 pixels",
            Self::Mnist => "70 000 handwritten digits, 28 × 28 pixels",
            Self::UciEnergy => "768 buildings and the energy it takes to heat them",
            Self::UciProtein => "45 730 proteins and how far their predicted structure is off",
        }
    }

    /// What it is for.
    pub fn task(self) -> Task {
        match self {
            Self::Digits | Self::FashionMnistSmall | Self::FashionMnist | Self::Mnist => Task::Classes(10),
            Self::UciEnergy | Self::UciProtein => Task::Regression,
        }
    }

    /// Whether it is part of the program.
    pub fn is_embedded(self) -> bool {
        matches!(self, Self::Digits | Self::FashionMnistSmall)
    }

    /// Whether its examples are pictures, which a network may also be asked to draw again.
    pub fn has_images(self) -> bool {
        matches!(self, Self::FashionMnistSmall | Self::FashionMnist | Self::Mnist)
    }

    /// How many pixels its pictures have, across and down.
    pub fn picture_size(self) -> Option<[usize; 2]> {
        match self {
            Self::Digits => Some([8, 8]),
            Self::FashionMnistSmall | Self::FashionMnist | Self::Mnist => Some([28, 28]),
            Self::UciEnergy | Self::UciProtein => None,
        }
    }

    /// What its classes are called.
    pub fn class_names(self) -> Option<[&'static str; 10]> {
        match self {
            Self::Digits | Self::Mnist => Some(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]),
            Self::FashionMnistSmall | Self::FashionMnist => {
                Some(["T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"])
            }
            Self::UciEnergy | Self::UciProtein => None,
        }
    }

    /// The files it is fetched as, and how they are known to be right; none if it cannot be fetched.
    pub fn files(self) -> &'static [SetFile] {
        match self {
            Self::FashionMnist => &FASHION_MNIST,
            Self::Mnist => &MNIST,
            Self::Digits | Self::FashionMnistSmall | Self::UciEnergy | Self::UciProtein => &[],
        }
    }

    /// Where its files are fetched from.
    pub fn url(self) -> Option<&'static str> {
        match self {
            // The publisher's own repository; what comes is checked against its digests.
            Self::FashionMnist => {
                Some("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion")
            }
            Self::Mnist => Some("https://ossci-datasets.s3.amazonaws.com/mnist"),
            Self::Digits | Self::FashionMnistSmall | Self::UciEnergy | Self::UciProtein => None,
        }
    }

    /// How to get it.
    pub fn remedy(self) -> String {
        let table = |name: &str, doi: &str| {
            format!(
                "put {} and {} (the order of its rows) into one of them; the {name} data are at doi.org/{doi}",
                TABLE_FILES[0], TABLE_FILES[1]
            )
        };
        match self {
            Self::FashionMnist => {
                "get it with `rhoscope data fetch fashion-mnist`, or install Debian's package dataset-fashion-mnist"
                    .to_owned()
            }
            Self::Mnist => "get it with `rhoscope data fetch mnist`".to_owned(),
            Self::UciEnergy => table("Energy Efficiency", "10.24432/C51307"),
            Self::UciProtein => table("Protein Tertiary Structure", "10.24432/C5QW3H"),
            Self::Digits | Self::FashionMnistSmall => "it is part of the program".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_fetched_comes_over_https_with_a_digest_for_every_file() {
        for set in KnownSet::ALL {
            assert_eq!(set.url().is_some(), !set.files().is_empty(), "{}", set.as_str());
            assert!(set.url().is_none_or(|url| url.starts_with("https://")), "{}", set.as_str());
            let is_digest = |text: &str| text.len() == 64 && text.bytes().all(|c| c.is_ascii_hexdigit());
            assert!(set.files().iter().all(|file| is_digest(file.sha256)), "{}", set.as_str());
        }
    }
}
