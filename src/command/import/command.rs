//! `import`: turns the `.env` file of a Microsoft Python sample into a profile with the same redirect URI.
//!
//! Owns the meaning of the samples' variables; [`crate::command::import::env_file`] reads the file.
//! The secret is written to a file of its own beside the profile, so that the profile itself is no secret.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::command::cli;
use crate::command::cli::Cli;
use crate::command::import::apis::apis;
use crate::command::import::draft::Draft;
use crate::command::import::env_file;
use crate::command::import::redirect_uri::{parse, redirect};
use crate::command::local_port::port_of_a_browser;
use crate::command::new_file::{Readers, write_new};
use crate::command::sources;
use crate::command::terminal::{Failed, Terminal};
use crate::config::profile::conversion::convert;
use crate::config::profile::profile_reader::ReadContext;
use crate::config::{Problem, placeholder_in};
use crate::domain::authority::{Kind, is_entra_host};
use crate::domain::issuer::TenantGuid;
use crate::domain::profile::UNJUDGED;

/// Variables of the samples that have no meaning for gatehouse.
const WITHOUT_MEANING: [&str; 4] = ["SESSION_TYPE", "FLASK_APP", "FLASK_DEBUG", "FLASK_ENV"];

/// The variables that are read.
const READ: [&str; 13] = [
    "AUTHORITY",
    "OIDC_AUTHORITY",
    "B2C_TENANT_NAME",
    "SIGNUPSIGNIN_USER_FLOW",
    "EDITPROFILE_USER_FLOW",
    "RESETPASSWORD_USER_FLOW",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "REDIRECT_URI",
    "REDIRECT_PATH",
    "SCOPE",
    "ENDPOINT",
    "SAMPLE_APP_CLIENT_SECRET",
];

pub(in crate::command) fn import(
    cli: &Cli,
    import: &cli::ImportArgs,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failed> {
    let settings = sources::offline(cli, terminal)?;
    let name = import.env_file.display().to_string();
    let text = std::fs::read_to_string(&import.env_file)
        .map_err(|fault| Failed::Said(format!("{name} cannot be read: {fault}")))?;
    let mut variables =
        env_file::parse(&text).map_err(|fault| Failed::Said(format!("{name}: {fault}")))?;
    variables.retain(|_, value| !value.is_empty());
    if let Some(redirect_uri) = &import.redirect_uri {
        variables.insert("REDIRECT_URI".to_owned(), redirect_uri.clone());
    }
    let draft = draft(&variables).map_err(|fault| Failed::Said(format!("{name}: {fault}")))?;

    let written = Written::at(&settings.profiles, import.profile_id.as_str());
    written.must_be_new()?;
    // The draft is checked as a profile before anything is written. A value replaces the secret's file, which does not
    // exist yet.
    let context = ReadContext {
        variable: &|_| None,
        session: settings.session,
        boundary: &settings.boundary,
        templates: &UNJUDGED,
    };
    let trial = draft.text(&name, "{ value = \"stands in for the file\" }");
    let shown = written.profile.display().to_string();
    let judged = convert(&import.profile_id, &shown, &trial, Path::new("."), context);
    if judged.profile.is_none() {
        return Err(Failed::Problems(of_source(judged.problems, &name)));
    }
    written.write(&draft, &name)?;
    let port = judged
        .public_url
        .and_then(|url| port_of_a_browser(&url, settings.boundary.listen));
    writeln!(terminal.out, "wrote {shown}")?;
    if draft.secret.is_some() {
        let path = written.secret.display();
        writeln!(
            terminal.out,
            "wrote {path} (the client secret; readable by its owner only)"
        )?;
    }
    for note in &draft.notes {
        writeln!(terminal.out, "note: {note}")?;
    }
    if let Some(port) = port {
        writeln!(
            terminal.out,
            "note: browsers come to port {port}: start with `gatehouse serve --listen 127.0.0.1:{port}`"
        )?;
    }
    writeln!(
        terminal.out,
        "`gatehouse check` shows what to register at the authority"
    )?;
    Ok(())
}

/// Problems of a draft that was never written: they are about the `.env` file and have no position.
fn of_source(problems: Vec<Problem>, source: &str) -> Vec<Problem> {
    let of_source = |problem: Problem| Problem {
        file: source.to_owned(),
        position: None,
        excerpt: None,
        ..problem
    };
    problems.into_iter().map(of_source).collect()
}

/// The files that an import writes.
struct Written {
    profile: PathBuf,
    secret: PathBuf,
    /// The name of the secret's file in the profile.
    secret_name: String,
}

impl Written {
    fn at(folder: &Path, id: &str) -> Self {
        let secret_name = format!("{id}.client-secret");
        Self {
            profile: folder.join(format!("{id}.toml")),
            secret: folder.join(&secret_name),
            secret_name,
        }
    }

    fn must_be_new(&self) -> Result<(), Failed> {
        match [&self.profile, &self.secret]
            .into_iter()
            .find(|path| path.exists())
        {
            None => Ok(()),
            Some(path) => {
                let path = path.display();
                Err(Failed::Said(format!(
                    "{path} exists already and was not changed"
                )))
            }
        }
    }

    /// Writes the secret, then the profile that names it: both files or none.
    fn write(&self, draft: &Draft, source: &str) -> Result<(), Failed> {
        if let Some(secret) = &draft.secret {
            write_new(&self.secret, secret, Readers::Owner)?;
        }
        let name = toml::Value::from(self.secret_name.as_str());
        let profile = draft.text(source, &format!("{{ file = {name} }}"));
        write_new(&self.profile, &profile, Readers::Ordinary).inspect_err(|_| {
            if draft.secret.is_some() {
                // The file was just written and no profile names it.
                let _ = std::fs::remove_file(&self.secret);
            }
        })
    }
}

/// Turns the variables into a draft. An error names the variable and what would be right, and never repeats a secret.
fn draft(variables: &BTreeMap<String, String>) -> Result<Draft, String> {
    let get = |key: &str| variables.get(key).cloned();
    for key in READ {
        let Some(value) = variables.get(key) else {
            continue;
        };
        let secret = key.ends_with("CLIENT_SECRET");
        if let Some(name) = env_file::unset(value).filter(|_| !secret) {
            return Err(format!(
                "{key} refers to {name}, which no line above sets; write the value itself"
            ));
        }
        // A secret may contain brackets, so it is a placeholder only as a whole.
        let placeholder = placeholder_in(value).is_some_and(|found| !secret || found == value);
        if placeholder {
            return Err(format!(
                "{key} is still the placeholder of the sample; write your own value first"
            ));
        }
    }
    let mut draft = Draft {
        client_id: get("CLIENT_ID").ok_or("CLIENT_ID is missing")?,
        secret: get("CLIENT_SECRET").or_else(|| get("SAMPLE_APP_CLIENT_SECRET")),
        ..Draft::default()
    };
    authority(variables, &mut draft)?;
    redirect(variables, &mut draft)?;
    apis(variables, &mut draft);
    if draft.secret.is_none() {
        draft.note("CLIENT_SECRET is missing: the profile has public_client = true, which is how the sample behaves");
    }
    let known = |key: &str| READ.contains(&key) || WITHOUT_MEANING.contains(&key);
    let unread: Vec<&str> = variables
        .keys()
        .map(String::as_str)
        .filter(|key| !known(key))
        .collect();
    if !unread.is_empty() {
        draft.note(format!(
            "these variables were ignored: {}",
            unread.join(", ")
        ));
    }
    Ok(draft)
}

/// The authority, by the samples' own rules.
fn authority(variables: &BTreeMap<String, String>, draft: &mut Draft) -> Result<(), String> {
    let get = |key: &str| variables.get(key).map(String::as_str);
    let (plain, oidc) = (get("AUTHORITY"), get("OIDC_AUTHORITY"));
    let b2c = get("B2C_TENANT_NAME").zip(get("SIGNUPSIGNIN_USER_FLOW"));
    if oidc.is_some() && (plain.is_some() || b2c.is_some()) {
        let other = if plain.is_some() {
            "AUTHORITY"
        } else {
            "B2C_TENANT_NAME"
        };
        return Err(format!(
            "OIDC_AUTHORITY and {other} are both set, and the sample fails with both; keep OIDC_AUTHORITY for a custom domain, or keep {other}, and remove the other one"
        ));
    }
    for key in ["EDITPROFILE_USER_FLOW", "RESETPASSWORD_USER_FLOW"] {
        if let Some(flow) = get(key) {
            draft.user_flow(key, flow);
        }
    }
    if let Some((tenant, flow)) = b2c {
        if plain.is_some() {
            draft.note("AUTHORITY was ignored: B2C_TENANT_NAME and SIGNUPSIGNIN_USER_FLOW take precedence, as in the sample");
        }
        // The variable is the name before .onmicrosoft.com; people also write the whole domain.
        let tenant = tenant.strip_suffix(".onmicrosoft.com").unwrap_or(tenant);
        draft.set_authority(
            Kind::B2c,
            format!("https://{tenant}.b2clogin.com/{tenant}.onmicrosoft.com"),
        );
        draft.user_flow("SIGNUPSIGNIN_USER_FLOW", flow);
        return Ok(());
    }
    match (plain, oidc) {
        (Some(address), None) => plain_authority(address, draft),
        (None, Some(address)) => oidc_authority(address, draft),
        _ if get("B2C_TENANT_NAME").is_some() => Err("SIGNUPSIGNIN_USER_FLOW is missing beside B2C_TENANT_NAME".to_owned()),
        _ if get("SIGNUPSIGNIN_USER_FLOW").is_some() => Err("B2C_TENANT_NAME is missing beside SIGNUPSIGNIN_USER_FLOW".to_owned()),
        _ => Err("the authority is missing: set AUTHORITY, OIDC_AUTHORITY, or B2C_TENANT_NAME with SIGNUPSIGNIN_USER_FLOW".to_owned()),
    }
}

/// `AUTHORITY`: Entra ID, External ID, or a whole B2C address of older samples.
fn plain_authority(address: &str, draft: &mut Draft) -> Result<(), String> {
    let url = parse("AUTHORITY", address)?;
    let host = url.host_str().unwrap_or_default();
    let segments: Vec<&str> = url
        .path()
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let origin = url.origin().ascii_serialization();
    if host.ends_with(".ciamlogin.com") {
        draft.set_authority(Kind::ExternalId, address.trim_end_matches('/'));
        return Ok(());
    }
    if let (true, [tenant, flow]) = (host.contains(".b2clogin."), segments.as_slice()) {
        draft.set_authority(Kind::B2c, format!("{origin}/{tenant}"));
        draft.user_flow("SIGNUPSIGNIN_USER_FLOW", flow);
        return Ok(());
    }
    let tenant = match segments.as_slice() {
        [tenant] | [tenant, "v2.0"] => (*tenant).to_owned(),
        _ => {
            return Err("AUTHORITY does not end with a tenant, as in https://login.microsoftonline.com/contoso.onmicrosoft.com".to_owned());
        }
    };
    draft.set_authority(Kind::EntraId, format!("{origin}/{tenant}"));
    if matches!(tenant.as_str(), "common" | "organizations") {
        draft.any_tenant = true;
        draft.personal_accounts = tenant == "common";
        draft.note("every organisation in the world may sign in, as in the sample; list your tenants in allowed_tenants to change that");
    }
    Ok(())
}

/// `OIDC_AUTHORITY`: External ID behind a custom domain or, elsewhere, any OpenID provider.
fn oidc_authority(address: &str, draft: &mut Draft) -> Result<(), String> {
    let url = parse("OIDC_AUTHORITY", address)?;
    let host = url.host_str().unwrap_or_default();
    if is_entra_host(host) || host.ends_with(".ciamlogin.com") {
        draft.note("OIDC_AUTHORITY is an authority of Microsoft and not a custom domain: it was read like AUTHORITY");
        return plain_authority(address, draft);
    }
    let segments: Vec<&str> = url
        .path()
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let custom_domain =
        matches!(segments.as_slice(), [tenant, "v2.0"] if TenantGuid::parse(tenant).is_some());
    if custom_domain {
        draft.set_authority(Kind::ExternalIdCustomDomain, address.trim_end_matches('/'));
    } else {
        draft.set_authority(Kind::Oidc, address);
        draft.note("OIDC_AUTHORITY does not have the form https://DOMAIN/TENANT_ID/v2.0, so the profile has kind = \"oidc\", an OpenID provider other than Microsoft");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imported(lines: &[(&str, &str)]) -> Draft {
        let common = [
            ("CLIENT_ID", "gatehouse"),
            ("REDIRECT_URI", "http://localhost:5000/x"),
        ];
        let all = lines.iter().chain(&common);
        draft(
            &all.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
        )
        .unwrap()
    }

    #[test]
    fn a_tenant_name_with_its_suffix_is_the_same_tenant() {
        for name in ["contoso", "contoso.onmicrosoft.com"] {
            let draft = imported(&[
                ("B2C_TENANT_NAME", name),
                ("SIGNUPSIGNIN_USER_FLOW", "B2C_1_x"),
            ]);
            assert_eq!(
                draft.authority,
                "https://contoso.b2clogin.com/contoso.onmicrosoft.com"
            );
        }
    }

    #[test]
    fn an_authority_of_entra_is_entra_whatever_its_variable() {
        let address = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0";
        let draft = imported(&[("OIDC_AUTHORITY", address)]);
        assert_eq!(draft.kind, Some(Kind::EntraId));
        assert_eq!(draft.authority, address.trim_end_matches("/v2.0"));
    }

    #[test]
    fn scopes_may_be_separated_by_commas() {
        let draft = imported(&[
            (
                "AUTHORITY",
                "https://login.microsoftonline.com/contoso.example",
            ),
            ("SCOPE", "User.Read, Mail.Read,Files.Read"),
        ]);
        assert_eq!(draft.scopes, ["User.Read", "Mail.Read", "Files.Read"]);
    }
}
