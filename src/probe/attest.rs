//! stub
use crate::model::Problems;
use crate::probe::Probe;
use crate::yaml::Spanned;
use jiff::civil::Date;
pub struct Statement {
    pub statement: String,
    pub by: String,
    pub date: Spanned<String>,
    pub expires: Spanned<String>,
    pub evidence: Option<Spanned<String>>,
}
pub fn probe(_s: Statement, _today: Date, _p: &mut Problems) -> Option<Box<dyn Probe>> {
    None
}
