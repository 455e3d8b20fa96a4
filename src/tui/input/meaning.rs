//! What a sequence means: a key, the mouse, a paste, the focus, or nothing.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::{mouse, sequence::Token};

/// The event that a token stands for. Reports, and keys that no terminal is known to send, stand for none.
pub(super) fn event(token: Token<'_>) -> Option<Event> {
    match token {
        Token::Char(character, alt) => {
            let shift = if character.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
            Some(key(KeyCode::Char(character), shift | with_alt(alt)))
        }
        Token::Control(byte, alt) => {
            let (code, modifiers) = control(byte);
            Some(key(code, modifiers | with_alt(alt)))
        }
        Token::Escape => Some(key(KeyCode::Esc, KeyModifiers::NONE)),
        Token::Ss3(byte) => ss3(byte).map(|code| key(code, KeyModifiers::NONE)),
        Token::Console(byte @ b'A'..=b'E') => Some(key(KeyCode::F(1 + byte - b'A'), KeyModifiers::NONE)),
        Token::Console(_) => None,
        Token::Mouse(bytes) => mouse::first(bytes),
        Token::Paste(bytes) => Some(Event::Paste(String::from_utf8_lossy(bytes).into_owned())),
        Token::Csi(parameters, last) => csi(parameters, last),
    }
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(code, modifiers))
}

fn with_alt(alt: bool) -> KeyModifiers {
    if alt { KeyModifiers::ALT } else { KeyModifiers::NONE }
}

/// A control byte as the key that sends it.
fn control(byte: u8) -> (KeyCode, KeyModifiers) {
    let held = |character: u8| (KeyCode::Char(char::from(character)), KeyModifiers::CONTROL);
    match byte {
        b'\r' => (KeyCode::Enter, KeyModifiers::NONE),
        b'\t' => (KeyCode::Tab, KeyModifiers::NONE),
        0x7f => (KeyCode::Backspace, KeyModifiers::NONE),
        0x00 => held(b' '),
        0x01..=0x1a => held(byte - 1 + b'a'),
        _ => held(byte.saturating_sub(0x1c) + b'4'),
    }
}

/// Arrows and function keys in the mode of applications, and the keypad.
fn ss3(byte: u8) -> Option<KeyCode> {
    Some(match byte {
        b'M' => KeyCode::Enter,
        b'P'..=b'S' => KeyCode::F(1 + byte - b'P'),
        // The keypad's characters are sent 64 higher.
        b'j'..=b'y' => KeyCode::Char(char::from(byte - 64)),
        b'X' => KeyCode::Char('='),
        _ => return letter(byte),
    })
}

/// The keys that both `CSI` and `SS3` name by a letter.
fn letter(byte: u8) -> Option<KeyCode> {
    Some(match byte {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        _ => return None,
    })
}

fn csi(parameters: &[u8], last: u8) -> Option<Event> {
    if let [b'<', parameters @ ..] = parameters {
        let parameters = Parameters::parse(parameters)?;
        return matches!(last, b'M' | b'm').then(|| mouse::sgr(parameters.first(), last == b'm'))?;
    }
    // What has another prefix or an intermediate byte is a report.
    let parameters = Parameters::parse(parameters)?;
    let none = parameters.none();
    match last {
        b'I' if none => Some(Event::FocusGained),
        b'O' if none => Some(Event::FocusLost),
        b'M' => mouse::rxvt(parameters.first()),
        b'Z' => Some(parameters.key(KeyCode::BackTab, KeyModifiers::SHIFT)),
        b'a'..=b'd' if none => Some(key(letter(last.to_ascii_uppercase())?, KeyModifiers::SHIFT)),
        b'P' | b'Q' | b'S' => Some(parameters.key(KeyCode::F(1 + last - b'P'), KeyModifiers::NONE)),
        // With numbers it says where the cursor is.
        b'R' if none => Some(key(KeyCode::F(3), KeyModifiers::NONE)),
        b'~' if parameters.number(0) == Some(27) => character(parameters.number(2)?, parameters),
        b'~' => Some(parameters.key(numbered(parameters.number(0)?)?, KeyModifiers::NONE)),
        b'u' => character(parameters.number(0)?, parameters),
        _ => Some(parameters.key(letter(last)?, KeyModifiers::NONE)),
    }
}

/// The keys that `CSI … ~` names by a number.
fn numbered(number: u32) -> Option<KeyCode> {
    let function = |first: u32, number: u32| KeyCode::F((first + number) as u8);
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => function(1, number - 11),
        17..=21 => function(6, number - 17),
        23..=26 => function(11, number - 23),
        28..=29 => function(15, number - 28),
        31..=34 => function(17, number - 31),
        _ => return None,
    })
}

/// A key by its character, as kitty's protocol and xterm's `modifyOtherKeys` send it.
fn character(code: u32, parameters: Parameters) -> Option<Event> {
    let shifted = parameters.modifiers().contains(KeyModifiers::SHIFT);
    let code = match code {
        9 if shifted => KeyCode::BackTab,
        8 | 127 => KeyCode::Backspace,
        9 => KeyCode::Tab,
        13 => KeyCode::Enter,
        27 => KeyCode::Esc,
        57_344..=63_743 => private(code)?,
        _ => {
            let plain = char::from_u32(code).filter(|character| !character.is_control())?;
            let alternate = parameters.shifted().and_then(char::from_u32).filter(|character| !character.is_control());
            KeyCode::Char(match alternate {
                Some(alternate) if shifted => alternate,
                _ if shifted => plain.to_ascii_uppercase(),
                _ => plain,
            })
        }
    };
    Some(parameters.key(code, KeyModifiers::NONE))
}

/// Kitty's numbers for the keypad, in Unicode's area for private use.
fn private(code: u32) -> Option<KeyCode> {
    Some(match code {
        57_399..=57_408 => KeyCode::Char(char::from_digit(code - 57_399, 10)?),
        57_409 => KeyCode::Char('.'),
        57_410 => KeyCode::Char('/'),
        57_411 => KeyCode::Char('*'),
        57_412 => KeyCode::Char('-'),
        57_413 => KeyCode::Char('+'),
        57_414 => KeyCode::Enter,
        57_415 => KeyCode::Char('='),
        57_417 => KeyCode::Left,
        57_418 => KeyCode::Right,
        57_419 => KeyCode::Up,
        57_420 => KeyCode::Down,
        57_421 => KeyCode::PageUp,
        57_422 => KeyCode::PageDown,
        57_423 => KeyCode::Home,
        57_424 => KeyCode::End,
        57_425 => KeyCode::Insert,
        57_426 => KeyCode::Delete,
        _ => return None,
    })
}

/// Up to three numbers, and the second part of the first two: `1;2:3`.
#[derive(Clone, Copy, Debug, Default)]
struct Parameters {
    numbers: [[Option<u32>; 2]; 3],
    count: usize,
}

impl Parameters {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut parameters = Self::default();
        if bytes.is_empty() {
            return Some(parameters);
        }
        for (place, group) in bytes.split(|&byte| byte == b';').enumerate() {
            for (part, digits) in group.split(|&byte| byte == b':').enumerate() {
                // Nothing at all is a number left out.
                let number = if digits.is_empty() { None } else { Some(number(digits)?) };
                if let Some(slot) = parameters.numbers.get_mut(place).and_then(|parts| parts.get_mut(part)) {
                    *slot = number;
                }
            }
            parameters.count = place + 1;
        }
        Some(parameters)
    }

    fn none(self) -> bool {
        self.count == 0
    }

    fn first(self) -> [Option<u32>; 3] {
        // More than three are another report.
        if self.count == 3 { self.numbers.map(|[number, _]| number) } else { [None; 3] }
    }

    fn number(self, place: usize) -> Option<u32> {
        self.numbers[place][0]
    }

    /// What the key gives with shift held, where the terminal says so.
    fn shifted(self) -> Option<u32> {
        self.numbers[0][1]
    }

    /// The second number is 1 and a bit for each modifier.
    fn modifiers(self) -> KeyModifiers {
        let bits = self.number(1).unwrap_or(1).saturating_sub(1);
        let known = [
            (1, KeyModifiers::SHIFT),
            (2, KeyModifiers::ALT),
            (4, KeyModifiers::CONTROL),
            (8, KeyModifiers::SUPER),
            (16, KeyModifiers::HYPER),
            (32, KeyModifiers::META),
        ];
        known.iter().filter(|(bit, _)| bits & bit != 0).fold(KeyModifiers::NONE, |all, (_, modifier)| all | *modifier)
    }

    fn key(self, code: KeyCode, modifiers: KeyModifiers) -> Event {
        let kind = match self.numbers[1][1] {
            Some(2) => KeyEventKind::Repeat,
            Some(3) => KeyEventKind::Release,
            _ => KeyEventKind::Press,
        };
        Event::Key(KeyEvent::new_with_kind(code, modifiers | self.modifiers(), kind))
    }
}

/// Digits alone: a sign is none, and a number too large belongs to no key either.
fn number(digits: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    text.parse().ok()
}
