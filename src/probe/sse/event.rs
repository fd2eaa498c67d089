//! Server-sent events (HTML Living Standard §9.2.6 "Interpreting an event stream"), as they come in pieces.

use std::time::Duration;

/// An event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// When its end came, since the request was sent.
    pub(super) at: Duration,
    /// Its kind; empty for a plain message.
    pub(super) kind: String,
    /// Its data, lines joined.
    pub(super) data: String,
    /// Whether it has an id, from which a client that lost the connection goes on.
    pub(super) has_id: bool,
}

/// The events whose end came. Comments, which keep connections alive, are none.
pub(super) fn events(pieces: &[(Duration, Vec<u8>)]) -> Vec<Event> {
    let mut events = Vec::new();
    let mut event = Event::default();
    let mut data: Option<String> = None;
    for (at, line) in lines(pieces) {
        if line.is_empty() {
            if let Some(data) = data.take() {
                events.push(Event { at, data, ..std::mem::take(&mut event) });
            }
            event = Event::default();
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => match &mut data {
                Some(lines) => {
                    lines.push('\n');
                    lines.push_str(value);
                }
                None => data = Some(value.to_owned()),
            },
            "event" => value.clone_into(&mut event.kind),
            "id" => event.has_id = true,
            _ => {}
        }
    }
    events
}

/// Whole lines with the time their last byte came; a line ends with CR LF, LF or CR.
fn lines(pieces: &[(Duration, Vec<u8>)]) -> Vec<(Duration, String)> {
    let mut lines = Vec::new();
    let mut line = Vec::new();
    let mut after_return = false;
    for (at, piece) in pieces {
        for byte in piece {
            let ends_return = std::mem::replace(&mut after_return, *byte == b'\r') && *byte == b'\n';
            match byte {
                _ if ends_return => {}
                b'\n' | b'\r' => lines.push((*at, String::from_utf8_lossy(&std::mem::take(&mut line)).into_owned())),
                other => line.push(*other),
            }
        }
    }
    if let Some((_, first)) = lines.first_mut()
        && let Some(rest) = first.strip_prefix('\u{feff}')
    {
        *first = rest.to_owned();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pieces: &[&str]) -> Vec<Event> {
        let at = |number: usize| Duration::from_millis(number as u64);
        let pieces: Vec<_> =
            pieces.iter().enumerate().map(|(number, text)| (at(number), text.as_bytes().to_vec())).collect();
        events(&pieces)
    }

    #[test]
    fn an_event_is_known_when_its_blank_line_came() {
        let found = of(&[": hello\n\nevent: price\nid: 7\ndata: 1", "2\ndata:x\n", "\n"]);
        let at = Duration::from_millis(2);
        assert_eq!(found, [Event { at, kind: "price".into(), data: "12\nx".into(), has_id: true }]);
    }

    #[test]
    fn every_end_of_line_counts_and_what_has_no_end_does_not() {
        let data: Vec<String> = of(&["\u{feff}data: a\r\n\r", "\ndata: b\r\rdata: c\n\ndata: d\n"])
            .into_iter()
            .map(|event| event.data)
            .collect();
        assert_eq!(data, ["a", "b", "c"]);
    }

    #[test]
    fn a_field_without_data_is_no_event() {
        assert!(of(&["event: ping\n\nretry: 3\n\n"]).is_empty());
        assert_eq!(of(&["data\n\n"])[0].data, "");
    }
}
