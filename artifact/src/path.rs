//! Paths of webhooks and forms: `/lead/{id}`, whose `{id}` is any one part of an address.
//!
//! Where several paths mean an address, the one that says more of it goes before: `/lead/new` before `/lead/{id}`.
//! Two of which neither does are a mistake in the flows.

use std::cmp::Ordering;

use ecow::EcoString;

/// What the server has under these beginnings is its own.
pub const RESERVED: [&str; 8] =
    ["/api/v1", "/console", "/healthz", "/hooks", "/mcp", "/metrics", "/oauth", "/readyz"];

/// A path as a flow's header has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    parts: Vec<Part>,
}

/// What stands between two slashes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Part {
    /// This text.
    Text(EcoString),
    /// Any text, which the flow knows by this name.
    Parameter(EcoString),
}

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It does not begin with a slash.
    #[error("a path begins with `/`")]
    NoSlash,
    /// A character that no path has.
    #[error("a path cannot have {0:?} in it")]
    Character(char),
    /// Nothing between two slashes.
    #[error("nothing stands between two slashes")]
    Empty,
    /// `{` or `}` within a part: `/lead-{id}`.
    #[error("`{0}` is neither a text nor a parameter")]
    Mixed(EcoString),
    /// A parameter whose name is none.
    #[error("`{0}` is no name for a parameter")]
    Name(EcoString),
    /// Two parameters of one name.
    #[error("there are two parameters `{0}`")]
    Twice(EcoString),
}

impl Path {
    /// Reads a path. `/lead` and `/lead/` are one.
    ///
    /// # Errors
    /// A text that is none.
    pub fn parse(text: &str) -> Result<Path, PathError> {
        let rest = text.strip_prefix('/').ok_or(PathError::NoSlash)?;
        let odd = |c: &char| !c.is_ascii_graphic() || matches!(c, '?' | '#');
        if let Some(odd) = rest.chars().find(odd) {
            return Err(PathError::Character(odd));
        }
        let mut path = Path { parts: Vec::new() };
        for part in split(rest) {
            let part = Part::parse(part)?;
            if let Part::Parameter(name) = &part
                && path.parameters().any(|known| known == name)
            {
                return Err(PathError::Twice(name.clone()));
            }
            path.parts.push(part);
        }
        Ok(path)
    }

    /// The names of its parameters, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &EcoString> {
        self.parts.iter().filter_map(|part| match part {
            Part::Parameter(name) => Some(name),
            Part::Text(_) => None,
        })
    }

    /// The values of its parameters in an address, whose parts are given as [`split`] makes them, each decoded; none
    /// where the path does not mean the address.
    pub fn matches<'a>(&self, address: &[&'a str]) -> Option<Vec<&'a str>> {
        if self.parts.len() != address.len() {
            return None;
        }
        let mut values = Vec::new();
        for (part, &given) in self.parts.iter().zip(address) {
            match part {
                Part::Text(text) if text == given => {}
                Part::Parameter(_) if !given.is_empty() => values.push(given),
                Part::Text(_) | Part::Parameter(_) => return None,
            }
        }
        Some(values)
    }

    /// Whether there are addresses that both mean.
    pub fn overlaps(&self, other: &Path) -> bool {
        self.parts.len() == other.parts.len()
            && self.parts.iter().zip(&other.parts).all(|pair| match pair {
                (Part::Text(one), Part::Text(other)) => one == other,
                _ => true,
            })
    }

    /// Of two paths that overlap, which one says more of an address and goes before the other ([`Ordering::Less`]);
    /// none where neither does.
    pub fn precedence(&self, other: &Path) -> Option<Ordering> {
        let mut found = Ordering::Equal;
        for pair in self.parts.iter().zip(&other.parts) {
            let here = match pair {
                (Part::Text(_), Part::Parameter(_)) => Ordering::Less,
                (Part::Parameter(_), Part::Text(_)) => Ordering::Greater,
                _ => continue,
            };
            if found != Ordering::Equal && found != here {
                return None;
            }
            found = here;
        }
        (found != Ordering::Equal).then_some(found)
    }

    /// The same with parameters without names: two paths of one shape mean the same addresses.
    pub fn shape(&self) -> Path {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => Part::Text(text.clone()),
            Part::Parameter(_) => Part::Parameter(EcoString::new()),
        });
        Path { parts: parts.collect() }
    }

    /// How many parts it has between its slashes.
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// Whether it is `/`.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// An address that two paths mean which overlap.
    pub fn common(&self, other: &Path) -> String {
        let parts = self.parts.iter().zip(&other.parts).map(|pair| match pair {
            (Part::Text(text), _) | (_, Part::Text(text)) => text.as_str(),
            (Part::Parameter(name), Part::Parameter(_)) => name.as_str(),
        });
        parts.fold(String::new(), |address, part| address + "/" + part)
    }

    /// The beginning that the server keeps for itself, where the path has one.
    pub fn reserved(&self) -> Option<&'static str> {
        RESERVED.into_iter().find(|own| {
            let mut parts = self.parts.iter();
            split(own).all(|own| matches!(parts.next(), Some(Part::Text(text)) if text == own))
        })
    }
}

impl Part {
    fn parse(text: &str) -> Result<Part, PathError> {
        if text.is_empty() {
            return Err(PathError::Empty);
        }
        match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) if is_name(name) => Ok(Part::Parameter(name.into())),
            Some(_) => Err(PathError::Name(text.into())),
            None if text.contains(['{', '}']) => Err(PathError::Mixed(text.into())),
            None => Ok(Part::Text(text.into())),
        }
    }
}

/// The names in braces of a text that should be a path, so that a broken one leaves no name unknown.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    let braced = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    braced.map(|(name, _)| name).filter(|name| is_name(name))
}

/// The parts of a path or an address between its slashes; one slash at the end counts for nothing.
pub fn split(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    path.split('/').take(if path.is_empty() { 0 } else { usize::MAX })
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Path {
        Path::parse(text).unwrap()
    }

    fn values<'a>(pattern: &str, address: &'a str) -> Option<Vec<&'a str>> {
        path(pattern).matches(&split(address).collect::<Vec<_>>())
    }

    #[test]
    fn a_parameter_is_one_part() {
        assert_eq!(values("/lead/{id}", "/lead/7"), Some(vec!["7"]));
        assert_eq!(values("/lead/{id}", "/lead/7/"), Some(vec!["7"]));
        assert_eq!(values("/{a}/x/{b}", "/1/x/2"), Some(vec!["1", "2"]));
        assert_eq!(values("/", "/"), Some(vec![]));
        for address in ["/lead", "/lead/", "/lead//", "/lead/7/8", "/Lead/7"] {
            assert_eq!(values("/lead/{id}", address), None, "{address}");
        }
    }

    #[test]
    fn what_is_no_path() {
        for (text, error) in [
            ("lead", PathError::NoSlash),
            ("/a?b", PathError::Character('?')),
            ("/a//b", PathError::Empty),
            ("/lead-{id}", PathError::Mixed("lead-{id}".into())),
            ("/{1}", PathError::Name("{1}".into())),
            ("/{a}/{a}", PathError::Twice("a".into())),
        ] {
            assert_eq!(Path::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn the_one_that_says_more_goes_before() {
        let order = |a: &str, b: &str| path(a).precedence(&path(b));
        assert_eq!(order("/lead/new", "/lead/{id}"), Some(Ordering::Less));
        assert_eq!(order("/{a}/{b}", "/{a}/x"), Some(Ordering::Greater));
        assert_eq!(order("/lead/{a}", "/lead/{b}"), None);
        assert_eq!(order("/{a}/x", "/y/{b}"), None);
        assert!(path("/{a}/x").overlaps(&path("/y/{b}")));
        assert_eq!(path("/{a}/x").common(&path("/y/{b}")), "/y/x");
        assert!(!path("/{a}/x").overlaps(&path("/{a}/y")));
        assert!(!path("/a").overlaps(&path("/a/{b}")));
    }

    #[test]
    fn the_server_has_paths_of_its_own() {
        assert_eq!(path("/hooks/vapi").reserved(), Some("/hooks"));
        assert_eq!(path("/api/v1/x").reserved(), Some("/api/v1"));
        assert_eq!(path("/api/v2").reserved(), None);
        assert_eq!(path("/{any}").reserved(), None);
    }
}
