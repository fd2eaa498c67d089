//! What kind of repository this is (stub).
use crate::world::Tree;
use std::collections::BTreeMap;
pub struct Facets {}
impl Facets {
    pub fn by_name(&self) -> BTreeMap<String, Vec<String>> {
        BTreeMap::new()
    }
}
pub fn detect(_tree: &Tree) -> Facets {
    Facets {}
}
pub fn known() -> [&'static str; 1] {
    ["container"]
}
pub fn is_known(name: &str) -> bool {
    known().contains(&name)
}
