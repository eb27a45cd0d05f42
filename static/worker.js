// The worker's first breath: takes the WASM that the page has compiled, in two parts, and the address of its glue, and
// starts it.
// From there on src/worker.rs answers.
self.onmessage = async ({ data: { module, rest, glue } }) => {
  const { default: start, take } = await import(glue);
  if (rest) take(rest);
  await start({ module_or_path: module });
};
