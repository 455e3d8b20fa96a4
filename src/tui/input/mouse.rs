//! Reads the mouse's reports: SGR, rxvt's and the first xterm's.

use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// `CSI < buttons ; column ; row M`, or `m` where a button was let go.
pub(super) fn sgr(parameters: [Option<u32>; 3], released: bool) -> Option<Event> {
    let [Some(buttons), Some(column), Some(row)] = parameters else { return None };
    let (kind, modifiers) = what(buttons)?;
    let kind = match kind {
        MouseEventKind::Down(button) if released => MouseEventKind::Up(button),
        kind => kind,
    };
    event(kind, modifiers, column, row)
}

/// `CSI buttons ; column ; row M`, the buttons counted from 32.
pub(super) fn rxvt(parameters: [Option<u32>; 3]) -> Option<Event> {
    let [Some(buttons), Some(column), Some(row)] = parameters else { return None };
    let (kind, modifiers) = what(buttons.checked_sub(32)?)?;
    event(kind, modifiers, column, row)
}

/// `CSI M` and three bytes, each counted from 32.
pub(super) fn first([buttons, column, row]: [u8; 3]) -> Option<Event> {
    rxvt([Some(buttons.into()), Some(u32::from(column.checked_sub(32)?)), Some(u32::from(row.checked_sub(32)?))])
}

/// What happened, of the bits of xterm's button code.
fn what(buttons: u32) -> Option<(MouseEventKind, KeyModifiers)> {
    let (shift, alt, control, motion) = (4, 8, 16, 32);
    let button = match buttons & 3 {
        0 => Some(MouseButton::Left),
        1 => Some(MouseButton::Middle),
        2 => Some(MouseButton::Right),
        _ => None,
    };
    let moved = buttons & motion != 0;
    let kind = match (buttons >> 6, button) {
        (0, Some(button)) if moved => MouseEventKind::Drag(button),
        (0, Some(button)) => MouseEventKind::Down(button),
        (0, None) if moved => MouseEventKind::Moved,
        // Which button it was is not said.
        (0, None) => MouseEventKind::Up(MouseButton::Left),
        (1, _) => match buttons & 3 {
            0 => MouseEventKind::ScrollUp,
            1 => MouseEventKind::ScrollDown,
            2 => MouseEventKind::ScrollLeft,
            _ => MouseEventKind::ScrollRight,
        },
        _ => return None,
    };
    let mut modifiers = KeyModifiers::NONE;
    for (bit, modifier) in [(shift, KeyModifiers::SHIFT), (alt, KeyModifiers::ALT), (control, KeyModifiers::CONTROL)] {
        if buttons & bit != 0 {
            modifiers |= modifier;
        }
    }
    Some((kind, modifiers))
}

/// Terminals count columns and rows from 1.
fn event(kind: MouseEventKind, modifiers: KeyModifiers, column: u32, row: u32) -> Option<Event> {
    let cell = |from_1: u32| u16::try_from(from_1.checked_sub(1)?).ok();
    Some(Event::Mouse(MouseEvent { kind, column: cell(column)?, row: cell(row)?, modifiers }))
}
