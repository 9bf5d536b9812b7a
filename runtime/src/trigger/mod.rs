//! Events from what voice platforms send.
