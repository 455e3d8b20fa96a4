//! Getting data sets over the network: whole and verified, or not at all.

use std::{
    env, fs,
    io::{self, Read, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use flate2::read::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

use super::{DataError, KnownSet, SetFile, checkpoint::hex, durable::sync_directory_of, stream::Stream};

/// Takes the place of the publisher's address, for mirrors and for tests.
const ADDRESS: &str = "RHOSCOPE_DATA_URL";
/// No file of these sets is longer, compressed or not.
const MOST_BYTES: u64 = 128 << 20;
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a set could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It comes from nowhere.
    #[error("{set} cannot be fetched: {remedy}")]
    NoSource {
        /// Its name.
        set: &'static str,
        /// How to get it.
        remedy: String,
    },
    /// The network, or the other side of it.
    #[error("cannot fetch {url}: {problem}")]
    Network {
        /// What was asked for.
        url: String,
        /// What went wrong.
        problem: String,
    },
    /// What came is not what was published.
    #[error("{url} is not the file that was published: {problem}")]
    Wrong {
        /// What was asked for.
        url: String,
        /// What was found and what is expected.
        problem: String,
    },
    /// It could not be kept.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The file or folder.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

/// What has come of a file so far.
#[derive(Clone, Copy, Debug)]
pub struct Arrived<'a> {
    /// The file.
    pub name: &'a str,
    /// Bytes so far.
    pub bytes: u64,
    /// Bytes in all, if the other side says.
    pub total: Option<u64>,
}

/// Fetches a set into a folder of its name in `home`, and says what arrives. Nothing is left of what does not arrive whole.
///
/// # Errors
/// If it cannot be had, is not what was published, or cannot be kept.
pub fn fetch(set: KnownSet, home: &Path, progress: &mut dyn FnMut(Arrived<'_>)) -> Result<PathBuf, FetchError> {
    let Some(published) = set.url() else {
        return Err(FetchError::NoSource { set: set.as_str(), remedy: set.remedy() });
    };
    let base = env::var(ADDRESS).unwrap_or_else(|_| published.to_owned());
    let unwritable = |path: &Path, source| FetchError::Write { path: path.display().to_string(), source };
    fs::create_dir_all(home).map_err(|source| unwritable(home, source))?;
    // Goes away with all in it unless it is moved.
    let arriving = tempfile::Builder::new()
        .prefix(&format!(".{}-", set.as_str()))
        .tempdir_in(home)
        .map_err(|source| unwritable(home, source))?;
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_per_read(Some(PATIENCE))
        .user_agent(concat!("rhoscope/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent();
    let base = base.trim_end_matches('/');
    for file in set.files() {
        let url = format!("{base}/{}.gz", file.name);
        download(&agent, &url, file, &zipped(arriving.path(), file), progress)?;
    }
    let folder = home.join(set.as_str());
    fs::create_dir_all(&folder).map_err(|source| unwritable(&folder, source))?;
    for file in set.files() {
        let place = zipped(&folder, file);
        fs::rename(zipped(arriving.path(), file), &place)
            .and_then(|()| sync_directory_of(&place))
            .map_err(|source| unwritable(&place, source))?;
    }
    Ok(folder)
}

fn zipped(folder: &Path, file: &SetFile) -> PathBuf {
    folder.join(format!("{}.gz", file.name))
}

fn download(
    agent: &ureq::Agent,
    url: &str,
    file: &SetFile,
    path: &Path,
    progress: &mut dyn FnMut(Arrived<'_>),
) -> Result<(), FetchError> {
    let network = |problem: String| FetchError::Network { url: url.to_owned(), problem };
    let unwritable = |source| FetchError::Write { path: path.display().to_string(), source };
    let response = agent.get(url).call().map_err(|error| network(error.to_string()))?;
    let total = response.body().content_length();
    let mut body = response.into_body().into_with_config().limit(MOST_BYTES).reader();
    let mut out = io::BufWriter::new(fs::File::create(path).map_err(unwritable)?);
    let (mut buffer, mut bytes) = (vec![0; 1 << 16], 0);
    loop {
        let count =
            body.read(&mut buffer).map_err(|error| network(format!("broke off after {bytes} bytes: {error}")))?;
        if count == 0 {
            break;
        }
        out.write_all(&buffer[..count]).map_err(unwritable)?;
        bytes += count as u64;
        progress(Arrived { name: file.name, bytes, total });
    }
    if let Some(total) = total.filter(|total| *total != bytes) {
        return Err(network(format!("ended after {bytes} of {total} bytes")));
    }
    out.into_inner().map_err(io::IntoInnerError::into_error).and_then(|file| file.sync_all()).map_err(unwritable)?;
    let wrong = |problem| FetchError::Wrong { url: url.to_owned(), problem };
    let arrived = MultiGzDecoder::new(io::BufReader::new(fs::File::open(path).map_err(unwritable)?));
    let found = digest(arrived).map_err(|error| wrong(format!("it does not decompress: {error}")))?;
    if found == file.sha256 {
        return Ok(());
    }
    Err(wrong(format!("the SHA-256 of its contents is {found}; expected {}", file.sha256)))
}

fn digest(reader: impl Read) -> io::Result<String> {
    let (mut hasher, mut buffer, mut reader) = (Sha256::new(), vec![0; 1 << 16], reader.take(MOST_BYTES));
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(hex(&hasher.finalize())),
            count => hasher.update(&buffer[..count]),
        }
    }
}

/// Checks a file of a set, compressed or not, against its digest.
///
/// # Errors
/// If it cannot be read, or holds something else.
pub fn verify(path: &Path, file: &SetFile) -> Result<(), DataError> {
    let stream = Stream::open(path)?;
    let name = stream.name.clone();
    let found = digest(stream)
        .map_err(|error| DataError::File { path: name.clone(), problem: format!("cannot be read: {error}") })?;
    if found == file.sha256 {
        return Ok(());
    }
    let problem = format!("the SHA-256 of its contents is {found}; expected {}", file.sha256);
    Err(DataError::File { path: name, problem })
}
