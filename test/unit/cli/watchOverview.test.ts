import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { durationText, overviewLines } from "../../../src/cli/shared/overviewLines.ts";
import { watchOverview } from "../../../src/cli/shared/watchOverview.ts";
import { systemClock } from "../../../src/core/clock.ts";
import type { OverviewView } from "../../../src/http/handlers.ts";
import { overview } from "../../support/http/server.ts";

const full: OverviewView = {
  ...overview,
  verdict: { earning: false, reason: "weights_late", text: "word ".repeat(60).trim() },
  funnel: ["requests", "admitted", "concluded", "accepted", "weighed"].map((stage) => ({
    ...{ stage: stage as "requests", count: 123_456_789 },
    refused: Array.from({ length: 12 }, (_, i) => ({
      ...{ code: `a_rather_long_code_${i}`, blame: "miner" as const, count: 1000 + i },
    })),
  })),
};

test("every line has at most 80 characters, and nothing of the verdict is cut off", () => {
  const lines = overviewLines(full, { ms: 14_000, why: "x".repeat(300) });
  assert.ok(
    lines.every(({ length }) => length <= 80),
    lines.join("\n"),
  );
  assert.equal(lines.join(" ").split("word").length - 1, 60);
  assert.ok(lines.some((line) => line.startsWith("NOT EARNING (weights_late)")));
});

test("what cannot be fetched is shown as it last was, and says so first", () => {
  assert.match(
    overviewLines(overview, { ms: 14_000, why: "it is gone" })[0] ?? "",
    /^STALE: last seen 00:00:14 ago/,
  );
  assert.match(overviewLines(overview, null)[0] ?? "", /^NOT KNOWN YET/);
});

test("durations have hours, and days from 24 hours on", () => {
  assert.deepEqual([0, 61_000, 86_399_999, 86_400_000, -5].map(durationText), [
    ...["00:00:00", "00:01:01", "23:59:59", "1 d 00:00:00", "00:00:00"],
  ]);
});

/** Serves one overview after the other, the last one for good; null: no answer. */
async function serving(t: TestContext, answers: readonly (OverviewView | null)[]) {
  let asked = 0;
  const server = createServer((_request, response) => {
    const answer = answers[Math.min(asked++, answers.length - 1)] ?? null;
    if (answer === null) response.destroy();
    else response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
}

async function watched(url: string, isTTY: boolean, until: (text: string) => boolean): Promise<string> {
  const end = new AbortController();
  let text = "";
  const write = (piece: string): boolean => {
    text += piece;
    if (until(text)) end.abort();
    return true;
  };
  const out = { isTTY, write: write as never };
  await watchOverview(url, { clock: systemClock, out, signal: end.signal, everyMs: 5 });
  return text;
}

test("away from a terminal a block is printed per change, and time passing is none", async (t) => {
  const { url } = await serving(t, [
    overview,
    { ...overview, at: 9 },
    { ...overview, verdict: full.verdict },
    null,
  ]);
  const text = await watched(url, false, (so) => so.includes("STALE"));
  assert.deepEqual(
    [...text.matchAll(/^(NOT [A-Z ]+|STALE)/gm)].map(([, head]) => head?.trim()),
    ["NOT KNOWN YET", "NOT EARNING", "STALE", "NOT EARNING"],
  );
  assert.ok(!text.includes("\u001b"));
});

test("on a terminal each block takes the place of the one before", async (t) => {
  const { url } = await serving(t, [overview, { ...overview, at: 9 }]);
  const text = await watched(url, true, (so) => so.includes("\u001b["));
  const height = overviewLines(overview, null).length;
  assert.ok(text.includes(`\u001b[${height}A\u001b[J`));
});
