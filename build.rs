//! Rebuilds when a folder changes that is compiled in whole.

#[allow(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
fn main() {
    for folder in ["fixtures/demo", "checks"] {
        if std::path::Path::new(folder).exists() {
            println!("cargo:rerun-if-changed={folder}");
        }
    }
    println!("cargo:rerun-if-changed=build.rs");
}
