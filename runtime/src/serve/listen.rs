//! Connections: how many, for how long, and how they end.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::options::{HEAD_LIMIT, HEADERS, Options};
use super::runs::Runs;
use super::state::Server;

/// How long is waited after a connection could not be accepted, as when too many files are open.
const PAUSE: Duration = Duration::from_millis(100);

/// Answers what comes in until `stop` is done. Then no connection is accepted any more, and the requests under way have
/// [`Options::grace`] to be answered.
pub async fn serve(
    listener: TcpListener,
    runs: Arc<dyn Runs>,
    options: Options,
    stop: impl Future<Output = ()>,
) {
    let server = Arc::new(Server::new(runs, options));
    let router = super::routes(Arc::clone(&server));
    let places = Arc::new(Semaphore::new(server.options.connections));
    let open = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let (stream, place) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                if !is_of_the_connection(&error) {
                    tokio::time::sleep(PAUSE).await;
                }
                continue;
            }
        };
        let connection = connection(stream, router.clone(), &server.options);
        let connection = open.watch(connection);
        tokio::spawn(async move {
            // What goes wrong with a connection is the client's to see.
            let _ = connection.await;
            drop(place);
        });
    }
    server.stopping.store(true, Ordering::Relaxed);
    drop(listener);
    let _ = tokio::time::timeout(server.options.grace, open.shutdown()).await;
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, place))
}

fn connection(
    stream: TcpStream,
    router: Router,
    options: &Options,
) -> http1::Connection<TokioIo<TcpStream>, TowerToHyperService<Router>> {
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(options.head_time)
        .max_headers(HEADERS)
        .max_buf_size(HEAD_LIMIT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
}

/// Whether the connection that was to be accepted is gone, and others are not concerned.
fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
