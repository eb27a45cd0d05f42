//! `cargo xtask frames`: how smooth the page is with many blocks, beside React Flow and an empty page in the same browser.

use std::path::Path;
use std::process::Command;

use crate::build::Effort;
use crate::{Outcome, build, command, serve, tools};

/// Where the same designs are drawn by React Flow.
const FLOW: &str = "tests/e2e/flow";

/// Measures designs of these sizes, or of 200, 1,000 and 5,000 blocks.
pub fn task(sizes: &[String]) -> Outcome {
    if let Some(other) = sizes.iter().find(|size| size.parse::<u32>().is_err()) {
        return Err(format!("frames takes numbers of blocks, not `{other}`"));
    }
    build::page(Effort::Release)?;
    let chromium = tools::for_browser()?;
    bundle()?;
    let url = serve::in_background("/")?;
    command::run(
        Command::new("node").args(["frames.mjs", &url]).arg(chromium).args(sizes).current_dir(tools::E2E),
    )
}

/// React Flow's page as one script and one style sheet.
fn bundle() -> Outcome {
    if !Path::new(FLOW).join("node_modules").is_dir() {
        command::run(
            command::npm()
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
                .current_dir(FLOW),
        )?;
    }
    const BUNDLE: &str = "import('esbuild').then((it) => it.build({ entryPoints: ['page.jsx'], bundle: true, \
        minify: true, jsx: 'automatic', define: { 'process.env.NODE_ENV': '\"production\"' }, outdir: 'dist' }))";
    command::run(Command::new("node").args(["-e", BUNDLE]).current_dir(FLOW))
}
