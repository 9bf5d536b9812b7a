//! A service with its store, as the server sees it.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use ecow::EcoString;
use jiff::Timestamp;

use super::runs::Runs;
use crate::durable::{Answer, RunNumber};
use crate::pieces::BoxFuture;
use crate::service::{Current, NewEvent, Service, Stats};
use crate::store::{Reader, StoreError};

/// A service with its store.
pub struct Kept {
    service: Service,
    /// For what people ask, beside the service's own.
    reader: Arc<Mutex<Box<dyn Reader>>>,
}

impl Kept {
    /// A service, and its store for reading.
    pub fn new(service: Service, reader: Box<dyn Reader>) -> Kept {
        Kept { service, reader: Arc::new(Mutex::new(reader)) }
    }

    /// The run with an id, or what is said where there is none.
    async fn number_of(&self, run: &str) -> Result<RunNumber, Answer> {
        let (reader, id) = (Arc::clone(&self.reader), run.to_owned());
        let found = tokio::task::spawn_blocking(move || {
            reader.lock().unwrap_or_else(PoisonError::into_inner).number_of(&id)
        });
        match found.await {
            Ok(Ok(Some(number))) => Ok(number),
            Ok(Ok(None)) => Err(Answer::No(format!("there is no run `{run}`"))),
            Ok(Err(error)) => Err(Answer::Refused(error.to_string())),
            Err(error) => Err(Answer::Refused(error.to_string())),
        }
    }
}

impl Runs for Kept {
    fn current(&self) -> Option<Arc<Current>> {
        self.service.current()
    }

    fn submit(&self, event: NewEvent) -> BoxFuture<'_, Answer> {
        Box::pin(self.service.submit(event))
    }

    fn keep_file(&self, id: EcoString, content: Bytes) -> BoxFuture<'_, Result<(), StoreError>> {
        let service = self.service.clone();
        Box::pin(async move {
            let kept = tokio::task::spawn_blocking(move || {
                let at = Timestamp::now().as_millisecond();
                service.writer().with(move |store| store.keep_file(&id, &content, at))?
            });
            let lost = |reason: String| StoreError::Other { path: String::new(), reason };
            kept.await.map_err(|error| lost(error.to_string()))?
        })
    }

    fn cancel<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Answer> {
        Box::pin(async move {
            match self.number_of(run).await {
                Ok(number) => self.service.cancel(number).await,
                Err(answer) => answer,
            }
        })
    }

    fn retry<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Answer> {
        Box::pin(async move {
            match self.number_of(run).await {
                Ok(number) => self.service.retry(number).await,
                Err(answer) => answer,
            }
        })
    }

    fn stats(&self) -> Stats {
        self.service.stats()
    }

    fn health(&self) -> Result<(), String> {
        self.service.health()
    }
}
