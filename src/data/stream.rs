//! Files read as a stream, gzip or plain, with a bound on what they can hold.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read},
    path::Path,
};

use super::{DataError, gzip::Members};

/// Deflate writes at least one bit for 129 bytes and more: no file expands further than this.
const MOST_EXPANSION: u64 = 1032;
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The bytes of a file, decompressed on the way if it is gzip.
pub(super) struct Stream {
    reader: Box<dyn Read>,
    /// In messages.
    pub(super) name: String,
    /// More bytes than this cannot come.
    pub(super) most: u64,
}

impl Stream {
    /// Opens a file.
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let name = path.display().to_string();
        let read = |source| DataError::Read { path: path.display().to_string(), source };
        let file = File::open(path).map_err(read)?;
        let length = file.metadata().map_err(read)?.len();
        Self::new(file, length, name)
    }

    /// Reads what is in memory.
    pub(super) fn of_bytes(bytes: &[u8], name: &str) -> Result<Self, DataError> {
        let length = bytes.len() as u64;
        Self::new(std::io::Cursor::new(bytes.to_vec()), length, name.to_owned())
    }

    fn new(reader: impl Read + 'static, length: u64, name: String) -> Result<Self, DataError> {
        let mut reader = BufReader::with_capacity(1 << 16, reader);
        let start = reader.fill_buf().map_err(|source| DataError::Read { path: name.clone(), source })?;
        if start.starts_with(&GZIP) {
            let most = length.saturating_mul(MOST_EXPANSION);
            return Ok(Self { reader: Box::new(Members::new(reader)), name, most });
        }
        Ok(Self { reader: Box::new(reader), name, most: length })
    }

    /// Complains about the file.
    pub(super) fn refuse(&self, problem: impl Into<String>) -> DataError {
        DataError::File { path: self.name.clone(), problem: problem.into() }
    }

    /// Exactly `count` bytes; `what` they are in messages. Memory grows with what is there, not with what is promised.
    pub(super) fn take(&mut self, count: u64, what: &str) -> Result<Vec<u8>, DataError> {
        let mut bytes = Vec::new();
        let read = (&mut self.reader).take(count).read_to_end(&mut bytes);
        read.map_err(|source| self.refuse(format!("cannot be read after {} bytes of {what}: {source}", bytes.len())))?;
        if (bytes.len() as u64) < count {
            return Err(self.refuse(format!("ends after {} of {count} bytes of {what}", bytes.len())));
        }
        Ok(bytes)
    }

    /// Nothing more may come.
    pub(super) fn end(mut self) -> Result<(), DataError> {
        let mut more = [0];
        match self.reader.read(&mut more) {
            Ok(0) => Ok(()),
            Ok(_) => Err(self.refuse("goes on after the last byte its header promises")),
            Err(source) => Err(self.refuse(format!("cannot be read at its end: {source}"))),
        }
    }

    /// All of it as text, at most `most` bytes.
    pub(super) fn text(&mut self, most: u64) -> Result<String, DataError> {
        let mut bytes = Vec::new();
        let read = (&mut self.reader).take(most + 1).read_to_end(&mut bytes);
        read.map_err(|source| self.refuse(format!("cannot be read: {source}")))?;
        if bytes.len() as u64 > most {
            return Err(self.refuse(format!("is longer than {most} bytes, the most that is read")));
        }
        String::from_utf8(bytes).map_err(|_| self.refuse("found bytes that are not UTF-8 text"))
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.reader.read(buffer)
    }
}
