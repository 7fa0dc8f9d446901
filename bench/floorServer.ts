import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { loadConfig } from "../src/config/load.ts";
import { systemClock } from "../src/core/clock.ts";
import { sha256Hex } from "../src/core/hash.ts";
import { silentLog } from "../src/core/log.ts";
import { noMetrics } from "../src/core/metrics.ts";
import { AssayError } from "../src/core/problems/assayError.ts";
import { sibling } from "../src/core/sibling.ts";
import { readClaim } from "../src/epistula/claim.ts";
import { signedMessage } from "../src/epistula/message.ts";
import type { Handlers } from "../src/http/handlers.ts";
import { startHttp } from "../src/http/server.ts";
import { readHotkey } from "../src/keys/readHotkey.ts";
import { WorkerPool } from "../src/pool/pool.ts";
import { openSqliteStore } from "../src/store/sqlite/open.ts";
import type { LaneFacts } from "../src/validator/lanes.ts";

// The floor under the submit path: the same HTTP server, worker pool and store with admission reduced to one signature
// check and one grouped commit. Nothing is recognised, limited, drawn, verified or receipted.
const dir = process.argv.at(-1) ?? "";
const config = loadConfig({ file: join(dir, "assay.yaml"), env: {} });
const hotkey = await readHotkey({ source: join(dir, config.keys.hotkey), chainKind: "local" });
const modules = { clock: systemClock, log: silentLog, metrics: noMetrics };
const store = await openSqliteStore({ file: join(dir, "floor.db"), ...modules });
const pool = await WorkerPool.open(
  {
    threads: 4,
    entry: sibling(import.meta.resolve("../src/validator/start.ts"), "worker"),
    workerData: { config, circuits: [] } satisfies LaneFacts,
    deadlineMs: { signature: 2000, claim: 2000, check: 5000, proofs: 20_000, render: 5000, index: 10_000 },
    batch: 16,
    queueMax: 8192,
  },
  modules,
);
const rules = { validator: hotkey, pastMs: config.admit.signature_window_ms, futureMs: 2000 };

const submit: Handlers["submit"] = async (caller) => {
  const claim = readClaim(caller.headers, rules, systemClock.nowMs());
  const { publicKey, signature } = claim;
  const message = signedMessage(caller.rawBody, claim);
  if (!(await pool.run({ kind: "signature", scheme: "sr25519", publicKey, message, signature })))
    throw new AssayError({ code: "bad_signature" });
  await store.setNote(randomUUID(), sha256Hex(caller.rawBody));
  return { receipt: { state: "pending" } as never, replay: false };
};

const served: Partial<Handlers> = {
  submit,
  takeToken: () => {},
  status: () => ({ validator: hotkey, epoch: 0 }) as never,
};
const handlers = new Proxy(served as Handlers, {
  get: (target, name) =>
    Reflect.get(target, name) ??
    (() => {
      throw new AssayError({ code: "route_not_found", path: String(name) });
    }),
});
const http = await startHttp(
  {
    host: "127.0.0.1",
    port: 0,
    maxBodyBytes: 65_536,
    bodyDeadlineMs: 5000,
    maxConnections: 4096,
    perAddressConnections: 4096,
    trustedProxies: [],
    version: "floor",
  },
  { handlers, log: silentLog, metrics: noMetrics },
);
process.stdout.write(`listening on ${http.url}\n`);
process.once("SIGTERM", async () => {
  await http.close(1000);
  await pool.close();
  await store.close();
});
