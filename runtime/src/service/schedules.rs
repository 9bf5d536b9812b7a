//! Brings in the events of schedules.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::future::join_all;

use super::current::Current;
use super::drive::now;
use super::{NewEvent, Service, Shared, Wait};
use crate::durable::{Answer, Batch, Version};
use crate::store::StoreError;
use crate::trigger::schedule::{Schedules, Tick};

/// The longest sleep: the wall clock may jump, and the program may be exchanged.
const LONGEST: Duration = Duration::from_secs(1);

/// The schedules of the program that new events run on.
struct Ticking {
    /// Of which program; none where its schedules cannot be read.
    version: Version,
    schedules: Option<Schedules>,
}

/// Begins the task that brings in what is due, on the current tokio runtime.
pub(super) fn begin(shared: Weak<Shared>) {
    tokio::spawn(async move {
        let mut ticking = None;
        while let Some(shared) = shared.upgrade() {
            let service = Service { shared };
            if service.is_stopping() {
                return;
            }
            let next = service.tick(&mut ticking).await;
            drop(service);
            let left = next.map_or(LONGEST, |next| {
                Duration::from_millis(u64::try_from(next.saturating_sub(now())).unwrap_or(0))
            });
            tokio::time::sleep(left.min(LONGEST)).await;
        }
    });
}

impl Service {
    /// Brings in what is due, and gives when something is next, in milliseconds since 1970.
    async fn tick(&self, ticking: &mut Option<Ticking>) -> Option<i64> {
        let current = self.current()?;
        if ticking.as_ref().is_none_or(|ticking| ticking.version != current.version) {
            let before = ticking.take().and_then(|ticking| ticking.schedules);
            *ticking = Some(self.schedules(&current, before).await?);
        }
        let schedules = ticking.as_mut()?.schedules.as_mut()?;
        let due = schedules.due(now());
        join_all(due.into_iter().map(|tick| self.bring_in(current.version, tick))).await;
        schedules.next()
    }

    /// The schedules of a program, from those of the program before it or from the store. None where the store
    /// cannot be read now.
    async fn schedules(
        &self,
        current: &Arc<Current>,
        before: Option<Schedules>,
    ) -> Option<Ticking> {
        let version = current.version;
        let mut cursors = match self.stored_cursors(current).await {
            Ok(cursors) => cursors,
            Err(error) => {
                self.shared.trouble(&error.to_string());
                return None;
            }
        };
        // What is on its way to the store is newer than what is in it.
        cursors.extend(before.map(|before| before.cursors()).unwrap_or_default());
        let schedules = match Schedules::new(Arc::clone(&current.program), now(), &cursors) {
            Ok(schedules) => schedules,
            Err(error) => {
                self.shared.trouble(&error.to_string());
                return Some(Ticking { version, schedules: None });
            }
        };
        let writes = schedules.begun();
        if !writes.is_empty() {
            self.shared.writer.submit(Batch { writes, ..Batch::default() });
        }
        Some(Ticking { version, schedules: Some(schedules) })
    }

    async fn stored_cursors(
        &self,
        current: &Arc<Current>,
    ) -> Result<BTreeMap<ecow::EcoString, String>, StoreError> {
        let names: Vec<_> = Schedules::names(&current.program).collect();
        let shared = Arc::clone(&self.shared);
        let read = tokio::task::spawn_blocking(move || {
            shared.writer.with(move |store| {
                let mut cursors = BTreeMap::new();
                for name in names {
                    if let Some(cursor) = store.cursor(&name)? {
                        cursors.insert(name, cursor);
                    }
                }
                Ok(cursors)
            })?
        });
        read.await.unwrap_or_else(|error| {
            Err(StoreError::Other { path: String::new(), reason: error.to_string() })
        })
    }

    /// Brings in a tick, and tries again while it is refused: the disk is full, or too much is under way.
    async fn bring_in(&self, version: Version, tick: Tick) {
        let Tick { flow, event, json, source, delivery, cursor, due: _ } = tick;
        let (delivery, cursor, wait) = (Some(delivery), Some(cursor), Wait::Stored);
        let event = NewEvent { version, flow, event, json, source, delivery, cursor, wait };
        while let Answer::Refused(_) = self.submit(event.clone()).await {
            if self.is_stopping() {
                return;
            }
            tokio::time::sleep(LONGEST).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use callflow_artifact::{Constant, TypeId, encode};
    use jiff::Timestamp;

    use super::*;
    use crate::connect::{Connections, Environment, Secrets};
    use crate::engine::testing::{Assembly, give};
    use crate::pieces::{BoxFuture, HttpRequest, HttpResponse, Transport, TransportError};
    use crate::service::{Deployment, Options};
    use crate::store::{MemoryStore, Reader};
    use crate::value::testing::{field, record};

    /// No flow of these asks anybody.
    struct Nobody;

    impl Transport for Nobody {
        fn send<'a>(
            &'a self,
            _: HttpRequest,
        ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
            Box::pin(std::future::pending())
        }
    }

    /// An artifact with a flow that is due each second, and one that is hardly ever.
    fn artifact() -> Vec<u8> {
        let mut assembly = Assembly::new();
        let tick = record(&mut assembly.artifact.types, "Tick", vec![field("due", TypeId::TIME)]).1;
        let rare = ("cron", Constant::Text("0 0 29 2 *".into()));
        for (address, argument) in [("often", ("every", Constant::Duration(1000))), ("rare", rare)]
        {
            let nothing = assembly.load(1, Constant::None);
            let code = vec![nothing, give(1)];
            let id = assembly.add_flow(&[TypeId::NONE], TypeId::NONE, code, vec![]);
            let flow = &mut assembly.artifact.flows[id.0 as usize];
            assembly.artifact.functions[flow.function.0 as usize].registers[0] = tick;
            flow.address = address.into();
            flow.trigger.name = "schedule".into();
            flow.trigger.event = tick;
            flow.trigger.arguments = vec![(argument.0.into(), argument.1)];
        }
        encode::to_bytes(&assembly.artifact).unwrap()
    }

    /// Serves until there are so many runs.
    async fn serve(store: &Arc<Mutex<MemoryStore>>, runs: usize) {
        let deployment = Deployment::new(
            Connections::default(),
            Environment::default(),
            Secrets::default(),
            Arc::new(|_| Arc::new(Nobody)),
        );
        let (writing, reading) = (Box::new(Arc::clone(store)), Box::new(Arc::clone(store)));
        let options = Options { store: writing, reader: reading, deployment, watch: None };
        let service = Service::open(options).unwrap();
        service.load(artifact()).await.unwrap();
        while store.lock().unwrap().runs().count() < runs {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        service.stop(Duration::ZERO).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn ticks_begin_runs_once_over_several_processes() {
        let store = Arc::new(Mutex::new(MemoryStore::new()));
        serve(&store, 1).await;
        serve(&store, 3).await;
        let store = store.lock().unwrap();
        let mut dues = Vec::new();
        for run in store.runs() {
            assert_eq!((&*run.flow, &*run.source.name), ("often", "every 1s"));
            let event: serde_json::Value = serde_json::from_str(&run.event).unwrap();
            dues.push(event["due"].as_str().unwrap().parse::<Timestamp>().unwrap());
        }
        let first = dues[0];
        assert!(dues.is_sorted_by(|a, b| a < b), "{dues:?}");
        assert!(dues.iter().all(|due| due.subsec_nanosecond() == first.subsec_nanosecond()));
        let cursor = |name| store.cursor(name).unwrap().unwrap();
        assert_eq!(cursor("schedule:often"), format!("{} every 1s", dues[dues.len() - 1]));
        assert!(cursor("schedule:rare").ends_with(" 0 0 29 2 * UTC"));
    }
}
