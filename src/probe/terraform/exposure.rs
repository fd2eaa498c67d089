//! Databases that the whole Internet reaches: a public address, an access list for everybody, a firewall that lets everybody
//! through to a port of databases (catalogue `data/least-privilege`).

use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};

use super::expression::{Known, attribute, known, label, text};
use super::protection::{Guarded, State, starts};

/// The fact that counts them.
pub(super) const FACT: &str = "public_databases";
/// Ports of databases: SQL Server, Oracle, MySQL, PostgreSQL, Redshift, Redis, Cassandra, Elasticsearch, MongoDB.
const PORTS: &[u32] = &[1433, 1521, 3306, 5432, 5439, 6379, 9042, 9200, 27017];
/// A rule about more ports than these is about databases only where its name says so.
const FEW_PORTS: u32 = 100;
const OPEN_GROUP: &[&str] = &["AWS-0107", "aws-ec2-no-public-ingress-sgr", "aws-vpc-no-public-ingress-sgr"];

/// Every way in to a database that a resource decides about.
pub(super) fn exposed(block: &Block) -> Vec<Guarded> {
    let kind = label(block, 0);
    let body = &block.body;
    let found = |name: &str, state: State, rules: &'static [&'static str]| Guarded {
        fact: FACT,
        resource: format!("{kind}.{}", label(block, 1)),
        attribute: name.to_owned(),
        state,
        rules,
        starts: starts(body, "", name),
    };
    match kind {
        "aws_db_instance" | "aws_rds_cluster_instance" | "aws_redshift_cluster" => {
            // An instance has no public address unless it is asked for; a cluster of Redshift had one for long.
            let unwritten = if kind == "aws_redshift_cluster" { State::Elsewhere } else { State::Holds };
            let state = attribute(body, "publicly_accessible").map_or(unwritten, |value| is_not(&value, true));
            vec![found(
                "publicly_accessible",
                state,
                &["CKV_AWS_17", "CKV_AWS_87", "AWS-0180", "aws-rds-no-public-db-access"],
            )]
        }
        "aws_security_group" => {
            let opened = body.get_blocks("ingress").filter_map(|rule| group_rule(block, &rule.body));
            opened.map(|state| found("ingress", state, OPEN_GROUP)).collect()
        }
        "aws_security_group_rule" if text(body, "type").as_deref() == Some("ingress") => {
            group_rule(block, body).map(|state| found("cidr_blocks", state, OPEN_GROUP)).into_iter().collect()
        }
        "aws_vpc_security_group_ingress_rule" => {
            group_rule(block, body).map(|state| found("cidr_ipv4", state, OPEN_GROUP)).into_iter().collect()
        }
        "google_sql_database_instance" => {
            google_sql(body).map(|state| found("settings", state, &["CKV_GCP_11", "GCP-0017"])).into_iter().collect()
        }
        "google_compute_firewall" => {
            google_firewall(block).map(|state| found("source_ranges", state, &["GCP-0027"])).into_iter().collect()
        }
        "azurerm_network_security_rule" => {
            azure_rule(block).map(|state| found("source_address_prefix", state, &["AZU-0047"])).into_iter().collect()
        }
        _ if kind.starts_with("azurerm_") && kind.ends_with("firewall_rule") && kind.contains("sql") => {
            vec![found(
                "end_ip_address",
                azure_range(body),
                &["CKV_AZURE_11", "AZU-0029", "azure-database-no-public-firewall-access"],
            )]
        }
        _ => Vec::new(),
    }
}

fn is_not(value: &Known, wrong: bool) -> State {
    match value {
        Known::Bool(value) if *value == wrong => State::Fails,
        Known::Elsewhere => State::Elsewhere,
        _ => State::Holds,
    }
}

/// The texts of a list, or the one text; `None` where anything else decides.
fn texts(body: &Body, name: &str) -> Option<Vec<String>> {
    let one = |expression: &Expression| match known(expression) {
        Known::Text(text) => Some(text),
        Known::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match &body.get_attribute(name)?.value {
        Expression::Array(items) => items.iter().map(one).collect(),
        single => one(single).map(|text| vec![text]),
    }
}

fn is_everybody(range: &str) -> bool {
    matches!(range, "0.0.0.0/0" | "::/0" | "*" | "Internet" | "Any" | "0.0.0.0")
}

/// Who comes in, of several attributes: everybody if any says so.
fn from_everybody(body: &Body, names: &[&str]) -> Option<State> {
    let written: Vec<&&str> = names.iter().filter(|name| body.has_attribute(name)).collect();
    let lists: Vec<Option<Vec<String>>> = written.iter().map(|name| texts(body, name)).collect();
    if lists.iter().flatten().flatten().any(|range| is_everybody(range)) {
        return Some(State::Fails);
    }
    match () {
        () if lists.iter().any(Option::is_none) => Some(State::Elsewhere),
        () if lists.is_empty() => None,
        () => Some(State::Holds),
    }
}

/// Whether ports are those of databases; `None` where they are not, or cannot be told.
fn of_databases(block: &Block, from: u32, to: u32) -> bool {
    const WORDS: &[&str] =
        &["db", "database", "rds", "postgres", "postgresql", "mysql", "sql", "redis", "mongo", "aurora"];
    let named = || label(block, 1).split(['_', '-']).any(|word| WORDS.contains(&word.to_ascii_lowercase().as_str()));
    let has_port = PORTS.iter().any(|port| (from..=to).contains(port));
    has_port && (to.saturating_sub(from) < FEW_PORTS || named())
}

fn port(body: &Body, name: &str) -> Option<u32> {
    match attribute(body, name)? {
        Known::Number(number) => format!("{number}").parse().ok(),
        Known::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn group_rule(block: &Block, body: &Body) -> Option<State> {
    let every_port =
        matches!(text(body, "protocol").or_else(|| text(body, "ip_protocol")).as_deref(), Some("-1" | "all"));
    let (from, to) = if every_port { (0, 65535) } else { (port(body, "from_port")?, port(body, "to_port")?) };
    if !of_databases(block, from, to) {
        return None;
    }
    let ranges = from_everybody(body, &["cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"]);
    let group = ["security_groups", "source_security_group_id", "referenced_security_group_id", "self"];
    ranges.or_else(|| group.iter().any(|name| body.has_attribute(name)).then_some(State::Holds))
}

fn google_sql(body: &Body) -> Option<State> {
    let settings = &body.get_blocks("settings").next()?.body;
    let network = &settings.get_blocks("ip_configuration").next()?.body;
    let lists: Vec<&Block> = network.get_blocks("authorized_networks").collect();
    if lists.iter().any(|list| text(&list.body, "value").is_some_and(|value| is_everybody(&value))) {
        return Some(State::Fails);
    }
    let decided_elsewhere = network.get_blocks("dynamic").next().is_some()
        || lists.iter().any(|list| attribute(&list.body, "value") == Some(Known::Elsewhere));
    match attribute(network, "ipv4_enabled") {
        Some(Known::Bool(false)) => Some(State::Holds),
        _ if decided_elsewhere => Some(State::Elsewhere),
        // A public address that lets nobody in.
        _ => Some(State::Holds),
    }
}

fn google_firewall(block: &Block) -> Option<State> {
    let body = &block.body;
    let opens = body.get_blocks("allow").any(|allow| {
        let ports = texts(&allow.body, "ports").unwrap_or_default();
        ports.iter().any(|ports| range(ports).is_some_and(|(from, to)| of_databases(block, from, to)))
    });
    opens.then(|| from_everybody(body, &["source_ranges"])).flatten()
}

fn range(text: &str) -> Option<(u32, u32)> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    Some((from.trim().parse().ok()?, to.trim().parse().ok()?))
}

fn azure_rule(block: &Block) -> Option<State> {
    let body = &block.body;
    let says = |name: &str, word: &str| text(body, name).is_some_and(|text| text.eq_ignore_ascii_case(word));
    if !says("direction", "Inbound") || !says("access", "Allow") {
        return None;
    }
    let ports: Vec<String> = ["destination_port_range", "destination_port_ranges"]
        .iter()
        .flat_map(|name| texts(body, name).unwrap_or_default())
        .collect();
    let opens = ports.iter().any(|ports| range(ports).is_some_and(|(from, to)| of_databases(block, from, to)));
    opens.then(|| from_everybody(body, &["source_address_prefix", "source_address_prefixes"])).flatten()
}

/// The whole of IPv4; `0.0.0.0` to `0.0.0.0` lets services of the cloud in, and those of other customers.
fn azure_range(body: &Body) -> State {
    match (attribute(body, "start_ip_address"), attribute(body, "end_ip_address")) {
        (Some(Known::Text(from)), Some(Known::Text(to))) if from == "0.0.0.0" && to == "255.255.255.255" => {
            State::Fails
        }
        (Some(Known::Text(_)), Some(Known::Text(_))) => State::Holds,
        _ => State::Elsewhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(resource: &str, name: &str, body: &str) -> Vec<State> {
        let text = format!("resource \"{resource}\" \"{name}\" {{\n{body}\n}}\n");
        let parsed: Body = text.parse().expect("it is HCL");
        let block = parsed.blocks().next().expect("a block");
        exposed(block).into_iter().map(|guarded| guarded.state).collect()
    }

    #[test]
    fn a_public_address_a_list_for_everybody_and_an_open_port_are_ways_in() {
        assert_eq!(states("aws_db_instance", "a", "publicly_accessible = true"), [State::Fails]);
        assert_eq!(states("aws_db_instance", "a", "publicly_accessible = var.public"), [State::Elsewhere]);
        assert_eq!(states("aws_db_instance", "a", ""), [State::Holds]);
        let group = |ports: &str, source: &str| format!("ingress {{\n{ports}\nprotocol = \"tcp\"\n{source}\n}}");
        let postgres = "from_port = 5432\nto_port = 5432";
        let everybody = "cidr_blocks = [\"0.0.0.0/0\"]";
        assert_eq!(states("aws_security_group", "a", &group(postgres, everybody)), [State::Fails]);
        assert_eq!(
            states("aws_security_group", "a", &group(postgres, "cidr_blocks = [\"10.0.0.0/8\"]")),
            [State::Holds]
        );
        assert_eq!(states("aws_security_group", "a", &group(postgres, "security_groups = [x.id]")), [State::Holds]);
        assert_eq!(states("aws_security_group", "a", &group("from_port = 443\nto_port = 443", everybody)), []);
        let all = "from_port = 0\nto_port = 65535";
        assert_eq!(states("aws_security_group", "web", &group(all, everybody)), []);
        assert_eq!(states("aws_security_group", "orders_db", &group(all, everybody)), [State::Fails]);
        let azure = "start_ip_address = \"0.0.0.0\"\nend_ip_address = \"255.255.255.255\"";
        assert_eq!(states("azurerm_mssql_firewall_rule", "a", azure), [State::Fails]);
        let google = "settings {\n ip_configuration {\n  authorized_networks {\n   value = \"0.0.0.0/0\"\n  }\n }\n}";
        assert_eq!(states("google_sql_database_instance", "a", google), [State::Fails]);
        let firewall = "allow {\n protocol = \"tcp\"\n ports = [\"22\", \"3306\"]\n}\nsource_ranges = [\"0.0.0.0/0\"]";
        assert_eq!(states("google_compute_firewall", "a", firewall), [State::Fails]);
    }
}
