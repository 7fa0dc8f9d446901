import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { MinerPage } from "../../src/http/handlers.ts";
import type { Page } from "../../web/pages/page.ts";
import { seriousFindings } from "../support/browser/axe.ts";
import { Dashboard, type Opened } from "../support/browser/dashboard.ts";
import { dashboardPages } from "../support/browser/pages.ts";
import { prefixProxy } from "../support/browser/prefixProxy.ts";

// Every page of the menu over a demo network: nothing that keeps people out, nothing that no page may do.

const dashboard = await Dashboard.open();
after(() => dashboard.close());
const pages = await dashboardPages();

/** Where a page of one thing finds that thing: a miner that was caught. */
async function restOf({ path }: Page): Promise<string> {
  if (path !== "miner") return "";
  const { items } = await dashboard.network.get<MinerPage>("/v1/miners?limit=500");
  return `/${items.find(({ strikes }) => strikes > 0)?.hotkey}`;
}

async function findingsOf({ page }: Opened): Promise<string[]> {
  const found: string[] = [];
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
    if (wide > width) found.push(`${width} px: the page is ${wide} px wide`);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const serious = await seriousFindings(page, colorScheme === "light" ? "all" : "colours");
      found.push(...serious.map((finding) => `${width} px, ${colorScheme}: ${finding}`));
    }
  }
  return found;
}

test("the pages of everybody keep nobody out, light and dark, on a phone and on a desk", async (t) => {
  const opened = await dashboard.visit("");
  for (const page of pages.filter(({ operator }) => !operator))
    await t.test(page.title, async () => {
      await opened.go(`#/${page.path}${await restOf(page)}`);
      assert.equal(await opened.page.locator("main h1").textContent(), page.title);
      assert.equal(await opened.page.title(), `${page.title} · Assay`);
      assert.deepEqual(await findingsOf(opened), []);
    });
  await opened.close();
});

test("behind a path prefix of a proxy every page works, and asks nothing outside of the prefix", async () => {
  const proxy = await prefixProxy(dashboard.network.url);
  const opened = await dashboard.visit("", { width: 1280 }, proxy.url);
  for (const page of pages.filter(({ operator }) => !operator)) {
    await opened.go(`#/${page.path}${await restOf(page)}`);
    assert.equal(await opened.page.locator("main [role=alert]").count(), 0, page.title);
  }
  await opened.close();
  proxy.close();
  assert.deepEqual(proxy.strays, []);
});
