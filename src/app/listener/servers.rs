//! Binds both sockets and runs both servers.

use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use actix_codec::Framed;
use actix_http::h1::Codec;
use actix_http::{HttpService, Protocol, Request};
use actix_server::GracefulShutdownSignal;
use actix_service::{
    IntoServiceFactory as _, ServiceFactory, ServiceFactoryExt as _, fn_factory, fn_service,
    map_config,
};
use actix_web::dev::{AppConfig, Server};
use actix_web::rt::net::TcpStream;
use actix_web::{HttpServer, web};

use crate::app::listener::connection::Connection;
use crate::app::listener::open_files;
use crate::app::listener::upgrades;
use crate::app::start_error::StartError;
use crate::config::settings::options::ServerOptions;
use crate::web::admin::health::Health;
use crate::web::admin::host::AdminHosts;
use crate::web::app_state::AppState;
use crate::web::client::stopping::Stopping;
use crate::web::routes;

/// A request line and headers must have arrived within this time.
const HEAD_TIME_OUT: Duration = Duration::from_secs(5);
/// How long a connection is read from after its last response, so that the client gets the response before the close.
const LINGER: Duration = Duration::from_secs(1);

/// How many threads serve, and how.
#[derive(Clone, Copy)]
pub(in crate::app) struct PublicServer {
    /// Threads that answer; `None` takes one for each core.
    pub(in crate::app) workers: Option<usize>,
    /// Limits of a connection and of their number.
    pub(in crate::app) options: ServerOptions,
    /// How long a stop waits for requests.
    pub(in crate::app) grace: Duration,
}

/// Binds `address`, unless a socket is given.
pub(in crate::app) fn bind(
    given: Option<TcpListener>,
    address: SocketAddr,
    flag: &'static str,
) -> Result<TcpListener, StartError> {
    let key = if flag == "listen" {
        "listen"
    } else {
        "admin_listen"
    };
    let failed = |cause| StartError::Listen {
        address,
        flag,
        key,
        cause,
    };
    given
        .map_or_else(|| TcpListener::bind(address), Ok)
        .map_err(failed)
}

/// The address of a socket.
pub(in crate::app) fn local(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    listener.local_addr().map_err(|error| failed(&error))
}

fn failed(error: &std::io::Error) -> StartError {
    StartError::Other(error.to_string())
}

/// The public server. Built here and not by `HttpServer`, which offers no connections of one's own.
pub(in crate::app) fn serve_public(
    app: Arc<AppState>,
    listener: TcpListener,
    server: PublicServer,
) -> Result<Server, StartError> {
    let app = web::Data::from(app);
    let options = server.options;
    let workers = server
        .workers
        .unwrap_or_else(|| available_parallelism().map_or(2, usize::from));
    let forwards = app.profiles.load().have_upstreams();
    let connections = open_files::connections(options.max_connections, forwards) as usize;
    let builder = Server::build()
        .workers(workers)
        .max_concurrent_connections(connections.div_ceil(workers))
        // Longer than ours, which decides.
        .shutdown_timeout(server.grace.as_secs().saturating_add(1))
        .disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let service = move || {
        let stopping = stopping.clone();
        let upgrades = upgrades_of(app.clone(), stopping.clone());
        let signal = stopping.clone();
        let told = Stopping::new(move || {
            let signal = signal.clone();
            async move { signal.notified().await }
        });
        let routes = routes::public(app.clone())
            .into_factory()
            .map_err(|error: actix_web::Error| error.error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(options.keep_alive)
            .client_request_timeout(HEAD_TIME_OUT)
            .client_disconnect_timeout(LINGER)
            // A client that is gone is seen at once, and its request is given up, also at the upstream.
            .h1_allow_half_closed(false)
            .on_connect_ext(move |connection: &Connection<TcpStream>, data| {
                data.insert(connection.clock());
                data.insert(told.clone());
            })
            .upgrade(upgrades)
            .finish(map_config(routes, |()| AppConfig::default()));
        fn_service(move |stream: TcpStream| async move {
            // Without it small responses wait for the client's acknowledgement of earlier ones.
            let _ = stream.set_nodelay(true);
            let peer = stream.peer_addr().ok();
            let connection = Connection::new(stream, options.write_timeout, HEAD_TIME_OUT);
            Ok((connection, Protocol::Http1, peer))
        })
        .and_then(http)
    };
    let server = builder.listen("public", listener, service);
    Ok(server.map_err(|error| failed(&error))?.run())
}

/// Answers requests that ask for another protocol, through the same routes.
fn upgrades_of(
    app: web::Data<AppState>,
    stopping: GracefulShutdownSignal,
) -> impl ServiceFactory<
    (Request, Framed<Connection<TcpStream>, Codec>),
    Config = (),
    Response = (),
    Error = actix_http::Error,
    InitError = (),
    Future: 'static,
> {
    fn_factory(move || {
        let (app, stopping) = (app.clone(), stopping.clone());
        async move {
            let routes = map_config(routes::public(app), |()| AppConfig::default());
            let routes = Rc::new(routes.into_factory().new_service(()).await?);
            Ok(fn_service(move |(request, framed)| {
                let (routes, stopping) = (Rc::clone(&routes), stopping.clone());
                let stopped = async move { stopping.notified().await };
                upgrades::serve(routes, request, framed, stopped)
            }))
        }
    })
}

/// The admin server.
pub(in crate::app) fn serve_private(
    app: Arc<AppState>,
    health: web::Data<Health>,
    hosts: AdminHosts,
    listener: TcpListener,
) -> Result<Server, StartError> {
    let (app, hosts) = (web::Data::from(app), web::Data::new(hosts));
    let routes = move || routes::private(app.clone(), health.clone(), hosts.clone());
    let server = HttpServer::new(routes)
        .workers(1)
        .shutdown_timeout(1)
        .disable_signals()
        .listen(listener);
    Ok(server.map_err(|error| failed(&error))?.run())
}
