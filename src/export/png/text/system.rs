//! The system's fonts, for characters that the built-in font lacks.
//!
//! They are looked for only when such a character occurs, so a picture without one is the same on every machine.

use std::{cell::RefCell, cmp::Reverse, collections::HashMap, rc::Rc, sync::LazyLock};

use fontdb::{Database, FaceInfo, ID, Style};
use read_fonts::{FontRef, TableProvider};

use super::face::{Face, is_invisible};

/// Fonts in which missing characters are looked up.
pub(super) struct System {
    database: fn() -> &'static Database,
    /// What has been looked up already, since a text is measured several times before it is drawn.
    found: Known<(String, bool)>,
    faces: Known<ID>,
}

/// Faces by what they were asked for with; `None` where there is none.
type Known<K> = RefCell<HashMap<K, Option<Rc<Face>>>>;

/// The fonts installed on this machine; there may be none.
pub(super) fn installed() -> &'static Database {
    static INSTALLED: LazyLock<Database> = LazyLock::new(|| {
        let mut database = Database::new();
        database.load_system_fonts();
        database
    });
    &INSTALLED
}

impl System {
    pub(super) fn new(database: fn() -> &'static Database) -> Self {
        Self { database, found: RefCell::default(), faces: RefCell::default() }
    }

    /// The most suitable face that has all characters of a grapheme cluster, as outlines.
    pub(super) fn face_for(&self, cluster: &str, bold: bool) -> Option<Rc<Face>> {
        let key = (cluster.to_owned(), bold);
        if let Some(known) = self.found.borrow().get(&key) {
            return known.clone();
        }
        let database = (self.database)();
        let mut candidates: Vec<&FaceInfo> = database.faces().collect();
        candidates.sort_by_cached_key(|info| preference(info, bold));
        let face = candidates.into_iter().filter(|info| covers(database, info.id, cluster)).find_map(|info| {
            let face = self.face(database, info.id)?;
            let seen = |character: &char| !is_invisible(*character) && !character.is_whitespace();
            cluster.chars().find(seen).is_none_or(|character| face.has_outline(character)).then_some(face)
        });
        self.found.borrow_mut().insert(key, face.clone());
        face
    }

    fn face(&self, database: &Database, id: ID) -> Option<Rc<Face>> {
        let load = || database.with_face_data(id, |data, index| Face::new(data.to_vec(), index))?.map(Rc::new);
        self.faces.borrow_mut().entry(id).or_insert_with(load).clone()
    }
}

/// Faces that suit a text better come first. The last two only make the choice the same every time.
fn preference(info: &FaceInfo, bold: bool) -> impl Ord + use<> {
    let family = info.families.first().map(|(name, _)| name.clone()).unwrap_or_default();
    let weight = info.weight.0.abs_diff(if bold { 700 } else { 400 });
    // A font of last resort has a picture of the script for every character.
    let last_resort = family.to_lowercase().replace(['.', ' '], "").starts_with("lastresort");
    (last_resort, Reverse(info.style == Style::Normal), weight, info.monospaced, family, info.post_script_name.clone())
}

/// Whether a face has every visible character of a text, without loading more of it than its table of characters.
fn covers(database: &Database, id: ID, text: &str) -> bool {
    let all = |data: &[u8], index| {
        let font = FontRef::from_index(data, index).ok()?;
        let map = font.cmap().ok()?;
        let has = |character: char| map.map_codepoint(character).is_some_and(|glyph| glyph.to_u32() != 0);
        Some(text.chars().all(|character| is_invisible(character) || has(character)))
    };
    database.with_face_data(id, all).flatten().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_dejavu() -> &'static Database {
        static DATABASE: LazyLock<Database> = LazyLock::new(|| {
            let mut database = Database::new();
            for bytes in [super::super::REGULAR, super::super::BOLD] {
                database.load_font_data(bytes.to_vec());
            }
            // Damaged ones are passed over.
            database.load_font_data(super::super::REGULAR[..4096].to_vec());
            database.load_font_data(b"no font".to_vec());
            database
        });
        &DATABASE
    }

    #[test]
    fn a_missing_character_is_taken_from_a_font_that_has_it_in_the_weight_of_the_text() {
        let system = System::new(of_dejavu);
        let [regular, bold] = [false, true].map(|bold| system.face_for("ש", bold).unwrap());
        assert!(!Rc::ptr_eq(&regular, &bold));
        assert!(Rc::ptr_eq(&regular, &system.face_for("ل", false).unwrap()));
        assert!(system.face_for("\u{200D}", false).is_some());
        for missing in ["語", "👩\u{200D}👧", "ש語", "\u{F0000}"] {
            assert!(system.face_for(missing, false).is_none(), "{missing}");
        }
    }

    #[test]
    fn a_machine_without_fonts_has_no_face_for_anything() {
        fn none() -> &'static Database {
            static DATABASE: LazyLock<Database> = LazyLock::new(Database::new);
            &DATABASE
        }
        assert!(System::new(none).face_for("語", true).is_none());
    }
}
