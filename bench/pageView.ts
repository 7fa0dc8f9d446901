import { chmodSync } from "node:fs";
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";
import { median } from "./report.ts";

/** Views of each kind, in turn, each with an empty cache. */
const VIEWS = 7;
/** What a view must have: a figure of the validator, with its number. */
const content = "main .figure .value";

export interface Views {
  /** From the start of the navigation until the content stands, ms. */
  readonly contentMs: number;
  /** The same browser and validator, until a JSON document stands: what no page can be faster than. */
  readonly plainMs: number;
  /** What the first view transferred, in bytes, requests of the API included. */
  readonly bytes: number;
}

/** The browser of the package, with a sandbox and processes of its own kind off where they cannot be. */
async function launch(): Promise<Browser> {
  const executablePath = await chromium.executablePath();
  chmodSync(executablePath, 0o755);
  return playwright.launch({ executablePath, args: ["--no-sandbox", "--headless=shell"], headless: true });
}

/** Runs in the page before its own scripts: remembers when the content stood. */
const watch = `new MutationObserver(() => {
  if (globalThis.contentAt !== undefined || document.querySelector(${JSON.stringify(content)}) === null) return;
  requestAnimationFrame(() => { globalThis.contentAt ??= performance.now(); });
}).observe(document, { childList: true, subtree: true });`;

async function viewPage(browser: Browser, url: string): Promise<{ ms: number; bytes: number }> {
  const context = await browser.newContext({ locale: "en-US" });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  let bytes = 0;
  await session.send("Network.enable");
  session.on("Network.loadingFinished", ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.addInitScript({ content: watch });
  await page.goto(url, { waitUntil: "commit" });
  // The page's policy forbids to evaluate text in it, so it is not asked again and again; the plot's script comes within this time too.
  await page.waitForSelector(content);
  await page.waitForTimeout(500);
  const ms = Number(await page.evaluate(() => (globalThis as { contentAt?: number }).contentAt));
  await context.close();
  return { ms, bytes };
}

async function viewPlain(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ locale: "en-US" });
  const page = await context.newPage();
  await page.goto(`${url}/v1/status`, { waitUntil: "load" });
  const ms = Number(
    await page.evaluate(() => {
      const browsers = performance as unknown as {
        getEntriesByType(type: string): { loadEventEnd: number }[];
      };
      return browsers.getEntriesByType("navigation")[0]?.loadEventEnd;
    }),
  );
  await context.close();
  return ms;
}

/** First views in a browser that has started; caches are empty each time. */
export async function views(url: string, progress: (line: string) => void): Promise<Views> {
  const browser = await launch();
  try {
    await viewPage(browser, url);
    const pages: { ms: number; bytes: number }[] = [];
    const plain: number[] = [];
    for (let i = 1; i <= VIEWS; i++) {
      progress(`view ${i} of ${VIEWS}`);
      pages.push(await viewPage(browser, url));
      plain.push(await viewPlain(browser, url));
    }
    return {
      contentMs: median(pages.map(({ ms }) => ms)),
      plainMs: median(plain),
      bytes: median(pages.map(({ bytes }) => bytes)),
    };
  } finally {
    await browser.close();
  }
}
