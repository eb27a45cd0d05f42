// The page as every spec gets it: watched from its first byte, and held to silence at the end.
import { test as base, expect } from "@playwright/test";
import { App } from "./app.mjs";

export { expect };

/** Writes down every request to elsewhere, every breach of the policy and every error of a browser context. */
export function watch(context, origin) {
  const complaints = [];
  const requests = [];
  context.on("request", (request) => {
    const url = new URL(request.url());
    requests.push(request.url());
    const own = url.origin === origin || url.protocol === "data:" || url.protocol === "blob:";
    if (!own) complaints.push(`request to another origin: ${request.url()}`);
  });
  context.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "";
    if (why !== "net::ERR_ABORTED") complaints.push(`request failed: ${request.url()}: ${why}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} for ${response.url()}`);
  });
  // A breach of the policy is reported as an error on the console too.
  context.on("console", (message) => {
    // The tests block service workers, and this is how that is said.
    if (message.text().includes("Service Worker registration blocked by Playwright")) return;
    if (message.type() === "error" || message.type() === "warning") {
      complaints.push(`console ${message.type()}: ${message.text()}`);
    }
  });
  context.on("weberror", (error) => complaints.push(`uncaught: ${error.error()?.stack ?? error.error()}`));
  return { complaints, requests };
}

/**
 * `app` is the page object; `watched` what its context did. A spec that provokes errors lists patterns of them in
 * `watched.expected`.
 */
export const test = base.extend({
  watched: [
    async ({ context, baseURL }, use) => {
      const watched = { ...watch(context, new URL(baseURL).origin), expected: [] };
      await use(watched);
      const left = watched.complaints.filter((text) => !watched.expected.some((pattern) => pattern.test(text)));
      expect(left, "nothing foreign, forbidden or broken happened").toEqual([]);
    },
    { auto: true },
  ],
  app: async ({ page, watched }, use) => {
    await use(new App(page, watched));
  },
});
