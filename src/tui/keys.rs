//! The keys: one table that drives dispatch, the help overlay and the footer's hints.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::action::{Change, Command};

/// A key with its modifiers. Shift is implied by an upper-case character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

const fn key(code: KeyCode) -> Key {
    Key { code, modifiers: KeyModifiers::NONE }
}

const fn char(c: char) -> Key {
    key(KeyCode::Char(c))
}

const fn shift(code: KeyCode) -> Key {
    Key { code, modifiers: KeyModifiers::SHIFT }
}

const fn control(c: char) -> Key {
    Key { code: KeyCode::Char(c), modifiers: KeyModifiers::CONTROL }
}

/// What keys are about: the same key may mean something else in another context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// The panels, and what is read over them.
    Panels,
    /// A list to choose from: problems, events.
    Choices,
    /// The list of optimisers.
    Lanes,
    /// The names of optimisers.
    Names,
    /// The keys of an optimiser.
    Keys,
    /// A text or a number being typed: characters stand for themselves.
    Typing,
}

impl Context {
    /// Every context.
    pub const ALL: [Self; 6] = [Self::Panels, Self::Choices, Self::Lanes, Self::Names, Self::Keys, Self::Typing];
}

const LISTS: &[Context] = &[Context::Panels, Context::Choices, Context::Lanes, Context::Names, Context::Keys];
/// What is open over the panels and is left by the key that quits.
const OVER: &[Context] = &[Context::Choices, Context::Lanes, Context::Names, Context::Keys];
const PANELS_AND_CHOICES: &[Context] = &[Context::Panels, Context::Choices];

/// What a binding is about; the help overlay has one block for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Through the steps.
    Time,
    /// What is shown.
    View,
    /// The program.
    Program,
    /// The optimisers, while they are open.
    Optimisers,
}

impl Group {
    /// In the order of the help overlay.
    pub const ALL: [Self; 4] = [Self::Time, Self::View, Self::Program, Self::Optimisers];

    /// The block's heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Time => "Time",
            Self::View => "View",
            Self::Program => "Program",
            Self::Optimisers => "Optimisers (o)",
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Any of these keys.
    pub keys: &'static [Key],
    /// What they mean.
    pub command: Command,
    /// How the help overlay writes the keys; empty where the row before speaks for this one.
    pub label: &'static str,
    /// What they do, in a few words.
    pub what: &'static str,
    /// Where it stands in the help overlay.
    pub group: Group,
    /// How the footer puts it, for the few keys named there; of the optimisers' keys, how their overlay does.
    pub hint: Option<&'static str>,
    /// Where they mean it.
    pub contexts: &'static [Context],
}

const fn bind(
    keys: &'static [Key],
    command: Command,
    label: &'static str,
    what: &'static str,
    group: Group,
) -> Binding {
    Binding { keys, command, label, what, group, hint: None, contexts: &[Context::Panels] }
}

const fn within(contexts: &'static [Context], binding: Binding) -> Binding {
    Binding { contexts, ..binding }
}

/// A key of the optimisers' overlay.
const fn change(
    contexts: &'static [Context],
    keys: &'static [Key],
    command: Command,
    label: &'static str,
    what: &'static str,
    hint: Option<&'static str>,
) -> Binding {
    Binding { keys, command, label, what, group: Group::Optimisers, hint, contexts }
}

const fn hinted(hint: &'static str, binding: Binding) -> Binding {
    Binding { hint: Some(hint), ..binding }
}

const LANES: &[Context] = &[Context::Lanes];
const NAMES: &[Context] = &[Context::Names];
const KEYS: &[Context] = &[Context::Keys];
const TYPING: &[Context] = &[Context::Typing];
const LANES_AND_KEYS: &[Context] = &[Context::Lanes, Context::Keys];

/// Of use only where the large panel has another view.
pub const VIEW_HINT: &str = "v view";

/// Every key there is. Rows without a label continue the row above.
pub static KEYMAP: &[Binding] = {
    use Command as C;
    use Group::{Program, Time, View};
    &[
        hinted("space play", bind(&[char(' ')], C::PlayPause, "space", "play or pause", Time)),
        hinted(
            "←→ step",
            bind(
                &[key(KeyCode::Right), char('l')],
                C::Step(1),
                "→ l   ← h",
                "one step on, back; past the end computes",
                Time,
            ),
        ),
        bind(&[key(KeyCode::Left), char('h')], C::Step(-1), "", "", Time),
        bind(
            &[shift(KeyCode::Right), char('L'), key(KeyCode::PageDown)],
            C::Step(10),
            "L H  shift-→ ←",
            "ten steps on, back",
            Time,
        ),
        bind(&[shift(KeyCode::Left), char('H'), key(KeyCode::PageUp)], C::Step(-10), "", "", Time),
        within(
            LISTS,
            bind(&[key(KeyCode::Home), char('g')], C::First, "g G  Home End", "the start, the latest step", Time),
        ),
        within(LISTS, bind(&[key(KeyCode::End), char('G')], C::Latest, "", "", Time)),
        bind(&[char(']')], C::Faster, "]   [", "play faster, slower", Time),
        bind(&[char('[')], C::Slower, "", "", Time),
        bind(&[char('n')], C::NextEvent, "n   N", "next, previous event of this optimiser", Time),
        bind(&[char('N')], C::PreviousEvent, "", "", Time),
        within(PANELS_AND_CHOICES, bind(&[char('J')], C::Events, "J", "list all events; enter goes there", Time)),
        within(PANELS_AND_CHOICES, bind(&[char('C')], C::Claims, "C", "what this run shows; enter goes there", Time)),
        hinted(
            "↑↓ lane",
            within(
                // Where something is typed a character stands for itself, and only the arrows move.
                &Context::ALL,
                bind(&[key(KeyCode::Up), char('k')], C::Up, "↑ k   ↓ j", "choose the optimiser explained", View),
            ),
        ),
        within(&Context::ALL, bind(&[key(KeyCode::Down), char('j')], C::Down, "", "", View)),
        bind(&[char('1')], C::ToggleLane(0), "1 – 9", "show or hide an optimiser", View),
        bind(&[char('2')], C::ToggleLane(1), "", "", View),
        bind(&[char('3')], C::ToggleLane(2), "", "", View),
        bind(&[char('4')], C::ToggleLane(3), "", "", View),
        bind(&[char('5')], C::ToggleLane(4), "", "", View),
        bind(&[char('6')], C::ToggleLane(5), "", "", View),
        bind(&[char('7')], C::ToggleLane(6), "", "", View),
        bind(&[char('8')], C::ToggleLane(7), "", "", View),
        bind(&[char('9')], C::ToggleLane(8), "", "", View),
        bind(&[key(KeyCode::Tab)], C::FocusNext, "tab  shift-tab", "focus the next, previous panel", View),
        bind(&[key(KeyCode::BackTab), shift(KeyCode::BackTab)], C::FocusPrevious, "", "", View),
        bind(&[key(KeyCode::Enter), char('z')], C::Enter, "enter z", "maximise the focused panel", View),
        bind(&[char('+'), char('=')], C::ZoomIn, "+   -   0", "zoom in, out, reset", View),
        bind(&[char('-'), char('_')], C::ZoomOut, "", "", View),
        bind(&[char('0')], C::ZoomReset, "", "", View),
        hinted(VIEW_HINT, bind(&[char('v')], C::NextView, "v", "another view in the large panel", View)),
        hinted("x axis", bind(&[char('x')], C::NextXAxis, "x", "x axis: steps, evaluations, seconds", View)),
        bind(&[char('y')], C::NextRate, "y", "second trace: ‖step‖, α, α‖d‖/‖g‖, ‖g‖", View),
        bind(&[char('F')], C::NextLossAxis, "F", "loss axis: to 1e-12, this optimiser, all", View),
        bind(&[char('>')], C::ZoomHeight(true), ">   <", "zoom a trace in, out upwards; 0 resets", View),
        bind(&[char('<')], C::ZoomHeight(false), "", "", View),
        bind(&[char('t')], C::NextTheme, "t", "theme: dark, light, projector", View),
        bind(&[char('e')], C::Export, "e", "export a PNG", Program),
        hinted(
            "p problems",
            within(PANELS_AND_CHOICES, bind(&[char('p')], C::Problems, "p", "choose a problem", Program)),
        ),
        within(PANELS_AND_CHOICES, bind(&[char('/')], C::Filter, "/", "find a problem by a word", Program)),
        bind(&[char('}')], C::NextProblem(1), "}   {", "the next, the previous problem", Program),
        bind(&[char('{')], C::NextProblem(-1), "", "", Program),
        within(&[Context::Choices], bind(&[key(KeyCode::Enter), char(' ')], C::Enter, "", "", Program)),
        hinted("o optimisers", bind(&[char('o')], C::Optimisers, "o", "choose and change the optimisers", Program)),
        bind(&[char('r')], C::Restart, "r", "restart", Program),
        bind(&[char('m')], C::Mouse, "m", "mouse on or off", Program),
        hinted(
            "? help",
            within(PANELS_AND_CHOICES, bind(&[char('?'), key(KeyCode::F(1))], C::Help, "?", "this help", Program)),
        ),
        within(&Context::ALL, bind(&[key(KeyCode::Esc)], C::Back, "esc", "back", Program)),
        within(&Context::ALL, bind(&[control('z')], C::Suspend, "ctrl-z", "to the shell; fg comes back", Program)),
        hinted("q quit", bind(&[char('q')], C::Quit, "q ctrl-c", "quit; closes what is open", Program)),
        within(OVER, bind(&[char('q')], C::Back, "", "", Program)),
        within(&Context::ALL, bind(&[control('c')], C::Quit, "", "", Program)),
        change(
            LANES,
            &[key(KeyCode::Enter), key(KeyCode::Right), char('l')],
            C::Enter,
            "enter",
            "change its keys",
            Some("enter keys"),
        ),
        change(LANES, &[char('a')], C::Change(Change::Add), "a", "add one", Some("a add")),
        change(LANES, &[char('d')], C::Change(Change::Duplicate), "d", "duplicate it", Some("d duplicate")),
        change(
            LANES,
            &[char('x'), key(KeyCode::Delete)],
            C::Change(Change::Remove),
            "x",
            "remove it",
            Some("x remove"),
        ),
        change(LANES, &[char('n')], C::Change(Change::Rename), "n", "another label", Some("n rename")),
        change(NAMES, &[key(KeyCode::Enter)], C::Enter, "", "", Some("enter add")),
        change(
            KEYS,
            &[key(KeyCode::Right), char(' '), char('l')],
            C::Change(Change::NextValue),
            "←→ space",
            "the next of a few values",
            Some("←→ value"),
        ),
        change(KEYS, &[key(KeyCode::Left), char('h')], C::Change(Change::PreviousValue), "", "", None),
        change(KEYS, &[key(KeyCode::Enter)], C::Enter, "0 – 9 . - enter", "type a number", Some("enter type")),
        change(
            KEYS,
            &[key(KeyCode::Backspace), key(KeyCode::Delete)],
            C::Change(Change::Default),
            "backspace",
            "the default",
            Some("backspace default"),
        ),
        change(TYPING, &[key(KeyCode::Enter)], C::Enter, "", "", Some("enter take")),
        change(TYPING, &[key(KeyCode::Backspace)], C::Change(Change::Erase), "", "", None),
        change(
            TYPING,
            &[control('u')],
            C::Change(Change::EraseAll),
            "ctrl-u",
            "clear what is typed",
            Some("ctrl-u clear"),
        ),
        change(
            LANES_AND_KEYS,
            &[char('r')],
            C::Change(Change::Restart),
            "r",
            "restart with these optimisers",
            Some("r restart"),
        ),
        change(
            LANES_AND_KEYS,
            &[char('c')],
            C::Change(Change::Continue),
            "c",
            "go on from this step with them",
            Some("c continue from here"),
        ),
    ]
};

/// What a key event means in a context, if anything.
pub fn command(event: KeyEvent, context: Context) -> Option<Command> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let mut modifiers = event.modifiers & (KeyModifiers::SHIFT | KeyModifiers::CONTROL | KeyModifiers::ALT);
    if matches!(event.code, KeyCode::Char(_)) {
        // Terminals differ in whether they report the shift that made a character what it is.
        modifiers -= KeyModifiers::SHIFT;
    }
    let pressed = Key { code: event.code, modifiers };
    if let (KeyCode::Char(c), KeyModifiers::NONE) = (pressed.code, pressed.modifiers) {
        let number = c.is_ascii_digit() || c == '.' || c == '-';
        if context == Context::Typing || context == Context::Keys && number {
            return Some(Command::Change(Change::Type(c)));
        }
    }
    let binding = KEYMAP.iter().find(|row| row.contexts.contains(&context) && row.keys.contains(&pressed));
    binding.map(|binding| binding.command)
}

/// The hints of an overlay of the optimisers: a key, and what it does.
pub fn hints_in(context: Context) -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = KEYMAP.iter().filter(move |row| row.group == Group::Optimisers && row.contexts.contains(&context));
    let hints = rows.filter_map(|row| row.hint).chain(["esc back"]);
    hints.map(|hint| hint.split_once(' ').unwrap_or((hint, "")))
}

/// The footer's hints, most needed first.
pub fn hints() -> impl Iterator<Item = (Command, &'static str)> {
    const ORDER: [Command; 9] = [
        Command::PlayPause,
        Command::Step(1),
        Command::Help,
        Command::Quit,
        Command::NextView,
        Command::Problems,
        Command::Optimisers,
        Command::Up,
        Command::NextXAxis,
    ];
    let hint = |command| KEYMAP.iter().find(|binding| binding.command == command).and_then(|binding| binding.hint);
    ORDER.into_iter().filter_map(move |command| Some((command, hint(command)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(code: KeyCode, modifiers: KeyModifiers) -> Option<Command> {
        command(KeyEvent::new(code, modifiers), Context::Panels)
    }

    #[test]
    fn no_key_means_two_things() {
        for context in Context::ALL {
            let mut seen: Vec<Key> = Vec::new();
            for key in KEYMAP.iter().filter(|row| row.contexts.contains(&context)).flat_map(|row| row.keys) {
                assert!(!seen.contains(key), "{key:?} is bound twice in {context:?}");
                seen.push(*key);
            }
        }
    }

    #[test]
    fn every_row_is_explained_or_continues_one_that_is() {
        assert!(!KEYMAP[0].label.is_empty());
        for binding in KEYMAP {
            assert_eq!(binding.label.is_empty(), binding.what.is_empty(), "{:?}", binding.command);
        }
    }

    #[test]
    fn shift_is_ignored_for_characters_and_counts_for_arrows() {
        assert_eq!(press(KeyCode::Char('L'), KeyModifiers::SHIFT), Some(Command::Step(10)));
        assert_eq!(press(KeyCode::Char('L'), KeyModifiers::NONE), Some(Command::Step(10)));
        assert_eq!(press(KeyCode::Char('?'), KeyModifiers::SHIFT), Some(Command::Help));
        assert_eq!(press(KeyCode::Right, KeyModifiers::SHIFT), Some(Command::Step(10)));
        assert_eq!(press(KeyCode::Right, KeyModifiers::NONE), Some(Command::Step(1)));
    }

    #[test]
    fn characters_stand_for_themselves_where_something_is_typed() {
        let press = |c, context| command(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE), context);
        assert_eq!(press('q', Context::Typing), Some(Command::Change(Change::Type('q'))));
        assert_eq!(press('3', Context::Keys), Some(Command::Change(Change::Type('3'))));
        assert_eq!(press('3', Context::Panels), Some(Command::ToggleLane(2)));
        assert_eq!(press('q', Context::Keys), Some(Command::Back));
        assert_eq!(press('q', Context::Choices), Some(Command::Back));
        for context in Context::ALL {
            let press = |code, modifiers| command(KeyEvent::new(code, modifiers), context);
            assert_eq!(press(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Command::Quit));
            assert_eq!(press(KeyCode::Esc, KeyModifiers::NONE), Some(Command::Back));
        }
    }

    #[test]
    fn control_is_not_the_plain_character() {
        assert_eq!(press(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Command::Quit));
        assert_eq!(press(KeyCode::Char('c'), KeyModifiers::NONE), None);
        assert_eq!(press(KeyCode::Char('l'), KeyModifiers::CONTROL), None);
    }

    #[test]
    fn every_hint_is_found() {
        assert_eq!(hints().count(), 9);
    }
}
