//! Who sends which request: due requests go to connections that are free, the others wait in order. A state machine
//! without clock and network, so that a simulated server can be put under it.

/// What a connection that has become free does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Send this request, which has been waiting.
    Send(u64),
    /// Wait to be called.
    Wait,
}

/// Hands requests to connections.
#[derive(Debug)]
pub(super) struct Desk {
    /// Free connections; the one used last is called first, so that no more are opened than are needed at once.
    free: Vec<usize>,
    /// Requests that were handed out.
    handed: u64,
    /// Requests that are due.
    released: u64,
}

impl Desk {
    /// All of `connections` are free.
    pub(super) fn new(connections: usize) -> Desk {
        Desk { free: (0..connections).rev().collect(), handed: 0, released: 0 }
    }

    /// Requests up to `released` are due: which connection is to send which of them now.
    pub(super) fn release(&mut self, released: u64) -> Vec<(usize, u64)> {
        self.released = self.released.max(released);
        let mut calls = Vec::new();
        while self.handed < self.released {
            let Some(connection) = self.free.pop() else { break };
            calls.push((connection, self.handed));
            self.handed += 1;
        }
        calls
    }

    /// A connection has become free.
    pub(super) fn next(&mut self, connection: usize) -> Next {
        if self.handed < self.released {
            self.handed += 1;
            return Next::Send(self.handed - 1);
        }
        self.free.push(connection);
        Next::Wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_requests_go_to_free_connections_and_wait_when_there_is_none() {
        let mut desk = Desk::new(2);
        assert_eq!(desk.release(1), [(0, 0)]);
        assert_eq!(desk.release(4), [(1, 1)], "two more are due than there are connections");
        assert_eq!(desk.next(1), Next::Send(2));
        assert_eq!(desk.next(0), Next::Send(3));
        assert_eq!(desk.next(0), Next::Wait);
        assert_eq!(desk.release(5), [(0, 4)]);
    }

    #[test]
    fn a_connection_that_is_not_needed_is_never_called() {
        let mut desk = Desk::new(16);
        for ticket in 0..100 {
            assert_eq!(desk.release(ticket + 1), [(0, ticket)]);
            assert_eq!(desk.next(0), Next::Wait);
        }
    }
}
