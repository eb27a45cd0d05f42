// Appended to the glue by `cargo xtask build`: fetches the rest of the program once the bytes of the first part are there,
// which does not wait for it. A call into the rest before it has come does, and so does everything else then.
const rest = {
  url: new URL("./REST", import.meta.url),
  imports: null,
  first: null,
  module: null,
  fetching: null,
  here: false,

  // The imports of the first part, and one more.
  joined(imports) {
    Object.values(imports)[0].__fetch_rest = () => this.now();
    if (!this.module) this.watch();
    return (this.imports = imports);
  },

  // The first part is there; in a worker the rest already is.
  begin(exports) {
    this.first = exports;
    if (this.module) return this.install();
    this.fetch();
    addEventListener("headroom-first-screen", (event) => { event.preventDefault(); this.later(); }, { once: true });
  },

  // Sets out while the browser still compiles the first part.
  watch() {
    const arrived = (list, observer) => {
      if (!list.getEntries().some(({ name }) => name.endsWith("/FIRST"))) return;
      observer.disconnect();
      this.fetch();
    };
    new PerformanceObserver(arrived).observe({ type: "resource", buffered: true });
  },

  fetch() {
    this.fetching ??= this.fetched();
    // Whoever waits for it tells; until then nobody does.
    this.fetching.catch(() => {});
  },

  install() {
    if (this.here) return;
    this.here = true;
    new WebAssembly.Instance(this.module, { ...this.imports, first: this.first });
  },

  async later() {
    try {
      const module = await this.fetching;
      this.module ??= module;
      this.install();
    } catch (error) {
      return dispatchEvent(new CustomEvent("headroom-rest-lost", { detail: String(error) }));
    }
    dispatchEvent(new CustomEvent("headroom-rest", { detail: this.module }));
  },

  async fetched() {
    const answer = await fetch(this.url, { priority: "low" });
    if (!answer.ok) throw new Error(`${answer.status} for ${this.url}`);
    try {
      return await WebAssembly.compileStreaming(answer.clone());
    } catch {
      // A host that calls it by another type.
      return WebAssembly.compile(await answer.arrayBuffer());
    }
  },

  // The program stands still until the rest is here: nothing else can wait in the middle of a call.
  now() {
    if (this.here) return;
    if (!this.module) {
      console.info("headroom: the rest of the program was needed before it came");
      const request = new XMLHttpRequest();
      request.open("GET", this.url, false);
      request.overrideMimeType("text/plain; charset=x-user-defined");
      request.send();
      if (request.status !== 200) throw new WebAssembly.RuntimeError(`${request.status} for ${this.url}`);
      this.module = new WebAssembly.Module(Uint8Array.from(request.responseText, (c) => c.charCodeAt(0) & 255));
    }
    this.install();
  },
};
// For a worker, which gets the rest from the page before it starts.
export const take = (module) => { rest.module = module; };
