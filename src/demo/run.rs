//! The run of the demo: simulator, gateway and landing page, until Ctrl-C.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::{App, HttpServer, web};
use simulator::{Options, Simulator};

use crate::app::serve::{ServerDeps, start};
use crate::app::services::SystemInputs;
use crate::app::shutdown::Signals;
use crate::app::start_error::StartError;
use crate::config::{FileText, Settings, Sources};
use crate::demo::ports::Ports;
use crate::demo::{landing, profiles, sample_application};
use crate::domain::random::Random;
use crate::telemetry;

/// A folder that goes away with the demonstration.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind is in the system's temporary folder.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs until Ctrl-C. `ready` is called when everything answers.
///
/// # Errors
/// One sentence: a port that is taken, with the flag that chooses others.
pub async fn run(
    ports: Ports,
    inputs: SystemInputs,
    ready: impl FnOnce(&str),
) -> Result<(), String> {
    let signals = Signals::take().map_err(|error| format!("cannot listen to signals: {error}"))?;
    let sockets = [
        bind(ports.landing, ports)?,
        bind(ports.gateway, ports)?,
        bind(ports.admin, ports)?,
        bind(ports.sample, ports)?,
    ];
    let simulator = Simulator::start(Options {
        port: ports.simulator,
        ..Options::default()
    })
    .map_err(|error| taken(&error.to_string(), ports))?;
    let folder = folder(&*inputs.random)?;
    profiles::write(&folder.0.join("profiles"), ports, &simulator)
        .map_err(|error| unwritable(&folder, &error))?;
    let [landing_socket, public, private, sample] = sockets;
    let recorder = telemetry::record_metrics();
    let deps = ServerDeps {
        clock: inputs.clock,
        random: inputs.random,
        environment: inputs.environment,
        public: Some(public),
        private: Some(private),
        workers: None,
        metrics: Arc::new(move || recorder.render()),
        follow_database_clock: true,
    };
    let running = start(settings(&folder)?, deps)
        .await
        .map_err(|error: StartError| error.to_string())?;
    let landing =
        serve_landing(landing_socket, landing::page(ports)).map_err(|error| error.to_string())?;
    let orders = format!("{}/orders", simulator.api());
    let sample = sample_application::serve(sample, orders).map_err(|error| error.to_string())?;
    let stop_beside = [landing.handle(), sample.handle()];
    tokio::spawn(landing);
    tokio::spawn(sample);
    ready(&landing::announcement(ports));
    let ended = running
        .until_signal(signals)
        .await
        .map_err(|error| error.to_string());
    for server in stop_beside {
        server.stop(false).await;
    }
    drop(simulator);
    ended
}

fn bind(port: u16, ports: Ports) -> Result<TcpListener, String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address)
        .map_err(|error| taken(&format!("cannot listen on {address}: {error}"), ports))
}

fn taken(what: &str, ports: Ports) -> String {
    let (first, last) = (ports.landing, ports.sample);
    format!("{what}; the demo needs the ports {first} to {last}, choose others with --port")
}

fn folder(random: &dyn Random) -> Result<Folder, String> {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    let name = format!("gatehouse-demo-{}", crate::seal::hex(&bytes));
    let folder = Folder(std::env::temp_dir().join(name));
    std::fs::create_dir_all(folder.0.join("profiles"))
        .map_err(|error| unwritable(&folder, &error))?;
    Ok(folder)
}

fn unwritable(folder: &Folder, error: &std::io::Error) -> String {
    format!("cannot write to {}: {error}", folder.0.display())
}

fn settings(folder: &Folder) -> Result<Settings, String> {
    let profiles = folder.0.join("profiles");
    let database = folder.0.join("gatehouse.db");
    let text = format!(
        "profiles = {:?}\ndatabase_url = {:?}\nshutdown_delay = \"1ms\"\n",
        profiles.display().to_string(),
        format!("sqlite://{}", database.display()),
    );
    let file = Some(FileText {
        name: "the demo's settings".to_owned(),
        text,
    });
    Settings::read(&Sources {
        file,
        ..Sources::default()
    })
    .map_err(|problems| {
        problems
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    })
}

fn serve_landing(socket: TcpListener, page: String) -> std::io::Result<Server> {
    let page = web::Data::new(page);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(page.clone())
            .route("/", web::get().to(landing::landing))
    });
    Ok(server.workers(1).disable_signals().listen(socket)?.run())
}
