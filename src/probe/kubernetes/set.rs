//! All objects that count, joined: who selects whom, how many run, what exists.

use std::collections::{BTreeMap, BTreeSet};

use super::autoscaling::{Budget, Scaler};
use super::network::{Isolation, Service};
use super::object::{Body, Object, Supplied};
use super::workload::Workload;

/// An object and the file it stands in.
#[derive(Clone, Copy)]
pub(super) struct Placed<'o> {
    pub(super) file: &'o str,
    pub(super) object: &'o Object,
}

/// Objects of every file that counts.
pub(super) struct Set<'o> {
    pub(super) all: Vec<Placed<'o>>,
    /// Kind and name of everything that exists, made by a kustomization too.
    names: BTreeMap<&'o str, BTreeSet<&'o str>>,
}

/// How many pods of a workload run at least, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Floor {
    Pods(u64),
    /// An autoscaler stops it altogether when nothing is to be done.
    ScalesToZero,
}

impl<'o> Set<'o> {
    /// A set of these objects; `made` exists beside them.
    pub(super) fn new(all: Vec<Placed<'o>>, made: &'o BTreeSet<(&'static str, String)>) -> Set<'o> {
        let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for placed in &all {
            names.entry(placed.object.kind.as_str()).or_default().insert(placed.object.name.as_str());
        }
        for (kind, name) in made {
            names.entry(kind).or_default().insert(name.as_str());
        }
        Set { all, names }
    }

    /// Whether an object of this kind and name exists.
    pub(super) fn has(&self, kind: &str, name: &str) -> bool {
        self.names.get(kind).is_some_and(|names| names.contains(name))
    }

    /// Whether any object of this kind exists.
    pub(super) fn has_kind(&self, kind: &str) -> bool {
        self.names.get(kind).is_some_and(|names| !names.is_empty())
    }

    /// Every workload.
    pub(super) fn workloads(&self) -> impl Iterator<Item = (Placed<'o>, &'o Workload)> {
        self.all.iter().filter_map(|placed| match &placed.object.body {
            Body::Workload(workload) => Some((*placed, workload.as_ref())),
            _ => None,
        })
    }

    /// Every service.
    pub(super) fn services(&self) -> impl Iterator<Item = (Placed<'o>, &'o Service)> {
        self.all.iter().filter_map(|placed| match &placed.object.body {
            Body::Service(service) => Some((*placed, service)),
            _ => None,
        })
    }

    /// Every autoscaler.
    pub(super) fn scalers(&self) -> impl Iterator<Item = (Placed<'o>, &'o Scaler)> {
        self.all.iter().filter_map(|placed| match &placed.object.body {
            Body::Scaler(scaler) => Some((*placed, scaler)),
            _ => None,
        })
    }

    /// Every disruption budget.
    pub(super) fn budgets(&self) -> impl Iterator<Item = (Placed<'o>, &'o Budget)> {
        self.all.iter().filter_map(|placed| match &placed.object.body {
            Body::Budget(budget) => Some((*placed, budget)),
            _ => None,
        })
    }

    /// Every policy that says who may speak with pods.
    pub(super) fn isolations(&self) -> impl Iterator<Item = (Placed<'o>, &'o Isolation)> {
        self.all.iter().filter_map(|placed| match &placed.object.body {
            Body::Isolation(isolation) => Some((*placed, isolation)),
            _ => None,
        })
    }

    /// Services that select the pods of a workload.
    pub(super) fn services_of(&self, placed: Placed<'o>, workload: &Workload) -> Vec<&'o Service> {
        self.services()
            .filter(|(other, service)| {
                let selects = service.selector.as_ref().is_some_and(|selector| selector.matches(&workload.labels));
                selects && placed.object.shares_namespace(other.object)
            })
            .map(|(_, service)| service)
            .collect()
    }

    /// The autoscaler of a workload.
    pub(super) fn scaler_of(&self, placed: Placed<'o>) -> Option<(Placed<'o>, &'o Scaler)> {
        self.scalers().find(|(other, scaler)| {
            scaler.target_name == placed.object.name
                && scaler.target_kind == placed.object.kind
                && placed.object.shares_namespace(other.object)
        })
    }

    /// How many pods run at least.
    pub(super) fn floor(&self, placed: Placed<'o>, workload: &Workload) -> Floor {
        match self.scaler_of(placed) {
            Some((_, scaler)) if scaler.min == 0 => Floor::ScalesToZero,
            Some((_, scaler)) => Floor::Pods(scaler.min),
            None => Floor::Pods(workload.replicas.unwrap_or(1)),
        }
    }

    /// What limit ranges of its namespace give to the containers of a workload.
    pub(super) fn supplied(&self, placed: Placed<'o>) -> Supplied {
        let mut supplied = Supplied::default();
        for other in &self.all {
            let Body::Defaults(given) = other.object.body else { continue };
            // A default may be assumed only where it is known to apply.
            if other.object.namespace == placed.object.namespace {
                supplied.cpu_request |= given.cpu_request;
                supplied.memory_request |= given.memory_request;
                supplied.memory_limit |= given.memory_limit;
            }
        }
        supplied
    }
}
