//! What the command prints when it starts: recipe, addresses, hosts lines, clients and people.

use std::io::{self, Write};
use std::path::Path;

use crate::kind::Kind;
use crate::server::Simulator;

/// Prints how to reach the simulator.
pub(super) fn announce(
    simulator: &Simulator,
    folder: &Path,
    control: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let port = simulator.port();
    let ca = folder.join("ca.pem");
    let ca = ca.display();
    writeln!(out, "The simulator answers at http://localhost:{port}/\n")?;
    writeln!(
        out,
        "Run an application unchanged, with the platform's true names:"
    )?;
    writeln!(
        out,
        "  export HTTPS_PROXY=http://127.0.0.1:{port} NO_PROXY=localhost,127.0.0.1"
    )?;
    writeln!(out, "  export REQUESTS_CA_BUNDLE={ca}   # Python")?;
    writeln!(
        out,
        "  export NODE_EXTRA_CA_CERTS={ca} NODE_USE_ENV_PROXY=1   # Node.js"
    )?;
    writeln!(
        out,
        "  export SSL_CERT_FILE={ca}   # .NET on Linux, Go, OpenSSL\n"
    )?;
    direct(simulator, out)?;
    authorities(simulator, out)?;
    people(simulator, out)?;
    if control {
        writeln!(
            out,
            "\nControl: http://localhost:{port}/control/ lists what it offers"
        )?;
    }
    out.flush()
}

/// The hosts file for direct TLS.
fn direct(simulator: &Simulator, out: &mut dyn Write) -> io::Result<()> {
    let Some(port) = simulator.tls_port() else {
        return Ok(());
    };
    writeln!(out, "Direct TLS at port {port}; lines for the hosts file:")?;
    for host in simulator.true_hosts() {
        writeln!(out, "  127.0.0.1 {host}")?;
    }
    writeln!(out)
}

fn authorities(simulator: &Simulator, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "Authorities (true name, then the name for plain http):"
    )?;
    for kind in Kind::ALL {
        writeln!(
            out,
            "  {:26} {}",
            kind.name(),
            simulator.true_authority(kind)
        )?;
        writeln!(out, "  {:26} {}", "", simulator.authority(kind))?;
    }
    writeln!(out, "\nApplications (client_id, kind, credential):")?;
    for client in simulator.clients() {
        let kind = client.kind.map_or("every kind", Kind::name);
        writeln!(
            out,
            "  {:38} {kind:26} {}",
            client.id,
            client.credential.shown()
        )?;
    }
    Ok(())
}

fn people(simulator: &Simulator, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nPeople:")?;
    for (title, people) in simulator.people() {
        let names: Vec<_> = people
            .iter()
            .map(|(id, note)| format!("{id} ({note})"))
            .collect();
        writeln!(out, "  {title}: {}", names.join(", "))?;
    }
    Ok(())
}
