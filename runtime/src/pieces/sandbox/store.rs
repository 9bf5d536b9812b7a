//! What the sandbox remembers: the objects that were created, by where they stand.

use std::collections::{HashMap, HashSet};

use callflow_artifact::TypeId;
use indexmap::IndexMap;
use serde_json::Value as Json;

/// An object that a flow created or changed.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    /// The type that its creator's answer had, so that it is found under another path too.
    pub(super) ty: TypeId,
    /// The path of its collection.
    pub(super) collection: String,
    /// Its id as text.
    pub(super) id: String,
    /// All that is known of it.
    pub(super) object: Json,
}

/// Everything that was created and not deleted.
#[derive(Debug, Default)]
pub(super) struct Store {
    /// By collection and id.
    objects: IndexMap<(String, String), Stored>,
    deleted: HashSet<(String, String)>,
    /// How many objects of a kind were created.
    created: HashMap<String, u32>,
}

impl Store {
    /// The object of a collection that has an id.
    pub(super) fn get(&self, collection: &str, id: &str) -> Option<&Stored> {
        self.objects.get(&(collection.to_owned(), id.to_owned()))
    }

    /// Whether there was such an object and it was deleted.
    pub(super) fn is_deleted(&self, collection: &str, id: &str) -> bool {
        self.deleted.contains(&(collection.to_owned(), id.to_owned()))
    }

    /// Remembers an object, in the place of an earlier one.
    pub(super) fn put(&mut self, stored: Stored) {
        let key = (stored.collection.clone(), stored.id.clone());
        self.deleted.remove(&key);
        self.objects.insert(key, stored);
    }

    /// Forgets an object, and that there was one.
    pub(super) fn delete(&mut self, collection: &str, id: &str) -> Option<Stored> {
        let key = (collection.to_owned(), id.to_owned());
        self.deleted.insert(key.clone());
        self.objects.shift_remove(&key)
    }

    /// The objects of a collection, and those of the item's type elsewhere at the same host, in the order of
    /// their creation.
    pub(super) fn list(&self, collection: &str, item: TypeId) -> impl Iterator<Item = &Stored> {
        let host = collection.split('/').next().unwrap_or_default().to_owned();
        self.objects.values().filter(move |stored| {
            let is_same_kind = stored.ty == item
                && item != TypeId::JSON
                && stored.collection.split('/').next() == Some(&host);
            stored.collection == collection || is_same_kind
        })
    }

    /// How many objects of a kind there were before; counts one more.
    pub(super) fn count(&mut self, kind: String) -> u32 {
        let created = self.created.entry(kind).or_default();
        *created += 1;
        *created - 1
    }
}
