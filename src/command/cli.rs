//! The command line: every command, flag and example. Says nothing of what they do.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::is_reserved;
use crate::domain::authority::Kind;
use crate::domain::profile::ProfileId;

/// A multi-tenant auth gateway for Microsoft Entra ID, External ID, Azure AD B2C and any OpenID provider.
#[derive(Debug, Parser)]
#[command(name = "gatehouse", version, propagate_version = true)]
#[command(
    after_help = "Example:\n  gatehouse init entra-id staff && gatehouse check && gatehouse serve"
)]
pub struct Cli {
    /// What all commands share.
    #[command(flatten)]
    pub shared: Shared,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What all commands share.
#[derive(Debug, Args)]
pub struct Shared {
    /// The settings file [default: gatehouse.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE", env = "GATEHOUSE_CONFIG")]
    pub config: Option<PathBuf>,
    /// The folder with a file for each profile [default: profiles]
    #[arg(long, global = true, value_name = "DIR")]
    pub profiles: Option<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the gateway.
    #[command(
        after_help = "Example:\n  gatehouse serve --listen 0.0.0.0:8080 --profiles /etc/gatehouse/profiles"
    )]
    Serve(Serve),
    /// Run gateway, simulator and all four kinds on this machine: no account, no internet.
    #[cfg(feature = "demo")]
    #[command(after_help = "Example:\n  gatehouse demo\n  gatehouse demo --port 3000")]
    Demo(Demo),
    /// Run an offline Microsoft identity platform for tests of any application.
    #[cfg(feature = "demo")]
    #[command(after_help = simulator::command::EXAMPLES)]
    Simulator(simulator::command::Arguments),
    /// Tell every problem of the profiles, and what to register at the authorities.
    #[command(
        after_help = "Example:\n  gatehouse check\n  gatehouse check --online --format json profiles/staff.toml"
    )]
    Check(Check),
    /// Show a profile as it takes effect: defaults filled in, secrets masked.
    #[command(after_help = "Example:\n  gatehouse explain staff")]
    Explain(Explain),
    /// Write a new profile from the commented template of its kind. Never overwrites.
    #[command(after_help = "Example:\n  gatehouse init external-id customers")]
    Init(Init),
    /// Turn the .env of a Microsoft Python sample into a profile with the same redirect address. Never overwrites.
    #[command(after_help = "Example:\n  gatehouse import ../ms-identity-python-webapp/.env staff")]
    Import(Import),
    /// See and end sessions.
    #[command(subcommand)]
    Sessions(Sessions),
    /// Make sealing keys.
    #[command(subcommand)]
    Keys(Keys),
    /// Bring the database to this version's form.
    #[command(
        after_help = "Example:\n  GATEHOUSE_DATABASE_URL=postgres://gatehouse@db/gatehouse gatehouse migrate"
    )]
    Migrate,
}

/// `serve`
#[derive(Debug, Args)]
pub struct Serve {
    /// Address and port of the public listener [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Address and port of the admin listener [default: 127.0.0.1:8081]
    #[arg(long, value_name = "ADDRESS")]
    pub admin_listen: Option<String>,
}

/// `demo`
#[cfg(feature = "demo")]
#[derive(Debug, Args)]
pub struct Demo {
    /// Port of the landing page on loopback; gateway, admin listener and simulator take the next three.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
}

/// `check`
#[derive(Debug, Args)]
pub struct Check {
    /// Ask the authorities too: metadata, issuer, keys, clock, credential.
    #[arg(long)]
    pub online: bool,
    /// For people or for programs.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Profile files [default: all of the profiles folder]
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// `explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// The profile's id.
    #[arg(value_parser = profile_id)]
    pub profile: ProfileId,
    /// For people or for programs.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// `init`
#[derive(Debug, Args)]
pub struct Init {
    /// entra-id, external-id, external-id-custom-domain, b2c or oidc.
    #[arg(value_parser = kind)]
    pub kind: Kind,
    /// The new profile's id: lower-case letters, digits and hyphens.
    #[arg(value_parser = new_profile_id)]
    pub profile_id: ProfileId,
}

/// `import`
#[derive(Debug, Args)]
pub struct Import {
    /// The .env file.
    pub env_file: PathBuf,
    /// The new profile's id: lower-case letters, digits and hyphens.
    #[arg(value_parser = new_profile_id)]
    pub profile_id: ProfileId,
    /// The redirect URI, when the .env does not say it (the tutorial's path is /getAToken).
    #[arg(long, value_name = "ADDRESS")]
    pub redirect_uri: Option<String>,
}

/// `sessions`
#[derive(Debug, Subcommand)]
pub enum Sessions {
    /// List sessions.
    #[command(after_help = "Example:\n  gatehouse sessions list --profile staff")]
    List {
        /// Which.
        #[command(flatten)]
        which: Which,
        /// For people or for programs.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// End sessions; holds on every replica within a second.
    #[command(
        after_help = "Example:\n  gatehouse sessions end --profile staff --person 4711\n  gatehouse sessions end --all"
    )]
    End {
        /// Which; at least one flag.
        #[command(flatten)]
        which: Which,
        /// Every session of every profile.
        #[arg(long, conflicts_with_all = ["profile", "person", "sid"], required_unless_present_any = ["profile", "person", "sid"])]
        all: bool,
    },
}

/// Which sessions; what is not said does not count.
#[derive(Debug, Clone, Default, Args)]
pub struct Which {
    /// Of this profile.
    #[arg(long, value_parser = profile_id)]
    pub profile: Option<ProfileId>,
    /// Of this person, as `list` shows it; a person is of one profile.
    #[arg(long, requires = "profile", conflicts_with = "sid")]
    pub person: Option<String>,
    /// Of this session at the authority (`sid`), at one profile.
    #[arg(long, requires = "profile")]
    pub sid: Option<String>,
}

/// `keys`
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Print a new key: base64 of 256 random bits.
    #[command(
        after_help = "The first key seals, all open. To exchange it without signing anybody out, take three steps, and \
            finish each on every replica before the next:\n  \
            1. add the new key behind the old one      GATEHOUSE_KEYS=OLD,NEW\n  \
            2. put the new key first                   GATEHOUSE_KEYS=NEW,OLD\n  \
            3. when the sessions' lifetime has passed, take the old one away\n\n\
            Example:\n  export GATEHOUSE_KEYS=$(gatehouse keys new)"
    )]
    New,
}

/// How a command answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

fn profile_id(text: &str) -> Result<ProfileId, String> {
    ProfileId::parse(text).ok_or_else(|| {
        "a profile id has lower-case letters, digits and hyphens, at most 63".to_owned()
    })
}

/// The id of a profile that is about to be written.
fn new_profile_id(text: &str) -> Result<ProfileId, String> {
    let id = profile_id(text)?;
    if is_reserved(&id) {
        return Err("is a reserved name; docs/profiles.md lists them".to_owned());
    }
    Ok(id)
}

fn kind(text: &str) -> Result<Kind, String> {
    Kind::parse(text).ok_or_else(|| {
        let known = Kind::ALL.map(Kind::as_str);
        format!("one of {}", known.join(", "))
    })
}
