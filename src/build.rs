//! Build script: embedded data files are part of the program, so a change in them rebuilds it.

fn main() {
    println!("cargo:rerun-if-changed=checks");
    println!("cargo:rerun-if-changed=fixtures/demo");
    println!("cargo:rerun-if-changed=fixtures/systems");
}
