//! What several probes work out of one sweep: worked out once, by whoever asks first, and shared.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::sweep::Swept;

/// A place for one result; others wait while it is worked out.
type Slot = Arc<OnceLock<Arc<dyn Any + Send + Sync>>>;

/// Results by name.
#[derive(Default)]
pub(super) struct Shared(Mutex<BTreeMap<&'static str, Slot>>);

impl Swept {
    /// What `make` works out of this sweep, the first time; later the same again. One name stands for one type and one `make`,
    /// which must not ask for its own name.
    pub fn shared<T: Send + Sync + 'static>(&self, name: &'static str, make: impl FnOnce() -> T) -> Arc<T> {
        let slot = {
            let mut slots = self.shared.0.lock().unwrap_or_else(PoisonError::into_inner);
            slots.entry(name).or_default().clone()
        };
        let made: Arc<dyn Any + Send + Sync> = slot.get_or_init(|| Arc::new(make())).clone();
        made.downcast().expect("one name stands for one type")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_worked_out_once_however_many_ask() {
        let swept = Swept::default();
        let one = swept.shared("sum", || 1_u32 + 1);
        assert_eq!((*one, *swept.shared("sum", || 0_u32)), (2, 2));
        assert_eq!(*swept.shared("other", || "x".to_owned()), "x");
    }
}
