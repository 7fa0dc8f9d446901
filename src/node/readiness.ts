import { statfs } from "node:fs/promises";
import { causeText } from "../core/errors.ts";
import type { Readiness } from "../http/handlers.ts";
import type { Parts } from "./parts.ts";

type Check = Readiness["checks"][number];

/** Below this a store soon cannot write; a full disk has stopped such services for hours. */
const FREE_BYTES_LEAST = 256 * 2 ** 20;

async function check(name: string, probe: () => Promise<string | null>): Promise<Check> {
  try {
    const fault = await probe();
    return fault === null ? { name, ok: true } : { name, ok: false, detail: fault };
  } catch (error) {
    return { name, ok: false, detail: causeText(error) };
  }
}

async function freeSpaceFault(dir: string): Promise<string | null> {
  const { bavail, bsize } = await statfs(dir);
  const free = bavail * bsize;
  return free >= FREE_BYTES_LEAST ? null : `${Math.floor(free / 2 ** 20)} MB free on the data disk`;
}

/** Whether the validator can take submissions, check by check. */
export async function readiness({ store, chain, verifier, push, dataDir }: Parts): Promise<Readiness> {
  const checks = await Promise.all([
    check("store", async () => store.ping().then(() => null)),
    check("chain", async () => (chain.block() === null ? "the height is unknown" : null)),
    check("verification", async () =>
      verifier.canAcceptWork() ? null : "pending verifications are at their bound",
    ),
    ...(push === null ? [] : [check("canary", async () => push.canary.fault())]),
    check("disk", () => freeSpaceFault(dataDir)),
  ]);
  return { ready: checks.every(({ ok }) => ok), checks };
}
