//! nginx with one worker: before an application, behind a gateway, or asking one.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Process, free_port, on_first};

/// Where the process runs.
#[derive(Debug, Clone, Copy)]
pub enum Side {
    /// On the processor of the servers that are measured.
    Servers,
    /// On the processor of the load.
    Load,
}

/// An nginx to start.
pub struct Nginx<'a> {
    /// Names its folder.
    pub name: &'a str,
    pub side: Side,
    /// Lines of the block `http`.
    pub http: String,
    /// Lines of the block `server`.
    pub server: String,
}

fn program() -> Option<&'static Path> {
    ["/usr/sbin/nginx", "/usr/bin/nginx"]
        .into_iter()
        .map(Path::new)
        .find(|path| path.exists())
}

/// A pool of kept connections named `name`.
pub fn pool(name: &str, address: &str) -> String {
    format!("upstream {name} {{ server {address}; keepalive 64; keepalive_requests 1000000000; }}")
}

impl Nginx<'_> {
    /// The folder of its configuration and of its files below `folder`.
    pub fn folder(folder: &Path, name: &str) -> PathBuf {
        let own = folder.join(name);
        std::fs::create_dir_all(&own).expect("a folder");
        own
    }

    /// Starts it in `folder`; says so and gives nothing where there is no nginx.
    pub fn start(&self, folder: &Path) -> Option<Process> {
        let Some(program) = program() else {
            eprintln!("nginx is not there: a figure that needs it is not measured");
            return None;
        };
        let own = Self::folder(folder, self.name);
        let port = free_port();
        let text = format!(
            "daemon off; master_process off; pid {own}/pid; error_log {own}/error.log;\n\
             events {{ worker_connections 4096; }}\n\
             http {{\n\
             access_log off; sendfile on; keepalive_requests 1000000000;\n\
             client_body_temp_path {own}/body; proxy_temp_path {own}/proxy; fastcgi_temp_path {own}/f; uwsgi_temp_path {own}/u; scgi_temp_path {own}/s;\n\
             {http}\n\
             server {{\nlisten 127.0.0.1:{port};\n{server}\n}}\n}}\n",
            own = own.display(),
            http = self.http,
            server = self.server,
        );
        let file = own.join("nginx.conf");
        std::fs::write(&file, text).expect("a configuration");
        let mut command = match self.side {
            Side::Servers => on_first(program),
            Side::Load => Command::new(program),
        };
        command.arg("-c").arg(&file).arg("-p").arg(&own);
        Some(Process::start(command, port, &own.join("log")))
    }
}

/// An application behind the gateways, on the processor of the load: 13 bytes at `/13`, 64 kB at `/64k`.
pub fn application(folder: &Path) -> Option<Process> {
    let name = "application";
    let own = Nginx::folder(folder, name);
    std::fs::write(own.join("64k"), vec![b'x'; 64 * 1024]).expect("a file");
    Nginx {
        name,
        side: Side::Load,
        http: String::new(),
        server: format!(
            "default_type text/plain; root {};\nlocation = /13 {{ return 200 \"Hello, World!\"; }}",
            own.display()
        ),
    }
    .start(folder)
}
