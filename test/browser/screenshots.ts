import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { MinerPage } from "../../src/http/handlers.ts";
import { Dashboard, desk } from "../support/browser/dashboard.ts";
import { dashboardPages } from "../support/browser/pages.ts";

// `npm run screenshots`: a picture of each page over a demo network, for the documentation.

const folder = resolve(import.meta.dirname, "../../docs/images");
/** As much of a page as one sees at once, and somewhat more. */
const look = { ...desk, height: 900 };
/** A picture in the repository may not weigh more. */
const bytesMost = 200_000;

mkdirSync(folder, { recursive: true });
const dashboard = await Dashboard.open({}, 4);
try {
  const { items } = await dashboard.network.get<MinerPage>("/v1/miners?limit=500");
  const miner = items.find(({ strikes }) => strikes > 0)?.hotkey ?? "";
  const opened = await dashboard.visitAsOperator("", look);
  for (const { path } of await dashboardPages()) {
    await opened.go(`#/${path}${path === "miner" ? `/${miner}` : ""}`);
    // Figures of a plan, and lines of a plot, come after the page.
    await opened.page.waitForTimeout(1500);
    const file = join(folder, `${path === "" ? "overview" : path}.png`);
    writeFileSync(file, await opened.page.screenshot());
    const { size } = statSync(file);
    console.log(`${file}  ${Math.round(size / 1000)} kB`);
    if (size > bytesMost) throw new Error(`${file} has ${size} bytes, more than ${bytesMost}`);
  }
  await opened.close();
} finally {
  await dashboard.close();
}
