//! Finds the exercise or chapter that the reader means.

use super::{Catalog, CatalogError, Chapter, Exercise, Runtime};

/// The largest number of suggestions.
const SUGGESTIONS: usize = 3;
/// We suggest no name with a similarity (0 to 1) below this.
const LIKE_ENOUGH: f64 = 0.6;

pub(super) fn exercise<'a>(catalog: &'a Catalog, id: &str) -> Result<&'a Exercise, CatalogError> {
    lookup(catalog, id).ok_or_else(|| unknown("exercise", id, nearest(catalog, id)))
}

pub(super) fn chapter<'a>(catalog: &'a Catalog, word: &str) -> Result<&'a Chapter, CatalogError> {
    lookup_chapter(catalog, word).ok_or_else(|| {
        let dirs = catalog.chapters.iter().map(|chapter| chapter.dir.clone());
        unknown("chapter", word, dirs.take(SUGGESTIONS).collect())
    })
}

pub(super) fn select<'a>(
    catalog: &'a Catalog,
    word: &str,
) -> Result<Vec<&'a Exercise>, CatalogError> {
    if let Some(exercise) = lookup(catalog, word) {
        return Ok(vec![exercise]);
    }
    if let Some(chapter) = lookup_chapter(catalog, word) {
        return Ok(chapter.exercises.iter().collect());
    }
    if word.trim_end_matches('/') == Runtime::FOLDER {
        return Ok(catalog.in_folder(Runtime::FOLDER).collect());
    }
    Err(unknown("exercise or chapter", word, nearest(catalog, word)))
}

/// Finds an exercise by its id, by an id that it had before, or by the part after the slash if only
/// one id has it.
fn lookup<'a>(catalog: &'a Catalog, id: &str) -> Option<&'a Exercise> {
    let former = |exercise: &&Exercise| exercise.formerly.iter().any(|former| former == id);
    let by_id = catalog.exercises().find(|exercise| exercise.id == id);
    if let Some(exercise) = by_id.or_else(|| catalog.exercises().find(former)) {
        return Some(exercise);
    }
    let mut short = catalog
        .exercises()
        .filter(|exercise| short_id(exercise) == id);
    short.next().filter(|_| short.next().is_none())
}

fn lookup_chapter<'a>(catalog: &'a Catalog, word: &str) -> Option<&'a Chapter> {
    let word = word.trim_end_matches('/');
    catalog.chapters.iter().find(|chapter| {
        let (number, name) = chapter.dir.split_once('-').unwrap_or((&chapter.dir, ""));
        let same_number =
            matches!((number.parse::<u32>(), word.parse::<u32>()), (Ok(a), Ok(b)) if a == b);
        chapter.dir == word || name == word || same_number
    })
}

fn short_id(exercise: &Exercise) -> &str {
    exercise
        .id
        .split_once('/')
        .map_or(&*exercise.id, |(_, short)| short)
}

fn nearest(catalog: &Catalog, id: &str) -> Vec<String> {
    let mut scored: Vec<(f64, &str)> = catalog
        .exercises()
        .map(|exercise| {
            let whole = strsim::jaro_winkler(id, &exercise.id);
            let short =
                strsim::jaro_winkler(id.rsplit('/').next().unwrap_or(id), short_id(exercise));
            (whole.max(short), &*exercise.id)
        })
        .filter(|(score, _)| *score >= LIKE_ENOUGH)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored
        .into_iter()
        .take(SUGGESTIONS)
        .map(|(_, id)| id.to_owned())
        .collect()
}

fn unknown(what: &'static str, name: &str, nearest: Vec<String>) -> CatalogError {
    CatalogError::Unknown {
        what,
        name: name.to_owned(),
        nearest,
    }
}
