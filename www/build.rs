//! Makes the linker tell of every address that it writes, where the page is built to be published: `tools/split` then knows
//! which constants the first screen can do without.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
}
