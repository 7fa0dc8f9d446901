import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { AssayError } from "../../src/core/problems/assayError.ts";
import { readPageFiles } from "../../src/http/page/pageFiles.ts";
import { EPOCH, publishedLog, signer } from "../support/audit/world.ts";
import { seriousFindings } from "../support/browser/axe.ts";
import { launchChromium } from "../support/browser/chromium.ts";
import { Watched } from "../support/browser/watched.ts";
import { operatorToken, serve, receipt as unsigned } from "../support/http/server.ts";

// What is on record of single strikes, submissions and epochs, and what the page finds out again about them.

const log = await publishedLog();
const owned = log.strikes.find(({ items }) => items.length > 0) ?? assert.fail("nobody was struck");
const [strike = assert.fail()] = owned.items;
const { signature: _, ...rest } = { ...unsigned, challenge_id: `pm-t1-e${EPOCH}-${"a".repeat(24)}` };
const receipt = { ...rest, signature: signer.signDocument(rest) };

const browser = await launchChromium();
after(() => browser.close());

const { evidence, ...facts } = strike;
const ledgerRow = {
  ...{ ...facts, hotkey: owned.hotkey, lifted: false, epoch: EPOCH, work_id: evidence.work_id },
  ...{ receipt_id: null, code: evidence.verdict.code, checker: evidence.checker, rule: evidence.rule },
};

async function opened(
  t: Parameters<typeof serve>[0],
): Promise<{ page: Page; url: string; close: () => Promise<void> }> {
  const { url } = await serve(
    t,
    {
      keys: () => ({ keys: [signer.jwk] }),
      sampling: async (epoch) => (epoch === EPOCH ? log.sampling : { ...log.early, epoch }),
      closedEpochs: async () => ({
        items: [{ epoch: EPOCH, closed_at: 1, log_head: log.sampling.log_head }],
        next_before: null,
      }),
      strikes: async () => JSON.stringify(owned),
      strikeLedger: async () => ({ items: [ledgerRow], next_before: null }),
      submission: async (id) => {
        if (id !== receipt.receipt_id) throw new AssayError({ code: "receipt_not_found" });
        return { receipt, epoch: EPOCH, block: 5, decided_at: null, tries: 0 };
      },
    },
    { page: readPageFiles(), eventStreams: 8 },
  );
  const context = await browser.newContext({ viewport: { width: 360, height: 800 } });
  const page = await context.newPage();
  const watched = new Watched(page, url);
  const close = async () => {
    assert.deepEqual(await seriousFindings(page), []);
    const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
    assert.ok(wide <= 360, `the page is ${wide} px wide`);
    await context.close();
    watched.assertClean();
  };
  return { page, url, close };
}

test("a strike's evidence is checked again in the page", async (t) => {
  const { page, url, close } = await opened(t);
  await page.goto(`${url}/#/strikes`);
  await page.getByRole("link", { name: /^Evidence of strike/ }).click();
  await page.getByRole("button", { name: "Check the evidence again" }).click();
  await page.locator("[data-check]").first().waitFor();
  const checks = await page.evaluate<string[]>(
    "[...document.querySelectorAll('[data-check]')].map(({ dataset }) => dataset.check + ' ' + dataset.outcome)",
  );
  assert.deepEqual(checks, [
    ...["whose confirmed", "commitment confirmed", "draw confirmed", "answer confirmed", "verdict unchecked"],
  ]);
  await close();
});

test("a receipt that is pasted is held against the validator's keys", async (t) => {
  const { page, url, close } = await opened(t);
  await page.goto(`${url}/#/submission`);
  const look = async (text: string): Promise<void> => {
    await page.getByLabel("Receipt, JSON").fill(text);
    await page.getByRole("button", { name: "Look at it" }).click();
  };
  await look(JSON.stringify(receipt));
  await page.locator("[data-signature=signed]").waitFor();
  assert.equal(await page.locator(".timeline li").count(), 3);
  await look(JSON.stringify({ ...receipt, tier: 2 }));
  await page.locator("[data-signature=forged]").waitFor();
  await look("rc_1");
  await page.getByRole("alert").filter({ hasText: "not JSON" }).waitFor();
  assert.equal(await page.locator("[data-signature]").count(), 0);
  await close();
});

test("an operator looks a submission up by its receipt", async (t) => {
  const { page, url, close } = await opened(t);
  await page.goto(`${url}/#/submission`);
  await page.getByRole("link", { name: "log-in" }).click();
  await page.getByLabel("Operator's token").fill(operatorToken);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByLabel("Receipt id").fill(receipt.receipt_id);
  await page.getByRole("button", { name: "Look up" }).click();
  await page.locator("[data-signature=signed]").waitFor();
  assert.ok(page.url().endsWith(`#/submission/${receipt.receipt_id}`));
  await close();
});

test("an epoch shows its commitment, policy, key and heads", async (t) => {
  const { page, url, close } = await opened(t);
  await page.goto(`${url}/#/sampling`);
  await page
    .getByRole("link", { name: String(EPOCH), exact: true })
    .first()
    .click();
  await page.getByText(log.sampling.commitment).first().waitFor();
  assert.equal(await page.getByText(log.sampling.revealed_key ?? "-").count(), 1);
  assert.equal(
    await page.locator("table", { hasText: "Head of the log" }).locator("tbody tr").count(),
    log.sampling.heads.length,
  );
  await close();
});
