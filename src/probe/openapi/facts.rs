//! The facts of API descriptions.

use crate::model::{FactDecl, FactType};

/// Facts that count findings.
#[rustfmt::skip]
pub(super) const COUNTED: &[(&str, &str)] = &[
    ("swagger_2", "descriptions of version 2.0"),
    ("broken_references", "`$ref` that lead nowhere, in the file or to files of the repository"),
    ("duplicate_operation_ids", "operations whose `operationId` another one has"),
    ("missing_operation_ids", "operations without `operationId`"),
    ("lost_parameters", "operations whose path names a parameter that is not declared, or the other way round"),
    ("without_success_response", "operations that document no response but errors"),
    ("without_schema", "operations none of whose successful responses says what its body is"),
    ("undescribed_operations", "operations without summary and description"),
    ("without_example", "operations without an example of request or response"),
    ("unbounded_collections", "operations that answer with a list and let nobody say how much of it"),
    ("open_collections", "operations that answer with a part of a list, and do not say how large it may be (`maximum`)"),
    ("unstated_security", "operations that say nothing of security, in a description that says nothing for all"),
    ("undefined_security", "operations that require a scheme which is not defined"),
    ("optional_security", "operations whose security is optional (`{}`)"),
    ("public_writes", "operations that change something and ask nobody (`security: []` or optional), those that sign in or receive webhooks left out"),
    ("public_operations", "operations with `security: []`"),
    ("undocumented_refusals", "operations that require a scheme and document neither 401 nor 403"),
    ("query_keys", "security schemes with an API key in the address"),
    ("weak_flows", "OAuth 2 flows `implicit` and `password` (RFC 9700 §2.1.2, §2.4)"),
    ("plain_servers", "servers without TLS, this machine left out"),
];

/// Every fact, for the registry.
#[rustfmt::skip]
pub(super) fn declarations() -> Vec<FactDecl> {
    let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
    let ratio = |name, doc| FactDecl::new(name, FactType::Ratio, doc);
    let texts = |name, doc| FactDecl::new(name, FactType::List(Box::new(FactType::Text)), doc);
    let mut all = vec![
        count("files", "descriptions that count; 0 when there is none, and then nothing else is observed"),
        count("parse_errors", "descriptions that could not be read"),
        texts("versions", "versions of OpenAPI that they are written in"),
        texts("api_versions", "versions that the descriptions give their API (`info.version`)"),
        count("operations", "operations"),
        count("paths", "paths that have an operation"),
        count("references", "`$ref`, those to other hosts included, which are not followed"),
        count("security_schemes", "security schemes"),
        count("collections", "operations that answer with a list, those with `x-bounded: true` left out"),
        count("secured_operations", "operations that require a scheme which is defined"),
    ];
    all.extend(COUNTED.iter().map(|(name, doc)| count(*name, *doc)));
    all.push(ratio("contract_ratio", "share of the operations without a fault of form; 10 % less for version 2.0"));
    all.push(ratio("bounded_ratio", "share of the lists whose length is bounded; one without a stated maximum counts 60 %"));
    all.push(ratio("described_ratio", "share of the operations with summary or description"));
    all.push(ratio("security_ratio", "share of the operations whose security is stated; 30 % less for each public write and key in the address, 20 % for each weak flow"));
    all
}
