//! What `check` says about the look of a profile's pages: the colour that they really have, pictures, templates.

use crate::domain::profile::{Profile, READABLE};

/// One sentence for each thing that a profile brings; none for a profile that looks as gatehouse does.
pub(super) fn look(profile: &Profile) -> Vec<String> {
    let branding = &profile.branding;
    let mut lines = Vec::new();
    if let Some(shades) = &branding.shades {
        let written = shades.written;
        lines.push(format!(
            "accent {written}: {shades}, each with a contrast of at least {READABLE}:1"
        ));
    }
    for (role, file) in branding.picture_files() {
        let (path, length) = (file.path.display(), file.content.len());
        lines.push(format!("{role}: {path} ({length} bytes)"));
    }
    if let Some(own) = &branding.templates {
        lines.push(format!("templates of its own: {}", own.names.join(", ")));
    }
    lines
}
