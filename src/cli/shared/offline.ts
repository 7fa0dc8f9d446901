import { parseChallengeId } from "../../challenge/id.ts";
import { IndexCache } from "../../challenge/indexCache.ts";
import { makeIndexed } from "../../challenge/indexed.ts";
import { buildIndex } from "../../challenge/indexTable.ts";
import type { IdScheme } from "../../challenge/scheme.ts";
import { makeSealed } from "../../challenge/sealed.ts";
import { defaultConfig } from "../../config/load.ts";
import { sha256Hex } from "../../core/hash.ts";
import { noMetrics } from "../../core/metrics.ts";
import { AssayError } from "../../core/problems/assayError.ts";
import { parseHotkey } from "../../core/ss58.ts";
import { readBytes } from "../../keys/readText.ts";
import { secretBytes } from "../../keys/secret.ts";
import { inspect, isTaken, type Partial } from "../../lanes/sat/check.ts";
import { parseCnf, renderCnf } from "../../lanes/sat/dimacs.ts";
import { faultText } from "../../lanes/sat/faultText.ts";
import { generate } from "../../lanes/sat/generate.ts";
import { literalsOf } from "../../lanes/sat/solution.ts";

interface Identity {
  readonly scheme: "sealed" | "indexed";
  readonly secretFile: string;
  readonly hotkey: string;
}

interface Place extends Identity {
  readonly epoch: number;
  readonly tier: number;
  readonly seq: number;
}

/** The scheme over a secret file. Offline a short secret is accepted, as older deployments have them. */
function schemeOf({ scheme, secretFile, hotkey }: Identity): IdScheme {
  if (parseHotkey(hotkey) === null)
    throw new AssayError({
      code: "usage",
      message: `--hotkey: ${hotkey} is not an ss58 address with prefix 42, such as 5Grw...`,
    });
  const secret = secretBytes(readBytes(secretFile));
  if (secret.length === 0) throw new AssayError({ code: "secret_too_short", file: secretFile, bytes: 0 });
  if (scheme === "sealed") return makeSealed(secret);
  const cache = new IndexCache({ bytes: Number.MAX_SAFE_INTEGER, builds: 1 }, noMetrics);
  return makeIndexed(secret, { name: "offline", cache, build: async (args) => buildIndex(args) });
}

/** The id and seed of one challenge. */
export function issueOffline(place: Place): { challenge_id: string; seed: string } {
  const { challengeId, seed } = schemeOf(place).issue(place.hotkey, place.epoch, place.tier, place.seq);
  return { challenge_id: challengeId, seed: seed.toString() };
}

/** Which challenge an id is; throws `malformed_challenge_id` or `not_your_challenge`. */
export async function recoverOffline(
  query: Identity & { readonly id: string; readonly allotment: number },
): Promise<{ tier: number; epoch: number; seq: number }> {
  const id = parseChallengeId(query.id);
  if (id === null) throw new AssayError({ code: "malformed_challenge_id" });
  const seq = await schemeOf(query).recover(id, query.hotkey, query.allotment);
  if (seq === null) throw new AssayError({ code: "not_your_challenge" });
  return { tier: id.tier, epoch: id.epoch, seq };
}

/** An instance of the sat lane; tiers default to the default configuration's. */
export function challengeOffline(
  place: Place & { vars?: number; clauses?: number; method?: "biased" | "ajm"; witness?: boolean },
): { challenge_id: string; cnf: string; cnf_sha256: string; planted?: number[] } {
  const { challengeId, seed } = schemeOf(place).issue(place.hotkey, place.epoch, place.tier, place.seq);
  const { tiers } = defaultConfig().lanes.sat;
  const tier = tiers[String(place.tier)] ?? tiers["1"];
  const shape = { vars: place.vars ?? tier?.vars ?? 400, clauses: place.clauses ?? tier?.clauses ?? 1704 };
  const instance = generate({ seed, ...shape, method: place.method ?? tier?.method ?? "biased" });
  const cnf = renderCnf(instance);
  return {
    challenge_id: challengeId,
    cnf,
    cnf_sha256: sha256Hex(cnf),
    ...(place.witness ? { planted: literalsOf(instance.model) } : {}),
  };
}

/** What `assay check` found: the document, and what it says to a person. */
export interface Checked {
  readonly document: { readonly valid: boolean; readonly code?: string };
  readonly text: string;
}

/** Judges a solution file against a CNF file, with the codes of the sat lane. */
export function checkOffline(cnfFile: string, solutionFile: string, partial: Partial): Checked {
  const cnf = parseCnf(readBytes(cnfFile).toString("utf8"));
  const finding = inspect(cnf, { encoding: "text", bytes: readBytes(solutionFile) });
  const { fault, unassigned, satisfied } = finding;
  if (fault === null) return { document: { valid: true }, text: "valid" };
  const open = satisfied ? `satisfies, ${unassigned} variable${unassigned === 1 ? "" : "s"} unassigned` : "";
  if (isTaken(finding, partial)) return { document: { valid: true }, text: `valid: ${open}` };
  const where = fault.place === undefined ? "" : `${fault.place}: `;
  const lines = [
    `invalid: ${fault.code}`,
    `${where}${faultText(fault.code)}`,
    ...(open === "" ? [] : [open]),
  ];
  return { document: { valid: false, code: fault.code }, text: lines.join("\n") };
}
