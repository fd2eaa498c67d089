//! A small DNS server: what stands in its zone, by UDP and TCP.

use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CAA, CNAME, MX, NS, TXT};
use hickory_proto::rr::{Name, RData, Record};

/// How it behaves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manner {
    /// Lines such as `shop.test A 192.0.2.1`; `shop.test - SERVFAIL` for a failure.
    pub(crate) zone: String,
    /// Before each answer.
    pub(crate) delay: Duration,
    /// Datagrams that are passed over.
    pub(crate) deaf: usize,
    /// Answers of datagrams are cut, so that the question comes again by TCP.
    pub(crate) truncates: bool,
    /// A datagram that does not belong to the question comes first.
    pub(crate) forges: bool,
}

/// Starts a server; its threads end with the test. Returns its port.
pub(crate) fn start(manner: Manner) -> u16 {
    let stream = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = stream.local_addr().unwrap().port();
    let socket = UdpSocket::bind(("127.0.0.1", port)).unwrap();
    let manner = Arc::new(manner);
    let shared = Arc::clone(&manner);
    std::thread::spawn(move || serve_datagrams(&socket, &shared));
    std::thread::spawn(move || {
        for mut connection in stream.incoming().flatten() {
            let mut length = [0; 2];
            connection.read_exact(&mut length).unwrap();
            let mut question = vec![0; u16::from_be_bytes(length).into()];
            connection.read_exact(&mut question).unwrap();
            let answer = answer(&question, &manner).to_vec().unwrap();
            connection.write_all(&u16::try_from(answer.len()).unwrap().to_be_bytes()).unwrap();
            connection.write_all(&answer).unwrap();
        }
    });
    port
}

fn serve_datagrams(socket: &UdpSocket, manner: &Manner) {
    let mut buffer = [0; 4096];
    let mut deaf = manner.deaf;
    while let Ok((length, from)) = socket.recv_from(&mut buffer) {
        if deaf > 0 {
            deaf -= 1;
            continue;
        }
        std::thread::sleep(manner.delay);
        let mut answer = answer(&buffer[..length], manner);
        if manner.forges {
            let mut forged = answer.clone();
            forged.metadata.id ^= 1;
            forged.answers.clear();
            let _ = socket.send_to(&forged.to_vec().unwrap(), from);
        }
        if manner.truncates {
            answer.answers.clear();
            answer.metadata.truncation = true;
        }
        let _ = socket.send_to(&answer.to_vec().unwrap(), from);
    }
}

fn answer(question: &[u8], manner: &Manner) -> Message {
    let question = Message::from_vec(question).unwrap();
    let mut answer = Message::response(question.metadata.id, OpCode::Query);
    answer.add_queries(question.queries.iter().cloned());
    let asked = &question.queries[0];
    let name = asked.name.to_ascii().to_ascii_lowercase();
    let name = name.trim_end_matches('.');
    let lines: Vec<Vec<&str>> = manner.zone.lines().map(|line| line.trim().splitn(3, ' ').collect()).collect();
    let own: Vec<&Vec<&str>> = lines.iter().filter(|line| line[0] == name).collect();
    let below = lines.iter().any(|line| line[0].ends_with(&format!(".{name}")));
    answer.metadata.response_code = match own.first() {
        None if below => ResponseCode::NoError,
        None => ResponseCode::NXDomain,
        Some(line) if line[1] == "-" => ResponseCode::ServFail,
        Some(_) => ResponseCode::NoError,
    };
    for line in own {
        if let Some(data) =
            data(line[1], line[2]).filter(|data| data.record_type() == asked.query_type || line[1] == "CNAME")
        {
            answer.add_answer(Record::from_rdata(asked.name.clone(), 300, data));
        }
    }
    answer
}

fn data(kind: &str, text: &str) -> Option<RData> {
    let name = |text: &str| Name::from_ascii(format!("{text}.")).unwrap();
    Some(match kind {
        "A" => RData::A(A(text.parse().unwrap())),
        "AAAA" => RData::AAAA(AAAA(text.parse().unwrap())),
        "CNAME" => RData::CNAME(CNAME(name(text))),
        "MX" => RData::MX(MX::new(10, name(text))),
        "NS" => RData::NS(NS(name(text))),
        "TXT" => RData::TXT(TXT::new(vec![text.to_owned()])),
        "CAA" => RData::CAA(CAA::new_issue(false, (text != ";").then(|| Name::from_ascii(text).unwrap()), Vec::new())),
        _ => return None,
    })
}
