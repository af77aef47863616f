//! Two directives about all exercises: `{{#exercises}}` lists them, and `{{#runtime}}` draws the reader's
//! own runtime. Without a server behind the page, both show what there is. With one, the page adds the
//! reader's progress.

use std::fmt::Write as _;

use super::{
    figures::{attribute, exercise_anchor, phrase},
    site::Site,
};
use crate::catalog::{Catalog, Chapter, Exercise, Part};
use crate::terminal::count;

/// Lists the exercises. On the page that ends a part, only those of the part.
pub fn exercises(site: &Site, page: &str, to_root: &str) -> String {
    let catalog = site.catalog();
    let page = page.trim_end_matches(".md");
    let own = catalog.outline.part_finished_by(page);
    let in_part = |part: &Part| {
        let chapters = catalog.chapters.iter();
        let own = chapters.filter(|one| part.has(&one.dir) && !one.exercises.is_empty());
        own.collect::<Vec<_>>()
    };
    let mut lists = String::new();
    let mut all = Vec::new();
    let parts = own.map_or(&catalog.outline.parts[..], std::slice::from_ref);
    for part in parts {
        let chapters = in_part(part);
        if chapters.is_empty() {
            continue;
        }
        if own.is_none() {
            let _ = write!(lists, "\n## {}\n\n", part.title);
        }
        for chapter in chapters {
            lists.push_str(&chapter_list(catalog, chapter, to_root));
            all.extend(&chapter.exercises);
        }
    }
    let minutes: u32 = all.iter().map(|exercise| exercise.minutes).sum();
    let scope = own.map_or_else(String::new, |part| {
        format!(" data-part=\"{}\"", attribute(&part.title))
    });
    format!(
        "<section class=\"overview\"{scope}>\n\
         <p class=\"count\">{}, about {} without the reading.</p>\n\
         <p class=\"static\">To see your own progress, run <code>cargo course</code> in the repository and open this page \
         there. Or run <code>cargo course list</code>.</p>\n{lists}\n</section>\n",
        count(all.len(), "exercise"),
        hours(minutes)
    )
}

fn chapter_list(catalog: &Catalog, chapter: &Chapter, to_root: &str) -> String {
    let mut html = format!(
        "<h3 id=\"exercises-of-{}\"><a href=\"{}\">{}</a></h3>\n<ul class=\"exercise-list\">\n",
        attribute(&chapter.dir),
        page_of(chapter, to_root),
        phrase(catalog.outline.title_of(chapter)),
    );
    for exercise in &chapter.exercises {
        let module = exercise.module.as_deref().map(|module| {
            format!(
                " <span class=\"module\">module <code>{}</code></span>",
                attribute(module)
            )
        });
        let _ = writeln!(
            html,
            "<li data-id=\"{}\"><a href=\"{}\">{}</a> <span class=\"facts\"><span class=\"kind\">{}</span> \
             <span class=\"minutes\">{} min</span>{}</span> <span class=\"state\"></span></li>",
            attribute(&exercise.id),
            link(exercise, to_root),
            attribute(&exercise.title),
            exercise.kind.name(),
            exercise.minutes,
            module.unwrap_or_default(),
        );
    }
    html + "</ul>\n"
}

/// Draws the reader's runtime as a wall: one floor for each part, one brick for each module.
pub fn runtime(site: &Site, to_root: &str) -> String {
    let catalog = site.catalog();
    let Some(runtime) = &catalog.runtime else {
        return String::new();
    };
    let built: Vec<&Exercise> = catalog
        .exercises()
        .filter(|one| one.module.is_some())
        .collect();
    let written = |module: &&String| built.iter().any(|one| one.module.as_ref() == Some(*module));
    let mut floors = String::new();
    let mut text = String::new();
    for part in &catalog.outline.parts {
        let own: Vec<_> = built.iter().filter(|one| part.has(&one.chapter)).collect();
        if own.is_empty() {
            continue;
        }
        let number = part.title.split('.').next().unwrap_or_default();
        let _ = writeln!(floors, "<ol class=\"floor\" aria-label=\"Part {number}\">");
        for exercise in own {
            let name = attribute(exercise.module.as_deref().unwrap_or_default());
            let (id, link) = (attribute(&exercise.id), link(exercise, to_root));
            let _ = writeln!(
                floors,
                "<li data-id=\"{id}\"><a href=\"{link}\"><code>{name}</code></a></li>"
            );
            let can = exercise
                .can
                .as_deref()
                .map(|can| format!(", to {}", attribute(can)));
            let _ = writeln!(
                text,
                "<li data-id=\"{id}\"><a href=\"{link}\"><code>{name}</code></a>{}<span class=\"state\"></span></li>",
                can.unwrap_or_default()
            );
        }
        floors.push_str("</ol>\n");
    }
    let planned: Vec<_> = runtime.modules.iter().filter(|one| !written(one)).collect();
    if !planned.is_empty() {
        floors.push_str("<ol class=\"floor planned\" aria-label=\"Planned\">\n");
        for module in planned {
            let name = attribute(module);
            let _ = writeln!(floors, "<li><code>{name}</code></li>");
            let _ = writeln!(
                text,
                "<li><code>{name}</code>, which a later chapter adds</li>"
            );
        }
        floors.push_str("</ol>\n");
    }
    format!(
        "<section class=\"my-runtime\" data-modules=\"{}\">\n<div class=\"wall\">\n{floors}</div>\n\
         <p class=\"static\">Each brick is a module of your runtime, from chapter 01 at the bottom upwards. With \
         <code>cargo course</code>, the modules that you have built are filled.</p>\n\
         <details class=\"as-text\"><summary>The picture as text</summary>\n<ul>\n{text}</ul>\n</details>\n</section>\n",
        runtime.modules.len()
    )
}

fn page_of(chapter: &Chapter, to_root: &str) -> String {
    attribute(&format!("{to_root}{}.html", chapter.dir))
}

fn link(exercise: &Exercise, to_root: &str) -> String {
    let anchor = exercise_anchor(&exercise.id);
    attribute(&format!("{to_root}{}.html#{anchor}", exercise.chapter))
}

/// `45 minutes`, `7 hours`.
fn hours(minutes: u32) -> String {
    match minutes {
        0..90 => count(minutes as usize, "minute"),
        _ => count(((minutes + 30) / 60) as usize, "hour"),
    }
}

#[cfg(test)]
mod tests {
    use super::hours;

    #[test]
    fn a_long_time_is_counted_in_hours() {
        assert_eq!(hours(1), "1 minute");
        assert_eq!(hours(89), "89 minutes");
        assert_eq!(hours(90), "2 hours");
        assert_eq!(hours(1290), "22 hours");
    }
}
