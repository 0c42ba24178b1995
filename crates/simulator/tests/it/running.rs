use std::net::TcpStream;

use simulator::{Options, Simulator, StartError};

#[test]
fn a_taken_port_is_an_error_that_names_it() {
    let first = Simulator::start(Options::default()).unwrap();
    let options = Options {
        port: first.port(),
        ..Options::default()
    };
    let error = Simulator::start(options).err().unwrap();
    assert!(matches!(error, StartError::Listen { port, .. } if port == first.port()));
    assert!(error.to_string().contains(&first.port().to_string()));
}

#[test]
fn a_dropped_simulator_answers_no_more() {
    let simulator = Simulator::start(Options::default()).unwrap();
    let port = simulator.port();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
    drop(simulator);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}
