/** A thing of the runtime that is used, and the names inside it that are. */
export interface Entry {
  readonly kind: "storage" | "call" | "api" | "constant";
  /** `Pallet.Entry`, or `Api.method`. */
  readonly name: string;
  /** Arguments of a call, fields of a value. */
  readonly fields?: readonly string[];
}

/** What is needed: one of these, the one to prefer first. */
export interface Need {
  readonly anyOf: readonly Entry[];
  /** What cannot be done without it. */
  readonly for: string;
  /** Older runtimes lack it, and the validator does without. */
  readonly isOptional?: true;
}

export interface NeedsOptions {
  readonly mechanism: number;
  readonly weights: "auto" | "set" | "commit" | "timelocked";
  readonly publishes: boolean;
}

const subtensor = (name: string): Entry => ({ kind: "storage", name: `SubtensorModule.${name}` });
const one = (entry: Entry, use: string): Need => ({ anyOf: [entry], for: use });

const rowFields = ["hotkey", "coldkey", "uid", "axon_info", "stake", "last_update", "validator_permit"];
const columnFields = [
  ...["netuid", "tempo", "owner_hotkey", "num_uids", "hotkeys", "coldkeys", "axons", "validator_permit"],
  ...["last_update", "dividends", "incentives", "total_stake"],
];

const following: readonly Need[] = [
  one({ kind: "storage", name: "Timestamp.Now" }, "the time of a block"),
  one({ kind: "storage", name: "System.Events" }, "registrations as they happen"),
];

function metagraph(mechanism: number): Need {
  const method = mechanism === 0 ? "get_metagraph" : "get_mechagraph";
  const columns: Entry = { kind: "api", name: `SubnetInfoRuntimeApi.${method}`, fields: columnFields };
  const rows: Entry = { kind: "api", name: "NeuronInfoRuntimeApi.get_neurons_lite", fields: rowFields };
  return { anyOf: [columns, rows], for: "the metagraph" };
}

const limits: readonly Need[] = [
  ...["StakeThreshold", "WeightsVersionKey", "WeightsSetRateLimit", "MinAllowedWeights"],
  ...["CommitRevealWeightsEnabled", "RevealPeriodEpochs"],
].map((name) => one(subtensor(name), "whether weights would be accepted"));

const schedule: readonly Need[] = [
  one(subtensor("Tempo"), "when epochs are"),
  // Older runtimes have epochs by the height.
  ...["LastEpochBlock", "PendingEpochAt", "SubnetEpochIndex", "BlocksSinceLastStep"].map(
    (name): Need => ({ ...one(subtensor(name), "when epochs are"), isOptional: true }),
  ),
];

const nonce: Need = {
  anyOf: [
    { kind: "api", name: "AccountNonceApi.account_nonce" },
    { kind: "storage", name: "System.Account" },
  ],
  for: "the nonce of an extrinsic",
};

interface CallNames {
  readonly for: string;
  /** Its names without and with a mechanism. */
  readonly names: readonly [string, string];
  /** Its arguments after the subnet's. */
  readonly args: readonly string[];
}

const weightCalls: Readonly<Record<"set" | "commit" | "timelocked", readonly CallNames[]>> = {
  set: [
    {
      for: "open weights",
      names: ["set_weights", "set_mechanism_weights"],
      args: ["dests", "weights", "version_key"],
    },
  ],
  commit: [
    { for: "a hash commit", names: ["commit_weights", "commit_mechanism_weights"], args: ["commit_hash"] },
    {
      for: "a reveal",
      names: ["reveal_weights", "reveal_mechanism_weights"],
      args: ["uids", "values", "salt", "version_key"],
    },
  ],
  timelocked: [
    {
      for: "a timelocked commit",
      names: ["commit_timelocked_weights", "commit_timelocked_mechanism_weights"],
      args: ["commit", "reveal_round", "commit_reveal_version"],
    },
  ],
};

/** The first name serves mechanism 0 alone. */
function call({ for: use, names: [plain, general], args }: CallNames, mechanism: number): Need {
  const entry = (name: string, own: readonly string[]): Entry => ({
    ...{ kind: "call", name: `SubtensorModule.${name}`, fields: [...own, ...args] },
  });
  const either = [entry(plain, ["netuid"]), entry(general, ["netuid", "mecid"])];
  return { anyOf: mechanism === 0 ? either : either.slice(1), for: use };
}

const commits = { commit: "WeightCommits", timelocked: "TimelockedWeightCommits" } as const;

function weights({ mechanism, weights: setting }: NeedsOptions): Need[] {
  const methods = setting === "auto" ? (["set", "timelocked"] as const) : [setting];
  return [
    one(subtensor("Weights"), "reading weights back"),
    ...methods.flatMap((method) => [
      ...(method === "set" ? [] : [one(subtensor(commits[method]), "reading a commit back")]),
      ...weightCalls[method].map((names) => call(names, mechanism)),
    ]),
  ];
}

const serveArgs = ["netuid", "version", "ip", "port", "ip_type", "protocol", "placeholder1", "placeholder2"];

const publishing: readonly Need[] = [
  one({ ...subtensor("Axons"), fields: ["ip", "port", "ip_type"] }, "reading the published address back"),
  one({ kind: "call", name: "SubtensorModule.serve_axon", fields: serveArgs }, "publishing the address"),
];

const older: readonly Need[] = [
  { ...one(subtensor("MechanismCountCurrent"), "the number of mechanisms"), isOptional: true },
  { ...one(subtensor("CommitRevealWeightsVersion"), "the version of timelocked commits"), isOptional: true },
];

/** Everything that a validator with this configuration asks of a runtime. */
export function needsOf(options: NeedsOptions): Need[] {
  return [
    ...following,
    metagraph(options.mechanism),
    ...limits,
    ...schedule,
    nonce,
    ...weights(options),
    ...(options.publishes ? publishing : []),
    ...older,
    one({ kind: "constant", name: "System.Version" }, "the version of the runtime"),
  ];
}
