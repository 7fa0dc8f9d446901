import { type Browser, chromium } from "playwright-core";
import { unpackedChromium } from "./unpacked.ts";

/** Nobody waits in vain for longer. No measure of speed: all of it takes seconds. */
export const STUCK_MS = 10 * 60_000;

/**
 * A headless Chromium. Its sandbox needs privileges that a container does not give, and it opens nothing but the pages of a test; what
 * the package recommends for its own uses also switches off the rules of the web that the tests are about.
 */
export async function launchChromium(): Promise<Browser> {
  const { executable, env } = await unpackedChromium();
  const args = ["--no-sandbox", "--font-render-hinting=none", "--disable-lcd-text"];
  const given = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return chromium.launch({
    executablePath: executable,
    args,
    env: Object.fromEntries(given),
    timeout: STUCK_MS,
  });
}
