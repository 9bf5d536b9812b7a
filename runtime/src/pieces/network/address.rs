//! Which addresses requests may go to.
//!
//! A flow, or what somebody sent to it, decides about URLs. It must not reach what only this machine or its
//! network can: so a request goes to public addresses only, unless the project's `[network] allow` names the
//! place. The rule is applied to addresses, after names are resolved.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// An entry of `[network] allow`: an address, a range, or a host name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allow {
    /// `127.0.0.1`, `10.0.0.0/8`, `fd00::/8`: the addresses that begin with so many bits.
    Range(IpAddr, u8),
    /// `localhost`, `crm.internal`: whatever address the name has.
    Host(String),
}

/// An entry of `[network] allow` that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address, no range like `10.0.0.0/8`, and no host name")]
pub struct AllowError(pub String);

impl FromStr for Allow {
    type Err = AllowError;

    fn from_str(text: &str) -> Result<Allow, AllowError> {
        let fault = || AllowError(text.to_owned());
        let bare = text.trim().trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Ok(Allow::Range(address, width(address)));
        }
        if let Some((address, bits)) = bare.split_once('/') {
            let address: IpAddr = address.trim_end_matches(']').parse().map_err(|_| fault())?;
            let bits: u8 = bits.parse().map_err(|_| fault())?;
            return if bits <= width(address) {
                Ok(Allow::Range(address, bits))
            } else {
                Err(fault())
            };
        }
        let is_name = !bare.is_empty()
            && bare.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
            && !bare.chars().all(|c| c.is_ascii_digit() || c == '.');
        if is_name { Ok(Allow::Host(bare.to_ascii_lowercase())) } else { Err(fault()) }
    }
}

/// Whether a request to a host that has this address may be sent.
pub fn may_reach(host: &str, address: IpAddr, allow: &[Allow]) -> bool {
    let address = address.to_canonical();
    is_public(address)
        || allow.iter().any(|entry| match entry {
            Allow::Range(network, bits) => in_range(address, *network, *bits),
            Allow::Host(name) => name.eq_ignore_ascii_case(host),
        })
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn in_range(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    fn same(a: u128, b: u128, width: u32, bits: u8) -> bool {
        let rest = width.saturating_sub(u32::from(bits));
        a.checked_shr(rest).unwrap_or(0) == b.checked_shr(rest).unwrap_or(0)
    }
    match (address, network.to_canonical()) {
        (IpAddr::V4(a), IpAddr::V4(n)) => same(a.to_bits().into(), n.to_bits().into(), 32, bits),
        (IpAddr::V6(a), IpAddr::V6(n)) => same(a.to_bits(), n.to_bits(), 128, bits),
        _ => false,
    }
}

/// Whether an address is one of the open internet's.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let reserved = match address.octets() {
        // "This" network, shared address space (RFC 6598), protocol assignments, benchmarks, class E.
        [0, ..] | [100, 64..=127, ..] | [192, 0, 0, _] | [198, 18..=19, ..] | [240..=255, ..] => {
            true
        }
        _ => false,
    };
    !(reserved
        || address.is_loopback()
        || address.is_private()
        // 169.254.169.254 is where clouds keep a machine's credentials.
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let embedded = |high: u16, low: u16| {
        let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        // NAT64 and 6to4 carry an IPv4 address, which is where the request ends.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        // All of today's unicast addresses are in 2000::/3; Teredo, ORCHID and documentation are not hosts.
        _ => (a & 0xe000) == 0x2000 && !(a == 0x2001 && (b < 0x200 || b == 0xdb8)) && a != 0x3fff,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reachable(address: &str, allow: &[&str]) -> bool {
        let allow: Vec<Allow> = allow.iter().map(|entry| entry.parse().unwrap()).collect();
        may_reach("crm.internal", address.parse().unwrap(), &allow)
    }

    #[test]
    fn public_addresses_are_reached_and_others_not() {
        for public in
            ["1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "64:ff9b::1.1.1.1"]
        {
            assert!(reachable(public, &[]), "{public}");
        }
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::",
            "2001:0:1::",
            "2001:db8::1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!reachable(private, &[]), "{private}");
        }
    }

    #[test]
    fn what_is_allowed_is_reached() {
        assert!(reachable("127.0.0.1", &["127.0.0.1"]));
        assert!(!reachable("127.0.0.2", &["127.0.0.1"]));
        assert!(reachable("10.200.0.1", &["10.0.0.0/8"]));
        assert!(!reachable("192.168.0.1", &["10.0.0.0/8"]));
        assert!(reachable("::ffff:127.0.0.1", &["127.0.0.0/8"]));
        assert!(reachable("fd12::1", &["fd00::/8"]));
        assert!(reachable("::1", &["[::1]"]));
        assert!(reachable("10.0.0.1", &["CRM.internal"]));
        assert!(!reachable("10.0.0.1", &["localhost"]));
        assert!(reachable("10.0.0.1", &["0.0.0.0/0"]));
        assert!(reachable("fd12::1", &["::/0"]));
    }

    #[test]
    fn an_entry_that_is_none_says_so() {
        for entry in
            ["", "10.0.0.0/33", "10.0.0/8", "300.1.1.1", "http://localhost", "a b", "::/129"]
        {
            assert!(entry.parse::<Allow>().is_err(), "{entry}");
        }
        insta::assert_snapshot!(
            "10.0.0.0/33".parse::<Allow>().unwrap_err(),
            @"`10.0.0.0/33` is no address, no range like `10.0.0.0/8`, and no host name"
        );
    }
}
