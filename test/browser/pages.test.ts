import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { MinerPage, MinerView } from "../../src/http/handlers.ts";
import type { Page } from "../../web/pages/page.ts";
import { seriousFindings } from "../support/browser/axe.ts";
import { Dashboard, desk, type Opened } from "../support/browser/dashboard.ts";
import { dashboardPages } from "../support/browser/pages.ts";
import { plannedText } from "../support/browser/plannedText.ts";
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

test("behind a path prefix of a proxy every page works, and asks nothing outside of the prefix", async (t) => {
  const proxy = await prefixProxy(dashboard.network.url);
  t.after(() => proxy.close());
  const opened = await dashboard.visit("", { width: 1280 }, proxy.url);
  for (const page of pages.filter(({ operator }) => !operator)) {
    await opened.go(`#/${page.path}${await restOf(page)}`);
    assert.equal(await opened.page.locator("main [role=alert]").count(), 0, page.title);
  }
  await opened.close();
  assert.deepEqual(proxy.strays, []);
});

test("the plan of the page is the plan of the command", async () => {
  const given = {
    rate: "1/25",
    strikes: "3",
    suspension_tempos: "40",
    jobs_per_tempo: "7000",
    margin: "0.2",
  };
  const opened = await dashboard.visit(`#/deterrence?${new URLSearchParams(given)}`, desk);
  await opened.page.getByRole("img", { name: /Penalty \/ gain/ }).waitFor();
  const text = await plannedText(dashboard.network.url, given);
  const rows = await opened.page.locator("table.plan-table tr").allInnerTexts();
  const cells = rows.map((row) => row.split(/\t|\n/).map((cell) => cell.trim()));
  assert.ok(cells.length > 15, `${cells.length} rows`);
  for (const row of cells.slice(1)) {
    const wanted = row.filter((cell) => cell !== "");
    assert.ok(
      text.some((line) => wanted.every((cell) => line.includes(cell))),
      `not in assay plan: ${wanted.join(" | ")}`,
    );
  }
  await opened.close();
});

test("a slider moves the plan, by mouse and by arrow keys, and the address keeps it", async () => {
  const opened = await dashboard.visit("#/deterrence");
  const { page } = opened;
  const verdict = page.getByRole("status").filter({ hasText: "verified" });
  await verdict.waitFor();
  const before = await verdict.textContent();
  const slider = page.getByLabel("Strikes that suspend", { exact: true });
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  await verdict.filter({ hasText: "2 strikes" }).waitFor();
  assert.notEqual(await verdict.textContent(), before);
  assert.match(page.url(), /strikes=2/);
  await page.getByRole("button", { name: "Reset all inputs" }).click();
  await verdict.filter({ hasText: "one strike" }).waitFor();
  await page.getByLabel("Verified, as a number").fill("2");
  await page.keyboard.press("Enter");
  assert.match((await page.getByRole("alert").textContent()) ?? "", /rate: "2" is not a fraction/);
  await opened.close();
});

test("periods show their way to the chain, and why one was missed", async () => {
  const opened = await dashboard.visit("");
  const { period } = await dashboard.network.get<{ period: number }>("/v1/weights/latest");
  const base = { method: "commit", attempts: 1, planned_at: 1, changed_at: 2, extrinsic: null, reason: null };
  const items = [
    { ...base, period, state: "committed", blocks: { planned: 100, submitted: 101, committed: 102 } },
    { ...base, period: period - 1, state: "confirmed", blocks: { planned: 90, revealed: 95, confirmed: 96 } },
    {
      ...base,
      period: period - 2,
      state: "missed",
      reason: "tempo_expired",
      blocks: { planned: 80, missed: 89 },
    },
  ];
  await opened.page.route("**/v1/weights?limit=100", (route) =>
    route.fulfill({ json: { items, next_before: null } }),
  );
  await opened.go("#/weights");
  const rows = await opened.page
    .getByRole("region", { name: "Periods", exact: true })
    .getByRole("row")
    .allInnerTexts();
  const [, committed = "", confirmed = "", missed = ""] = rows.map((row) => row.replace(/\s+/g, " "));
  assert.match(committed, /planned at 100 submitted at 101 committed at 102/);
  assert.match(confirmed, /planned at 90 revealed at 95 read back at 96/);
  assert.match(missed, /missed.*tempo_expired/);
  await opened.close();
});

test("a vector shows every miner that weighs, and what changed since the last one", async () => {
  const vector = await dashboard.network.get<{ period: number; weights: { hotkey: string }[] }>(
    "/v1/weights/latest",
  );
  const opened = await dashboard.visit(`#/weights?period=${vector.period}`);
  const bars = opened.page
    .getByRole("list", { name: `Weights of period ${vector.period}` })
    .getByRole("listitem");
  assert.equal(await bars.count(), vector.weights.length);
  const rows = opened.page.getByRole("region", { name: "Rows", exact: true }).getByRole("row");
  assert.ok((await rows.count()) > vector.weights.length);
  const miners = await dashboard.network.get<{ items: MinerView[] }>("/v1/miners?limit=500");
  const known = new Set(miners.items.map(({ hotkey }) => hotkey));
  assert.ok(vector.weights.every(({ hotkey }) => known.has(hotkey)));
  await opened.close();
});
