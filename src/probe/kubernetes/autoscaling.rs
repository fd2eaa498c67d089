//! Who decides how many pods run, and how many may be missing: autoscalers and disruption budgets.

use crate::probe::yaml_file::at;
use crate::yaml::Node;

use super::object::{Selector, group, number_at, text_at};

/// An autoscaler of a workload.
#[derive(Clone, Debug)]
pub(super) struct Scaler {
    pub(super) target_kind: String,
    pub(super) target_name: String,
    /// Kubernetes starts at 1, KEDA at 0.
    pub(super) min: u64,
    pub(super) max: Option<u64>,
}

/// A disruption budget.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    pub(super) selector: Selector,
    pub(super) min_available: Option<Share>,
    pub(super) max_unavailable: Option<Share>,
}

/// A number of pods, or a percentage of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    Pods(u64),
    Percent(u64),
}

impl Share {
    /// `2` or `50%`.
    pub(super) fn read(text: &str) -> Option<Share> {
        match text.strip_suffix('%') {
            Some(percent) => percent.trim().parse().ok().map(Share::Percent),
            None => text.parse().ok().map(Share::Pods),
        }
    }

    /// How many of so many pods, rounded up, as the eviction API does.
    pub(super) fn of(self, pods: u64) -> u64 {
        match self {
            Share::Pods(number) => number,
            Share::Percent(percent) => percent.saturating_mul(pods).div_ceil(100),
        }
    }
}

impl Budget {
    /// How many of so many pods may be evicted at once.
    pub(super) fn allowed(&self, pods: u64) -> u64 {
        match (self.max_unavailable, self.min_available) {
            (Some(most), _) => most.of(pods),
            (None, Some(least)) => pods.saturating_sub(least.of(pods)),
            (None, None) => 0,
        }
    }
}

/// A HorizontalPodAutoscaler or a KEDA ScaledObject.
pub(super) fn scaler(kind: &str, api_version: &str, root: &Node) -> Option<Scaler> {
    let spec = root.get("spec")?;
    let (min, max, default) = match (group(api_version), kind) {
        ("autoscaling", "HorizontalPodAutoscaler") => ("minReplicas", "maxReplicas", 1),
        ("keda.sh", "ScaledObject") => ("minReplicaCount", "maxReplicaCount", 0),
        _ => return None,
    };
    let target = spec.get("scaleTargetRef")?;
    Some(Scaler {
        target_kind: text_at(target, &["kind"]).unwrap_or("Deployment").to_owned(),
        target_name: text_at(target, &["name"])?.to_owned(),
        min: number_at(spec, &[min]).unwrap_or(default),
        max: number_at(spec, &[max]),
    })
}

/// A PodDisruptionBudget.
pub(super) fn budget(kind: &str, api_version: &str, root: &Node) -> Option<Budget> {
    if (group(api_version), kind) != ("policy", "PodDisruptionBudget") {
        return None;
    }
    let share = |key: &str| at(root, &["spec", key]).and_then(Node::text).and_then(Share::read);
    Some(Budget {
        selector: at(root, &["spec", "selector"]).map(Selector::read).unwrap_or_default(),
        min_available: share("minAvailable"),
        max_unavailable: share("maxUnavailable"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_rounds_a_percentage_up_before_it_counts() {
        let budget = |min: Option<&str>, max: Option<&str>| Budget {
            selector: Selector::default(),
            min_available: min.and_then(Share::read),
            max_unavailable: max.and_then(Share::read),
        };
        assert_eq!(budget(Some("50%"), None).allowed(3), 1);
        assert_eq!(budget(Some("100%"), None).allowed(5), 0);
        assert_eq!(budget(None, Some("1")).allowed(2), 1);
        assert_eq!(budget(None, Some("0")).allowed(9), 0);
        assert_eq!(budget(Some("2"), None).allowed(2), 0);
    }
}
