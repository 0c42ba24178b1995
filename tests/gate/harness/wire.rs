//! A wire between gatehouse and its database (or authority) that a test cuts, delays, silences and mends.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What happens to bytes and connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// They pass.
    Whole,
    /// Every connection breaks, and no new one is accepted: the server is stopped.
    Refused,
    /// Nothing passes and nothing breaks: the network swallows packets.
    Silent,
    /// Everything passes late, each piece by so much.
    Slow(Duration),
}

/// A wire on a port of its own.
pub struct Wire {
    pub port: u16,
    mood: watch::Sender<Mood>,
    /// Tells when the listener is closed or open again.
    listening: watch::Receiver<bool>,
}

impl Wire {
    /// A wire that leads to `target`.
    pub async fn to(target: SocketAddr) -> Self {
        let (listener, port) = free_port().await;
        let (mood, moods) = watch::channel(Mood::Whole);
        let (said, listening) = watch::channel(true);
        tokio::spawn(accept(listener, port, target, moods, said));
        Self {
            port,
            mood,
            listening,
        }
    }

    /// Changes the mood; returns when it holds for new connections, too.
    pub async fn set(&mut self, mood: Mood) {
        self.mood.send(mood).unwrap();
        let open = mood != Mood::Refused;
        self.listening
            .wait_for(|listening| *listening == open)
            .await
            .unwrap();
    }

    pub async fn mend(&mut self) {
        self.set(Mood::Whole).await;
    }
}

/// A port outside of the range of outgoing connections: while the listener is closed, nobody else gets it, not even a
/// connection to itself.
async fn free_port() -> (TcpListener, u16) {
    loop {
        let port = 10_000
            + u16::from_be_bytes(uuid::Uuid::new_v4().as_bytes()[..2].try_into().unwrap()) % 20_000;
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)).await {
            return (listener, port);
        }
    }
}

async fn accept(
    listener: TcpListener,
    port: u16,
    target: SocketAddr,
    mut moods: watch::Receiver<Mood>,
    said: watch::Sender<bool>,
) {
    let mut listener = Some(listener);
    loop {
        let refused = *moods.borrow_and_update() == Mood::Refused;
        if refused && listener.take().is_some() {
            let _ = said.send(false);
        }
        if !refused && listener.is_none() {
            listener = Some(TcpListener::bind(("127.0.0.1", port)).await.unwrap());
            let _ = said.send(true);
        }
        let next = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            accepted = next => {
                if let Ok((stream, _)) = accepted {
                    tokio::spawn(connect(stream, target, moods.clone()));
                }
            }
            changed = moods.changed() => if changed.is_err() { return },
        }
    }
}

async fn connect(here: TcpStream, target: SocketAddr, moods: watch::Receiver<Mood>) {
    let Ok(there) = TcpStream::connect(target).await else {
        return;
    };
    let _ = (here.set_nodelay(true), there.set_nodelay(true));
    let ((asked, reply), (answered, question)) = (here.into_split(), there.into_split());
    // Whichever way ends first takes the other with it.
    tokio::select! {
        () = pump(asked, question, moods.clone()) => {}
        () = pump(answered, reply, moods) => {}
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut moods: watch::Receiver<Mood>) {
    let mut piece = vec![0; 16 * 1024];
    loop {
        let count = tokio::select! {
            read = from.read(&mut piece) => match read { Ok(count @ 1..) => count, _ => return },
            refused = moods.wait_for(|mood| *mood == Mood::Refused) => { let _ = refused; return }
        };
        let mood = *moods.borrow_and_update();
        match mood {
            Mood::Slow(by) => tokio::time::sleep(by).await,
            Mood::Silent if moods.wait_for(|mood| *mood != Mood::Silent).await.is_err() => return,
            Mood::Silent | Mood::Whole | Mood::Refused => {}
        }
        if *moods.borrow() == Mood::Refused
            || to.write_all(piece.get(..count).unwrap()).await.is_err()
        {
            return;
        }
    }
}
