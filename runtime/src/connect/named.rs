//! What a project says beside its connections: the settings of `[env]`, and its own secrets of `[secrets]`.

use std::fmt;

use ecow::EcoString;
use indexmap::IndexMap;

use super::secret::{Redactor, Secret};
use super::{Given, resolve};
use crate::error::{Error, ErrorKind};

/// The settings of a project by name, which flows read with `env("NAME")`.
#[derive(Clone, Default)]
pub struct Environment(Named);

/// The secrets of a project by name. Flows only have the names; who carries out an action has the secrets.
#[derive(Clone, Default)]
pub struct Secrets(Named);

#[derive(Clone, Default)]
struct Named {
    by_name: IndexMap<String, Given>,
    sandbox: bool,
}

impl Environment {
    /// The settings that `[env]` has. Each `${NAME}` in a value stands for an environment variable, which `env`
    /// looks up. One that is not set is an error only when a flow reads the setting.
    pub fn from_settings(
        settings: impl IntoIterator<Item = (String, String)>,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Environment {
        Environment(Named::read(settings, env))
    }

    /// The same settings for the sandbox and for tests: what has no value is its own name.
    pub fn for_sandbox(self) -> Environment {
        Environment(Named { sandbox: true, ..self.0 })
    }

    /// A setting's text.
    ///
    /// # Errors
    /// The project has no such setting, or takes it from a variable that is not set.
    pub fn get(&self, name: &str) -> Result<EcoString, Error> {
        match self.0.by_name.get(name) {
            Some(Given::Value(value)) => Ok(value.expose().into()),
            _ if self.0.sandbox => Ok(name.into()),
            other => Err(missing("env", name, other)),
        }
    }
}

impl Secrets {
    /// The secrets that `[secrets]` has. Each `${NAME}` in a value stands for an environment variable, which `env`
    /// looks up. One that is not set is an error only when an action needs the secret.
    pub fn from_settings(
        settings: impl IntoIterator<Item = (String, String)>,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Secrets {
        Secrets(Named::read(settings, env))
    }

    /// The same names for the sandbox, with made-up secrets.
    pub fn for_sandbox(self) -> Secrets {
        Secrets(Named { sandbox: true, ..self.0 })
    }

    /// What a name stands for.
    ///
    /// # Errors
    /// The project has no such secret, or takes it from a variable that is not set.
    pub fn get(&self, name: &str) -> Result<Secret, Error> {
        match self.0.by_name.get(name) {
            _ if self.0.sandbox => Ok(Secret::new(format!("sandbox-{name}"))),
            Some(Given::Value(value)) => Ok(value.clone()),
            other => Err(missing("secrets", name, other)),
        }
    }

    /// Hides every secret in texts.
    pub fn hide(&self, redactor: &mut Redactor) {
        let texts = self.0.by_name.values().filter_map(Given::text);
        texts.filter(|_| !self.0.sandbox).for_each(|text| redactor.add(text));
    }
}

impl Named {
    fn read(
        settings: impl IntoIterator<Item = (String, String)>,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Named {
        let resolved = settings.into_iter().map(|(name, value)| (name, resolve(&value, env)));
        Named { by_name: resolved.collect(), sandbox: false }
    }
}

fn missing(section: &str, name: &str, given: Option<&Given>) -> Error {
    let why = match given {
        Some(Given::Unset(variable)) => {
            format!("`{name}` of [{section}] takes ${{{variable}}}, and no such variable is set")
        }
        _ => format!("[{section}] in callflow.toml has no `{name}`"),
    };
    Error::new(ErrorKind::NotFound, why)
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.by_name.keys()).finish()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.by_name.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Vec<(String, String)> {
        let texts = [("A", "plain"), ("B", "x-${SET}"), ("C", "${UNSET}")];
        texts.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    fn variable(name: &str) -> Option<String> {
        (name == "SET").then(|| "from-outside".to_owned())
    }

    #[test]
    fn settings_and_secrets_by_name() {
        let environment = Environment::from_settings(settings(), &variable);
        let secrets = Secrets::from_settings(settings(), &variable);
        let (tried, hidden) = (environment.clone().for_sandbox(), secrets.clone().for_sandbox());
        let mut report = String::new();
        for name in ["A", "B", "C", "D"] {
            let secret = |secrets: &Secrets| secrets.get(name).map(|it| it.expose().to_owned());
            report.push_str(&format!("{name} env     {:?}\n", told(environment.get(name))));
            report.push_str(&format!("  secret  {:?}\n", told(secret(&secrets))));
            report.push_str(&format!("  sandbox {:?} {:?}\n", tried.get(name), secret(&hidden)));
        }
        insta::assert_snapshot!(report);
        let mut redactor = Redactor::default();
        secrets.hide(&mut redactor);
        assert_eq!(redactor.redact("x-from-outside"), "***");
        assert!(!format!("{environment:?} {secrets:?}").contains("plain"));
    }

    fn told(found: Result<impl ToString, Error>) -> String {
        found.map_or_else(|error| error.to_string(), |found| found.to_string())
    }
}
