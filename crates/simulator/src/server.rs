//! The running simulator, as programs hold it.
//!
//! Owns the listener and the thread behind it; dropping the value stops both.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use thiserror::Error;

use crate::authorities;
use crate::calls::{Call, Endpoint};
use crate::clients::{Client, Federation, Registered};
use crate::directory::Tenant;
use crate::faults::Injection;
use crate::kind::Kind;
use crate::names::Names;
use crate::options::Options;
use crate::platform::{Platform, SignedIn};
use crate::shapes::Shapes;
use crate::templates::Pages;
use crate::tls::error::AuthorityError;
use crate::tls::relay;
use crate::tokens::logout_token::{Delivery, LogoutToken, deliver_all};
use crate::web::dispatch::entry;
use crate::web::managed_identity;

/// Why a simulator does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The port is taken or may not be used.
    #[error("cannot listen on {address}:{port}")]
    Listen {
        /// The address that was asked for.
        address: IpAddr,
        /// The port that was asked for.
        port: u16,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The server's thread did not come up.
    #[error("cannot start the server")]
    Server(#[source] io::Error),
    /// The certificate authority cannot be read, made or written.
    #[error("no certificate authority: {0}")]
    Authority(#[from] AuthorityError),
    /// A tenant, an application or a person of the options is wrong.
    #[error("{0}")]
    Options(String),
    /// A template of the simulator is broken.
    #[error("a template is broken: {0}")]
    Template(String),
}

/// An offline identity platform on a loopback port. Stops when dropped.
pub struct Simulator {
    platform: Arc<Platform>,
    tls_port: Option<u16>,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Binds the address of the options and answers from then on, in threads of its own.
    ///
    /// # Errors
    /// [`StartError::Listen`] if a port is taken, [`StartError::Authority`] if the folder of the certificate authority cannot be
    /// used, [`StartError::Server`] if no thread can be started.
    pub fn start(options: Options) -> Result<Self, StartError> {
        let pages = Pages::load().map_err(|error| StartError::Template(error.to_string()))?;
        let (listener, address) = bind(options.listen, options.port)?;
        let tls = options
            .tls_port
            .map(|port| bind(options.listen, port))
            .transpose()?;
        let tls_port = tls.as_ref().map(|(_, address)| address.port());
        let uses_tls = tls.is_some() || options.ca.is_some();
        let platform = Arc::new(
            Platform::new(options, reachable(address), pages).map_err(StartError::Options)?,
        );
        if uses_tls {
            platform.tls_config()?;
        }
        let (started, outcome) = mpsc::channel();
        let for_server = Data::from(Arc::clone(&platform));
        let tls = tls.map(|(listener, _)| listener);
        let thread = thread::Builder::new()
            .name("simulator".to_owned())
            .spawn(move || {
                actix_web::rt::System::new().block_on(async move {
                    if let Some((listener, config)) = tls.zip(for_server.tls_config().ok()) {
                        tokio::spawn(relay::listen(listener, config, for_server.address));
                    }
                    serve(listener, for_server, started).await;
                });
            })
            .map_err(StartError::Server)?;
        let handle = outcome
            .recv()
            .map_err(|_| StartError::Server(io::ErrorKind::BrokenPipe.into()))?
            .map_err(StartError::Server)?;
        Ok(Self {
            platform,
            tls_port,
            handle,
            thread: Some(thread),
        })
    }

    /// The port for direct TLS, if there is one.
    pub fn tls_port(&self) -> Option<u16> {
        self.tls_port
    }

    /// PEM of the certificate authority that signs for the true names.
    ///
    /// # Errors
    /// When the authority cannot be made.
    pub fn ca_pem(&self) -> Result<&str, AuthorityError> {
        self.platform.ca_pem()
    }

    /// What goes into the key `authority` of an application that reaches the simulator as its proxy, by the platform's true names.
    pub fn true_authority(&self, kind: Kind) -> String {
        authorities::authority(kind, &Names::global(), &self.platform.tenants())
    }

    /// The registered applications.
    pub fn clients(&self) -> Vec<Client> {
        self.platform.all_clients()
    }

    /// The simulated true names, as a hosts file needs them.
    pub fn true_hosts(&self) -> Vec<String> {
        Names::true_hosts(&self.platform.tenants())
    }

    /// The title of each tenant with its people: id and note.
    pub fn people(&self) -> Vec<(String, Vec<(String, String)>)> {
        let state = self.platform.state();
        let one = |tenant: &Tenant| {
            let people = state.people(tenant).iter();
            let people = people.map(|person| (person.id.clone(), person.note.clone()));
            (tenant.title.clone(), people.collect())
        };
        self.platform
            .tenants()
            .iter()
            .map(|tenant| one(tenant))
            .collect()
    }

    /// The port for plain http and `CONNECT`.
    pub fn port(&self) -> u16 {
        self.platform.port
    }

    /// Scheme, host and port of an authority.
    pub fn base(&self, kind: Kind) -> String {
        authorities::base(kind, &self.platform.local_names(), &self.platform.tenants())
    }

    /// What goes into the key `authority` of a profile.
    pub fn authority(&self, kind: Kind) -> String {
        authorities::authority(kind, &self.platform.local_names(), &self.platform.tenants())
    }

    /// The simulated Graph, for example `http://graph.microsoft.localhost:9000`.
    pub fn graph(&self) -> String {
        self.platform.local_names().graph()
    }

    /// The sample API; `/orders` is what it has.
    pub fn api(&self) -> String {
        self.platform.local_names().api()
    }

    /// The host of the managed-identity endpoints, for `AZURE_POD_IDENTITY_AUTHORITY_HOST`; `IDENTITY_ENDPOINT`
    /// is this with `/msi/token`.
    pub fn managed_identity(&self) -> String {
        self.platform.local_names().managed_identity()
    }

    /// The credential of an application that trusts the simulated managed identity.
    pub fn managed_identity_federation(&self) -> Federation {
        managed_identity::federation(&self.platform.local_names())
    }

    /// Makes something go wrong: `sim.fault(Fault::BadSignature)` until cleared,
    /// `sim.fault(Fault::BadSignature.times(1).at(Kind::B2c))` once and there only.
    pub fn fault(&self, fault: impl Into<Injection>) {
        self.platform.faults.add(fault.into());
    }

    /// Everything is right again.
    pub fn clear_faults(&self) {
        self.platform.faults.clear();
    }

    /// The calls so far, oldest first, as many as are remembered.
    pub fn calls(&self) -> Vec<Call> {
        self.platform.calls.all()
    }

    /// Forgets calls and counters.
    pub fn forget_calls(&self) {
        self.platform.calls.forget();
    }

    /// How often an endpoint was called, over all kinds.
    pub fn count(&self, endpoint: Endpoint) -> u64 {
        self.platform.calls.total(endpoint)
    }

    /// How often an endpoint of one kind was called.
    pub fn count_at(&self, kind: Kind, endpoint: Endpoint) -> u64 {
        self.platform.calls.at(endpoint, Some(kind))
    }

    /// New keys sign from now on; the former stay in the key sets.
    pub fn rotate_keys(&self) {
        self.platform.keys.rotate();
    }

    /// Only the newest keys stay in the key sets.
    pub fn withdraw_old_keys(&self) {
        self.platform.keys.withdraw_old();
    }

    /// Changes the shapes in which authorities answer.
    pub fn shapes(&self, change: impl FnOnce(&mut Shapes)) {
        self.platform.change_shapes(change);
    }

    /// Registers an application, or replaces its registration.
    pub fn register(&self, client: Client) {
        self.platform.register(client);
    }

    /// Where the application of this kind may send codes.
    pub fn redirect_uris(&self, kind: Kind, registered: Registered) {
        let change = |client: &mut Client| client.redirect_uris = registered;
        self.platform.change_client(kind.client_id(), change);
    }

    /// Where the application of this kind may return after sign-out.
    pub fn post_logout_redirect_uris(&self, kind: Kind, registered: Registered) {
        let change = |client: &mut Client| client.post_logout_redirect_uris = registered;
        self.platform.change_client(kind.client_id(), change);
    }

    /// Front-channel logout addresses of the application of this kind.
    pub fn front_channel_urls(&self, kind: Kind, urls: Vec<String>) {
        let change = |client: &mut Client| client.front_channel_logout = urls;
        self.platform.change_client(kind.client_id(), change);
    }

    /// Back-channel logout addresses of the application of this kind.
    pub fn back_channel_urls(&self, kind: Kind, urls: Vec<String>) {
        let change = |client: &mut Client| client.back_channel_logout = urls;
        self.platform.change_client(kind.client_id(), change);
    }

    /// Ends all grants of a person, everywhere: refresh tokens are `invalid_grant`, access tokens 401.
    pub fn revoke_person(&self, person: &str) {
        self.platform.revoke(person);
    }

    /// Gives a person other roles from the next token on.
    pub fn set_person_roles(&self, person: &str, roles: &[&str]) {
        let roles: Vec<_> = roles.iter().map(|role| (*role).to_owned()).collect();
        self.platform
            .change_everywhere(person, |person| person.roles.clone_from(&roles));
    }

    /// Gives a person other groups from the next token on.
    pub fn set_person_groups(&self, person: &str, groups: &[&str]) {
        let groups: Vec<_> = groups.iter().map(|group| (*group).to_owned()).collect();
        self.platform
            .change_everywhere(person, |person| person.groups.clone_from(&groups));
    }

    /// Who is signed in at the authorities, with `sid`.
    pub fn signed_in(&self) -> Vec<SignedIn> {
        self.platform.signed_in()
    }

    /// `sub` of a person for an application.
    pub fn subject(&self, kind: Kind, person: &str, client_id: &str) -> Option<String> {
        self.platform
            .tenants_of(kind)
            .iter()
            .find_map(|tenant| self.platform.subject(kind, tenant, person, client_id))
    }

    /// A logout token of the plain provider, right or forged.
    pub fn logout_token(&self, token: &LogoutToken) -> String {
        token.encode(&self.platform)
    }

    /// Sends a logout token to every back-channel address of its application.
    pub async fn send_back_channel_logout(&self, token: &LogoutToken) -> Vec<Delivery> {
        let urls = self
            .platform
            .client(Kind::Oidc, &token.client_id)
            .map(|client| client.back_channel_logout)
            .unwrap_or_default();
        let encoded = token.encode(&self.platform);
        deliver_all(urls.into_iter().map(|url| (url, encoded.clone())).collect()).await
    }

    /// Waits until the simulator is stopped, which the binary does by Ctrl-C.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported by that thread already.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator")
            .field("port", &self.platform.port)
            .finish_non_exhaustive()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // The order is sent by the call; there is nothing to await in a destructor.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn bind(address: IpAddr, port: u16) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen {
        address,
        port,
        source,
    };
    let listener = TcpListener::bind((address, port)).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// A listener on all addresses is reached on loopback.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::from((Ipv4Addr::LOCALHOST, address.port()))
    } else {
        address
    }
}

async fn serve(
    listener: TcpListener,
    platform: Data<Platform>,
    started: mpsc::Sender<io::Result<ServerHandle>>,
) {
    let workers = platform.options.workers.max(1);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(platform.clone())
            .default_service(web::to(entry))
    })
    // Longer than clients keep quiet connections: none is closed in the moment of its next use.
    .keep_alive(std::time::Duration::from_mins(2))
    .client_request_timeout(std::time::Duration::ZERO)
    .workers(workers)
    .disable_signals()
    .shutdown_timeout(1)
    .listen(listener);
    match server {
        Ok(server) => {
            let server = server.run();
            // Nobody waits any more when this fails; the server then ends with its handle.
            let _ = started.send(Ok(server.handle()));
            let _ = server.await;
        }
        Err(error) => {
            let _ = started.send(Err(error));
        }
    }
}
