//! What can happen to the [`App`](super::app::App), and what it asks of the world in return.

use std::{path::PathBuf, time::Duration};

use crossterm::event::KeyEvent;

use super::worker::{Reply, Request};

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Start or stop playing.
    PlayPause,
    /// Move the cursor by so many steps; past the end it computes.
    Step(i64),
    /// To the start.
    First,
    /// To the latest step computed.
    Latest,
    /// Play faster.
    Faster,
    /// Play slower.
    Slower,
    /// Choose the lane above (or the entry above, in a list).
    Up,
    /// Choose the lane below (or the entry below, in a list).
    Down,
    /// Show or hide a lane.
    ToggleLane(usize),
    /// Focus the next panel.
    FocusNext,
    /// Focus the panel before.
    FocusPrevious,
    /// Maximise the focused panel, or choose the entry of a list.
    Enter,
    /// A closer look.
    ZoomIn,
    /// A wider look.
    ZoomOut,
    /// The whole again.
    ZoomReset,
    /// What else there is to see in the large panel.
    NextView,
    /// The next x axis.
    NextXAxis,
    /// The next quantity in the second trace.
    NextRate,
    /// What the loss axis is fitted to next.
    NextLossAxis,
    /// A closer or a wider look upwards at a trace.
    ZoomHeight(bool),
    /// To the next event.
    NextEvent,
    /// To the event before.
    PreviousEvent,
    /// Show everything worth seeing, to choose from.
    Events,
    /// Show what the run is to show, and whether it does.
    Claims,
    /// Save the picture.
    Export,
    /// Show the bundled problems.
    Problems,
    /// Show those of the bundled problems in which a word occurs.
    Filter,
    /// Open the bundled problem so many places further on.
    NextProblem(isize),
    /// Show the optimisers, to change them.
    Optimisers,
    /// Change the optimisers.
    Change(Change),
    /// Begin again.
    Restart,
    /// The next theme.
    NextTheme,
    /// Turn the mouse on or off.
    Mouse,
    /// Show the keys.
    Help,
    /// Close what is open.
    Back,
    /// Stop for the shell.
    Suspend,
    /// End the program.
    Quit,
}

/// A change of the optimisers while they are being put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Choose one to add.
    Add,
    /// Add a copy of the chosen one.
    Duplicate,
    /// Take the chosen one away.
    Remove,
    /// Type another label.
    Rename,
    /// The next value of a key that has few.
    NextValue,
    /// The value before.
    PreviousValue,
    /// The key as it is by default.
    Default,
    /// A character typed.
    Type(char),
    /// Take the last character back.
    Erase,
    /// Take all characters back.
    EraseAll,
    /// Begin again with these optimisers.
    Restart,
    /// Go on with these optimisers from the step at hand.
    Continue,
}

/// Anything that changes the app's state.
#[derive(Debug)]
pub enum Action {
    /// A key, as it comes; what it means depends on what is open.
    Key(KeyEvent),
    /// What a key means.
    Command(Command),
    /// The screen has this many columns and rows now.
    Resize(u16, u16),
    /// So much time has passed since the last tick.
    Tick(Duration),
    /// The worker has something to say.
    Reply(Reply),
    /// The export has ended.
    Exported(Result<PathBuf, String>),
    /// The mouse did something at a column and row.
    Mouse(MouseAction, u16, u16),
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseAction {
    /// The left button went down.
    Press,
    /// The pointer moved with the left button down.
    Drag,
    /// The wheel turned away from the user.
    WheelUp,
    /// The wheel turned towards the user.
    WheelDown,
}

/// What the app asks for.
#[derive(Debug)]
pub enum Effect {
    /// Ask the worker.
    Request(Request),
    /// Write this picture.
    Export(Box<crate::figure::Figure>),
    /// Capture the mouse, or stop to.
    CaptureMouse(bool),
    /// Give the terminal back to the shell until continued.
    Suspend,
    /// Leave.
    Quit,
}
