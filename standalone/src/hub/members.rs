//! The members by their user.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::roster::Roster;
use super::{Limits, Member, lock, shrink};

/// Why a member can't join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TooManyConnections {
    /// There are as many members as `connection_limit` allows.
    InAll,
    /// The user has as many connections as `user_connection_limit` allows.
    OfUser,
}

#[derive(Default)]
pub(super) struct Members(Mutex<Index>);

#[derive(Default)]
struct Index {
    count: usize,
    by_user: HashMap<Arc<str>, Roster<Arc<Member>>>,
}

impl Members {
    pub(super) fn add(&self, member: &Arc<Member>, limits: Limits) -> Result<(), TooManyConnections> {
        let mut index = lock(&self.0);
        if limits.connection_limit.is_some_and(|limit| index.count >= limit) {
            return Err(TooManyConnections::InAll);
        }
        let user = &member.user;
        if limits.user_connection_limit.is_some_and(|limit| !user.is_empty() && index.connections(user) >= limit) {
            return Err(TooManyConnections::OfUser);
        }
        index.by_user.entry(Arc::clone(&member.user)).or_default().insert(Arc::clone(member));
        index.count += 1;
        Ok(())
    }

    pub(super) fn remove(&self, member: &Member) {
        let mut index = lock(&self.0);
        let Some(members) = index.by_user.get_mut(&member.user) else { return };
        let was_there = members.remove(member.number()).is_some();
        if members.is_empty() {
            index.by_user.remove(&member.user);
        }
        index.count -= usize::from(was_there);
        shrink(&mut index.by_user);
    }

    pub(super) fn of_user(&self, user: &str) -> Vec<Arc<Member>> {
        let index = lock(&self.0);
        index.by_user.get(user).map(|members| members.iter().cloned().collect()).unwrap_or_default()
    }

    /// The number of members, and of users.
    pub(super) fn count(&self) -> (usize, usize) {
        let index = lock(&self.0);
        (index.count, index.by_user.len())
    }
}

impl Index {
    fn connections(&self, user: &str) -> usize {
        self.by_user.get(user).map_or(0, Roster::len)
    }
}
