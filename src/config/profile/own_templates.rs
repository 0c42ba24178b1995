//! `templates`: a folder whose files take the place of templates of pages.

use std::path::{Path, PathBuf};

use crate::config::profile::file::ProfileFile;
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::report::nearest::nearest;
use crate::config::report::problem::{Position, Problem, source_name};
use crate::config::text_file::read_text;
use crate::config::toml_document::spanned::Spanned;
use crate::domain::profile::{OwnTemplates, TemplateFile, TemplateProblem};

/// Bytes of one file. The largest built-in template has a twentieth of it.
const LONGEST_TEMPLATE: u64 = 100 * 1024;

/// Files of a folder.
const MOST_TEMPLATES: usize = 50;

const KEY: &str = "templates";

const RIGHT: &str = "a folder below the profile's own, with files such as \"home.html\"";

impl ProfileReader<'_, '_> {
    /// Reads the folder, and has its files judged.
    pub(super) fn own_templates(&mut self, file: &ProfileFile) -> Option<OwnTemplates> {
        let written = self.text(KEY, &file.templates)?;
        let folder = self.path_in_own_folder(KEY, written)?;
        // A new file counts as a change, too.
        self.named_files.push(folder.clone());
        let paths = self.template_paths(&folder, written)?;
        let mut files = Vec::new();
        for path in paths {
            files.push(self.template_file(&path, written)?);
        }
        match self.context.templates.compile(&files) {
            Ok((pages, warnings)) => {
                self.report_templates(written, warnings);
                Some(OwnTemplates {
                    names: files.into_iter().map(|file| file.name).collect(),
                    pages,
                })
            }
            Err(problems) => {
                self.report_templates(written, problems);
                None
            }
        }
    }

    /// The files of the folder in the order of their names. Hidden ones are skipped: editors leave them.
    fn template_paths(&mut self, folder: &Path, written: &Spanned<String>) -> Option<Vec<PathBuf>> {
        let Ok(entries) = std::fs::read_dir(folder) else {
            let what = format!(
                "names {:?}, which is not a folder that can be read",
                written.get()
            );
            self.problems.error(KEY, &written.span(), what, RIGHT);
            return None;
        };
        let hidden = |path: &PathBuf| {
            let name = path.file_name().map(|name| name.to_string_lossy());
            name.is_none_or(|name| name.starts_with('.'))
        };
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let mut paths: Vec<PathBuf> = paths
            .filter(|path| !hidden(path) && !path.is_dir())
            .collect();
        paths.sort();
        if paths.is_empty() || paths.len() > MOST_TEMPLATES {
            let what = format!(
                "names {:?}, which holds {} files",
                written.get(),
                paths.len()
            );
            let right = format!("a folder with 1 to {MOST_TEMPLATES} templates, or no key");
            self.problems.error(KEY, &written.span(), what, right);
            return None;
        }
        Some(paths)
    }

    fn template_file(&mut self, path: &Path, written: &Spanned<String>) -> Option<TemplateFile> {
        if !self.is_in_own_folder(path) {
            self.names_file(path, None);
            self.leads_away(KEY, written, &path.display().to_string());
            return None;
        }
        let name = path.file_name()?.to_string_lossy().into_owned();
        let read = read_text(path, LONGEST_TEMPLATE);
        self.names_file(path, read.as_ref().ok().map(String::as_bytes));
        let fault = match read {
            // An editor empties a file before it writes it.
            Ok(text) if text.trim().is_empty() => "is empty".to_owned(),
            Ok(text) => {
                return Some(TemplateFile {
                    path: path.to_owned(),
                    name,
                    text,
                });
            }
            Err(fault) => fault.to_string(),
        };
        let right = "a template in UTF-8 of at most 100 kB";
        let mut problem = Problem::of(source_name(path), fault, right).about(KEY);
        problem.position = Some(Position { line: 1, column: 1 });
        self.problems.of_named_file(problem);
        None
    }

    /// The problems of templates, each at its own file and line.
    fn report_templates(&mut self, written: &Spanned<String>, problems: Vec<TemplateProblem>) {
        for found in problems {
            let right = match &found.misspelt {
                Some((word, known)) => known_words(word, known),
                None => found.right.clone(),
            };
            if found.file.is_empty() {
                self.problems.error(KEY, &written.span(), found.what, right);
                continue;
            }
            let mut problem = Problem::of(found.file, found.what, right).about(KEY);
            let position = found.position;
            problem.position = position.map(|(line, column)| Position { line, column });
            if found.is_warning {
                problem = problem.as_warning();
            }
            self.problems.of_named_file(problem);
        }
    }
}

/// The nearest known word, or as many of them as a reader can take in.
fn known_words(word: &str, known: &[String]) -> String {
    const MOST: usize = 30;
    let first = known.iter().take(MOST).map(String::as_str);
    let more = if known.len() > MOST { ", …" } else { "" };
    match nearest(word, known.iter().map(String::as_str)) {
        Some(nearest) => format!("`{nearest}`"),
        None => format!("one of {}{more}", first.collect::<Vec<_>>().join(", ")),
    }
}
