import type { SignedExtrinsic } from "../runtime/extrinsic.ts";
import { CallArguments, PalletError } from "./dispatch.ts";
import { checkAxon } from "./serveAxon.ts";
import type { State } from "./state.ts";
import { commitHash, commitsOf, currentEpoch, revealEpoch } from "./weights/hashCommits.ts";
import { hasStake, isCommitReveal, isWithinRate, storageIndex, uidOf } from "./weights/subnet.ts";

/** The numbers of the transaction extension's refusals. */
export const customCodes = {
  stakeTooLow: 1,
  rateLimit: 6,
  notRegistered: 10,
  invalidIp: 11,
  servingRate: 12,
  invalidPort: 13,
  revealRound: 15,
  commitNotFound: 16,
  notInRevealRange: 17,
  uidNotFound: 19,
  badRequest: 255,
} as const;

export interface GuardContext {
  readonly state: State;
  readonly block: number;
  readonly rateLimitAt: "validity" | "dispatch";
}

const isWeights = /^(set|commit|reveal|commit_timelocked)(_mechanism)?_weights$/;
const isCommit = /^commit_/;

function isTooFast(
  { state, block }: GuardContext,
  signer: string,
  name: string,
  args: CallArguments,
): boolean {
  const netuid = args.number("netuid");
  const uid = uidOf(state, netuid, signer);
  const isLimited = isCommit.test(name) || (name.startsWith("set_") && !isCommitReveal(state, netuid));
  if (uid === null || !isLimited) return false;
  return !isWithinRate(state, netuid, storageIndex(netuid, args.number("mecid")), uid, block);
}

function revealCode({ state, block }: GuardContext, signer: string, args: CallArguments): number | null {
  const netuid = args.number("netuid");
  const commits = commitsOf(state, storageIndex(netuid, args.number("mecid")), signer) ?? [];
  const hash = commitHash(signer, args);
  const commit = commits.find(([other]) => other === hash);
  if (commit === undefined) return customCodes.commitNotFound;
  const isOpen = currentEpoch(state, netuid, block) === revealEpoch(state, netuid, commit);
  return isOpen ? null : customCodes.notInRevealRange;
}

const axonCodes: Readonly<Record<string, number>> = {
  InvalidIpAddress: customCodes.invalidIp,
  ServingRateLimitExceeded: customCodes.servingRate,
  InvalidPort: customCodes.invalidPort,
  HotKeyNotRegisteredInNetwork: customCodes.notRegistered,
};

function axonCode({ state, block }: GuardContext, signer: string, args: CallArguments): number | null {
  try {
    checkAxon(state, block, signer, args);
    return null;
  } catch (error) {
    if (error instanceof PalletError) return axonCodes[error.message] ?? customCodes.badRequest;
    throw error;
  }
}

function weightsCode(
  context: GuardContext,
  signer: string,
  name: string,
  args: CallArguments,
): number | null {
  const { state } = context;
  if (!hasStake(state, args.number("netuid"), signer)) return customCodes.stakeTooLow;
  if (
    name.startsWith("commit_timelocked") &&
    args.number("reveal_round") < state.number("Drand", "LastStoredRound")
  )
    return customCodes.revealRound;
  if (context.rateLimitAt === "validity" && isTooFast(context, signer, name, args))
    return customCodes.rateLimit;
  return name.startsWith("reveal_") ? revealCode(context, signer, args) : null;
}

/** The number with which the chain's transaction extension refuses a call before it is in any block; null where it does not. */
export function guardCode(context: GuardContext, { signer, call }: SignedExtrinsic): number | null {
  const args = new CallArguments(call.args);
  if (call.pallet === "SubtensorModule" && isWeights.test(call.name))
    return weightsCode(context, signer, call.name, args);
  return call.name === "serve_axon" ? axonCode(context, signer, args) : null;
}
