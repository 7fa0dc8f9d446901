import { canonical } from "../core/canonical.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import { readText } from "../keys/readText.ts";
import { type CircuitKey, keysInFiles, keysServed } from "./circuitKeys.ts";
import { givenKeys, keysOf } from "./keys.ts";
import { type ClosedEpoch, isSampling, readSampling, readSeen, type SeenEpoch } from "./log/document.ts";
import { LogAudit } from "./log/logAudit.ts";
import type { PublicKeys } from "./log/platform.ts";
import { type AuditReport, type KeyTrust, type Recheck, reportOf } from "./log/report.ts";
import { type RunModules, runAudit } from "./log/run.ts";
import { nodeHashes } from "./nodeHashes.ts";
import { Rechecks } from "./recheck.ts";
import { type Chunks, fileChunks, firstLine, saving, servedLog } from "./sources.ts";
import { type OwnedStrike, readStrikes } from "./strikeFile.ts";

/** Where the log comes from: a validator, or files. */
export type AuditSource =
  | {
      readonly kind: "url";
      readonly url: string;
      readonly epoch: number | "latest";
      readonly save: string | null;
    }
  | { readonly kind: "file"; readonly file: string; readonly sampling: string | null };

export interface AuditRequest {
  readonly source: AuditSource;
  /** A key or a file of keys; null: those that the validator serves. */
  readonly key: string | null;
  /** Files of sampling documents of the epoch that were kept from earlier. */
  readonly seen: readonly string[];
  /** Works whose rejected answers are checked again. */
  readonly recheck: readonly string[];
  /** Files of strikes. */
  readonly evidence: readonly string[];
  /** Verification key files by the id of their circuit. */
  readonly circuits: ReadonlyMap<string, string>;
}

export interface AuditModules extends Omit<RunModules, "progress" | "everyMs"> {
  readonly progress: (line: string) => void;
  /** Asks a validator for a document; rejects with its refusal. */
  readonly ask: (url: string, path: string) => Promise<unknown>;
  readonly random: (count: number) => Uint8Array;
}

/** What is audited. */
interface Opened {
  readonly trust: KeyTrust;
  readonly record: ClosedEpoch;
  readonly keys: PublicKeys;
  readonly log: Chunks;
}

/** Between two lines of progress, ms. */
const PROGRESS_MS = 5000;

const usage = (message: string): AssayError => new AssayError({ code: "usage", message });

function readJson(file: string): unknown {
  const text = readText(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    const cause_text = `it is not JSON: ${causeText(error)}`;
    throw new AssayError({ code: "file_unreadable", file, cause_text, remedy: "Save it again." });
  }
}

async function servedKeys(url: string, { ask }: AuditModules): Promise<PublicKeys> {
  const document = await ask(url, "/v1/keys");
  try {
    return keysOf(document);
  } catch (error) {
    throw new AssayError({ code: "failed", message: `${url}/v1/keys: ${causeText(error)}` });
  }
}

/** The epoch that closed last. Throws `failed` where none has. */
async function latestClosed(url: string, { ask }: AuditModules): Promise<number> {
  const { items } = ((await ask(url, "/v1/sampling?limit=1")) ?? {}) as { readonly items?: unknown };
  const [item] = Array.isArray(items) ? (items as readonly { readonly epoch?: unknown }[]) : [];
  if (typeof item?.epoch === "number" && Number.isSafeInteger(item.epoch)) return item.epoch;
  throw new AssayError({
    code: "failed",
    message: `${url} has no closed epoch yet; an epoch closes when the second epoch after it has begun and its verdicts are in`,
  });
}

async function openUrl(
  { url, epoch: asked, save }: Extract<AuditSource, { kind: "url" }>,
  key: string | null,
  modules: AuditModules,
): Promise<Opened> {
  const epoch = asked === "latest" ? await latestClosed(url, modules) : asked;
  const document = await modules.ask(url, `/v1/sampling/${epoch}`);
  const record = readSampling(document, `${url}/v1/sampling/${epoch}`);
  if (record.epoch !== epoch)
    throw new AssayError({
      code: "failed",
      message: `${url} answered with epoch ${record.epoch} instead of epoch ${epoch}; check the URL`,
    });
  const keys = key === null ? await servedKeys(url, modules) : givenKeys(key);
  const log = await servedLog(url, epoch, modules.signal);
  const trust = key === null ? "validator" : "given";
  if (save === null) return { trust, record, keys, log };
  return { trust, record, keys, log: await saving(save, `${canonical(document)}\n`, log) };
}

/** The sampling document that a bundle begins with, or undefined where the file is a bare log. */
function bundled(line: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(line.toString("utf8"));
    return isSampling(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function openFile(
  { file, sampling }: Extract<AuditSource, { kind: "file" }>,
  key: string | null,
): Promise<Opened> {
  if (key === null) throw usage("--file needs --key, the validator's publishing key");
  const keys = givenKeys(key);
  const line = await firstLine(file);
  const document = bundled(line);
  if (document !== undefined && sampling !== null)
    throw usage(`${file} begins with its own sampling document; leave out --sampling`);
  if (document !== undefined)
    return {
      trust: "given",
      record: readSampling(document, file),
      keys,
      log: fileChunks(file, line.length + 1),
    };
  if (sampling === null)
    throw usage(
      `${file} does not begin with a sampling document; name the saved /v1/sampling/{epoch} with --sampling`,
    );
  return {
    trust: "given",
    record: readSampling(readJson(sampling), sampling),
    keys,
    log: fileChunks(file, 0),
  };
}

function seenIn(files: readonly string[]): SeenEpoch[] {
  return files.map((file) => readSeen(readJson(file), file));
}

/** The strikes of the miners whose answers are checked again, and those in files. */
async function strikesFor(
  audit: LogAudit,
  request: AuditRequest,
  modules: AuditModules,
): Promise<OwnedStrike[]> {
  const { source, evidence, recheck } = request;
  const strikes = evidence.flatMap((file) => readStrikes(readJson(file), file));
  if (source.kind === "file") return strikes;
  const verdicts = recheck.flatMap((id) => audit.watched.of(id)?.verdicts ?? []);
  const rejected = verdicts.filter(({ state }) => state === "rejected");
  for (const hotkey of new Set(rejected.map((verdict) => verdict.hotkey))) {
    const path = `/v1/miners/${encodeURIComponent(hotkey)}/strikes`;
    strikes.push(...readStrikes(await modules.ask(source.url, path), source.url + path));
  }
  return strikes;
}

/** Those in files; the validator is asked only when one of the strikes needs another. */
async function circuitKeys(
  { source, circuits }: AuditRequest,
  strikes: readonly OwnedStrike[],
  { ask }: AuditModules,
): Promise<Map<string, CircuitKey>> {
  const inFiles = keysInFiles(circuits);
  const needed = strikes.flatMap(({ strike }) => strike.evidence.exhibit?.kind ?? []);
  if (source.kind === "file" || needed.every((kind) => inFiles.has(kind))) return inFiles;
  const served = keysServed(await ask(source.url, "/v1/circuits"), `${source.url}/v1/circuits`);
  return new Map([...served, ...inFiles]);
}

async function checkAgain(audit: LogAudit, request: AuditRequest, modules: AuditModules): Promise<Recheck[]> {
  if (request.recheck.length === 0) return [];
  const strikes = await strikesFor(audit, request, modules);
  const { recheck } = request;
  const circuits = await circuitKeys(request, strikes, modules);
  const rechecks = new Rechecks({ audit, strikes, circuits, random: modules.random });
  const done: Recheck[] = [];
  for (const workId of recheck) done.push(...(await rechecks.of(workId)));
  return done;
}

function progressOf(audit: LogAudit): string {
  const { lines, rows } = audit.counts();
  return `audited ${lines} lines, ${rows} draws; ${audit.findings.total} findings so far`;
}

/** Audits the log of a closed epoch. Throws `epoch_open`, `usage`, `unreachable`, `file_unreadable`, `key_malformed`, `failed`. */
export async function auditEpoch(request: AuditRequest, modules: AuditModules): Promise<AuditReport> {
  const { source, key, recheck } = request;
  const seen = seenIn(request.seen);
  const { trust, record, keys, log } = await (source.kind === "url"
    ? openUrl(source, key, modules)
    : openFile(source, key));
  const audit = new LogAudit(record, { keys, hashes: nodeHashes }, { watch: recheck, seen });
  const partial = await runAudit(audit, log, {
    ...modules,
    progress: () => modules.progress(progressOf(audit)),
    everyMs: PROGRESS_MS,
  });
  const rechecked = partial === null ? await checkAgain(audit, request, modules) : [];
  return reportOf({ record, keys, trust }, audit, partial, rechecked);
}
