import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";
import type { Locator } from "playwright-core";
import type { Skiplist } from "../../src/http/handlers.ts";
import type { AlertList } from "../../src/http/routes/alertSchemas.ts";
import type { DrainState } from "../../src/http/routes/drainSchemas.ts";
import { keypairOfUri } from "../../src/keys/uri.ts";
import { seriousFindings } from "../support/browser/axe.ts";
import { Dashboard, type Opened } from "../support/browser/dashboard.ts";
import { testDatabases } from "../support/store/postgresDatabases.ts";
import { operatorAsks } from "../support/validator/operator.ts";

// What an operator does from the page, each action against a real validator, which shares its store as those do that can be cordoned.

after(() => dashboard.close());
const databases = await testDatabases().get();
const dashboard = await Dashboard.open({ store: { kind: "postgres", url: await databases.makeEmpty() } });
const { network } = dashboard;

const hotkeyOf = async (uri: string): Promise<string> => (await keypairOfUri(uri)).hotkey;
const asked = async <T>(path: string): Promise<T> => (await operatorAsks<T>(network, "GET", path)).document;
const suspended = async (hotkey: string): Promise<Skiplist["items"]> =>
  (await asked<Skiplist>("/v1/admin/skiplist")).items.filter((item) => item.hotkey === hotkey);

/** The dialog of an action; its button carries dots. */
async function openAction({ page }: Opened, within: Locator, name: string): Promise<Locator> {
  await within.getByRole("button", { name: `${name}…`, exact: true }).click();
  const dialog = page.getByRole("dialog", { name, exact: true });
  await dialog.waitFor();
  return dialog;
}

const confirm = (dialog: Locator, name: string): Promise<void> =>
  dialog.getByRole("button", { name, exact: true }).click();
const gone = (dialog: Locator): Promise<void> => dialog.waitFor({ state: "detached" });
const panel = ({ page }: Opened, name: string): Locator => page.getByRole("region", { name, exact: true });

test("operators' pages are for operators, and keep nobody out", async () => {
  const stranger = await dashboard.visit("#/system");
  await stranger.page.getByLabel("Operator's token").fill("not the token");
  await stranger.watched.expecting([401], async () => {
    await stranger.page.getByRole("main").getByRole("button", { name: "Log in" }).click();
    await stranger.page.getByRole("alert").waitFor();
  });
  assert.equal(await stranger.page.getByText("Configuration in force").count(), 0);
  await stranger.close();
  const opened = await dashboard.visitAsOperator("#/system");
  for (const [path, width] of [
    ["system", 1280],
    ["system", 360],
    ["jobs", 1280],
  ] as const) {
    await opened.page.setViewportSize({ width, height: 800 });
    await opened.go(`#/${path}`);
    assert.deepEqual(await seriousFindings(opened.page), [], `${path} at ${width} px`);
    const wide = await opened.page.evaluate<number>("document.documentElement.scrollWidth");
    assert.ok(wide <= width, `${path}: ${wide} px wide at ${width} px`);
  }
  await opened.close();
});

test("the configuration in force names the source of each value, and hides what is secret", async () => {
  const opened = await dashboard.visitAsOperator("#/system?config.q=suspension_tempos");
  const row = panel(opened, "Configuration in force").getByRole("row", { name: /judge\.suspension_tempos/ });
  assert.match((await row.textContent()) ?? "", /2000.*file.*line 1/);
  await opened.go("#/system?config.q=chain.block_ms");
  const demo = panel(opened, "Configuration in force").getByRole("row", { name: /chain\.block_ms/ });
  assert.match((await demo.textContent()) ?? "", /2000.*flag/);
  await opened.close();
});

test("suspend says what it will do and asks why; a refusal is shown as it is; release undoes it", async () => {
  const bob = await hotkeyOf("//Bob");
  const opened = await dashboard.visitAsOperator("#/system");
  const suspensions = panel(opened, "Suspensions");
  let dialog = await openAction(opened, suspensions, "Suspend");
  assert.match((await dialog.textContent()) ?? "", /out of the network for 2,000 tempos: 20,000 blocks/);
  assert.deepEqual(await seriousFindings(opened.page), []);
  await dialog.getByLabel("Hotkey").fill(bob);
  await dialog.getByLabel("Tempos").fill("3");
  assert.match((await dialog.textContent()) ?? "", /for 3 tempos: 30 blocks, about 1 min/);
  await confirm(dialog, "Suspend");
  assert.deepEqual(await suspended(bob), [], "without a reason nothing is sent");
  await dialog.getByLabel("Reason").fill("a test of the page");
  await dialog.getByLabel("Hotkey").fill(`${bob.slice(0, -1)}${bob.endsWith("x") ? "y" : "x"}`);
  await opened.watched.expecting([400, 422], async () => {
    await confirm(dialog, "Suspend");
    await dialog.getByRole("alert").waitFor();
  });
  assert.match((await dialog.getByRole("alert").textContent()) ?? "", /hotkey.*must be a hotkey/s);
  await dialog.getByLabel("Hotkey").fill(bob);
  await confirm(dialog, "Suspend");
  await gone(dialog);
  const [item] = await suspended(bob);
  assert.deepEqual([item?.kind, item?.reason], ["operator", "a test of the page"]);
  const row = suspensions.getByRole("row", { name: new RegExp(bob.slice(0, 6)) });
  await row.waitFor();
  dialog = await openAction(opened, row, "Release");
  assert.match((await dialog.textContent()) ?? "", new RegExp(`Every suspension of ${bob} is lifted`));
  await dialog.getByLabel("Reason").fill("it was a test");
  await confirm(dialog, "Release");
  await gone(dialog);
  await row.waitFor({ state: "detached" });
  assert.deepEqual(await suspended(bob), []);
  await opened.close();
});

test("on a miner's page it is suspended and released, and the page hears of both", async () => {
  const alice = await hotkeyOf("//Alice");
  const opened = await dashboard.visitAsOperator(`#/miner/${alice}`);
  const standing = panel(opened, "Standing");
  for (const [name, state] of [
    ["Suspend", "suspended"],
    ["Release", "active"],
  ] as const) {
    const dialog = await openAction(opened, standing, name);
    await dialog.getByLabel("Reason").fill("a look at the page");
    await confirm(dialog, name);
    await gone(dialog);
    await standing.locator("header").getByText(state).waitFor();
  }
  assert.deepEqual(await suspended(alice), []);
  await opened.close();
});

test("release many shows whom it will release, and leaves those suspended for another reason", async () => {
  const names = await Promise.all(["//many-1", "//many-2"].map(hotkeyOf));
  for (const hotkey of names)
    await operatorAsks(network, "POST", "/v1/admin/skiplist", { hotkey, tempos: 5, reason: "before" });
  const before = (await asked<Skiplist>("/v1/admin/skiplist")).items.length;
  assert.ok(before > names.length, "a miner is suspended for a strike");
  const opened = await dashboard.visitAsOperator("#/system");
  const dialog = await openAction(opened, panel(opened, "Suspensions"), "Release many");
  await dialog.getByLabel("Suspended").selectOption("operator");
  const preview = dialog.getByRole("list", { name: "Hotkeys that will be released" }).getByRole("listitem");
  assert.deepEqual((await preview.allTextContents()).sort(), [...names].sort());
  await dialog.getByLabel("Reason").fill("the fault was ours");
  await confirm(dialog, "Release many");
  await gone(dialog);
  const left = (await asked<Skiplist>("/v1/admin/skiplist")).items;
  assert.deepEqual(new Set(left.map(({ kind }) => kind)), new Set(["strike"]));
  await opened.close();
});

test("a suspension by keyboard alone: every step is reached by Tab, and Escape leaves without a trace", async () => {
  const charlie = await hotkeyOf("//Charlie");
  const opened = await dashboard.visitAsOperator("#/system");
  const { page } = opened;
  const focused = (): Promise<string> =>
    page.evaluate<string>("document.activeElement.textContent.trim() || document.activeElement.name || ''");
  const tabTo = async (wanted: string): Promise<void> => {
    for (let i = 0; i < 200; i++) {
      if ((await focused()) === wanted) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`Tab never reaches ${wanted}`);
  };
  await tabTo("Suspend…");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await focused(), "Suspend…", "the focus is back where it was");
  await page.keyboard.press("Enter");
  await tabTo("hotkey");
  await page.keyboard.type(charlie);
  await tabTo("reason");
  await page.keyboard.type("by keyboard");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal((await suspended(charlie))[0]?.reason, "by keyboard");
  await opened.close();
  await operatorAsks(network, "DELETE", `/v1/admin/skiplist/${charlie}?reason=over`);
});

test("drain stops new work and says so, and is undone from the page", async () => {
  const opened = await dashboard.visitAsOperator("#/system");
  // The page's checks answer 503 while it lasts.
  await opened.watched.expecting([503], async () => {
    const drain = panel(opened, "Drain of this process");
    const dialog = await openAction(opened, drain, "Drain");
    assert.match(
      (await dialog.textContent()) ?? "",
      /refused with draining, no jobs are sent, and\s+\/readyz fails/,
    );
    await dialog.getByLabel("Reason").fill("an upgrade");
    await confirm(dialog, "Drain");
    await gone(dialog);
    await drain.getByText("takes no new work").waitFor();
    const state = await asked<DrainState>("/v1/admin/drain");
    assert.deepEqual([state.draining, state.reason], [true, "an upgrade"]);
    const undo = await openAction(opened, drain, "Take work again");
    await confirm(undo, "Take work again");
    await gone(undo);
    await drain.getByText("takes work", { exact: false }).waitFor();
    assert.equal((await asked<DrainState>("/v1/admin/drain")).draining, false);
  });
  await opened.close();
});

test("a rule is muted for a time and with a reason, also before it finds anything; the mute is ended", async () => {
  const opened = await dashboard.visitAsOperator("#/system");
  const alerts = panel(opened, "Alerts");
  const dialog = await openAction(opened, alerts, "Mute a rule");
  await dialog.getByLabel("Rule").fill("chain_stale");
  await dialog.getByLabel("Minutes").fill("90");
  assert.match(
    (await dialog.textContent()) ?? "",
    /Nobody is told of chain_stale for 1 h 30 min.*still watched/s,
  );
  await dialog.getByLabel("Reason").fill("we move the node");
  await confirm(dialog, "Mute a rule");
  await gone(dialog);
  const row = alerts.getByRole("row", { name: /chain_stale/ });
  await row.getByText("muted").first().waitFor();
  // A busy machine can have alerts of its own, such as a slow store.
  const statesOf = ({ items }: AlertList): string[] =>
    items.filter(({ rule }) => rule === "chain_stale").map(({ state }) => state);
  const muted = await asked<AlertList>("/v1/admin/alerts");
  assert.deepEqual(statesOf(muted), ["muted"]);
  const told = muted.history.find(({ rule }) => rule === "chain_stale");
  assert.match(told?.text ?? "", /we move the node/);
  const undo = await openAction(opened, row, "Unmute");
  await confirm(undo, "Unmute");
  await row.waitFor({ state: "detached" });
  assert.deepEqual(statesOf(await asked<AlertList>("/v1/admin/alerts")), []);
  await opened.close();
});

/** More than the miners of the demo prove while the page is looked at. */
const queuedJobs = 24;

test("jobs show who has how many in flight and why no more, and a customer's job can be cancelled", async () => {
  for (let i = 1; i <= queuedJobs; i++) {
    const job = { lane: "groth16", kind: "hash-chain", input: { x: String(i) }, client_key: `job-${i}` };
    assert.equal((await operatorAsks(network, "POST", "/v1/jobs", job)).status, 202);
  }
  const opened = await dashboard.visitAsOperator(`#/jobs?customer.q=job-${queuedJobs}`);
  const grace = await hotkeyOf("//Grace");
  const row = panel(opened, "Miners").getByRole("row", { name: new RegExp(grace.slice(0, 6)) });
  assert.match((await row.textContent()) ?? "", /fewer than 100 results|its cap|wants no more|rests/);
  const job = panel(opened, "Customers' jobs").getByRole("row", { name: new RegExp(`job-${queuedJobs}`) });
  const dialog = await openAction(opened, job, "Cancel");
  assert.match((await dialog.textContent()) ?? "", /ends unanswered with state cancelled/);
  await dialog.getByRole("button", { name: "Cancel", exact: true }).last().click();
  await gone(dialog);
  await job.getByText("cancelled").waitFor();
  await opened.close();
});

test("a process is cordoned and uncordoned; ordered to drain, it ends by itself with status 0", async () => {
  const opened = await dashboard.visitAsOperator("#/system");
  const row = panel(opened, "Processes").getByRole("row", { name: /answers this page/ });
  const cordon = await openAction(opened, row, "Cordon");
  assert.match((await cordon.textContent()) ?? "", /takes no new work and goes on with what it has/);
  await confirm(cordon, "Cordon");
  await gone(cordon);
  await row.getByText("cordoned", { exact: false }).waitFor();
  const uncordon = await openAction(opened, row, "Uncordon");
  await confirm(uncordon, "Uncordon");
  await gone(uncordon);
  await row.getByText("at work").waitFor();
  const drain = await openAction(opened, row, "Drain and stop");
  assert.match((await drain.textContent()) ?? "", /stops with exit status 0/);
  const ended = once(network.process, "exit");
  await confirm(drain, "Drain and stop");
  assert.deepEqual(await ended, [0, null]);
  await opened.page.getByText("last seen", { exact: false }).first().waitFor();
  await opened.page.context().close();
});
