//! Sources of NuGet. NuGet asks all of them and takes what answers first: a package of a private one may be taken from a
//! public one, unless `packageSourceMapping` says which comes from where (NuGet, "Package Source Mapping").

use super::told::{Told, line_of};
use super::{address, registries};
use crate::probe::xml_walk::{Step, walk};

/// A `nuget.config`.
pub(super) fn settings(text: &str) -> Result<Told, String> {
    let mut told = Told::default();
    let mut above: Vec<String> = Vec::new();
    let (mut sources, mut cleared, mut mapped): (Vec<(u32, String)>, bool, bool) = (Vec::new(), false, false);
    walk(text, |step| {
        match step {
            Step::Open(element) => {
                let parent = above.last().map(String::as_str).unwrap_or_default();
                match (parent, element.name.as_str()) {
                    ("packageSources", "clear") => cleared = true,
                    ("packageSources", "add") => {
                        if let Some(url) = element.get("value").filter(|url| url.contains("://")) {
                            let line = line_of(text, url);
                            told.registry(line, "the source", url);
                            sources.push((line, url.to_owned()));
                            if element.get("allowInsecureConnections").is_some_and(|on| on.eq_ignore_ascii_case("true"))
                            {
                                let shown = address::masked(url);
                                told.find(
                                    "unverified",
                                    line,
                                    &shown,
                                    format!("`allowInsecureConnections` of `{shown}`"),
                                );
                            }
                        }
                    }
                    ("packageSourceMapping", "packageSource") => mapped = true,
                    _ => {}
                }
                above.push(element.name);
            }
            Step::Close => drop(above.pop()),
            Step::Text(_) => {}
        }
        Ok(())
    })?;
    let is_public = |url: &str| address::host(url).is_some_and(|host| registries::is_public(&host));
    let open = sources.iter().any(|(_, url)| is_public(url)) || (!cleared && !sources.is_empty());
    for (line, url) in sources.iter().filter(|(_, url)| open && !mapped && !is_public(url)) {
        let shown = address::masked(url);
        let note =
            format!("`{shown}` is asked beside a source to which anyone may publish, without `packageSourceMapping`");
        told.find("confusable", *line, &shown, note);
    }
    Ok(told)
}

/// A project: sources that it names itself, beside those of the settings.
pub(super) fn project(text: &str) -> Result<Told, String> {
    const NAMES: &[&str] = &["RestoreSources", "RestoreAdditionalProjectSources"];
    let mut told = Told::default();
    let mut open = false;
    walk(text, |step| {
        match step {
            Step::Open(element) => open = NAMES.contains(&element.name.as_str()),
            Step::Text(list) if open => {
                for url in list.split(';').map(str::trim).filter(|url| url.contains("://")) {
                    told.registry(line_of(text, url), "the source", url);
                }
            }
            Step::Text(_) => {}
            Step::Close => open = false,
        }
        Ok(())
    })?;
    Ok(told)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_project_may_name_sources_of_its_own() {
        let told = project(
            "<Project>\n<RestoreSources>\n$(RestoreSources);http://nuget.shop.test/v3\n</RestoreSources>\n</Project>",
        )
        .unwrap();
        assert_eq!((told.findings.len(), told.findings[0].line), (1, 3));
    }

    #[test]
    fn a_private_source_beside_the_public_one_needs_a_mapping() {
        let of = |sources: &str, more: &str| {
            let text = format!("<configuration><packageSources>{sources}</packageSources>{more}</configuration>");
            settings(&text).unwrap().findings.len()
        };
        let own = "<add key='a' value='https://nuget.shop.test/v3' />";
        let public = format!("<add key='n' value='https://api.{}.org/v3/index.json' />", "nuget");
        assert_eq!(of(&format!("<clear />{own}{public}"), ""), 1);
        assert_eq!(of(own, ""), 1, "without clear the usual source stays");
        assert_eq!(of(&format!("<clear />{own}"), ""), 0);
        assert_eq!(
            of(&format!("{own}{public}"), "<packageSourceMapping><packageSource key='a' /></packageSourceMapping>"),
            0
        );
        assert_eq!(of("<clear /><add key='a' value='http://nuget.shop.test/v3' />", ""), 1);
    }
}
