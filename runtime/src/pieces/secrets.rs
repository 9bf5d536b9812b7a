//! A value of type `secret` is a name while a flow has it; here the secret itself is put in its place.

use std::collections::HashSet;
use std::sync::Arc;

use callflow_artifact::types::{RecordId, Type, TypeId, Types, Variants};

use crate::connect::Secrets;
use crate::error::Error;
use crate::value::Value;

/// A value with its secrets in place; none where it has none.
///
/// # Errors
/// A secret that the project does not have.
pub(super) fn put_in(
    types: &Types,
    secrets: &Secrets,
    ty: TypeId,
    value: &Value,
) -> Result<Option<Value>, Error> {
    if !holds_secret(types, ty, &mut HashSet::new()) {
        return Ok(None);
    }
    Put { types, secrets }.value(ty, value).map(Some)
}

/// Whether values of a type can have secrets in them.
fn holds_secret(types: &Types, ty: TypeId, seen: &mut HashSet<TypeId>) -> bool {
    if !seen.insert(ty) {
        return false;
    }
    match types.get(ty) {
        Type::Secret => true,
        Type::Optional(inner) | Type::List(inner) | Type::Map(inner) => {
            holds_secret(types, inner, seen)
        }
        Type::Record(record) => any_field(types, record, seen),
        Type::Choice(choice) => match types.choice(choice).map(|choice| &choice.variants) {
            Some(Variants::Tagged(variants) | Variants::Untagged(variants)) => {
                variants.iter().any(|variant| any_field(types, variant.record, seen))
            }
            _ => false,
        },
        _ => false,
    }
}

fn any_field(types: &Types, record: RecordId, seen: &mut HashSet<TypeId>) -> bool {
    let fields = types.record(record).map(|record| record.fields.as_slice()).unwrap_or_default();
    fields.iter().any(|field| holds_secret(types, field.ty, seen))
}

struct Put<'a> {
    types: &'a Types,
    secrets: &'a Secrets,
}

impl Put<'_> {
    fn value(&self, ty: TypeId, value: &Value) -> Result<Value, Error> {
        Ok(match (self.types.get(self.types.without_optional(ty)), value) {
            (Type::Secret, Value::Text(name)) => Value::text(self.secrets.get(name)?.expose()),
            (Type::List(item), Value::List(items)) => {
                let items = items.iter().map(|value| self.value(item, value));
                Value::List(Arc::new(items.collect::<Result<_, _>>()?))
            }
            (Type::Map(of), Value::Map(entries)) => {
                let entries = entries.iter();
                let entries = entries.map(|(key, value)| Ok((key.clone(), self.value(of, value)?)));
                Value::Map(Arc::new(entries.collect::<Result<_, Error>>()?))
            }
            (Type::Record(record), Value::Record(values)) => {
                Value::Record(self.fields(record, values)?)
            }
            (Type::Choice(choice), Value::Tagged(index, values)) => {
                let at = usize::from(*index);
                let record = match self.types.choice(choice).map(|choice| &choice.variants) {
                    Some(Variants::Tagged(variants) | Variants::Untagged(variants)) => {
                        variants.get(at).map(|it| it.record)
                    }
                    _ => None,
                };
                match record {
                    Some(record) => Value::Tagged(*index, self.fields(record, values)?),
                    None => value.clone(),
                }
            }
            _ => value.clone(),
        })
    }

    fn fields(&self, record: RecordId, values: &[Value]) -> Result<Arc<Vec<Value>>, Error> {
        let record = self.types.record(record);
        let fields = record.map(|record| record.fields.as_slice()).unwrap_or_default();
        let values = fields.iter().zip(values).map(|(field, value)| self.value(field.ty, value));
        values.collect::<Result<_, _>>().map(Arc::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{field, record};

    #[test]
    fn secrets_are_found_however_deep() {
        let mut types = Types::new();
        let optional = types.optional(TypeId::SECRET);
        let list = types.list(optional);
        let map = types.map(list);
        let fields = vec![field("keys", map), field("name", TypeId::STRING)];
        let (_, outer) = record(&mut types, "Outer", fields);
        let value = |secret: &str| {
            let list = Value::list(vec![Value::text(secret), Value::None]);
            let map = Value::Map(Arc::new([("a".into(), list)].into_iter().collect()));
            Value::record(vec![map, Value::text("KEY")])
        };
        let key = [("KEY".to_owned(), "hunter2".to_owned())];
        let secrets = Secrets::from_settings(key, &|_| None);
        let put = put_in(&types, &secrets, outer, &value("KEY")).unwrap();
        assert_eq!(put, Some(value("hunter2")));
        assert_eq!(put_in(&types, &secrets, TypeId::STRING, &Value::text("KEY")), Ok(None));
        assert!(put_in(&types, &secrets, outer, &value("OTHER")).is_err());
    }
}
