//! A page: a template, the context that it takes, and samples of that context.

use std::sync::Arc;

use serde::Serialize;
use tera::value::Key;
use tera::{Context, Map, Value};

use crate::domain::language::{Catalogue, Catalogues};
use crate::web::pages::layout::{Frame, SampleSite};

/// A template with its context.
pub trait Page: Serialize {
    /// The template's name.
    const TEMPLATE: &'static str;

    /// What stands around the content.
    fn frame(&self) -> &Frame;
}

/// A page with samples, which between them reach every branch of its template. They prove at load that the template
/// fits its context, and tests render them.
pub trait Sampled: Page + Sized {
    /// Samples by name.
    fn samples(site: &SampleSite) -> Vec<(&'static str, Self)>;
}

/// A sample, ready to be rendered.
#[derive(Debug)]
pub struct Sample {
    /// The template's name.
    pub template: &'static str,
    /// The sample's name.
    pub name: &'static str,
    /// The context.
    pub context: Context,
}

/// The context of a page: its fields, `text` with every message in the page's language,
/// which is markup already, and `languages` that can be chosen.
///
/// # Errors
/// When a context cannot be serialized.
pub fn context_of<P: Page>(page: &P) -> tera::TeraResult<Context> {
    let mut context = Context::from_serialize(page)?;
    let language = &page.frame().language.0;
    context.insert_value("text", texts(language.catalogue()));
    context.insert_value("languages", choices(language.all()));
    Ok(context)
}

fn texts(catalogue: &Catalogue) -> Value {
    let make = || {
        let texts = catalogue.for_templates().iter();
        let texts: Map = texts
            .map(|(id, text)| (Key::from(id.clone()), Value::safe_string(text)))
            .collect();
        Value::from(texts)
    };
    let texts = catalogue.prepared.get_or_make(make).cloned();
    texts.unwrap_or_else(Value::undefined)
}

/// The languages for the form in the footer: `tag` and `name` of each.
fn choices(catalogues: &Catalogues) -> Value {
    let make = || {
        let choice = |one: &Arc<Catalogue>| {
            let pairs = [
                ("tag", Value::from(one.tag().to_string())),
                ("name", Value::from(one.name())),
            ];
            let pairs = pairs
                .into_iter()
                .map(|(key, value)| (Key::from(key), value));
            Value::from(pairs.collect::<Map>())
        };
        Value::from(catalogues.all().iter().map(choice).collect::<Vec<_>>())
    };
    let choices = catalogues.prepared.get_or_make(make).cloned();
    choices.unwrap_or_else(Value::undefined)
}

/// The samples of a page.
///
/// # Errors
/// When a context cannot be serialized.
pub fn samples_of<P: Sampled>(site: &SampleSite) -> tera::TeraResult<Vec<Sample>> {
    let ready = |(name, page)| {
        Ok(Sample {
            template: P::TEMPLATE,
            name,
            context: context_of(&page)?,
        })
    };
    P::samples(site).into_iter().map(ready).collect()
}

/// All pages of one file.
#[derive(Debug, Clone, Copy)]
pub struct PageGroup {
    /// Names and texts of the built-in templates.
    pub templates: &'static [(&'static str, &'static str)],
    /// All samples.
    pub samples: fn(&SampleSite) -> tera::TeraResult<Vec<Sample>>,
}

/// Declares the pages of a file: a context for each template, and the group that lists them.
macro_rules! pages {
    ($group:ident $(
        $(#[$doc:meta])* $name:ident, $template:literal {
            $($(#[$field_doc:meta])* $field:ident: $kind:ty,)*
        }
    )+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Serialize)]
            pub struct $name {
                /// What stands around the content.
                pub frame: Frame,
                $($(#[$field_doc])* pub $field: $kind,)*
            }

            impl $crate::web::pages::page::Page for $name {
                const TEMPLATE: &'static str = $template;

                fn frame(&self) -> &Frame {
                    &self.frame
                }
            }
        )+

        /// The pages of this file.
        pub(super) const $group: $crate::web::pages::page::PageGroup = $crate::web::pages::page::PageGroup {
            templates: &[
                $(($template, include_str!(concat!("../../../templates/", $template)))),+
            ],
            samples: |site| {
                let mut all = Vec::new();
                $(all.extend($crate::web::pages::page::samples_of::<$name>(site)?);)+
                Ok(all)
            },
        };
    };
}
pub(super) use pages;
