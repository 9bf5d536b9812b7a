//! From names to addresses that may be reached.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::{Allow, may_reach};

/// Asks the system and keeps what [`may_reach`] allows. The connection is made to just these addresses, so a
/// name that resolves to another one a moment later gains nothing.
pub(super) struct Resolver {
    allow: Arc<[Allow]>,
}

impl Resolver {
    pub(super) fn new(allow: Arc<[Allow]>) -> Resolver {
        Resolver { allow }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow = Arc::clone(&self.allow);
        Box::pin(async move {
            let host = name.as_str();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            let reachable: Vec<SocketAddr> =
                found.iter().copied().filter(|it| may_reach(host, it.ip(), &allow)).collect();
            match found.first() {
                Some(first) if reachable.is_empty() => {
                    Err(AddressRefused::new(host, first.ip()).into())
                }
                _ => Ok(Box::new(reachable.into_iter()) as Addrs),
            }
        })
    }
}

/// A host whose every address is one that flows must not reach.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub(super) struct AddressRefused {
    host: String,
    address: IpAddr,
}

impl AddressRefused {
    pub(super) fn new(host: &str, address: IpAddr) -> AddressRefused {
        AddressRefused { host: host.to_owned(), address }
    }

    fn message(&self) -> String {
        let AddressRefused { host, address } = self;
        let subject = if *host == address.to_string() {
            format!("{address} is")
        } else {
            format!("`{host}` is at {address},")
        };
        format!(
            "{subject} not an address of the open internet; to reach it, add \"{host}\" to `allow` \
             under [network] in callflow.toml"
        )
    }
}
