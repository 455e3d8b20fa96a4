//! Splits a terminal's bytes into characters, control bytes and escape sequences.
//!
//! The grammar is ECMA-48's with xterm's additions. Two rules keep it from ever waiting for good: an escape byte or another control
//! byte within a sequence abandons it and counts, and [`Sequences::expire`] ends whatever is unfinished.

/// One unit of what a terminal sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A character, after an escape byte or not.
    Char(char, bool),
    /// A control byte, after an escape byte or not.
    Control(u8, bool),
    /// The escape byte alone.
    Escape,
    /// `CSI`, parameters and intermediate bytes, and the final byte.
    Csi(&'t [u8], u8),
    /// `SS3` and its byte.
    Ss3(u8),
    /// `CSI [` and its byte: a function key of the Linux console.
    Console(u8),
    /// `CSI M` and its three bytes: the mouse as the first xterm reported it.
    Mouse([u8; 3]),
    /// What was pasted.
    Paste(&'t [u8]),
}

/// What an unfinished sequence may still become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// A key, or a character.
    Key,
    /// A report, a key of several bytes or the mouse.
    Report,
    /// The rest of a paste.
    Paste,
}

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
/// ctrl-c ends even a paste whose end never comes.
const INTERRUPT: u8 = 0x03;
const PASTE_BEGINS: &[u8] = b"200";
const PASTE_ENDS: &[u8] = b"\x1b[201~";
/// Longer parameters belong to no key.
const MOST_PARAMETERS: usize = 64;
/// More of a paste is dropped.
const MOST_PASTED: usize = 1 << 20;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    /// Within a character: so many bytes are missing.
    Utf8 {
        missing: usize,
        alt: bool,
    },
    Escape,
    Csi,
    Ss3,
    Console,
    Mouse,
    /// Within OSC, DCS, SOS, PM or APC, by the character that began it after the escape byte.
    Text {
        opener: u8,
        empty: bool,
    },
    /// An escape byte within one: the end, or the beginning of another sequence.
    TextEscape,
    /// Within a paste; so many bytes of its end were seen.
    Paste {
        matched: usize,
    },
}

/// The state machine.
#[derive(Debug, Default)]
pub(super) struct Sequences {
    state: State,
    /// The bytes of the sequence that count.
    bytes: Vec<u8>,
    count: u64,
}

impl Sequences {
    /// How many sequences have begun.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// What is awaited, if a sequence is unfinished.
    pub fn awaits(&self) -> Option<Rest> {
        match self.state {
            State::Ground => None,
            State::Utf8 { .. } | State::Escape => Some(Rest::Key),
            State::Paste { .. } => Some(Rest::Paste),
            _ => Some(Rest::Report),
        }
    }

    /// Takes a byte.
    pub fn feed(&mut self, byte: u8, take: &mut impl FnMut(Token<'_>)) {
        match self.state {
            State::Ground => self.ground(byte, false, take),
            State::Utf8 { missing, alt } => self.utf8(byte, missing, alt, take),
            State::Escape | State::TextEscape => self.escape(byte, take),
            State::Csi => self.csi(byte, take),
            State::Paste { matched } => self.paste(byte, matched, take),
            State::Text { opener, .. } => match byte {
                BEL => self.state = State::Ground,
                ESC => self.state = State::TextEscape,
                INTERRUPT | 0x18 | 0x1a => self.ground(byte, false, take),
                _ => self.state = State::Text { opener, empty: false },
            },
            // A control byte is none of the bytes awaited.
            State::Ss3 | State::Console | State::Mouse if byte < 0x20 => self.ground(byte, false, take),
            State::Ss3 => self.end(Token::Ss3(byte), take),
            State::Console => self.end(Token::Console(byte), take),
            State::Mouse => {
                self.bytes.push(byte);
                if let [button, column, row] = self.bytes[..] {
                    self.end(Token::Mouse([button, column, row]), take);
                }
            }
        }
    }

    /// Ends what is unfinished: the escape key and the keys pressed with alt that begin like a sequence are keys, anything else is dropped.
    pub fn expire(&mut self, take: &mut impl FnMut(Token<'_>)) {
        match std::mem::take(&mut self.state) {
            State::Escape => take(Token::Escape),
            State::Csi if self.bytes.is_empty() => take(Token::Char('[', true)),
            State::Ss3 => take(Token::Char('O', true)),
            State::Text { opener, empty: true } => take(Token::Char(char::from(opener), true)),
            State::Paste { .. } => take(Token::Paste(&self.bytes)),
            _ => {}
        }
    }

    fn end(&mut self, token: Token<'_>, take: &mut impl FnMut(Token<'_>)) {
        self.state = State::Ground;
        take(token);
    }

    fn begin(&mut self, state: State) {
        self.bytes.clear();
        self.count += 1;
        self.state = state;
    }

    fn ground(&mut self, byte: u8, alt: bool, take: &mut impl FnMut(Token<'_>)) {
        self.state = State::Ground;
        match byte {
            ESC => self.begin(State::Escape),
            0x00..0x20 | 0x7f => take(Token::Control(byte, alt)),
            0x20..0x7f => take(Token::Char(char::from(byte), alt)),
            // The control characters of eight bits stand for escape and a letter.
            0x80..0xa0 => self.escape(byte - 0x40, take),
            0xc2..0xf5 => {
                let missing = 1 + usize::from(byte >= 0xe0) + usize::from(byte >= 0xf0);
                self.begin(State::Utf8 { missing, alt });
                self.bytes.push(byte);
            }
            // Never part of UTF-8, or a part without its beginning.
            _ => {}
        }
    }

    fn utf8(&mut self, byte: u8, missing: usize, alt: bool, take: &mut impl FnMut(Token<'_>)) {
        if byte & 0xc0 != 0x80 {
            return self.ground(byte, false, take);
        }
        self.bytes.push(byte);
        if missing > 1 {
            self.state = State::Utf8 { missing: missing - 1, alt };
            return;
        }
        self.state = State::Ground;
        match std::str::from_utf8(&self.bytes).ok().and_then(|text| text.chars().next()) {
            Some(character @ '\u{80}'..'\u{a0}') => self.escape(character as u8 - 0x40, take),
            Some(character) => take(Token::Char(character, alt)),
            None => {}
        }
    }

    /// The byte after an escape byte.
    fn escape(&mut self, byte: u8, take: &mut impl FnMut(Token<'_>)) {
        match byte {
            ESC => {
                // The first one was the key; the second may begin a sequence.
                take(Token::Escape);
                self.begin(State::Escape);
            }
            b'[' => self.begin(State::Csi),
            b'O' => self.begin(State::Ss3),
            b'P' | b'X' | b']' | b'^' | b'_' => self.begin(State::Text { opener: byte, empty: true }),
            INTERRUPT => {
                take(Token::Escape);
                self.ground(byte, false, take);
            }
            // The end of a text, perhaps of one that was given up.
            b'\\' => self.state = State::Ground,
            _ => self.ground(byte, true, take),
        }
    }

    fn csi(&mut self, byte: u8, take: &mut impl FnMut(Token<'_>)) {
        match byte {
            b'[' if self.bytes.is_empty() => self.state = State::Console,
            b'M' if self.bytes.is_empty() => self.state = State::Mouse,
            b'~' if self.bytes == PASTE_BEGINS => self.begin(State::Paste { matched: 0 }),
            0x20..0x40 => {
                if self.bytes.len() <= MOST_PARAMETERS {
                    self.bytes.push(byte);
                }
            }
            0x40..0x7f => {
                self.state = State::Ground;
                if self.bytes.len() <= MOST_PARAMETERS {
                    take(Token::Csi(&self.bytes, byte));
                }
            }
            _ => self.ground(byte, false, take),
        }
    }

    fn paste(&mut self, byte: u8, matched: usize, take: &mut impl FnMut(Token<'_>)) {
        let matched = if byte == PASTE_ENDS[matched] {
            matched + 1
        } else {
            // Only the first byte of the end is an escape byte, so that nothing else of what was seen can begin it.
            self.pasted(&PASTE_ENDS[..matched]);
            usize::from(byte == ESC)
        };
        if matched == PASTE_ENDS.len() {
            self.state = State::Ground;
            take(Token::Paste(&self.bytes));
        } else if byte == INTERRUPT {
            self.state = State::Ground;
            take(Token::Paste(&self.bytes));
            take(Token::Control(byte, false));
        } else {
            if matched == 0 {
                self.pasted(&[byte]);
            }
            self.state = State::Paste { matched };
        }
    }

    fn pasted(&mut self, bytes: &[u8]) {
        let left = MOST_PASTED.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(left)]);
    }
}
