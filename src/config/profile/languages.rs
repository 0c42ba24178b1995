//! `language`, `time_zone`, `languages` and `[texts]`: in which words pages speak.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::config::profile::file::ProfileFile;
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::text_file::read_text;
use crate::domain::language::{
    Catalogue, CatalogueProblem, CatalogueSource, Catalogues, LanguageOptions, LanguageTag, judge,
    parse_tag,
};

/// Bytes. The built-in catalogues have a third of it.
const LONGEST_CATALOGUE: u64 = 100 * 1024;

const RIGHT_MESSAGE: &str = "ids, attributes and variables of templates/locales/en.ftl";

type WrittenTexts = Vec<(LanguageTag, CatalogueSource)>;

impl ProfileReader<'_, '_> {
    pub(super) fn languages(&mut self, file: &ProfileFile) -> LanguageOptions {
        let mut texts = self.catalogue_files(file);
        texts.extend(self.own_texts(file));
        let mut catalogues = Catalogues::built_in();
        if !texts.is_empty() {
            catalogues = Arc::new(catalogues.with(texts));
        }
        LanguageOptions {
            default: self
                .default_language(file, &catalogues)
                .unwrap_or_else(|| Arc::clone(catalogues.english())),
            time_zone: self.time_zone(file).unwrap_or(TimeZone::UTC),
            catalogues,
        }
    }

    fn default_language(
        &mut self,
        file: &ProfileFile,
        catalogues: &Catalogues,
    ) -> Option<Arc<Catalogue>> {
        let written = self.text("language", &file.language)?;
        let found = catalogues.find(written.get()).cloned();
        if found.is_none() {
            let tags = catalogues.all().iter().map(|one| one.tag().to_string());
            let right = format!("one of {}", tags.collect::<Vec<_>>().join(", "));
            let what = "is not a language that there are messages in";
            self.problems
                .error("language", &written.span(), what, right);
        }
        found
    }

    fn time_zone(&mut self, file: &ProfileFile) -> Option<TimeZone> {
        let written = self.text("time_zone", &file.time_zone)?;
        let zone = TimeZone::get(written.get()).ok();
        if zone.is_none() {
            let right = "an IANA name such as \"Europe/Berlin\"";
            let what = "is not a time zone";
            self.problems
                .error("time_zone", &written.span(), what, right);
        }
        zone
    }

    /// The catalogues of the folder `languages`.
    fn catalogue_files(&mut self, file: &ProfileFile) -> WrittenTexts {
        let Some(written) = self.text("languages", &file.languages) else {
            return Vec::new();
        };
        let folder = self.folder.join(written.get());
        let mut texts = Vec::new();
        for path in self.files_of(&folder, &written.span()) {
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let tag = stem.and_then(parse_tag);
            let right_name = path.extension().is_some_and(|ending| ending == "ftl");
            let (Some(tag), true) = (tag, right_name) else {
                let what = format!("has the file {:?}, which is no catalogue", path.display());
                let right = "files such as \"nb.ftl\", named by a language tag";
                self.problems
                    .error("languages", &written.span(), what, right);
                continue;
            };
            if !self.may_name_file("languages", written, &path) {
                continue;
            }
            let read = read_text(&path, LONGEST_CATALOGUE);
            self.names_file(&path, read.as_ref().ok().map(String::as_bytes));
            let read = match read {
                Ok(text) => judge(&text).map_err(|problems| first(&problems)),
                Err(fault) => Err(fault.to_string()),
            };
            match read {
                Ok(source) => texts.push((tag, source)),
                Err(why) => {
                    let what = format!("has the file {:?}: {why}", path.display());
                    self.problems
                        .error("languages", &written.span(), what, RIGHT_MESSAGE);
                }
            }
        }
        texts
    }

    /// The files of a folder in the order of their names; hidden ones are skipped.
    fn files_of(&mut self, folder: &Path, span: &Range<usize>) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(folder) else {
            let what = format!(
                "names the folder {:?}, which cannot be read",
                folder.display()
            );
            let right = "a folder with catalogues, relative to the profile's own";
            self.problems.error("languages", span, what, right);
            return Vec::new();
        };
        let hidden = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_none_or(|name| name.starts_with('.'))
        };
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let mut paths: Vec<PathBuf> = paths.filter(|path| !hidden(path)).collect();
        paths.sort();
        paths
    }

    /// The messages of `[texts]`.
    fn own_texts(&mut self, file: &ProfileFile) -> WrittenTexts {
        let mut texts = Vec::new();
        for (language, messages) in file.texts.iter().flatten() {
            for (id, written) in messages {
                let key = format!("texts.{language}.{id}");
                let Some(tag) = parse_tag(language) else {
                    let (what, right) = ("is not a language tag", "a tag such as [texts.de]");
                    self.problems.error(&key, &written.span(), what, right);
                    continue;
                };
                match judge(&fluent(id, written.get())) {
                    Ok(source) => texts.push((tag, source)),
                    Err(problems) => {
                        let what = format!("is not a message: {}", first(&problems));
                        self.problems
                            .error(&key, &written.span(), what, RIGHT_MESSAGE);
                    }
                }
            }
        }
        texts
    }
}

/// A message or an attribute (`id.attribute`) as Fluent. Further lines belong to it only if they are indented.
fn fluent(id: &str, text: &str) -> String {
    let text = text.replace('\n', "\n        ");
    match id.split_once('.') {
        Some((id, attribute)) => format!("{id} =\n    .{attribute} = {text}\n"),
        None => format!("{id} = {text}\n"),
    }
}

fn first(problems: &[CatalogueProblem]) -> String {
    problems
        .first()
        .map(ToString::to_string)
        .unwrap_or_default()
}
