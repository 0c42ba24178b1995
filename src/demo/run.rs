//! The run of the demo: simulator, two replicas of the gateway, sample application and landing page, until Ctrl-C.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::{App, HttpServer, web};
use simulator::{Options, Simulator};

use crate::app::running::Running;
use crate::app::serve::{ServerDeps, start};
use crate::app::services::SystemInputs;
use crate::app::shutdown::Signals;
use crate::app::start_error::StartError;
use crate::config::{FileText, Settings, Sources};
use crate::demo::breakage::Workbench;
use crate::demo::landing::{self, Landing};
use crate::demo::ports::Ports;
use crate::demo::{profiles, sample_application};
use crate::domain::random::Random;
use crate::domain::secret::SecretUrl;
use crate::telemetry;

type Metrics = Arc<dyn Fn() -> String + Send + Sync>;

/// The folders of the replicas' profiles.
const REPLICAS: [&str; 2] = ["first", "second"];

/// A folder that goes away with the demonstration.
struct Folder(PathBuf);

impl Folder {
    fn of_replicas(&self) -> [PathBuf; 2] {
        REPLICAS.map(|name| self.0.join(name))
    }

    fn database(&self) -> String {
        format!("sqlite://{}", self.0.join("gatehouse.db").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind is in the system's temporary folder.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The sockets of everything but the simulator, bound before anything starts.
struct Sockets {
    landing: TcpListener,
    sample: TcpListener,
    /// Of each replica: for people, and for operators.
    replicas: [(TcpListener, TcpListener); 2],
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
    let take = || Signals::take().map_err(|error| format!("cannot listen to signals: {error}"));
    let (signals, signals_of_second) = (take()?, take()?);
    let sockets = Sockets::bind(ports)?;
    let simulator = Simulator::start(Options {
        port: ports.simulator,
        ..Options::default()
    })
    .map_err(|error| taken(&error.to_string(), ports))?;
    let folder = folder(&*inputs.random)?;
    let folders = folder.of_replicas();
    for (path, port) in folders.iter().zip([ports.gateway, ports.second]) {
        profiles::write(path, port, ports, &simulator)
            .map_err(|error| unwritable(&folder, &error))?;
    }
    let orders = format!("{}/orders", simulator.api());
    let database = SecretUrl::new(folder.database());
    let workbench = Workbench::new(simulator, database, &folders, ports.second_admin)
        .map_err(|error| error.to_string())?;
    let recorder = telemetry::record_metrics();
    let metrics: Metrics = Arc::new(move || recorder.render());
    let [first, second] = sockets.replicas;
    let first = replica(&folder, 0, first, &inputs, &metrics).await?;
    let second = replica(&folder, 1, second, &inputs, &metrics).await?;
    let landing = Landing { ports, workbench };
    let landing = serve_landing(sockets.landing, landing).map_err(|error| error.to_string())?;
    let sample = sample_application::serve(sockets.sample, orders);
    let sample = sample.map_err(|error| error.to_string())?;
    let stop_beside = [landing.handle(), sample.handle()];
    tokio::spawn(landing);
    tokio::spawn(sample);
    ready(&landing::announcement(ports));
    let (ended, other) = tokio::join!(
        first.until_signal(signals),
        second.until_signal(signals_of_second)
    );
    for server in stop_beside {
        server.stop(false).await;
    }
    ended.and(other).map_err(|error| error.to_string())
}

impl Sockets {
    fn bind(ports: Ports) -> Result<Self, String> {
        let bind = |port: u16| {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            TcpListener::bind(address)
                .map_err(|error| taken(&format!("cannot listen on {address}: {error}"), ports))
        };
        Ok(Self {
            landing: bind(ports.landing)?,
            sample: bind(ports.sample)?,
            replicas: [
                (bind(ports.gateway)?, bind(ports.admin)?),
                (bind(ports.second)?, bind(ports.second_admin)?),
            ],
        })
    }
}

fn taken(what: &str, ports: Ports) -> String {
    let (first, last) = (ports.landing, ports.second_admin);
    format!("{what}; the demo needs the ports {first} to {last}, choose others with --port")
}

fn folder(random: &dyn Random) -> Result<Folder, String> {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    let name = format!("gatehouse-demo-{}", crate::seal::hex(&bytes));
    let folder = Folder(std::env::temp_dir().join(name));
    std::fs::create_dir_all(&folder.0).map_err(|error| unwritable(&folder, &error))?;
    Ok(folder)
}

fn unwritable(folder: &Folder, error: &std::io::Error) -> String {
    format!("cannot write to {}: {error}", folder.0.display())
}

/// One replica. Both have the database, and the key beside it.
async fn replica(
    folder: &Folder,
    number: usize,
    (public, private): (TcpListener, TcpListener),
    inputs: &SystemInputs,
    metrics: &Metrics,
) -> Result<Running, String> {
    let deps = ServerDeps {
        clock: Arc::clone(&inputs.clock),
        random: Arc::clone(&inputs.random),
        environment: Arc::clone(&inputs.environment),
        public: Some(public),
        private: Some(private),
        workers: None,
        metrics: Arc::clone(metrics),
        follow_database_clock: true,
    };
    start(settings(folder, number)?, deps)
        .await
        .map_err(|error: StartError| error.to_string())
}

/// The demo trusts every program of this machine as a proxy: it serves loopback only, and a reader's own proxy may ask it.
fn settings(folder: &Folder, number: usize) -> Result<Settings, String> {
    let profiles = folder
        .of_replicas()
        .into_iter()
        .nth(number)
        .unwrap_or_default();
    let text = format!(
        "profiles = {:?}\ndatabase_url = {:?}\nshutdown_delay = \"1ms\"\ntrusted_proxies = [\"127.0.0.1\", \"::1\"]\n",
        profiles.display().to_string(),
        folder.database(),
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

fn serve_landing(socket: TcpListener, landing: Landing) -> std::io::Result<Server> {
    let landing = web::Data::new(landing);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(landing.clone())
            .route("/", web::get().to(landing::show))
            .route("/break/{what}", web::post().to(landing::break_it))
            .route("/mend/{what}", web::post().to(landing::mend_it))
    });
    let server = server.workers(1).disable_signals().shutdown_timeout(1);
    Ok(server.listen(socket)?.run())
}
