// The worker's first breath: takes the WASM that the page has compiled, in two parts, and the address of its glue, and
// starts it.
// From there on src/worker.rs answers.
// What keeps it from that is told to the page as a text; a page that is gone does not hear it.
self.onmessage = async ({ data: { module, rest, glue } }) => {
  try {
    const { default: start, take } = await import(glue);
    if (rest) take(rest);
    await start({ module_or_path: module });
  } catch (error) {
    self.postMessage(String(error));
  }
};
