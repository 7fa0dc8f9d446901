import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchChromium, STUCK_MS } from "./chromium.ts";
import { type DemoNetwork, demoNetwork } from "./demoNetwork.ts";
import { Watched } from "./watched.ts";

/** How a page is looked at. */
export interface Look {
  readonly width: number;
  readonly height?: number;
  readonly colours?: "light" | "dark";
}

export const desk: Look = { width: 1280 };
export const phone: Look = { width: 360 };

/** A page that is open. */
export interface Opened {
  readonly page: Page;
  readonly watched: Watched;
  /** Goes to `#/...` and waits until everything there is loaded. */
  go(hash: string): Promise<void>;
  /** Fails with what the page did that no page may do. */
  close(): Promise<void>;
}

const twoFrames = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))";

/** The page has its title, and nothing on it is still being read. */
async function isLoaded(page: Page): Promise<void> {
  await page.waitForSelector("main h1");
  // A change of the address is drawn with the next frame.
  await page.evaluate(twoFrames);
  await page.locator("main .loading").first().waitFor({ state: "detached" });
}

/** A browser, and a demo network whose dashboard it opens. */
export class Dashboard {
  readonly network: DemoNetwork;
  readonly #browser: Browser;

  private constructor(network: DemoNetwork, browser: Browser) {
    this.network = network;
    this.#browser = browser;
  }

  /** `more`: sections of the validator's configuration. Every solver keeps a core busy. */
  static async open(more: object = {}, solvers = 2): Promise<Dashboard> {
    const [network, browser] = await Promise.all([demoNetwork(solvers, more), launchChromium()]);
    return new Dashboard(network, browser);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.network.stop();
  }

  /** At the validator itself, unless another address leads to it. */
  async visit(hash: string, look: Look = desk, url = `${this.network.url}/`): Promise<Opened> {
    const { width, height = 800, colours = "light" } = look;
    const context = await this.#browser.newContext({
      ...{ viewport: { width, height }, colorScheme: colours, locale: "en", timezoneId: "UTC" },
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(STUCK_MS);
    const page = await context.newPage();
    const watched = new Watched(page, url);
    const go = async (to: string): Promise<void> => {
      await page.goto(`${url}${to}`);
      await isLoaded(page);
    };
    await go(hash);
    const close = async (): Promise<void> => {
      await context.close();
      watched.assertClean();
    };
    return { page, watched, go, close };
  }

  /** As the operator, by the form that people use. */
  async visitAsOperator(hash: string, look: Look = desk): Promise<Opened> {
    const opened = await this.visit("", look);
    const token = readFileSync(join(this.network.dataDir, "keys/admin.token"), "utf8").trim();
    await opened.page.getByRole("link", { name: "Log in" }).click();
    await opened.page.getByLabel("Operator's token").fill(token);
    await opened.page.getByRole("button", { name: "Log in" }).click();
    await opened.page.getByRole("button", { name: "Log out" }).waitFor();
    await opened.go(hash);
    return opened;
  }
}
