//! The command line: every command, flag and example. It does not know what the commands do.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::config::is_reserved;
use crate::domain::authority::Kind;
use crate::domain::profile::ProfileId;
use crate::domain::session::SessionId;
use crate::domain::version::LONG_VERSION;

/// A multi-tenant auth gateway for Microsoft Entra ID, External ID, Azure AD B2C and any OpenID provider.
#[derive(Debug, Parser)]
#[command(name = "gatehouse", version = LONG_VERSION, propagate_version = true)]
#[command(
    after_help = "Example:\n  gatehouse init entra-id staff && gatehouse check && gatehouse serve"
)]
pub struct Cli {
    /// Flags of all commands.
    #[command(flatten)]
    pub shared: SharedArgs,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of all commands.
#[derive(Debug, Args)]
pub struct SharedArgs {
    /// The settings file [default: gatehouse.toml, if the file exists]
    #[arg(long, global = true, value_name = "FILE", env = "GATEHOUSE_CONFIG")]
    pub config: Option<PathBuf>,
    /// The folder of profile files [default: profiles]
    #[arg(long, global = true, value_name = "DIR")]
    pub profiles: Option<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the gateway.
    #[command(
        after_help = "Example:\n  gatehouse serve --listen 0.0.0.0:8080 --profiles /etc/gatehouse/profiles\n  gatehouse serve --check"
    )]
    Serve(ServeArgs),
    /// Run the gateway and a simulator with a profile of every kind on this machine. Needs no account and no internet.
    #[cfg(feature = "demo")]
    #[command(after_help = "Example:\n  gatehouse demo\n  gatehouse demo --port 3000")]
    Demo(DemoArgs),
    /// Run an offline Microsoft identity platform for tests of any application.
    #[cfg(feature = "demo")]
    #[command(after_help = simulator::command::EXAMPLES)]
    Simulator(simulator::command::Arguments),
    /// Show every problem of the profiles, and the addresses to register at the authorities.
    #[command(
        after_help = "Example:\n  gatehouse check\n  gatehouse check --online --format json profiles/staff.toml"
    )]
    Check(CheckArgs),
    /// Show a profile, or the settings, as they take effect, with defaults and masked secrets.
    #[command(after_help = "Example:\n  gatehouse explain staff\n  gatehouse explain --settings")]
    Explain(ExplainArgs),
    /// Write a new profile from the commented template of its kind. Never overwrites a file.
    #[command(after_help = "Example:\n  gatehouse init external-id customers")]
    Init(InitArgs),
    /// Turn the .env file of a Microsoft Python sample into a profile with the same redirect URI. Never overwrites a file.
    #[command(after_help = "Example:\n  gatehouse import ../ms-identity-python-webapp/.env staff")]
    Import(ImportArgs),
    /// List and end sessions.
    #[command(subcommand)]
    Sessions(SessionsCommand),
    /// Generate sealing keys.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Update the database schema to this version.
    #[command(
        after_help = "Example:\n  GATEHOUSE_DATABASE_URL=postgres://gatehouse@db/gatehouse gatehouse migrate"
    )]
    Migrate,
    /// Ask the admin listener of the running gateway whether it is ready; exit code 1 if it is not.
    #[command(
        after_help = "Example:\n  gatehouse healthcheck\n  gatehouse healthcheck --live --timeout 5s"
    )]
    Healthcheck(HealthcheckArgs),
    /// Print the completion script of a shell.
    #[command(
        after_help = "Example:\n  gatehouse completions bash > /etc/bash_completion.d/gatehouse\n  gatehouse completions zsh > ~/.zfunc/_gatehouse"
    )]
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Write the manual pages of all commands into a folder.
    #[command(after_help = "Example:\n  gatehouse man /usr/local/share/man/man1")]
    Man {
        /// The folder; it is created if it does not exist. Pages of an earlier release are overwritten.
        folder: PathBuf,
    },
}

/// `healthcheck`
#[derive(Debug, Args)]
pub struct HealthcheckArgs {
    /// Ask only whether the process lives (`/livez`), not whether it is ready (`/readyz`).
    #[arg(long)]
    pub live: bool,
    /// How long to wait for the answer; a duration.
    #[arg(long, value_name = "DURATION", default_value = "3s", value_parser = humantime::parse_duration)]
    pub timeout: Duration,
}

/// `serve`
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Address and port of the public listener [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Address and port of the admin listener [default: 127.0.0.1:8081]
    #[arg(long, value_name = "ADDRESS")]
    pub admin_listen: Option<String>,
    /// Check settings, profiles, pages, keys, addresses and the database as a start would, and exit without serving.
    #[arg(long)]
    pub check: bool,
}

/// `demo`
#[cfg(feature = "demo")]
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Port of the landing page on loopback. Two replicas of the gateway, their admin listeners, the simulator and a sample
    /// application use the next six ports; the one after them is left for a proxy of your own.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
}

/// `check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Also ask the authorities: metadata, issuer, keys, clock and credential.
    #[arg(long)]
    pub online: bool,
    /// The output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Profile files [default: all files of the profiles folder]
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// `explain`
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The profile's id.
    #[arg(value_parser = profile_id, required_unless_present = "settings", conflicts_with = "settings")]
    pub profile: Option<ProfileId>,
    /// Show the settings of the process instead of a profile, each with its source.
    #[arg(long)]
    pub settings: bool,
    /// The output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// `init`
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The kind of the authority.
    #[arg(value_parser = kind, help = format!("The kind of the authority: {}", kinds()))]
    pub kind: Kind,
    /// The new profile's id: lower-case letters, digits and hyphens.
    #[arg(value_parser = new_profile_id)]
    pub profile_id: ProfileId,
}

/// `import`
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The .env file.
    pub env_file: PathBuf,
    /// The new profile's id: lower-case letters, digits and hyphens.
    #[arg(value_parser = new_profile_id)]
    pub profile_id: ProfileId,
    /// The redirect URI, if the .env file does not contain it (the tutorial's path is /getAToken).
    #[arg(long, value_name = "ADDRESS")]
    pub redirect_uri: Option<String>,
}

/// `sessions`
#[derive(Debug, Subcommand)]
pub enum SessionsCommand {
    /// List sessions.
    #[command(
        after_help = "Example:\n  gatehouse sessions list --profile staff\n  gatehouse sessions list --profile staff --account ada@contoso.example --format json"
    )]
    List {
        /// The sessions to list.
        #[command(flatten)]
        which: SessionFlags,
        /// The output format.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// End sessions. They are invalid on every replica within a second.
    #[command(
        after_help = "Example:\n  gatehouse sessions end --profile staff --person 4711\n  gatehouse sessions end --profile staff --account ada@contoso.example\n  gatehouse sessions end --id 0123456789abcdef0123456789abcdef\n  gatehouse sessions end --all"
    )]
    End {
        /// The session with this id, as `list` shows it.
        #[arg(long, value_parser = session_id, conflicts_with_all = ["profile", "person", "account", "sid"])]
        id: Option<SessionId>,
        /// The sessions to end; at least one flag.
        #[command(flatten)]
        which: SessionFlags,
        /// Every session of every profile.
        // Not `required_unless_present_any`: clap would then suggest this flag to whoever gives none.
        #[arg(long, conflicts_with_all = ["id", "profile", "person", "account", "sid"])]
        all: bool,
        /// Do not ask before every session is ended.
        #[arg(long, requires = "all")]
        yes: bool,
        /// The output format.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

/// Selects sessions. A flag that is not given selects all.
#[derive(Debug, Clone, Default, Args)]
pub struct SessionFlags {
    /// Sessions of this profile.
    #[arg(long, value_parser = profile_id)]
    pub profile: Option<ProfileId>,
    /// Sessions of this person, as `list` shows it. Needs --profile.
    #[arg(long, requires = "profile", conflicts_with_all = ["sid", "account"])]
    pub person: Option<String>,
    /// Sessions of the account with this user principal name or e-mail address. Needs --profile.
    #[arg(long, requires = "profile", conflicts_with = "sid")]
    pub account: Option<String>,
    /// Sessions of this session at the authority (`sid`). Needs --profile.
    #[arg(long, requires = "profile")]
    pub sid: Option<String>,
}

/// `keys`
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Print a new key: base64 of 256 random bits.
    #[command(
        after_help = "The first key seals, all keys open. To rotate the key without signing anybody out, take three steps, and \
            finish each step on every replica before the next:\n  \
            1. add the new key after the old one       GATEHOUSE_KEYS=OLD,NEW\n  \
            2. put the new key first                   GATEHOUSE_KEYS=NEW,OLD\n  \
            3. when the lifetime of sessions has passed, remove the old key\n\n\
            Example:\n  export GATEHOUSE_KEYS=$(gatehouse keys new)"
    )]
    New,
}

/// The output format of a command.
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

fn session_id(text: &str) -> Result<SessionId, String> {
    SessionId::parse(text)
        .ok_or_else(|| "a session id has 32 digits or lower-case letters a to f".to_owned())
}

/// The id of a profile that is about to be written.
fn new_profile_id(text: &str) -> Result<ProfileId, String> {
    let id = profile_id(text)?;
    if is_reserved(&id) {
        return Err("this id is reserved; docs/profiles.md lists the reserved ids".to_owned());
    }
    Ok(id)
}

fn kind(text: &str) -> Result<Kind, String> {
    Kind::parse(text).ok_or_else(|| format!("the kind must be one of {}", kinds()))
}

fn kinds() -> String {
    Kind::ALL.map(Kind::as_str).join(", ")
}
