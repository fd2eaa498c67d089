//! What JetStream answers (NATS documentation, "JetStream API reference"), as facts.

use serde_json::Value as Json;

use crate::model::{Exact, Fact, FactDecl, FactType, Facts, Value};

/// The facts about JetStream.
pub(super) fn declared() -> Vec<FactDecl> {
    use FactType::{Bool, Count, Duration, Ratio, Size, Text};
    vec![
        FactDecl::new("jetstream", Bool, "Whether the account has JetStream, which keeps messages."),
        FactDecl::new("streams", Count, "Streams of the account."),
        FactDecl::new("storage.used", Size, "What they take on disk."),
        FactDecl::new("storage.share", Ratio, "Share of the account's limit that is; absent without a limit."),
        FactDecl::new("stream.exists", Bool, "Whether the stream of parameter `stream` is there."),
        FactDecl::new("stream.messages", Count, "Messages in it; absent without it, as all that follows."),
        FactDecl::new("stream.size", Size, "What they take."),
        FactDecl::new("stream.storage", Text, "`file` or `memory`."),
        FactDecl::new("stream.replicas", Count, "Servers that hold it."),
        FactDecl::new("stream.consumers", Count, "Its consumers."),
        FactDecl::new("stream.age", Duration, "Time since its newest message; absent when it is empty."),
        FactDecl::new("consumer.exists", Bool, "Whether the consumer of parameter `consumer` is there."),
        FactDecl::new("consumer.pending", Count, "Messages it has yet to be sent; absent without it."),
        FactDecl::new("consumer.unacknowledged", Count, "Messages sent to it and not acknowledged."),
        FactDecl::new("consumer.redelivered", Count, "Messages sent to it more than once."),
    ]
}

fn absent_or(value: Option<Value>) -> Fact {
    value.map_or(Fact::Absent, Fact::Present)
}

fn count(value: &Json) -> Option<Value> {
    value.as_u64().map(Value::count)
}

/// An answer that is not an error.
fn good(answer: Option<&Json>) -> Option<&Json> {
    answer.filter(|answer| answer["error"].is_null())
}

/// JetStream as the account has it.
pub(super) fn about_account(answer: Option<&Json>, facts: &mut Facts) {
    let account = good(answer);
    facts.present("jetstream", Value::Bool(account.is_some()));
    let null = Json::Null;
    let account = account.unwrap_or(&null);
    facts.set("streams", absent_or(count(&account["streams"])));
    facts.set("storage.used", absent_or(count(&account["storage"])));
    let limit = account["limits"]["max_storage"].as_u64().filter(|limit| *limit > 0);
    let share = limit.zip(account["storage"].as_u64()).and_then(|(limit, used)| Exact::ratio(used, limit));
    facts.set("storage.share", absent_or(share.map(Value::Number)));
}

/// A stream; `now` in seconds since 1970.
pub(super) fn about_stream(answer: Option<&Json>, now: i64, facts: &mut Facts) {
    let found = good(answer);
    facts.present("stream.exists", Value::Bool(found.is_some()));
    let null = Json::Null;
    let found = found.unwrap_or(&null);
    let (state, config) = (&found["state"], &found["config"]);
    facts.set("stream.messages", absent_or(count(&state["messages"])));
    facts.set("stream.size", absent_or(count(&state["bytes"])));
    facts.set("stream.consumers", absent_or(count(&state["consumer_count"])));
    facts.set("stream.replicas", absent_or(count(&config["num_replicas"])));
    facts.set("stream.storage", absent_or(config["storage"].as_str().map(|text| Value::Text(text.to_owned()))));
    let newest = state["last_ts"].as_str().filter(|_| state["messages"].as_u64().is_some_and(|messages| messages > 0));
    let newest = newest.and_then(|text| text.parse::<jiff::Timestamp>().ok());
    facts
        .set("stream.age", absent_or(newest.map(|newest| Value::count(now.saturating_sub(newest.as_second()).max(0)))));
}

/// A consumer.
pub(super) fn about_consumer(answer: Option<&Json>, facts: &mut Facts) {
    let found = good(answer);
    facts.present("consumer.exists", Value::Bool(found.is_some()));
    let null = Json::Null;
    let found = found.unwrap_or(&null);
    facts.set("consumer.pending", absent_or(count(&found["num_pending"])));
    facts.set("consumer.unacknowledged", absent_or(count(&found["num_ack_pending"])));
    facts.set("consumer.redelivered", absent_or(count(&found["num_redelivered"])));
}
