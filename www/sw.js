// Keeps the page usable without a network: `cargo xtask build` writes its version and its files in.
//
// What comes from the network is always preferred where it could be newer: only files whose names tell their contents are
// taken from the cache first. A new version waits until the pages of the old one are closed, and then removes its cache.
const HERE = `headroom ${registration.scope} `;
const CACHE = HERE + "VERSION";
const FILES = [];
const NAMED_BY_CONTENTS = /-[0-9a-f]{16}[._]/;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
});

addEventListener("activate", (event) => {
  const old = (name) => name.startsWith(HERE) && name !== CACHE;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(registration.scope)) return;
  event.respondWith(NAMED_BY_CONTENTS.test(request.url) ? cached(request).then((found) => found ?? fetch(request)) : newest(request));
});

const cached = async (request) => (await caches.open(CACHE)).match(request, { ignoreSearch: true });

const newest = async (request) => {
  try {
    return await fetch(request);
  } catch (error) {
    const found = await cached(request);
    if (found) return found;
    throw error;
  }
};
