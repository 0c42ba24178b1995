//! Pages of a profile's own templates: judged when the profile is read, and kept while it serves.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::domain::profile::{
    Branding, CompiledPages, TemplateCompiler, TemplateFile, TemplateProblem,
};
use crate::seal::sha256;
use crate::web::pages::page::Sample;
use crate::web::pages::renderer::{
    GROUPS, Overrides, Pages, PagesError, overrides_something, read_folder, template_names,
};
use crate::web::pages::template_faults::{faults, frozen, missing_proof, problem, unknown_words};

/// The template of pages that belong to no profile.
const OF_NO_PROFILE: &str = "unbranded.html";

/// Problems of one profile that are told: the first ones show the way to the rest.
const MOST_PROBLEMS: usize = 20;

/// The pages of a profile's own templates, if it has some.
pub fn own_pages(branding: &Branding) -> Option<Arc<Pages>> {
    branding.templates.as_ref()?.pages.get()
}

type Digest = [u8; 32];

/// Pages that somebody may still have, and the warnings about their templates.
type KnownPages = (Weak<Pages>, Vec<TemplateProblem>);

/// Judges templates of profiles. Those of a folder for all profiles lie below them.
#[derive(Debug, Default)]
pub struct PageCompiler {
    shared: Option<Overrides>,
    /// Pages that a profile still has: most reloads change one profile and not the others.
    known: Mutex<BTreeMap<Digest, KnownPages>>,
}

impl PageCompiler {
    /// Reads the folder for all profiles.
    ///
    /// # Errors
    /// When a file cannot be read, or overrides nothing. [`Pages::load`] also judges the templates.
    pub fn load(shared: Option<&Path>) -> Result<Self, PagesError> {
        Ok(Self {
            shared: shared.map(read_folder).transpose()?,
            known: Mutex::default(),
        })
    }

    fn known(&self, digest: &Digest) -> Option<(Arc<Pages>, Vec<TemplateProblem>)> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (pages, warnings) = known.get(digest)?;
        Some((pages.upgrade()?, warnings.clone()))
    }

    fn keep(&self, digest: Digest, pages: &Arc<Pages>, warnings: &[TemplateProblem]) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (pages, _)| pages.strong_count() > 0);
        known.insert(digest, (Arc::downgrade(pages), warnings.to_vec()));
    }

    fn pages(&self, files: &[TemplateFile]) -> tera::TeraResult<Pages> {
        let folder = files.first().and_then(|file| file.path.parent());
        let own = Overrides {
            prefix: format!("{}/", folder.unwrap_or_else(|| Path::new("")).display()),
            files: files
                .iter()
                .map(|file| (file.name.clone(), file.text.clone()))
                .collect(),
        };
        let layers: Vec<Overrides> = std::iter::once(own).chain(self.shared.clone()).collect();
        Pages::unjudged(&layers)
    }
}

impl TemplateCompiler for PageCompiler {
    fn compile(
        &self,
        files: &[TemplateFile],
    ) -> Result<(CompiledPages, Vec<TemplateProblem>), Vec<TemplateProblem>> {
        let digest = digest(files);
        if let Some((pages, warnings)) = self.known(&digest) {
            return Ok((CompiledPages::new(pages), warnings));
        }
        let mut problems: Vec<TemplateProblem> = files.iter().filter_map(misplaced).collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let pages = self.pages(files).map_err(|error| faults(&error))?;
        problems = judged(&pages, files);
        problems.truncate(MOST_PROBLEMS);
        if problems.iter().any(|found| !found.is_warning) {
            return Err(problems);
        }
        let pages = Arc::new(pages);
        self.keep(digest, &pages, &problems);
        Ok((CompiledPages::new(pages), problems))
    }
}

fn digest(files: &[TemplateFile]) -> Digest {
    let mut all = Vec::new();
    for file in files {
        for part in [
            file.path.as_os_str().as_encoded_bytes(),
            file.text.as_bytes(),
        ] {
            all.extend(sha256(part));
        }
    }
    sha256(&all)
}

/// A file whose name stands for nothing that a profile can have.
fn misplaced(file: &TemplateFile) -> Option<TemplateProblem> {
    let (what, right) = if file.name == OF_NO_PROFILE {
        let right = "no such file here; the setting `templates` names a folder for all profiles";
        (
            "is the page where no profile answers, so no profile has its own",
            right.to_owned(),
        )
    } else if overrides_something(&file.name) {
        return None;
    } else {
        let names = template_names();
        let right = format!(
            "the name of a built-in file ({names}, style.css, icon.svg), or a name that begins with \"_\" and ends in \".html\" \
             for a part that others include"
        );
        ("takes the place of no template", right)
    };
    Some(problem(file, (1, 1), what.to_owned(), right))
}

/// Everything that the samples and the words of the files show.
fn judged(pages: &Pages, files: &[TemplateFile]) -> Vec<TemplateProblem> {
    let site = pages.sample_site("en");
    let samples: Vec<Sample> = GROUPS
        .iter()
        .filter_map(|group| (group.samples)(&site).ok())
        .flatten()
        .collect();
    let mut found: Vec<TemplateProblem> = Vec::new();
    for file in files {
        found.extend(unknown_words(file, &samples));
    }
    for sample in &samples {
        match pages.tera.render(sample.template, &sample.context) {
            Ok(html) => found.extend(missing_proof(files, sample, &html)),
            Err(error) => found.extend(faults(&error)),
        }
    }
    for file in files {
        found.extend(frozen(file));
    }
    let mut told: Vec<TemplateProblem> = Vec::new();
    for one in found {
        let same =
            |other: &TemplateProblem| other.file == one.file && other.position == one.position;
        if !told.iter().any(same) {
            told.push(one);
        }
    }
    told
}
