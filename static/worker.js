// The worker's first breath: takes the WASM that the page has compiled and the address of its glue, and starts it.
// From there on src/worker.rs answers.
self.onmessage = async ({ data: { module, glue } }) => {
  const { default: start } = await import(glue);
  await start({ module_or_path: module });
};
