// The page as a person meets it: by roles, names and real pointer and key events. The one place that knows selectors.
import { expect } from "@playwright/test";

export class App {
  constructor(page, watched) {
    this.page = page;
    this.watched = watched;
    this.blocks = page.locator("[data-node]");
    this.links = page.locator("[data-link]");
  }

  /** Opens the page, with what stands behind the # of the address. */
  async open(fragment = "", { base = "" } = {}) {
    await this.page.goto(`${base}${fragment}`);
    await this.ready();
  }

  /** Waits until the canvas is there. */
  async ready() {
    await expect(this.page.getByRole("main")).toBeVisible();
  }
}
