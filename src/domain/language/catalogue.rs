//! The catalogue of one language: every message, ready to be said.

use std::collections::BTreeMap;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::Entry;
use jiff::tz::TimeZone;

use crate::domain::clock::Timestamp;
use crate::domain::language::accepted::LanguageTag;
use crate::domain::language::dates::{Dates, Numbers};
use crate::domain::language::message::{Argument, Message};
use crate::domain::language::prepared::Prepared;
use crate::domain::language::variables::variables_of;

/// The text of a catalogue, parsed.
pub type CatalogueSource = Arc<FluentResource>;

/// In [`Catalogue::for_templates`], the name of a variable stands between these two, where its value belongs.
pub const PLACE_BEGIN: char = '\u{E000}';
/// See [`PLACE_BEGIN`].
pub const PLACE_END: char = '\u{E001}';

/// Isolation marks around values (UAX #9 §2.4), which Fluent writes.
const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_ISOLATE: char = '\u{2069}';

/// One language.
pub struct Catalogue {
    tag: LanguageTag,
    sources: Vec<(LanguageTag, CatalogueSource)>,
    /// One for each source, the one that overrides first.
    bundles: Vec<FluentBundle<CatalogueSource>>,
    dates: Option<Dates>,
    for_templates: BTreeMap<String, String>,
    name: String,
    right_to_left: bool,
    /// What pages make of it.
    pub prepared: Prepared,
}

impl std::fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Catalogue")
            .field(&self.tag.to_string())
            .finish()
    }
}

impl Catalogue {
    /// A language from texts with their languages, each of which overrides the messages and attributes of those before it.
    pub fn new(tag: LanguageTag, sources: Vec<(LanguageTag, CatalogueSource)>) -> Self {
        let bundles = sources.iter().rev().map(|(tag, text)| bundle(tag, text));
        let mut catalogue = Self {
            tag,
            bundles: bundles.collect(),
            sources,
            dates: None,
            for_templates: BTreeMap::new(),
            name: String::new(),
            right_to_left: false,
            prepared: Prepared::default(),
        };
        let own = |id| catalogue.text(&Message::new(id));
        let (name, direction, locale) =
            (own("language-name"), own("direction"), own("date-locale"));
        catalogue.name = name;
        catalogue.right_to_left = direction == "rtl";
        catalogue.dates = Dates::of(&locale).or_else(|| Dates::of("en-GB"));
        catalogue.for_templates = catalogue.templates();
        catalogue
    }

    /// The tag, such as `zh-Hans`.
    pub fn tag(&self) -> &LanguageTag {
        &self.tag
    }

    /// The language's name in itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `ltr` or `rtl`.
    pub fn direction(&self) -> &'static str {
        if self.right_to_left { "rtl" } else { "ltr" }
    }

    /// The texts that it was built from.
    pub fn sources(&self) -> &[(LanguageTag, CatalogueSource)] {
        &self.sources
    }

    /// Every message without its attributes, by its id with `_` in place of `-`. Where a value belongs, the name of its
    /// variable stands between [`PLACE_BEGIN`] and [`PLACE_END`]. The texts are escaped for elements and for attributes in
    /// double quotes.
    pub fn for_templates(&self) -> &BTreeMap<String, String> {
        &self.for_templates
    }

    /// The text of a message. A message that no catalogue has is shown by its id: tests find it.
    pub fn text(&self, message: &Message) -> String {
        let mut arguments = FluentArgs::new();
        for (name, value) in &message.arguments {
            let value = match value {
                Argument::Text(text) => FluentValue::from(text.as_str()),
                Argument::Number(number) => FluentValue::from(*number),
            };
            arguments.set(*name, value);
        }
        let text = self
            .formatted(message.id, message.attribute, &arguments)
            .unwrap_or_else(|| message.id.to_owned());
        self.without_idle_marks(text)
    }

    /// Day and minute at a place.
    pub fn date_time(&self, at: Timestamp, zone: &TimeZone) -> String {
        let text = self.dates.as_ref().and_then(|dates| dates.text(at, zone));
        text.unwrap_or_else(|| at.format("%Y-%m-%d %H:%M UTC").to_string())
    }

    fn formatted(&self, id: &str, attribute: Option<&str>, values: &FluentArgs) -> Option<String> {
        self.bundles.iter().find_map(|bundle| {
            let message = bundle.get_message(id)?;
            let pattern = match attribute {
                Some(attribute) => message.get_attribute(attribute)?.value(),
                None => message.value()?,
            };
            let mut errors = Vec::new();
            let text = bundle.format_pattern(pattern, Some(values), &mut errors);
            Some(text.into_owned())
        })
    }

    /// Isolation marks are of use only where directions meet.
    fn without_idle_marks(&self, text: String) -> String {
        if self.right_to_left || text.chars().any(is_right_to_left) {
            return text;
        }
        without_marks(&text)
    }

    fn templates(&self) -> BTreeMap<String, String> {
        let entries = self.sources.iter().flat_map(|(_, text)| text.entries());
        let messages = entries.filter_map(|entry| match entry {
            Entry::Message(message) => Some((message.id.name, message.value.as_ref()?)),
            _ => None,
        });
        let mut texts = BTreeMap::new();
        for (id, value) in messages {
            let mut arguments = FluentArgs::new();
            for variable in variables_of(value) {
                let place = format!("{PLACE_BEGIN}{variable}{PLACE_END}");
                arguments.set(variable.to_owned(), FluentValue::from(place));
            }
            if let Some(text) = self.formatted(id, None, &arguments) {
                texts.insert(id.replace('-', "_"), markup(&without_marks(&text)));
            }
        }
        texts
    }
}

/// A text that can be said, with numbers as its language writes them.
fn bundle(tag: &LanguageTag, text: &CatalogueSource) -> FluentBundle<CatalogueSource> {
    let mut bundle = FluentBundle::new_concurrent(vec![tag.clone()]);
    bundle.set_formatter(Some(|value, memoizer| {
        let FluentValue::Number(number) = value else {
            return None;
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "arguments are whole numbers, see `Argument`"
        )]
        let number = number.value as u64;
        memoizer
            .with_try_get::<Numbers, _, _>((), |numbers| numbers.text(number))
            .ok()
    }));
    bundle.add_resource_overriding(Arc::clone(text));
    bundle
}

/// A text as markup.
fn markup(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    escaped.replace('>', "&gt;").replace('"', "&quot;")
}

fn without_marks(text: &str) -> String {
    text.replace([FIRST_STRONG_ISOLATE, POP_ISOLATE], "")
}

/// Letters of Hebrew, Arabic, Syriac, Thaana, N'Ko and their kin (UAX #9, classes R and AL).
fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}' | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}
