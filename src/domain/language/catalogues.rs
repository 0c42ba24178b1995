//! All languages of a deployment or of a profile.

use std::sync::{Arc, LazyLock};

use fluent_bundle::FluentResource;

use crate::domain::language::accepted::{LanguageTag, accepted, parse_tag};
use crate::domain::language::catalogue::{Catalogue, CatalogueSource};
use crate::domain::language::prepared::Prepared;

macro_rules! built_in {
    ($($tag:literal,)+) => {
        [$(($tag, include_str!(concat!("../../../templates/locales/", $tag, ".ftl")))),+]
    };
}

/// Tags and texts of the catalogues that are part of the program. English stands in for what another one lacks.
pub const BUILT_IN_SOURCES: [(&str, &str); 12] = built_in![
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "ja", "zh-Hans", "ko", "ar",
];

/// The catalogues never change, so all profiles that change none of them share one copy.
static BUILT_IN: LazyLock<Arc<Catalogues>> =
    LazyLock::new(|| Arc::new(Catalogues::parse_built_in()));

/// Languages by tag. There is always English.
#[derive(Debug)]
pub struct Catalogues {
    english: Arc<Catalogue>,
    all: Vec<Arc<Catalogue>>,
    tags: Vec<LanguageTag>,
    /// What pages make of them.
    pub prepared: Prepared,
}

impl Catalogues {
    /// The catalogues of the program.
    pub fn built_in() -> Arc<Self> {
        Arc::clone(&BUILT_IN)
    }

    fn parse_built_in() -> Self {
        let parse = |text: &str| {
            // What cannot be read is left out; tests read every catalogue.
            let (Ok(source) | Err((source, _))) = FluentResource::try_new(text.to_owned());
            Arc::new(source)
        };
        let [(tag, english), ..] = BUILT_IN_SOURCES;
        let tag = parse_tag(tag).unwrap_or_default();
        let english = parse(english);
        let further = BUILT_IN_SOURCES.iter().skip(1);
        let further = further.filter_map(|(tag, text)| Some((parse_tag(tag)?, parse(text))));
        let first = Arc::new(Catalogue::new(tag.clone(), vec![(tag, english)]));
        Self::of(first, Vec::new()).with(further)
    }

    fn of(english: Arc<Catalogue>, others: Vec<Arc<Catalogue>>) -> Self {
        let all: Vec<_> = std::iter::once(Arc::clone(&english))
            .chain(others)
            .collect();
        let tags = all.iter().map(|one| one.tag().clone()).collect();
        Self {
            english,
            all,
            tags,
            prepared: Prepared::default(),
        }
    }

    /// The same with further texts: each overrides messages of a language that there is, or adds a language.
    #[must_use]
    pub fn with(&self, sources: impl IntoIterator<Item = (LanguageTag, CatalogueSource)>) -> Self {
        let mut all = self.all.clone();
        for (tag, source) in sources {
            let known = all.iter_mut().find(|one| *one.tag() == tag);
            let before = known.as_ref().map_or(&self.english, |one| &**one);
            let mut sources = before.sources().to_vec();
            sources.push((tag.clone(), source));
            let catalogue = Arc::new(Catalogue::new(tag, sources));
            match known {
                Some(known) => *known = catalogue,
                None => all.push(catalogue),
            }
        }
        let english = all
            .first()
            .map_or_else(|| Arc::clone(&self.english), Arc::clone);
        let others = all.into_iter().skip(1).collect();
        Self::of(english, others)
    }

    /// English.
    pub fn english(&self) -> &Arc<Catalogue> {
        &self.english
    }

    /// All of them, English first.
    pub fn all(&self) -> &[Arc<Catalogue>] {
        &self.all
    }

    /// The language of exactly this tag.
    pub fn find(&self, tag: &str) -> Option<&Arc<Catalogue>> {
        let tag = parse_tag(tag)?;
        self.all.iter().find(|one| *one.tag() == tag)
    }

    /// The language that a browser wants most (`Accept-Language`).
    pub fn accepted(&self, header: &str) -> Option<&Arc<Catalogue>> {
        self.all.get(accepted(header, &self.tags)?)
    }
}
