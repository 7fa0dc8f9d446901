import type { Random } from "../../../core/random.ts";
import { decodeHotkey } from "../../../core/ss58.ts";
import type { WeightMethod, WeightPlan } from "../../../flow/weightPlan.ts";
import { hashCommit } from "../codec/hashCommit.ts";
import { encodePayload } from "../codec/payload.ts";
import type { WeightCall } from "../node.ts";
import { encrypt } from "../timelock/encrypt.ts";
import { revealRound } from "../timelock/schedule.ts";
import { toHex } from "./hex.ts";
import type { ChainView } from "./view.ts";

/** As many as the chain's own client draws. */
const SALT_U16S = 8;

function accountOf(hotkey: string): Uint8Array {
  const account = decodeHotkey(hotkey);
  if (account === null) throw new RangeError(`weights: ${hotkey} is not a hotkey`);
  return account;
}

function salted(plan: WeightPlan, random: Random): WeightPlan {
  const bytes = Buffer.from(random.bytes(2 * SALT_U16S));
  const salt = Array.from({ length: SALT_U16S }, (_, i) => bytes.readUInt16LE(2 * i));
  const { netuid, mechanism, uids, values, version_key: versionKey } = plan;
  const hash = hashCommit({
    account: accountOf(plan.hotkey),
    netuid,
    mechanism,
    uids,
    values,
    salt,
    versionKey,
  });
  return { ...plan, salt, commit: toHex(hash), round: null };
}

function sealed(plan: WeightPlan, { schedule, block }: ChainView, random: Random): WeightPlan {
  const round = revealRound(schedule, block.timeMs);
  const { uids, values, version_key: versionKey } = plan;
  const payload = encodePayload({ hotkey: accountOf(plan.hotkey), uids, values, versionKey });
  return { ...plan, salt: null, commit: toHex(encrypt(payload, round, random)), round };
}

/** The plan with all that its extrinsic holds, and that a reveal needs later: it is recorded before anything is signed. */
export function prepared(
  plan: WeightPlan,
  method: WeightMethod,
  view: ChainView,
  random: Random,
): WeightPlan {
  const fresh = { ...plan, commit_block: null, commit_epoch: null };
  if (method === "set") return { ...fresh, salt: null, commit: null, round: null };
  return method === "commit" ? salted(fresh, random) : sealed(fresh, view, random);
}

/** The call of a plan that is prepared. */
export function callOf(
  plan: WeightPlan,
  purpose: "weights" | "reveal",
  commitRevealVersion: number,
): WeightCall {
  const { uids, values, salt, commit, round, version_key: versionKey } = plan;
  if (purpose === "reveal") return { kind: "reveal", uids, values, salt: salt ?? [], versionKey };
  if (plan.method === "set") return { kind: "set", uids, values, versionKey };
  if (commit === null) throw new RangeError(`weights: period ${plan.period} has no commit`);
  return plan.method === "commit"
    ? { kind: "commit", hash: commit }
    : { kind: "timelocked", commit, round: round ?? 0, commitRevealVersion };
}
