//! `init`: writes a new profile from the commented template of its kind.

use crate::command::cli::{Cli, InitArgs};
use crate::command::new_file::{Readers, write_new};
use crate::command::sources;
use crate::command::terminal::{Failed, Terminal};
use crate::config::placeholder_in;
use crate::domain::authority::Kind;

/// The template of a kind: a file of `profiles/examples`.
pub fn template(kind: Kind) -> &'static str {
    match kind {
        Kind::EntraId => include_str!("../../profiles/examples/entra-id.toml"),
        Kind::ExternalId => include_str!("../../profiles/examples/external-id.toml"),
        Kind::ExternalIdCustomDomain => {
            include_str!("../../profiles/examples/external-id-custom-domain.toml")
        }
        Kind::B2c => include_str!("../../profiles/examples/b2c.toml"),
        Kind::Oidc => include_str!("../../profiles/examples/oidc.toml"),
    }
}

pub(super) fn init(cli: &Cli, init: &InitArgs, terminal: &mut Terminal<'_>) -> Result<(), Failed> {
    let settings = sources::offline(cli, terminal)?;
    let path = settings.profiles.join(format!("{}.toml", init.profile_id));
    let template = template(init.kind);
    write_new(&path, template, Readers::Ordinary)?;
    writeln!(terminal.out, "wrote {}", path.display())?;
    writeln!(
        terminal.out,
        "replace the placeholders on these lines with your own values:"
    )?;
    for (at, line) in template.lines().enumerate() {
        let assignment = line.split_once('=').filter(|_| !line.starts_with('#'));
        if let Some((key, value)) = assignment
            && placeholder_in(value).is_some()
        {
            writeln!(terminal.out, "  line {}: {}", at + 1, key.trim())?;
        }
    }
    writeln!(
        terminal.out,
        "then run `gatehouse check`: it shows what is missing and what to register at the authority"
    )?;
    Ok(())
}
