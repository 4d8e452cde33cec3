//! Users with the number of their clients.

use std::collections::HashMap;
use std::sync::Arc;

/// Users that have clients.
#[derive(Debug, Default)]
pub(super) struct Users {
    clients: usize,
    clients_of: HashMap<Arc<str>, usize>,
}

impl Users {
    /// Counts a client of the user.
    pub(super) fn add(&mut self, user: &Arc<str>) {
        self.clients += 1;
        *self.clients_of.entry(Arc::clone(user)).or_default() += 1;
    }

    /// Counts a client of the user no more.
    pub(super) fn remove(&mut self, user: &str) {
        let Some(clients) = self.clients_of.get_mut(user) else { return };
        self.clients -= 1;
        *clients -= 1;
        if *clients == 0 {
            self.clients_of.remove(user);
        }
    }

    /// The number of clients.
    pub(super) fn clients(&self) -> usize {
        self.clients
    }

    /// The number of users.
    pub(super) fn distinct(&self) -> usize {
        self.clients_of.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_counted_as_long_as_they_have_a_client() {
        let (ann, bob): (Arc<str>, Arc<str>) = ("ann".into(), "bob".into());
        let mut users = Users::default();
        for user in [&ann, &ann, &bob] {
            users.add(user);
        }
        assert_eq!((users.clients(), users.distinct()), (3, 2));
        users.remove("bob");
        users.remove("ann");
        users.remove("eve");
        assert_eq!((users.clients(), users.distinct()), (1, 1));
        users.remove("ann");
        assert_eq!((users.clients(), users.distinct()), (0, 0));
    }
}
