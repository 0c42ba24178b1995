//! A page: a template, the context that it takes, and samples of that context.

use serde::Serialize;
use tera::Context;

use crate::web::pages::layout::AssetNames;

/// A template with its context.
pub trait Page: Serialize {
    /// The template's name.
    const TEMPLATE: &'static str;
}

/// A page with samples, which between them reach every branch of its template. They prove at load that the template
/// fits its context, and tests render them.
pub trait Sampled: Page + Sized {
    /// Samples by name.
    fn samples(assets: &AssetNames) -> Vec<(&'static str, Self)>;
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

/// The samples of a page.
///
/// # Errors
/// When a context cannot be serialized.
pub fn samples_of<P: Sampled>(assets: &AssetNames) -> tera::TeraResult<Vec<Sample>> {
    let ready = |(name, page)| {
        Ok(Sample {
            template: P::TEMPLATE,
            name,
            context: Context::from_serialize(&page)?,
        })
    };
    P::samples(assets).into_iter().map(ready).collect()
}

/// All pages of one file.
#[derive(Debug, Clone, Copy)]
pub struct PageGroup {
    /// Names and texts of the built-in templates.
    pub templates: &'static [(&'static str, &'static str)],
    /// All samples.
    pub samples: fn(&AssetNames) -> tera::TeraResult<Vec<Sample>>,
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
            }
        )+

        /// The pages of this file.
        pub(super) const $group: $crate::web::pages::page::PageGroup = $crate::web::pages::page::PageGroup {
            templates: &[
                $(($template, include_str!(concat!("../../../templates/", $template)))),+
            ],
            samples: |assets| {
                let mut all = Vec::new();
                $(all.extend($crate::web::pages::page::samples_of::<$name>(assets)?);)+
                Ok(all)
            },
        };
    };
}
pub(super) use pages;
