import type { OwnState } from "../chain/subtensor/probe/ownState.ts";
import type { Probe } from "../chain/subtensor/probe/probe.ts";
import type { EndpointReport } from "../chain/subtensor/probe/probedEndpoint.ts";
import type { SubtensorChainConfig } from "../config/chainSchema.ts";
import type { Config } from "../config/schema.ts";
import type { Clock } from "../core/clock.ts";
import { span } from "../core/figures.ts";
import { genesisHash, genesisName } from "../core/genesis.ts";
import { hotkeyAtHand, openProbe } from "./chainProbe.ts";
import { type DoctorFinding, type Found, fail, finding, ok, warn } from "./finding.ts";
import type { Paths } from "./paths.ts";

export interface ChainExamination {
  readonly config: Config;
  readonly chain: SubtensorChainConfig;
  readonly paths: Paths;
  readonly clock: Clock;
}

const NO_ENDPOINT =
  "the height is unknown, since no endpoint is healthy, so nothing would be judged, dispatched or weighed; see what is said of each, or add an endpoint";

/** A clock that is further off than this is worth a look; blocks arrive within it. */
const DRIFT_WARN_MS = 2000;

function lacksText({ presence, runtime }: EndpointReport): string | null {
  const lacks = (presence?.lacks ?? []).filter(({ isOptional }) => !isOptional);
  if (lacks.length === 0) return null;
  const named = lacks.map(({ entry, for: use }) => `${entry} (for ${use})`);
  return `its runtime, ${runtime?.name} ${runtime?.version}, lacks ${named.join(", ")}; install a version of Assay that knows this runtime`;
}

/** One endpoint: what it serves, and what the validator needs of it. */
export function endpointFound(
  report: EndpointReport,
  probe: Pick<Probe, "used" | "block">,
  chain: SubtensorChainConfig,
): Found {
  const { genesis, block, ageMs, latencyMs, runtime, presence, fault } = report;
  const wanted = genesisHash(chain.genesis) ?? chain.genesis;
  if (genesis !== null && genesis !== wanted)
    return fail(
      `it serves the chain ${genesisName(genesis)}, and chain.genesis is ${genesisName(wanted)}; remove it from chain.endpoints, or correct chain.genesis`,
    );
  const serious = probe.used === null ? fail : warn;
  if (fault !== null || block === null || ageMs === null)
    return serious(`${fault}; it is not used while that is so: check the URL, the network and the node`);
  const lacks = lacksText(report);
  if (lacks !== null) return fail(lacks);
  const behind = (probe.block?.number ?? block.number) - block.number;
  if (behind * chain.block_ms > chain.stale_after_ms)
    return serious(
      `its finalised block ${block.number} is ${behind} behind another endpoint's; check its synchronisation`,
    );
  if (ageMs > chain.stale_after_ms)
    return warn(
      `its finalised block ${block.number} is ${span(ageMs)} old by this machine's clock; the node does not follow the chain, or the clock is ahead`,
    );
  const older = (presence?.lacks ?? []).map(({ entry }) => entry);
  const without =
    older.length === 0 ? "" : `, without ${older.join(", ")}, which an older runtime need not have`;
  return ok(
    `${genesisName(wanted)}, block ${block.number}, ${span(Math.max(0, ageMs))} old, ${Math.round(latencyMs ?? 0)} ms, ${runtime?.name} ${runtime?.version}, all ${presence?.found} entries that are needed${without}`,
  );
}

async function agreementFound(probe: Probe): Promise<Found> {
  const readable = probe.reports.filter(({ block }) => block !== null).length;
  if (readable < 2)
    return ok(
      "only one endpoint can be read, so nothing confirms what it says; name a second one in chain.endpoints",
    );
  const height = await probe.disagreement();
  return height === null
    ? ok(`${readable} endpoints agree`)
    : fail(
        `they give different hashes for finalised block ${height}; find out which follows another chain, and remove it`,
      );
}

function registrationFound({ limits, metagraph, block }: OwnState, hotkey: string): Found {
  if (metagraph.neurons.length === 0)
    return fail(`subnet ${metagraph.netuid} has no neurons, or does not exist; check chain.netuid`);
  return limits.uid === null
    ? fail(
        `${hotkey} is not registered on subnet ${metagraph.netuid} at block ${block.number}, so no weights of it are taken; btcli subnet register --netuid ${metagraph.netuid}`,
      )
    : ok(`uid ${limits.uid} of ${metagraph.neurons.length}`);
}

function permitFound({ limits }: OwnState): Found {
  if (limits.permit) return ok("yes");
  return limits.isOwner
    ? ok("none, but the subnet owner's hotkey needs none")
    : warn(
        "none, so no weights are taken; the chain gives permits at the end of an epoch, by stake: stake more, and wait for one",
      );
}

function stakeFound({ limits: { stake, stakeThreshold, isOwner } }: OwnState): Found {
  if (stake >= stakeThreshold || isOwner) return ok(`${stake}, the threshold is ${stakeThreshold}`);
  return warn(
    `${stake} is below the chain's threshold of ${stakeThreshold}, so no weights are taken; stake more`,
  );
}

/** The chain's own rules, tried as the validator tries them before it sends anything. */
async function weightsFound(
  { limits, schedule, block }: OwnState,
  chain: SubtensorChainConfig,
): Promise<Found> {
  const [{ methodOf }, { checkWeights }, { nextEpochBlock }] = await Promise.all([
    import("../chain/subtensor/weights/method.ts"),
    import("../chain/subtensor/weights/check.ts"),
    import("../chain/subtensor/timelock/schedule.ts"),
  ]);
  const choice = methodOf(chain.weights, limits, schedule);
  if (choice.kind === "refused") return fail(choice.refusal.text);
  const { method } = choice;
  const nextEpoch = nextEpochBlock(schedule);
  if (method !== "set" && nextEpoch === null)
    return fail(
      "the subnet's tempo is 0: without epochs a commit is never revealed; wait until its owner sets a tempo",
    );
  const rules = { limits, mechanism: chain.mechanism, block: block.number + 1, nextEpoch, uids: null };
  const refused = checkWeights({ ...rules, versionKey: limits.versionKey }, method, 0);
  const how = `${method}, version key ${limits.versionKey}, every ${limits.rateLimit} blocks, next epoch at block ${nextEpoch ?? "none"}`;
  if (refused === null) return ok(`would be taken now: ${how}`);
  const from = refused.retryAt === null ? "" : `; again from block ${refused.retryAt}`;
  return warn(`would be refused now: ${refused.text}${from} (${how})`);
}

async function clockFound(probe: Probe, { chain, config }: ChainExamination): Promise<Found> {
  const waitMs = Math.min(60_000, Math.max(5000, 3 * chain.block_ms));
  const drift = await probe.drift(waitMs);
  if (drift === null)
    return warn(
      `no new block came within ${span(waitMs)}, so the clock could not be compared with the chain's`,
    );
  const most = config.admit.signature_window_ms;
  const text = `${span(Math.abs(drift))} ${drift > 0 ? "ahead of" : "behind"} the chain's clock`;
  if (Math.abs(drift) > most)
    return fail(
      `${text}: more than admit.signature_window_ms (${span(most)}), so signatures of miners look stale or from the future; set it right, and run a time service such as chrony`,
    );
  return Math.abs(drift) > DRIFT_WARN_MS ? warn(`${text}; run a time service such as chrony`) : ok(text);
}

function subnetText({ block, metagraph, limits }: OwnState, chain: SubtensorChainConfig): string {
  const { netuid, neurons, tempo } = metagraph;
  const miners = neurons.filter(({ permit }) => chain.validators_may_mine || !permit).length;
  const reveal = `commit-reveal ${limits.commitReveal ? "on" : "off"}`;
  return `block ${block.number}, ${miners} miners registered; subnet ${netuid}, mechanism ${chain.mechanism}, ${neurons.length} neurons, tempo ${tempo}, ${reveal}`;
}

async function ownFindings(probe: Probe, examined: ChainExamination): Promise<DoctorFinding[]> {
  const { config, chain, paths } = examined;
  // What keeps the hotkey from being read is the finding `hotkey`.
  const hotkey = await hotkeyAtHand(config, paths).catch(() => null);
  let state: OwnState | null = null;
  const subnet = await finding("chain", async () => {
    const { readOwnState } = await import("../chain/subtensor/probe/ownState.ts");
    state = await readOwnState(probe, chain, hotkey ?? "");
    return ok(subnetText(state, chain));
  });
  const own = state as OwnState | null;
  if (own === null) return [subnet];
  if (hotkey === null)
    return [subnet, { name: "registration", ...warn("not looked at, since there is no hotkey yet") }];
  return [
    subnet,
    { name: "registration", ...registrationFound(own, hotkey) },
    ...(own.limits.uid === null
      ? []
      : [
          { name: "permit", ...permitFound(own) },
          { name: "stake", ...stakeFound(own) },
          await finding("weights", () => weightsFound(own, chain)),
        ]),
  ];
}

/** Endpoint by endpoint, then the subnet, the own hotkey on it, and the clock. */
export async function chainFindings(examined: ChainExamination): Promise<DoctorFinding[]> {
  const probe = await openProbe(examined.chain, examined.clock);
  try {
    const endpoints = probe.reports.map((report) => ({
      name: `endpoint ${report.name}`,
      ...endpointFound(report, probe, examined.chain),
    }));
    if (probe.block === null) return [...endpoints, { name: "chain", ...fail(NO_ENDPOINT) }];
    return [
      ...endpoints,
      await finding("endpoints", () => agreementFound(probe)),
      ...(await ownFindings(probe, examined)),
      await finding("chain clock", () => clockFound(probe, examined)),
    ];
  } finally {
    probe.close();
  }
}
