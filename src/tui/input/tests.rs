//! Whatever a terminal sends, the keys after it work.

use std::time::{Duration, Instant};

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers as Held,
    MouseButton::{Left, Right},
    MouseEvent, MouseEventKind as Mouse,
};
use proptest::prelude::*;

use super::{Decoder, PASTE, PAUSE, REPORT};

/// What pieces of bytes mean that come one after another at once, and then nothing for a while.
fn events(pieces: &[&[u8]]) -> Vec<Event> {
    let (mut decoder, mut events, now) = (Decoder::default(), Vec::new(), Instant::now());
    for piece in pieces {
        decoder.feed(piece, now, &mut |event| events.push(event));
    }
    if decoder.due().is_some() {
        decoder.expire(&mut |event| events.push(event));
    }
    assert_eq!(decoder.due(), None);
    events
}

fn key(code: KeyCode, held: Held) -> Event {
    Event::Key(KeyEvent::new(code, held))
}

fn quit() -> Event {
    key(KeyCode::Char('q'), Held::NONE)
}

/// Reports that terminals send: answers, notices, and a few that no standard knows.
const REPORTS: &[&[u8]] = &[
    // DECRPM, private and not; the colour scheme; the keyboard's flags; DA1, DA2, DA3; XTVERSION; the cursor's place.
    b"\x1b[?2026;2$y",
    b"\x1b[?1004;1$y",
    b"\x1b[4;2$y",
    b"\x1b[?997;1n",
    b"\x1b[?1u",
    b"\x1b[?62;4;22c",
    b"\x1b[>41;354;0c",
    b"\x1bP!|00000000\x1b\\",
    b"\x1bP>|XTerm(390)\x1b\\",
    b"\x1b[12;40R",
    b"\x1b[?12;40;1R",
    b"\x1b[0n",
    b"\x1b[?13n",
    b"\x1b[?27;1;0;0n",
    // Sizes, titles, graphics, checksums, the terminal's parameters, in-band resizes.
    b"\x1b[8;40;120t",
    b"\x1b[4;800;1200t",
    b"\x1b[48;40;120;800;1200t",
    b"\x1b]lthe title\x1b\\",
    b"\x1b[?2;0;800;600S",
    b"\x1bP1!~0000\x1b\\",
    b"\x1b[2;1;1;128;128;1;0x",
    b"\x1b[1;2;3;4;5;6;7;8;9&w",
    // Colours, the clipboard, working directory, notifications, prompts.
    b"\x1b]10;rgb:e8e8/eaea/eded\x1b\\",
    b"\x1b]11;rgb:1010/1313/1818\x07",
    b"\x1b]4;1;rgb:cdcd/0000/0000\x07",
    b"\x1b]52;c;cXVpdA==\x1b\\",
    b"\x1b]99;i=1;closed\x1b\\",
    b"\x1b]133;A\x07",
    b"\x1b]7;file://host/tmp\x1b\\",
    // XTGETTCAP, DECRQSS, kitty's graphics, privacy messages and strings.
    b"\x1bP1+r544e=787465726d\x1b\\",
    b"\x1bP0+r\x1b\\",
    b"\x1bP1$r0m\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b^private\x1b\\",
    b"\x1bXstring\x1b\\",
    // In eight bits, and as UTF-8 writes those.
    b"\x9b?2026;2$y",
    b"\x9d11;rgb:0/0/0\x9c\x1b\\",
    b"\xc2\x9b?997;1n",
    // Nonsense.
    b"\x1b[=1;2;3z",
    b"\x1b[99999999999999999999~",
    b"\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24;25;26;27;28;29;30;31;32z",
    b"\x1b[?;;;::;$!\"#p",
    b"\x1b[<0;1;1z",
    b"\x1b[<0;1M",
    b"\x1b[<0;0;0M",
    b"\x1b[[Z",
    b"\x1bOz",
    b"\xff\xfe\xc3\x28\xf0\x9f\xed\xa0\x80",
];

/// Whole, a report is not noticed and the key beside it counts at once.
#[test]
fn a_report_is_nothing_and_the_key_after_it_counts() {
    for report in &REPORTS[..REPORTS.len() - 1] {
        let seen = events(&[report, b"q"]);
        assert_eq!(seen, [quit()], "{:?}", String::from_utf8_lossy(report));
        // However the connection cuts it.
        for cut in 1..report.len() {
            let seen = events(&[&report[..cut], &report[cut..], b"q"]);
            assert_eq!(seen, [quit()], "{:?} cut at {cut}", String::from_utf8_lossy(report));
        }
    }
}

/// Cut off for good, a report takes nothing with it but what comes before a pause is over.
#[test]
fn the_rest_of_a_report_is_awaited_for_a_while_and_no_longer() {
    let reports = [REPORTS, &[&b"\x1b[200~pasted"[..], b"\x1b[M  ", b"\x1b[<0;1"]].concat();
    for report in reports {
        for cut in 1..=report.len() {
            let (mut decoder, mut seen, began) = (Decoder::default(), Vec::new(), Instant::now());
            decoder.feed(&report[..cut], began, &mut |_| {});
            let due = decoder.due().unwrap_or(began);
            assert!(due - began <= Duration::from_millis(500), "{report:?} cut at {cut}");
            decoder.expire(&mut |_| {});
            decoder.feed(b"q", due, &mut |event| seen.push(event));
            assert_eq!(seen, [quit()], "{report:?} cut at {cut}");
        }
    }
}

/// A key that is held down comes faster than any pause ends.
#[test]
fn a_key_that_is_held_gets_through_an_unfinished_report() {
    for report in [&b"\x1b]11;rgb:"[..], b"\x1bP>|", b"\x1b_G"] {
        let (mut decoder, mut seen, began) = (Decoder::default(), Vec::new(), Instant::now());
        decoder.feed(report, began, &mut |_| {});
        for repeat in 1..30 {
            let now = began + repeat * Duration::from_millis(33);
            assert!(decoder.due().is_none_or(|due| due <= began + REPORT));
            decoder.feed(b"q", now, &mut |event| seen.push(event));
        }
        assert!(seen.len() > 10 && seen.iter().all(|event| *event == quit()), "{seen:?}");
    }
}

#[test]
fn interrupting_works_within_anything() {
    let control_c = key(KeyCode::Char('c'), Held::CONTROL);
    for unfinished in
        [&b"\x1b[?1"[..], b"\x1b[<0;1", b"\x1b]11;", b"\x1bP", b"\x1b[200~abc", b"\x1bO", b"\x1b[M ", b"\x1b"]
    {
        assert_eq!(events(&[unfinished, b"\x03"]).last(), Some(&control_c), "{unfinished:?}");
    }
}

#[test]
fn an_escape_byte_begins_anew() {
    for unfinished in [&b"\x1b[?1"[..], b"\x1b[<0;1", b"\x1b]11;rgb", b"\x1bP1$r", b"\x1bO", b"\x1b[M ", b"\xe2\x82"] {
        assert_eq!(events(&[unfinished, b"\x1b[1;2C"]), [key(KeyCode::Right, Held::SHIFT)], "{unfinished:?}");
    }
}

#[test]
fn keys_are_what_terminals_send_for_them() {
    use KeyCode::{BackTab, Backspace, Char, Delete, Down, End, Enter, Esc, F, Home, Insert, Left, PageDown, PageUp};
    let (none, shift, alt, control) = (Held::NONE, Held::SHIFT, Held::ALT, Held::CONTROL);
    let cases: &[(&[u8], KeyCode, Held)] = &[
        (b"a", Char('a'), none),
        (b"A", Char('A'), shift),
        (b" ", Char(' '), none),
        ("λ".as_bytes(), Char('λ'), none),
        ("−".as_bytes(), Char('−'), none),
        ("🙂".as_bytes(), Char('🙂'), none),
        (b"\x1b", Esc, none),
        (b"\r", Enter, none),
        (b"\t", KeyCode::Tab, none),
        (b"\x7f", Backspace, none),
        (b"\0", Char(' '), control),
        (b"\x03", Char('c'), control),
        (b"\x15", Char('u'), control),
        (b"\x1a", Char('z'), control),
        (b"\x1f", Char('7'), control),
        (b"\x1bq", Char('q'), alt),
        ("\x1bλ".as_bytes(), Char('λ'), alt),
        (b"\x1b\r", Enter, alt),
        (b"\x1b[", Char('['), alt),
        (b"\x1bO", Char('O'), alt),
        (b"\x1b]", Char(']'), alt),
        (b"\x1bP", Char('P'), alt),
        (b"\x1b[A", KeyCode::Up, none),
        (b"\x1b[B", Down, none),
        (b"\x1bOC", KeyCode::Right, none),
        (b"\x1bOD", Left, none),
        (b"\x1b[1;2C", KeyCode::Right, shift),
        (b"\x1b[1;5D", Left, control),
        (b"\x1b[1;8A", KeyCode::Up, shift | alt | control),
        (b"\x1b[1;129B", Down, none),
        (b"\x1b[c", KeyCode::Right, shift),
        (b"\x1b[H", Home, none),
        (b"\x1bOF", End, none),
        (b"\x1b[1~", Home, none),
        (b"\x1b[4~", End, none),
        (b"\x1b[2~", Insert, none),
        (b"\x1b[3;5~", Delete, control),
        (b"\x1b[5~", PageUp, none),
        (b"\x1b[6;2~", PageDown, shift),
        (b"\x1b[Z", BackTab, shift),
        (b"\x1bOP", F(1), none),
        (b"\x1b[1;2Q", F(2), shift),
        (b"\x1b[15~", F(5), none),
        (b"\x1b[24;5~", F(12), control),
        (b"\x1b[[A", F(1), none),
        (b"\x1bOM", Enter, none),
        (b"\x1bOk", Char('+'), none),
        // As kitty and xterm send them where an earlier program asked for it.
        (b"\x1b[113u", Char('q'), none),
        (b"\x1b[99;5u", Char('c'), control),
        (b"\x1b[27u", Esc, none),
        (b"\x1b[108:76;2u", Char('L'), shift),
        (b"\x1b[108;2u", Char('L'), shift),
        (b"\x1b[9;2u", BackTab, shift),
        (b"\x1b[57419u", KeyCode::Up, none),
        (b"\x1b[113;1;113u", Char('q'), none),
        (b"\x1b[27;5;99~", Char('c'), control),
    ];
    for (bytes, code, held) in cases {
        assert_eq!(events(&[bytes]), [key(*code, *held)], "{:?}", String::from_utf8_lossy(bytes));
        for cut in 1..bytes.len() {
            assert_eq!(events(&[&bytes[..cut], &bytes[cut..]]), [key(*code, *held)], "{bytes:?} cut at {cut}");
        }
    }
    let released = KeyEvent::new_with_kind(Char('q'), none, KeyEventKind::Release);
    assert_eq!(events(&[b"\x1b[113;1:3u"]), [Event::Key(released)]);
    // A keyboard's own caps lock is no key.
    assert_eq!(events(&[b"\x1b[57358u"]), []);
    // The escape key is not lost where it is pressed twice, or before another.
    assert_eq!(events(&[b"\x1b\x1b"]), [key(Esc, none), key(Esc, none)]);
    assert_eq!(events(&[b"\x1b\x1b[A"]), [key(Esc, none), key(KeyCode::Up, none)]);
}

#[test]
fn the_mouse_is_read_in_three_protocols() {
    let mouse = |kind, column, row, modifiers| Event::Mouse(MouseEvent { kind, column, row, modifiers });
    let cases: &[(&[u8], Event)] = &[
        (b"\x1b[<0;1;1M", mouse(Mouse::Down(Left), 0, 0, Held::NONE)),
        (b"\x1b[<0;300;100m", mouse(Mouse::Up(Left), 299, 99, Held::NONE)),
        (b"\x1b[<32;20;10M", mouse(Mouse::Drag(Left), 19, 9, Held::NONE)),
        (b"\x1b[<35;20;10M", mouse(Mouse::Moved, 19, 9, Held::NONE)),
        (b"\x1b[<2;20;10M", mouse(Mouse::Down(Right), 19, 9, Held::NONE)),
        (b"\x1b[<64;20;10M", mouse(Mouse::ScrollUp, 19, 9, Held::NONE)),
        (b"\x1b[<65;20;10M", mouse(Mouse::ScrollDown, 19, 9, Held::NONE)),
        (b"\x1b[<20;20;10M", mouse(Mouse::Down(Left), 19, 9, Held::SHIFT | Held::CONTROL)),
        (b"\x1b[32;20;10M", mouse(Mouse::Down(Left), 19, 9, Held::NONE)),
        (b"\x1b[M 4*", mouse(Mouse::Down(Left), 19, 9, Held::NONE)),
    ];
    for (bytes, event) in cases {
        assert_eq!(events(&[bytes]), std::slice::from_ref(event), "{:?}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(events(&[b"\x1b[I\x1b[O"]), [Event::FocusGained, Event::FocusLost]);
}

#[test]
fn a_paste_is_one_event_and_none_of_its_keys_count() {
    let paste = |text: &str| Event::Paste(text.to_owned());
    assert_eq!(events(&[b"\x1b[200~quit \x1b[A \x1b[201\x1b[201~q"]), [paste("quit \x1b[A \x1b[201"), quit()]);
    assert_eq!(events(&["\x1b[200~λ".as_bytes(), b"\x1b[20", b"1~q"]), [paste("λ"), quit()]);
    // The end was lost.
    assert_eq!(events(&[b"\x1b[200~quit"]), [paste("quit")]);
    // More than anybody types is dropped, and the end is found all the same.
    let seen = events(&[b"\x1b[200~", &vec![b'a'; 3 << 20], b"\x1b[201~q"]);
    assert!(matches!(&seen[..], [Event::Paste(text), last] if text.len() == 1 << 20 && *last == quit()));
}

#[test]
fn pauses_are_short_enough() {
    assert!(PAUSE < REPORT && REPORT.max(PASTE) < Duration::from_secs(1));
}

proptest! {
    /// Any bytes in any pieces at any times: after the pause `q` is `q`, and no byte of it panics.
    #[test]
    fn whatever_was_sent_the_next_key_counts(
        pieces in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..40), 0_u64..400), 0..12),
    ) {
        let (mut decoder, mut now) = (Decoder::default(), Instant::now());
        for (piece, pause) in &pieces {
            decoder.feed(piece, now, &mut |_| {});
            now += Duration::from_millis(*pause);
            if decoder.due().is_some_and(|due| due <= now) {
                decoder.expire(&mut |_| {});
            }
        }
        let due = decoder.due().unwrap_or(now);
        prop_assert!(due <= now + Duration::from_millis(500));
        decoder.expire(&mut |_| {});
        let mut seen = Vec::new();
        decoder.feed(b"q", due, &mut |event| seen.push(event));
        prop_assert_eq!(seen, vec![quit()]);
    }

    /// The same of bytes that look like sequences, which random ones seldom do.
    #[test]
    fn whatever_looks_like_a_sequence_the_next_key_counts(
        text in r"(\x1b[\[\]OPX^_\\]?|[0-9;:<=>?]{0,6}|[ !$&~RSuMmt]|\x07|é|200~){0,30}",
    ) {
        let (mut decoder, mut seen, now) = (Decoder::default(), Vec::new(), Instant::now());
        decoder.feed(text.as_bytes(), now, &mut |_| {});
        let due = decoder.due().unwrap_or(now);
        decoder.expire(&mut |_| {});
        decoder.feed(b"q", due, &mut |event| seen.push(event));
        prop_assert_eq!(seen, vec![quit()]);
    }

    /// How a connection cuts the bytes makes no difference.
    #[test]
    fn cuts_make_no_difference(bytes in prop::collection::vec(any::<u8>(), 0..60), cut in 0_usize..60) {
        let cut = cut.min(bytes.len());
        prop_assert_eq!(events(&[&bytes[..cut], &bytes[cut..]]), events(&[&bytes]));
    }
}
