//! What judges templates of profiles, over those of the setting `templates`.

use std::path::Path;

use crate::web::pages::{PageCompiler, Pages};

/// The compiler for a server or for one command.
///
/// # Errors
/// One sentence: the folder for all profiles is wrong itself.
pub fn page_compiler(shared: Option<&Path>) -> Result<PageCompiler, String> {
    let fault = |error| format!("templates: {error}");
    if shared.is_some() {
        Pages::load(shared).map_err(fault)?;
    }
    PageCompiler::load(shared).map_err(fault)
}
