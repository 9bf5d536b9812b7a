//! The settings of connections.
