//! Deliberate breaks, one at a time, that show that the simulation sees what it says it sees. Without the feature
//! `mutations` there are none, and nothing of this is compiled into what runs.

/// A way to break the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Mutation {
    /// An event is acknowledged before it is on disk.
    AcknowledgeEarly = 1,
    /// An attempt begins before the state that waits for it is on disk.
    ActEarly,
    /// What followed from an event happens although the store has not taken it in.
    FollowEarly,
    /// A `write` that was in flight at a crash is repeated.
    RepeatWrite,
    /// A `once` key is free again although nobody knows what happened under it.
    FreeKey,
    /// A step that succeeded just before its run failed is done again when the run goes on.
    RepeatFinished,
    /// A state is stored without its timers.
    ForgetTimers,
    /// Timers fire before their time.
    FireEarly,
    /// What is sent to a run is taken note of and not told to it.
    LoseMessage,
    /// A state that something came for silently is not stored.
    LoseSilentChange,
    /// What a run in memory has done since is not waited for before it leaves.
    EvictUnsaved,
    /// A run leaves the memory with mail waiting.
    EvictWithMail,
    /// A state is stored as if nothing were in flight.
    SleepInFlight,
    /// Events are not asked for by their keys.
    IgnoreKeys,
    /// The store writes what it should have left out.
    WriteLeftOut,
    /// A cursor is written by a batch of its own.
    CursorApart,
    /// A run that ends keeps its place in its lane.
    KeepPlace,
    /// Lanes have a place too many.
    ExtraPlace,
    /// Who queued last begins first.
    OvertakeInLane,
    /// Batches of runs that somebody waits for go with the others.
    NotUrgent,
    /// Answers are not given when they are due.
    MissDeadline,
    /// A run whose answer is late is not marked.
    NotMarkedLate,
    /// Nobody tells a run that the one that waits for it was cancelled.
    OrphanChildren,
    /// Attempts go on that nobody waits for.
    NoAbort,
    /// A run's end is not told to the one that waits for it.
    ForgetParent,
    /// Numbers in the journal are left out.
    JournalGap,
    /// Runs go on with the newest program.
    NewestProgram,
    /// Flows that want to know of a failed run are told each time that somebody asks.
    MournTwice,
    /// A step that waits for another one's `once` key is forgotten.
    ForgetParked,
    /// A failed run goes on before that is on disk, and what it waits for is not told.
    RetryAlone,
}

impl Mutation {
    /// All of them.
    pub const ALL: [Mutation; 30] = [
        Mutation::AcknowledgeEarly,
        Mutation::ActEarly,
        Mutation::FollowEarly,
        Mutation::RepeatWrite,
        Mutation::FreeKey,
        Mutation::RepeatFinished,
        Mutation::ForgetTimers,
        Mutation::FireEarly,
        Mutation::LoseMessage,
        Mutation::LoseSilentChange,
        Mutation::EvictUnsaved,
        Mutation::EvictWithMail,
        Mutation::SleepInFlight,
        Mutation::IgnoreKeys,
        Mutation::WriteLeftOut,
        Mutation::CursorApart,
        Mutation::KeepPlace,
        Mutation::ExtraPlace,
        Mutation::OvertakeInLane,
        Mutation::NotUrgent,
        Mutation::MissDeadline,
        Mutation::NotMarkedLate,
        Mutation::OrphanChildren,
        Mutation::NoAbort,
        Mutation::ForgetParent,
        Mutation::JournalGap,
        Mutation::NewestProgram,
        Mutation::MournTwice,
        Mutation::ForgetParked,
        Mutation::RetryAlone,
    ];
}

#[cfg(feature = "mutations")]
static CURRENT: std::sync::atomic::AtomicU8 = std::sync::atomic::AtomicU8::new(0);

/// Breaks the engine in one way, or mends it.
#[cfg(feature = "mutations")]
pub fn set(mutation: Option<Mutation>) {
    let number = mutation.map_or(0, |mutation| mutation as u8);
    CURRENT.store(number, std::sync::atomic::Ordering::SeqCst);
}

/// Whether the engine is broken so.
#[cfg(feature = "mutations")]
pub(crate) fn is(mutation: Mutation) -> bool {
    CURRENT.load(std::sync::atomic::Ordering::Relaxed) == mutation as u8
}

/// Whether the engine is broken so: it never is.
#[cfg(not(feature = "mutations"))]
pub(crate) const fn is(_: Mutation) -> bool {
    false
}
