//! One thread that makes batches durable, as many as wait in one transaction.
//!
//! There are two lanes: batches for which somebody waits on the line go first. That never changes the order of one
//! run's batches, for a run is urgent for its whole life or not at all; and a run that another one begins is written
//! by the batch of that one, before it has batches of its own.
//!
//! When the disk is full, events are refused, since nobody was told yet that they would happen. Everything else has
//! happened already and is tried again until it is written, in its order.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::history::Purge;
use super::{Store, StoreError};
use crate::durable::{Answered, Batch, Ending, Entry, Outcome, Version, Write};

/// How many batches one transaction has at most, so that an urgent one never waits long.
const GROUP: usize = 512;

/// How many bytes one transaction has at about most, for the same reason.
const GROUP_BYTES: usize = 8 * 1024 * 1024;

/// The first pause before what could not be written is tried again, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// How long the others have the disk before more of what is old is forgotten.
const BREATH: Duration = Duration::from_millis(5);

/// The thread that writes.
pub struct Writer {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// A batch that is durable, or was left out for what the store says to its question.
pub type Written = (Batch, Option<Answered>);

/// Something that is done with the store between two transactions.
type Job = Box<dyn FnOnce(&mut dyn Store) + Send>;

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    urgent: VecDeque<Batch>,
    background: VecDeque<Batch>,
    jobs: VecDeque<Job>,
    /// Why the disk takes nothing, while it does not.
    trouble: Option<StoreError>,
    is_stopping: bool,
    /// Whether the thread is gone.
    is_over: bool,
}

impl Writer {
    /// Begins the thread. `done` is called on it, with the batches of each transaction in their order.
    pub fn begin(store: Box<dyn Store>, done: impl FnMut(Vec<Written>) + Send + 'static) -> Writer {
        let shared = Arc::new(Shared::default());
        let work = Work { shared: Arc::clone(&shared), store, done };
        let thread = thread::Builder::new().name("callflow-writer".to_owned());
        // Where the system gives no thread, nothing is written and the health says so.
        let thread = match thread.spawn(move || work.write()) {
            Ok(thread) => Some(thread),
            Err(error) => {
                let (path, reason) = (String::new(), error.to_string());
                let mut queue = shared.queue();
                queue.trouble = Some(StoreError::Other { path, reason });
                queue.is_over = true;
                None
            }
        };
        Writer { shared, thread: Mutex::new(thread) }
    }

    /// Gives a batch to the thread.
    pub fn submit(&self, batch: Batch) {
        let mut queue = self.shared.queue();
        let was_empty = queue.is_empty();
        match batch.urgent {
            true => queue.urgent.push_back(batch),
            false => queue.background.push_back(batch),
        }
        drop(queue);
        if was_empty {
            self.shared.changed.notify_one();
        }
    }

    /// How many batches wait.
    pub fn queued(&self) -> usize {
        let queue = self.shared.queue();
        queue.urgent.len() + queue.background.len()
    }

    /// Whether the disk takes what is written; else why not, in words for a person.
    ///
    /// # Errors
    /// It does not.
    pub fn health(&self) -> Result<(), String> {
        match &self.shared.queue().trouble {
            Some(error) => Err(error.to_string()),
            None => Ok(()),
        }
    }

    /// Does something with the store between two transactions, and waits for it.
    ///
    /// # Errors
    /// The writer has stopped.
    pub fn with<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut dyn Store) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, receiver) = mpsc::channel();
        let job: Job = Box::new(move |store| {
            // Who asked may have gone.
            let _ = sender.send(job(store));
        });
        let mut queue = self.shared.queue();
        match queue.is_over {
            true => drop(job),
            false => queue.jobs.push_back(job),
        }
        drop(queue);
        self.shared.changed.notify_one();
        let stopped = "the writer has stopped".to_owned();
        receiver.recv().map_err(|_| StoreError::Other { path: String::new(), reason: stopped })
    }

    /// Keeps an artifact; see [`Store::add_artifact`].
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn add_artifact(&self, hash: &str, bytes: &[u8], at: i64) -> Result<Version, StoreError> {
        let (hash, bytes) = (hash.to_owned(), bytes.to_vec());
        self.with(move |store| store.add_artifact(&hash, &bytes, at))?
    }

    /// Forgets runs that have ended, a little at a time so that nobody waits for it, and says how many.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn purge(&self, which: &Purge) -> Result<u64, StoreError> {
        let which = *which;
        self.little_by_little(move |store| store.forget(&which, Purge::GROUP))
    }

    /// Forgets what makes events the same as others where its time is over and, where nothing else is to be written,
    /// gives room back to the disk.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn keep_house(&self, now: i64) -> Result<(), StoreError> {
        self.little_by_little(move |store| store.expire(now, Purge::GROUP))?;
        match self.queued() {
            0 => self.with(|store| store.compact())?,
            _ => Ok(()),
        }
    }

    /// Does something until there is less of it than is done at a time, and says how much there was.
    fn little_by_little(
        &self,
        job: impl Fn(&mut dyn Store) -> Result<usize, StoreError> + Clone + Send + 'static,
    ) -> Result<u64, StoreError> {
        let mut count = 0;
        loop {
            let done = self.with(job.clone())??;
            count += done as u64;
            if done < Purge::GROUP {
                return Ok(count);
            }
            thread::sleep(BREATH);
        }
    }

    /// Writes what waits and ends the thread. What the disk does not take by then is lost, as in a crash.
    pub fn stop(&self) {
        self.shared.queue().is_stopping = true;
        self.shared.changed.notify_one();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.thread().id() != thread::current().id()
        {
            // A panic of the thread was told when it happened.
            let _ = thread.join();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn is_empty(&self) -> bool {
        self.urgent.is_empty() && self.background.is_empty() && self.jobs.is_empty()
    }

    /// The next transaction's batches.
    fn group(&mut self) -> Vec<Batch> {
        let mut group = Vec::new();
        let mut bytes = 0;
        while group.len() < GROUP && bytes < GROUP_BYTES {
            let Some(batch) = self.urgent.pop_front().or_else(|| self.background.pop_front())
            else {
                break;
            };
            bytes += batch.writes.iter().map(size).sum::<usize>();
            group.push(batch);
        }
        group
    }

    /// Takes those out that may be refused.
    fn refusable(&mut self) -> Vec<Batch> {
        let mut refusable = Vec::new();
        for lane in [&mut self.urgent, &mut self.background] {
            let (out, stay) = std::mem::take(lane).into_iter().partition(Batch::may_be_refused);
            refusable.extend::<VecDeque<Batch>>(out);
            *lane = stay;
        }
        refusable
    }
}

struct Work<D> {
    shared: Arc<Shared>,
    store: Box<dyn Store>,
    done: D,
}

impl<D: FnMut(Vec<Written>)> Work<D> {
    fn write(mut self) {
        while self.turn() {}
        let mut queue = self.shared.queue();
        queue.is_over = true;
        // Who waits for one of them is told by that.
        queue.jobs.clear();
    }

    /// One transaction, and what is to be done before it; whether there may be another one.
    fn turn(&mut self) -> bool {
        let mut queue = self.shared.queue();
        while queue.is_empty() && !queue.is_stopping {
            queue = self.shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        if queue.is_empty() {
            return false;
        }
        let jobs: Vec<Job> = queue.jobs.drain(..).collect();
        let group = queue.group();
        drop(queue);
        for job in jobs {
            job(self.store.as_mut());
        }
        group.is_empty() || self.commit(group)
    }

    /// Makes a group durable, however often it takes; whether it is, else the thread is to end.
    fn commit(&mut self, mut group: Vec<Batch>) -> bool {
        let mut pause = PAUSES.0;
        loop {
            let error = match self.store.commit(&group) {
                Ok(answers) => {
                    self.is_well();
                    (self.done)(group.into_iter().zip(answers).collect());
                    return true;
                }
                Err(error) => error,
            };
            let mut refused: Vec<Batch> = group.extract_if(.., |it| it.may_be_refused()).collect();
            let mut queue = self.shared.queue();
            refused.extend(queue.refusable());
            let words = error.to_string();
            queue.trouble = Some(error);
            drop(queue);
            if !refused.is_empty() {
                let answered = Some(Answered::Refused(words));
                (self.done)(refused.into_iter().map(|it| (it, answered.clone())).collect());
            }
            if group.is_empty() {
                return true;
            }
            if self.is_stopping_after(pause) {
                return false;
            }
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    /// Waits, but not for a disk that is full when the process is to end; whether it is.
    fn is_stopping_after(&self, pause: Duration) -> bool {
        let until = Instant::now() + pause;
        let mut queue = self.shared.queue();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if queue.is_stopping || left.is_zero() {
                return queue.is_stopping;
            }
            let waited = self.shared.changed.wait_timeout(queue, left);
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn is_well(&self) {
        let mut queue = self.shared.queue();
        if queue.trouble.is_some() {
            queue.trouble = None;
        }
    }
}

/// About how many bytes a change takes on the disk.
fn size(write: &Write) -> usize {
    match write {
        Write::Create(new) => new.event.len(),
        Write::Suspend { state, .. } => state.len(),
        Write::Send { message, .. } => message.len(),
        Write::Note { entry: Entry::Step { input, output, .. }, .. } => {
            input.len() + output.as_ref().map_or(0, String::len)
        }
        Write::End { ending: Ending { outcome: Outcome::Succeeded(result), .. }, .. } => {
            result.len()
        }
        Write::Done(_, result) => result.as_ref().map_or(0, String::len),
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
