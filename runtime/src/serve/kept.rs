//! A service with its store, as the server sees it.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::runs::{NewFile, Runs, Stored};
use super::view::{RunDetail, RunFilter, RunView, VersionView};
use crate::durable::{Answer, RunNumber};
use crate::pieces::BoxFuture;
use crate::service::{Current, NewEvent, Service, Stats};
use crate::store::history::{Deployed, Filter, History, Purge};
use crate::store::{Noted, StoreError};

/// A service with its store.
pub struct Kept {
    service: Service,
    /// For what people ask.
    history: Arc<Mutex<Box<dyn History>>>,
}

impl Kept {
    /// A service, and its store's history.
    pub fn new(service: Service, history: Box<dyn History>) -> Kept {
        Kept { service, history: Arc::new(Mutex::new(history)) }
    }

    /// Asks the store for something, on a thread that may wait.
    async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn History) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let history = Arc::clone(&self.history);
        let asked = tokio::task::spawn_blocking(move || {
            ask(history.lock().unwrap_or_else(PoisonError::into_inner).as_ref())
        });
        asked.await.map_err(|error| lost(&error))?
    }

    async fn purged(&self, which: Purge) -> Result<u64, StoreError> {
        let service = self.service.clone();
        let purged = tokio::task::spawn_blocking(move || service.writer().purge(&which));
        purged.await.map_err(|error| lost(&error))?
    }

    /// The run with an id, or what is said where there is none.
    async fn number_of(&self, run: &str) -> Result<RunNumber, Answer> {
        let id = run.to_owned();
        match self.ask(move |history| history.number_of(&id)).await {
            Ok(Some(number)) => Ok(number),
            Ok(None) => Err(Answer::No(format!("there is no run `{run}`"))),
            Err(error) => Err(Answer::Refused(error.to_string())),
        }
    }
}

fn lost(error: &tokio::task::JoinError) -> StoreError {
    StoreError::Other { path: String::new(), reason: error.to_string() }
}

impl Runs for Kept {
    fn current(&self) -> Option<Arc<Current>> {
        self.service.current()
    }

    fn submit(&self, event: NewEvent) -> BoxFuture<'_, Answer> {
        Box::pin(self.service.submit(event))
    }

    fn keep_file(&self, file: NewFile) -> Stored<'_, ()> {
        let service = self.service.clone();
        Box::pin(async move {
            let kept = tokio::task::spawn_blocking(move || {
                let at = Timestamp::now().as_millisecond();
                service.writer().with(move |store| store.keep_file(&file.id, &file.content, at))?
            });
            kept.await.map_err(|error| lost(&error))?
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

    fn list(&self, filter: RunFilter) -> Stored<'_, Vec<RunView>> {
        Box::pin(self.ask(move |history| {
            let before = match &filter.before {
                Some(id) => match history.number_of(id)? {
                    Some(number) => Some(number),
                    None => return Ok(Vec::new()),
                },
                None => None,
            };
            let RunFilter { flow, status, limit, .. } = filter;
            let runs = history.list(&Filter { flow, status, since: None, before, limit })?;
            Ok(runs.into_iter().map(RunView::from).collect())
        }))
    }

    fn show<'a>(&'a self, run: &'a str) -> Stored<'a, Option<RunDetail>> {
        let id = run.to_owned();
        Box::pin(self.ask(move |history| match history.number_of(&id)? {
            Some(number) => Ok(history.story(number)?.map(RunDetail::from)),
            None => Ok(None),
        }))
    }

    fn journal<'a>(&'a self, run: &'a str) -> Stored<'a, Option<Vec<Noted>>> {
        let id = run.to_owned();
        Box::pin(self.ask(move |history| match history.number_of(&id)? {
            Some(number) => history.journal(number).map(Some),
            None => Ok(None),
        }))
    }

    fn forget<'a>(&'a self, run: &'a str) -> Stored<'a, bool> {
        let id = run.to_owned();
        Box::pin(async move {
            match self.ask(move |history| history.number_of(&id)).await? {
                Some(number) => Ok(self.purged(Purge::Run(number)).await? > 0),
                None => Ok(false),
            }
        })
    }

    fn purge(&self, ended_before: i64) -> Stored<'_, u64> {
        Box::pin(self.purged(Purge::EndedBefore(ended_before)))
    }

    fn versions(&self) -> Stored<'_, Vec<VersionView>> {
        Box::pin(self.ask(|history| {
            let view = |kept: Deployed| VersionView {
                version: kept.version.0,
                hash: kept.hash,
                added_at: kept.added,
                runs: kept.open,
            };
            Ok(history.deployed()?.into_iter().map(view).collect())
        }))
    }

    fn stats(&self) -> Stats {
        self.service.stats()
    }

    fn health(&self) -> Result<(), String> {
        self.service.health()
    }
}
