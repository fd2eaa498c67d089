//! What the `pom.xml` files of a tree ask for themselves: Maven has no lock, so its direct dependencies are compared, with
//! the versions that the tree states: in the dependency, a property, or `dependencyManagement`, of the file or of a parent
//! that is here (Maven, Introduction to the POM: inheritance, interpolation). A version that a parent elsewhere or an
//! imported bill of materials manages, and one that is a range, is not to be told.

use std::collections::BTreeMap;

use super::locked::{Package, package};
use crate::model::Unknown;
use crate::probe::xml_walk::{Step, walk};
use crate::world::FileBytes;

/// Parents above parents that are looked at.
const MOST_PARENTS: usize = 16;

/// A dependency as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Dependency {
    group: String,
    artifact: String,
    version: String,
    scope: String,
}

/// A `pom.xml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pom {
    own: Dependency,
    parent: Dependency,
    properties: BTreeMap<String, String>,
    managed: Vec<Dependency>,
    direct: Vec<Dependency>,
}

/// Reads one.
pub(super) fn read(file: &FileBytes<'_>) -> Result<Pom, Unknown> {
    parse(&file.text()).map_err(|reason| Unknown::because(format!("it cannot be read: {reason}")))
}

fn parse(text: &str) -> Result<Pom, String> {
    let mut pom = Pom::default();
    let mut above: Vec<String> = Vec::new();
    let mut said = String::new();
    let mut open = Dependency::default();
    walk(text, |step| {
        match step {
            Step::Open(element) => {
                said.clear();
                if element.name == "dependency" {
                    open = Dependency::default();
                }
                above.push(element.name);
            }
            Step::Text(part) => said.push_str(&part),
            Step::Close => {
                pom.take(&above, said.trim(), &mut open);
                said.clear();
                above.pop();
            }
        }
        Ok(())
    })?;
    Ok(pom)
}

impl Dependency {
    fn take(&mut self, name: &str, text: &str) {
        let field = match name {
            "groupId" => &mut self.group,
            "artifactId" => &mut self.artifact,
            "version" => &mut self.version,
            "scope" => &mut self.scope,
            _ => return,
        };
        text.clone_into(field);
    }

    fn is(&self, group: &str, artifact: &str) -> bool {
        self.group == group && self.artifact == artifact
    }
}

impl Pom {
    fn take(&mut self, above: &[String], text: &str, open: &mut Dependency) {
        let names: Vec<&str> = above.iter().map(String::as_str).collect();
        match names.as_slice() {
            ["project", name] => self.own.take(name, text),
            ["project", "parent", name] => self.parent.take(name, text),
            ["project", "properties", name] => drop(self.properties.insert((*name).to_owned(), text.to_owned())),
            ["project", "dependencies", "dependency", name]
            | ["project", "dependencyManagement", "dependencies", "dependency", name] => open.take(name, text),
            ["project", "dependencies", "dependency"] => self.direct.push(std::mem::take(open)),
            ["project", "dependencyManagement", "dependencies", "dependency"] => {
                self.managed.push(std::mem::take(open));
            }
            _ => {}
        }
    }

    fn group(&self) -> &str {
        if self.own.group.is_empty() { &self.parent.group } else { &self.own.group }
    }
}

/// What the files ask for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// Dependencies with their versions.
    pub(super) packages: Vec<Package>,
    /// Those whose version the tree does not state.
    pub(super) unstated: usize,
}

/// All that these files ask for, without what one of them is itself.
pub(super) fn asked(poms: &[&Pom]) -> Asked {
    let mut asked = Asked::default();
    for pom in poms {
        let line = lineage(pom, poms);
        for one in &pom.direct {
            let (group, artifact) = (filled(&one.group, &line), filled(&one.artifact, &line));
            let (Some(group), Some(artifact)) = (group, artifact) else {
                asked.unstated += 1;
                continue;
            };
            if poms.iter().any(|other| other.group() == group && other.own.artifact == artifact) {
                continue;
            }
            let managed = line.iter().flat_map(|pom| &pom.managed).find(|managed| {
                filled(&managed.group, &line).as_deref() == Some(&group)
                    && filled(&managed.artifact, &line).as_deref() == Some(&artifact)
            });
            let either = |of: fn(&Dependency) -> &String| {
                let own = of(one);
                if own.is_empty() { managed.map(of).cloned().unwrap_or_default() } else { own.clone() }
            };
            let version = filled(&either(|one| &one.version), &line).filter(|version| is_exact(version));
            let development = either(|one| &one.scope) == "test";
            match version {
                Some(version) => {
                    let package = package("maven", &format!("{group}/{artifact}"), &version);
                    asked.packages.push(Package { development, ..package });
                }
                None => asked.unstated += 1,
            }
        }
    }
    asked
}

/// A file, its parent, and the parents above it, as far as they are here.
fn lineage<'p>(pom: &'p Pom, poms: &[&'p Pom]) -> Vec<&'p Pom> {
    let mut line = vec![pom];
    let mut last = pom;
    while line.len() < MOST_PARENTS {
        let parent = &last.parent;
        let here = poms.iter().find(|other| parent.is(other.group(), &other.own.artifact) && **other != last);
        let Some(here) = here.filter(|_| !parent.artifact.is_empty()) else { break };
        line.push(here);
        last = here;
    }
    line
}

/// A text with its properties filled in; `None` where one is not known.
fn filled(text: &str, line: &[&Pom]) -> Option<String> {
    let mut text = text.to_owned();
    // A property may name another.
    for _ in 0..MOST_PARENTS {
        let Some((before, rest)) = text.split_once("${") else { return (!text.is_empty()).then_some(text) };
        let (name, after) = rest.split_once('}')?;
        let value = property(name, line)?;
        text = format!("{before}{value}{after}");
    }
    None
}

fn property(name: &str, line: &[&Pom]) -> Option<String> {
    let first = line.first()?;
    let own = |of: fn(&Dependency) -> &String| {
        let texts = [of(&first.own), of(&first.parent)];
        texts.into_iter().find(|text| !text.is_empty()).cloned()
    };
    match name {
        "project.version" | "pom.version" => own(|one| &one.version),
        "project.groupId" | "pom.groupId" => own(|one| &one.group),
        "project.parent.version" => Some(first.parent.version.clone()).filter(|version| !version.is_empty()),
        "project.parent.groupId" => Some(first.parent.group.clone()).filter(|group| !group.is_empty()),
        _ => line.iter().find_map(|pom| pom.properties.get(name).cloned()),
    }
}

/// Neither a range nor a word that stands for another version.
fn is_exact(version: &str) -> bool {
    !version.starts_with(['[', '(']) && !matches!(version, "LATEST" | "RELEASE")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn names(texts: &[&str]) -> (Vec<String>, usize) {
        let poms: Vec<Pom> = texts.iter().map(|text| parse(text).unwrap()).collect();
        let asked = asked(&poms.iter().collect::<Vec<_>>());
        let name = |one: Package| if one.development { format!("({})", one.name) } else { one.name };
        (asked.packages.into_iter().map(name).collect(), asked.unstated)
    }

    fn dependency(name: &str, rest: &str) -> String {
        format!("<dependency><groupId>g</groupId><artifactId>{name}</artifactId>{rest}</dependency>")
    }

    #[test]
    fn versions_come_from_the_file_its_properties_and_parents_in_the_tree() {
        let parent = format!(
            "<project><groupId>s</groupId><artifactId>parent</artifactId><version>3</version><properties><c.version>1.3</c.version></properties>\
             <dependencyManagement><dependencies>{}{}</dependencies></dependencyManagement></project>",
            dependency("c", "<version>${c.version}</version>"),
            dependency("t", "<version>5</version><scope>test</scope>"),
        );
        let child = format!(
            "<project><parent><groupId>s</groupId><artifactId>parent</artifactId><version>3</version></parent><artifactId>web</artifactId>\
             <properties><b.version>1.2</b.version></properties><dependencies>{}{}{}{}{}{}\
             <dependency><groupId>s</groupId><artifactId>core</artifactId><version>${{project.version}}</version></dependency></dependencies>\
             <build><plugins><plugin><dependencies>{}</dependencies></plugin></plugins></build></project>",
            dependency("a", "<version>1.1</version>"),
            dependency("b", "<version>${b.version}</version>"),
            dependency("c", ""),
            dependency("t", ""),
            dependency("far", ""),
            dependency("range", "<version>[1,2)</version>"),
            dependency("plugin", "<version>9</version>"),
        );
        let core = "<project><groupId>s</groupId><artifactId>core</artifactId></project>";
        let (named, unstated) = names(&[&parent, &child, core]);
        assert_eq!(named, ["maven/g/a@1.1", "maven/g/b@1.2", "maven/g/c@1.3", "(maven/g/t@5)"]);
        assert_eq!(unstated, 2);
        let (named, unstated) = names(&[&child]);
        assert_eq!(named, ["maven/g/a@1.1", "maven/g/b@1.2", "maven/s/core@3"]);
        assert_eq!(unstated, 4);
    }

    #[test]
    fn properties_that_name_each_other_end_soon() {
        let text = format!(
            "<project><properties><a>${{b}}</a><b>${{a}}</b></properties><dependencies>{}</dependencies></project>",
            dependency("x", "<version>${a}</version>")
        );
        assert_eq!(names(&[&text]), (Vec::new(), 1));
    }
}
