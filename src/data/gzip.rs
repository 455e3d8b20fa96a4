//! gzip files of one or several members, with or without zero padding at their end.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// Decompresses member after member.
///
/// Tapes and object stores pad files with zeros, which `gzip -t` accepts; anything else after the last member is an error.
pub(super) struct Members<R: BufRead> {
    /// `None` once the end is reached.
    decoder: Option<GzDecoder<R>>,
}

impl<R: BufRead> Members<R> {
    /// From a reader at the start of the first member.
    pub(super) fn new(reader: R) -> Self {
        Self { decoder: Some(GzDecoder::new(reader)) }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(mut decoder) = self.decoder.take() {
            let count = decoder.read(buffer)?;
            if count > 0 {
                self.decoder = Some(decoder);
                return Ok(count);
            }
            let mut reader = decoder.into_inner();
            if another_member(&mut reader)? {
                self.decoder = Some(GzDecoder::new(reader));
            }
        }
        Ok(0)
    }
}

/// Whether another member follows; passes over zero padding.
fn another_member(reader: &mut impl BufRead) -> io::Result<bool> {
    const MAGIC: u8 = 0x1f;
    let mut padded = false;
    loop {
        let bytes = reader.fill_buf()?;
        match bytes.first() {
            None => return Ok(false),
            Some(0) => {
                let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
                reader.consume(zeros);
                padded = true;
            }
            Some(&MAGIC) if !padded => return Ok(true),
            Some(_) => {
                let problem =
                    "the compressed data is followed by bytes that are neither zero padding nor another gzip member";
                return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Write as _};

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    fn zipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// Through a buffer so small that members and padding are cut by it.
    fn read(bytes: &[u8], buffer: usize) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        Members::new(BufReader::with_capacity(buffer, bytes)).read_to_end(&mut all).map(|_| all)
    }

    #[test]
    fn members_and_zero_padding_are_read_and_other_rubbish_is_not() {
        let (one, two) = (zipped(b"one, "), zipped(b"two"));
        for buffer in [1, 2, 7, 4096] {
            let good = |pieces: &[&[u8]]| read(&pieces.concat(), buffer).unwrap();
            assert_eq!(good(&[&one]), b"one, ");
            assert_eq!(good(&[&one, &two]), b"one, two");
            assert_eq!(good(&[&one, &[0; 512]]), b"one, ");
            assert_eq!(good(&[&one, &two, &[0]]), b"one, two");
            for rest in
                [&b"EOF\n"[..], b"\0\0x", &[0x1f], &[0x1f, 0x8b], &one[..one.len() - 1], &[&[0; 9], &two[..]].concat()]
            {
                assert!(read(&[&one[..], rest].concat(), buffer).is_err(), "{rest:?}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn whatever_follows_never_changes_what_is_read(rest in prop::collection::vec(0_u8..3, 0..20), noise in prop::collection::vec(any::<u8>(), 0..8)) {
            let rest = [rest, noise].concat();
            match read(&[&zipped(b"all")[..], &rest].concat(), 16) {
                Ok(bytes) => prop_assert!(bytes == b"all" && rest.iter().all(|byte| *byte == 0)),
                Err(_) => prop_assert!(rest.iter().any(|byte| *byte != 0)),
            }
        }
    }
}
