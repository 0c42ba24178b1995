//! A guide: the proxy that it is for, and how that proxy starts with the guide's files.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The host of the application in the tests; the files of the guides name `staff.contoso.example`.
pub const HOST: &str = "guarded.localhost";

/// One proxy and its guide.
pub struct Guide {
    /// The program, as it is called in `target/tools` or on the path.
    pub program: &'static str,
    /// The setting `forward_auth` that the guide names.
    pub family: &'static str,
    /// Writes the files and gives the arguments.
    pub arguments: fn(&ProxyAddresses<'_>) -> Vec<String>,
}

/// Where a proxy runs, and what is behind it.
pub struct ProxyAddresses<'a> {
    pub folder: &'a Path,
    pub port: u16,
    pub gatehouse: u16,
    pub application: u16,
    pub variant: Variant,
}

/// How a guide's files are used.
#[derive(Debug, Clone, Copy, Default)]
pub struct Variant {
    /// With the guide's TLS; otherwise its lines about TLS are left out.
    pub tls: bool,
    /// With the lines that begin with `#+`.
    pub features: bool,
}

impl ProxyAddresses<'_> {
    /// A file of a guide, with these addresses in place of the guide's. Everything to replace must be there.
    pub fn write(&self, name: &str, guide: &str, replace: &[(&str, String)]) -> String {
        let mut text = guide.to_owned();
        if self.variant.features {
            text = text.replace("#+", "  ");
        }
        for (from, to) in replace {
            assert!(text.contains(from), "{name} has no {from}");
            text = text.replace(from, to);
        }
        let path = self.folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// The certificate for [`HOST`], its key, and both in one file, as far as the test has made them.
    pub fn certificate(&self) -> [String; 3] {
        ["staff.pem", "staff.key", "both.pem"]
            .map(|name| self.folder.join(name).display().to_string())
    }

    pub fn gatehouse(&self) -> String {
        format!("127.0.0.1:{}", self.gatehouse)
    }

    pub fn application(&self) -> String {
        format!("127.0.0.1:{}", self.application)
    }
}

/// A running proxy; killed when dropped.
pub struct Proxy {
    process: Child,
    log: PathBuf,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            eprintln!("the proxy said:\n{log}");
        }
    }
}

impl Proxy {
    /// Whether it gave up, such as over its configuration.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.process.try_wait(), Ok(None))
    }
}

impl Guide {
    /// The program; the tests say aloud when it is not there, and fail where it must be.
    pub fn program(&self) -> Option<PathBuf> {
        let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        let target = target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"));
        let fetched = target.join("tools");
        let on_path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(fetched).chain(std::env::split_paths(&on_path));
        let found = folders
            .map(|folder| folder.join(self.program))
            .find(|program| program.is_file());
        if found.is_none() {
            self.say_skipped();
        }
        found
    }

    fn say_skipped(&self) {
        let name = self.program;
        let must = format!("TEST_REQUIRE_{}", name.to_uppercase());
        assert!(std::env::var_os(must).is_none(), "{name} is not there");
        let line = format!("SKIPPED: {name} is not there, so its guide is not tested");
        eprintln!("{line}");
        // scripts/with-services counts these lines at its end.
        if let Some(file) = std::env::var_os("TEST_SKIPPED") {
            let opened = std::fs::OpenOptions::new().append(true).open(file);
            let _ = opened.map(|mut file| writeln!(file, "{line}"));
        }
    }

    pub fn start(&self, program: &Path, place: &ProxyAddresses<'_>) -> Proxy {
        let arguments = (self.arguments)(place);
        let log = place.folder.join("log");
        let file = std::fs::File::create(&log).unwrap();
        let process = Command::new(program)
            .args(arguments)
            .current_dir(place.folder)
            .env("HOME", place.folder)
            .env("XDG_DATA_HOME", place.folder)
            .env("XDG_CONFIG_HOME", place.folder)
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        Proxy { process, log }
    }
}
