//! The flags, and the run until Ctrl-C.

use std::error::Error;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::Args;

use crate::command::announcement::announce;
use crate::config::Config;
use crate::options::Options;
use crate::server::Simulator;

/// Examples below the help of the command.
pub const EXAMPLES: &str = "Examples:
  gatehouse simulator --control
  HTTPS_PROXY=http://127.0.0.1:9000 NO_PROXY=localhost,127.0.0.1 REQUESTS_CA_BUNDLE=DIR/ca.pem flask run";

/// Flags of the simulator.
#[derive(Clone, Debug, Args)]
pub struct Arguments {
    /// Port for plain http and for CONNECT; 0 takes a free one.
    #[arg(long, default_value_t = 9000)]
    pub port: u16,
    /// Address to listen on.
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub listen: IpAddr,
    /// Port for direct TLS, for those who put the simulated names into a hosts file; 0 takes a free one.
    #[arg(long, value_name = "PORT")]
    pub tls_port: Option<u16>,
    /// Folder of the certificate authority, made when it is missing [default: a folder among your own data, which is printed]
    #[arg(long, value_name = "DIR")]
    pub ca: Option<PathBuf>,
    /// TOML file with tenants, applications, people and settings of your own; docs/simulator.md has an example.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Let faults, people, clients and calls be reached over HTTP, at /control/ of the same port.
    #[arg(long)]
    pub control: bool,
    /// Seconds until an access token expires [default: 3600]
    #[arg(long, value_name = "SECONDS")]
    pub access_token_lifetime: Option<i64>,
    /// Threads that answer.
    #[arg(long, default_value_t = 2)]
    pub workers: usize,
}

/// Where the certificate authority is kept when no folder is named: among the data of the person who runs the simulator, so that
/// nobody else can put one there.
fn default_folder() -> PathBuf {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let data = variable("XDG_DATA_HOME")
        .or_else(|| variable("LOCALAPPDATA"))
        .map(PathBuf::from)
        .or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".local/share")));
    data.unwrap_or_default().join("gatehouse-simulator")
}

/// Runs a simulator until it is stopped by Ctrl-C.
///
/// # Errors
/// One sentence that names the flag, the port or the file.
pub fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), String> {
    let folder = arguments.ca.clone().unwrap_or_else(default_folder);
    let config = arguments.config.as_deref().map(Config::read).transpose();
    let config = config
        .map_err(|error| error.to_string())?
        .unwrap_or_default();
    let options = options(arguments, config, folder.clone());
    let simulator = Simulator::start(options).map_err(|error| explained(&error))?;
    // A closed standard output is no reason to stop.
    let _ = announce(&simulator, &folder, arguments.control, out);
    simulator.wait();
    Ok(())
}

fn options(arguments: &Arguments, config: Config, folder: PathBuf) -> Options {
    let defaults = Options::default();
    let settings = config.settings;
    // Both were checked when the file was read.
    let clients = config
        .client
        .iter()
        .filter_map(|client| client.client().ok());
    Options {
        port: arguments.port,
        listen: arguments.listen,
        tls_port: arguments.tls_port,
        ca: Some(folder),
        control: arguments.control,
        workers: arguments.workers,
        clients: clients.collect(),
        tenants: config.tenant,
        people: config.person,
        shapes: config.shapes.unwrap_or_default(),
        auto_sign_in: settings.auto_sign_in,
        access_token_lifetime: arguments
            .access_token_lifetime
            .or(settings.access_token_lifetime)
            .unwrap_or(defaults.access_token_lifetime),
        id_token_lifetime: settings
            .id_token_lifetime
            .unwrap_or(defaults.id_token_lifetime),
        code_lifetime: settings.code_lifetime.unwrap_or(defaults.code_lifetime),
        refresh_token_lifetime: settings
            .refresh_token_lifetime
            .unwrap_or(defaults.refresh_token_lifetime),
        refresh_in: settings.refresh_in,
        device_code_interval: settings
            .device_code_interval
            .unwrap_or(defaults.device_code_interval),
        ..defaults
    }
}

fn explained(error: &crate::server::StartError) -> String {
    let cause = error.source().map(|cause| format!(": {cause}"));
    let remedy = match error {
        crate::server::StartError::Listen { .. } => {
            "; choose another port with --port or --tls-port"
        }
        crate::server::StartError::Authority(_) => "; choose another folder with --ca",
        _ => "",
    };
    format!("{error}{}{remedy}", cause.unwrap_or_default())
}
