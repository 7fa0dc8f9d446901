import assert from "node:assert/strict";
import { createReadStream, readFileSync } from "node:fs";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { EPOCH, makeLog, signer } from "../../bench/auditLog.ts";
import type { AuditReport } from "../../src/audit/log/report.ts";
import type { PublishedEpoch } from "../../src/flow/draw.ts";
import { readPageFiles } from "../../src/http/page/pageFiles.ts";
import { launchChromium } from "../support/browser/chromium.ts";
import { Watched } from "../support/browser/watched.ts";
import { serve } from "../support/http/server.ts";
import { removeDir, runAssay, temporaryDir } from "../support/validator/validator.ts";

// A stranger audits a closed epoch of 100,000 draws in the page, and with the command: both see the same log.

const dir = temporaryDir();
after(() => removeDir(dir));
const made = makeLog(dir, 100_000);
const sampling = JSON.parse(readFileSync(made.sampling, "utf8")) as PublishedEpoch;

/** What stands in the log in place of what was made; changed between two audits. */
let tamper = (text: string): string => text;

/** Latin-1, so that a character is a byte wherever a chunk ends. */
async function* log(): AsyncGenerator<string> {
  for await (const chunk of createReadStream(made.file, { encoding: "latin1", highWaterMark: 2 ** 18 }))
    yield tamper(String(chunk));
}

const browser = await launchChromium();
after(() => browser.close());

/** The figure of a label. */
const figure = (page: Page, label: string): Promise<string> =>
  page
    .locator(".figure", { has: page.getByText(label, { exact: true }) })
    .locator(".value")
    .innerText();

async function auditInPage(
  page: Page,
): Promise<{ verdict: string | null; figures: string[]; codes: string[] }> {
  await page.getByRole("button", { name: `Audit epoch ${EPOCH}` }).click();
  const verdict = page.locator("[data-verdict]");
  await verdict.waitFor();
  const codes = await page.locator("#audit table").last().locator("td:nth-child(2) code").allInnerTexts();
  const labels = ["Findings", "Lines", "Draws recomputed", "Sampled"];
  const figures = await Promise.all(labels.map((label) => figure(page, label)));
  return { verdict: await verdict.getAttribute("data-verdict"), figures, codes };
}

async function auditByCommand(url: string): Promise<AuditReport> {
  const { stdout } = await runAssay(["audit", "--url", url, "--epoch", String(EPOCH), "--json"]);
  return JSON.parse(stdout) as AuditReport;
}

const shown = ({ findings_total, lines, rows, sampled }: AuditReport): string[] =>
  [findings_total, lines, rows, sampled].map((value) => value.toLocaleString("en"));

test("a log of 100,000 draws, as it was made and tampered with: the page agrees with the command", async (t) => {
  const { url } = await serve(
    t,
    {
      keys: () => ({ keys: [signer.jwk] }),
      sampling: async () => sampling,
      closedEpochs: async () => ({
        items: [{ epoch: EPOCH, closed_at: 3, log_head: sampling.log_head }],
        next_before: null,
      }),
      auditLog: log,
    },
    { page: readPageFiles(), eventStreams: 8 },
  );
  const context = await browser.newContext();
  const page = await context.newPage();
  const watched = new Watched(page, url);
  await page.goto(`${url}/#/sampling`);
  await page.getByRole("link", { name: `Audit epoch ${EPOCH}` }).click();

  const clean = await auditInPage(page);
  t.diagnostic(`the page took ${await figure(page, "Took")}`);
  const byCommand = await auditByCommand(url);
  assert.deepEqual(clean, { verdict: "clean", figures: shown(byCommand), codes: [] });
  assert.deepEqual([byCommand.verdict, byCommand.rows], ["clean", 100_000]);

  const row = /"(\d+ jb_[0-9a-f]{32} lane) 0"/;
  tamper = (text) => text.replace(row, '"$1 1"');
  const found = await auditInPage(page);
  const tampered = await auditByCommand(url);
  assert.deepEqual(found, {
    ...{ verdict: "findings", figures: shown(tampered) },
    codes: tampered.findings.slice(0, 50).map(({ code }) => code),
  });
  assert.ok(found.codes.includes("hash_mismatch") && found.codes.includes("draw_differs"));
  await context.close();
  watched.assertClean();
});

test("an audit is cancelled, and what was found so far is shown as partial", async (t) => {
  tamper = (text) => text;
  const { url } = await serve(
    t,
    {
      keys: () => ({ keys: [signer.jwk] }),
      sampling: async () => sampling,
      auditLog: async function* () {
        for await (const text of log()) {
          yield text;
          await sleep(300);
        }
      },
    },
    { page: readPageFiles(), eventStreams: 8 },
  );
  const page = await browser.newPage();
  await page.goto(`${url}/#/sampling/${EPOCH}`);
  await page.getByRole("button", { name: `Audit epoch ${EPOCH}` }).click();
  await page.getByText("draws recomputed").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  const verdict = page.locator("[data-verdict]");
  await verdict.waitFor();
  assert.equal(await verdict.getAttribute("data-verdict"), "partial");
  assert.match(await verdict.innerText(), /interrupted/);
  await page.close();
});

/** The validator as a browser sees it that came by plain http from another machine. */
async function plainHttp(page: Page, url: string): Promise<string> {
  const plain = "http://validator.example";
  await page.context().route(`${plain}/**`, async (route) => {
    const asked = route.request().url();
    if (asked.endsWith("/v1/events")) return route.fulfill({ status: 404 });
    return route.fulfill({ response: await route.fetch({ url: asked.replace(plain, url) }) });
  });
  return plain;
}

test("over plain http the page checks all but signatures, says so, and calls nothing clean", async (t) => {
  tamper = (text) => text;
  const { url } = await serve(
    t,
    {
      keys: () => ({ keys: [signer.jwk] }),
      sampling: async () => sampling,
      auditLog: log,
    },
    { page: readPageFiles() },
  );
  const page = await browser.newPage();
  const plain = await plainHttp(page, url);
  await page.goto(`${plain}/#/sampling/${EPOCH}`);
  assert.equal(await page.evaluate("isSecureContext"), false);
  const { verdict, figures, codes } = await auditInPage(page);
  assert.deepEqual([verdict, figures[0], figures[2], codes], ["partial", "0", "100,000", []]);
  assert.match(await page.locator("[data-verdict]").innerText(), /no signature was checked: .* by https/);
  await page.close();
});

test("a log that was signed anew is found by a browser that saw the epoch while it was open", async (t) => {
  const head = { epoch: EPOCH, log_head: "a".repeat(64), signed_at: 2, key_id: signer.kid };
  const open: PublishedEpoch = {
    ...{ ...sampling, state: "open", closed_at: null, revealed_key: null, log_length: 0 },
    ...{ log_head: head.log_head, heads: [{ ...head, signature: signer.signDocument(head) }] },
  };
  let served = open;
  const { url } = await serve(
    t,
    { keys: () => ({ keys: [signer.jwk] }), sampling: async () => served, auditLog: log },
    { page: readPageFiles() },
  );
  const page = await browser.newPage();
  await page.goto(`${url}/#/sampling/${EPOCH}`);
  await page.getByText("This epoch is open").waitFor();
  served = sampling;
  await page.reload();
  await page.getByText("This browser looked at the epoch while it was open").waitFor();
  const { verdict, codes } = await auditInPage(page);
  assert.deepEqual([verdict, codes], ["findings", ["head_not_in_chain"]]);
  await page.close();
});
