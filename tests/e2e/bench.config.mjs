// The page's speed, for `cargo xtask bench`: apart from the specs, because it holds nothing to anything.
import config from "./playwright.config.mjs";

export default { ...config, testDir: "bench", timeout: 600_000 };
