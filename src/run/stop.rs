//! Ending a run early: on a signal, or when the run's own limit is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

/// A request to end; cheap to clone.
#[derive(Clone)]
pub struct Stop {
    sender: Arc<watch::Sender<Option<String>>>,
    flag: Arc<AtomicBool>,
}

impl Default for Stop {
    fn default() -> Stop {
        Stop { sender: Arc::new(watch::channel(None).0), flag: Arc::new(AtomicBool::new(false)) }
    }
}

impl Stop {
    /// Asks everything to end, for this reason; the first reason stays.
    pub fn request(&self, reason: &str) {
        self.flag.store(true, Ordering::SeqCst);
        self.sender.send_if_modified(|current| {
            let first = current.is_none();
            if first {
                *current = Some(reason.to_owned());
            }
            first
        });
    }

    /// Whether it was asked.
    pub fn is_requested(&self) -> bool {
        self.flag.load(Ordering::SeqCst)
    }

    /// The same as a flag, for threads.
    pub fn flag(&self) -> Arc<AtomicBool> {
        self.flag.clone()
    }

    /// Why it was asked.
    pub fn reason(&self) -> Option<String> {
        self.sender.borrow().clone()
    }

    /// Waits until it is asked.
    pub async fn requested(&self) -> String {
        let mut receiver = self.sender.subscribe();
        loop {
            if let Some(reason) = receiver.borrow_and_update().clone() {
                return reason;
            }
            if receiver.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
