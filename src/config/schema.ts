import { z } from "zod";
import { parseFraction } from "../core/fraction.ts";
import { isAddressRange } from "./addressRange.ts";
import { metricsSchema } from "./metricsSchema.ts";

const count = (least: number, most: number, fallback: number) =>
  z.int().min(least).max(most).default(fallback);

const noFraction = { error: "must be a fraction in 0..1, such as 20/500 or 0.04" };

/** A share in 0..1, read exactly: `20/500`, `0.04` or `1`. */
const fraction = (fallback: string) =>
  z
    .union([z.string(), z.number()], noFraction)
    .transform(String)
    .refine((text) => parseFraction(text) !== null, noFraction)
    .prefault(fallback);

const file = (fallback: string) => z.string().min(1).default(fallback);

const tier = z.strictObject({
  allotment: z.int().min(1).max(4_294_967_295).describe("Challenges per miner and epoch"),
  weight: z.number().positive().max(1e6).describe("Credit of one accepted answer"),
  vars: z.int().min(3).max(20_000),
  clauses: z.int().min(1).max(200_000),
  method: z.enum(["biased", "ajm"]),
});

const defaultTiers: Record<string, z.infer<typeof tier>> = {
  1: { allotment: 10_000, weight: 1, vars: 400, clauses: 1704, method: "biased" },
  2: { allotment: 10_000, weight: 2, vars: 400, clauses: 1704, method: "ajm" },
};

const tierNumber = z.string().regex(/^[1-9]\d{0,5}$/, "a tier is a number from 1");

/** Tiers 1 and 2 may be given in part; what they leave out keeps its default. */
const tiers = z
  .record(tierNumber, tier.partial())
  .transform((given) =>
    Object.fromEntries(
      Object.entries(given).map(([key, value]) => [key, { ...defaultTiers[key], ...value }]),
    ),
  )
  .pipe(z.record(tierNumber, tier))
  .prefault(defaultTiers);

const sat = z.strictObject({
  rate: fraction("1").describe("Share of the answers that is verified; a check costs microseconds"),
  penalty: z
    .enum(["reject", "strike"])
    .default("reject")
    .describe("What a wrong answer costs: the answer, or a strike"),
  max_attempts: count(1, 100, 3).describe("Answers accepted per challenge; 1 where penalty is strike"),
  tiers,
  share: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe("Share of the weights that is divided among this lane's miners"),
});

/** An object whose keys all have defaults, so that leaving it out means its defaults. */
function section<Shape extends z.ZodRawShape>(shape: Shape) {
  const object = z.strictObject(shape);
  return object.prefault({} as z.input<typeof object> & z.core.util.NoUndefined<z.input<typeof object>>);
}

const circuit = z.strictObject({
  id: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9_.-]{0,63}$/,
      "must be 1 to 64 of a-z, 0-9, _ . and -, the first a letter or digit",
    )
    .describe("Name of the kind of work, as jobs carry it"),
  verification_key: file("verification_key.json").describe("Verification key as snarkjs exports it (JSON)"),
  public_inputs: z
    .array(z.string().regex(/^[A-Za-z_]\w{0,63}(\[[1-9]\d{0,2}\])?$/, 'must be a name such as "x" or "x[4]"'))
    .min(1)
    .max(64)
    .describe("Public inputs in the circuit's order, x or x[4] for a list: the last of its public signals"),
  benchmark: section({
    enabled: z
      .boolean()
      .default(true)
      .describe("Whether the validator makes benchmark jobs from random inputs"),
  }),
});

const groth16 = z.strictObject({
  rate: fraction("20/500").describe("Share of the proofs that is verified, whatever the volume"),
  penalty: z
    .enum(["reject", "strike"])
    .default("strike")
    .describe("What an invalid proof costs: the credit, or a strike"),
  circuits: z
    .array(circuit)
    .max(256)
    .default([])
    .describe("Circuits that jobs ask proofs for; without any, no jobs are handed out"),
  share: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe("Share of the weights that is divided among this lane's miners"),
});

const gate = z.strictObject({
  slots: count(1, 4096, 64).describe("Submissions being admitted at once"),
  wait_ms: count(0, 60_000, 250).describe("How long a submission waits before it is refused as busy"),
  queue: count(0, 65_536, 256).describe("Submissions that may wait for a slot"),
});

/** Every key of assay.yaml with its default and its bounds. */
export const configSchema = z.strictObject({
  network: z.string().min(1).max(64).default("local").describe("Label in vectors and status"),
  netuid: count(0, 65_535, 0),
  keys: section({
    hotkey: file("keys/hotkey.json").describe("Hotkey file, or on the local chain a URI such as //Alice"),
    publishing: file("keys/publishing.json").describe("Ed25519 key that signs receipts and vectors (JWK)"),
  }),
  chain: section({
    kind: z.enum(["local"]).default("local"),
    block_ms: count(10, 3_600_000, 12_000),
    genesis_ms: count(0, Number.MAX_SAFE_INTEGER, 0).describe("Unix time of block 0 in ms"),
    tempo: count(1, 1_000_000, 360).describe("Blocks per tempo"),
    miners: file("open").describe("open, or a file of {uid, hotkey, stake?, ip?, port?} rows"),
  }),
  challenge: section({
    scheme: z.enum(["sealed", "indexed"]).default("sealed").describe("How ids are issued"),
    accept: z
      .array(z.enum(["sealed", "indexed"]))
      .min(1)
      .max(2)
      .default(["sealed"])
      .describe("Schemes whose ids are recognised besides the issuing one; both during a migration"),
    secret_file: file("keys/challenge.secret"),
    secret_file_previous: z.string().min(1).nullable().default(null).describe("Still valid for one epoch"),
    epoch_hours: count(1, 8760, 1),
    index_maps: count(1, 4096, 64).describe("Reverse indexes kept in memory (scheme indexed)"),
  }),
  lanes: section({ sat: sat.prefault({}), groth16: groth16.prefault({}) }),
  admit: section({
    max_body_bytes: count(1024, 16_777_216, 65_536),
    body_deadline_ms: count(100, 60_000, 5000).describe("Headers and body must be complete by then"),
    gate: gate.prefault({}),
    per_ip_per_min: count(1, 10_000_000, 6000),
    per_hotkey: section({
      burst: count(1, 100_000, 60),
      per_s: z.number().positive().max(100_000).default(20),
    }),
    signature_window_ms: count(1000, 300_000, 8000).describe("How old a signed timestamp may be"),
  }),
  judge: section({
    strikes: count(1, 1000, 1).describe("Strikes within the window that suspend"),
    window_blocks: count(1, 10_000_000, 7200),
    suspension_tempos: count(1, 100_000, 20),
    unreachable_tempos: count(1, 100_000, 1),
    cold_start_blocks: count(0, 10_000_000, 1800).describe("Blocks in which a new hotkey weighs nothing"),
    retention_blocks: count(1, 100_000_000, 50_400),
    history: count(16, 1_000_000, 8192).describe("Hotkeys remembered; the oldest are dropped first"),
  }),
  verify: section({
    concurrency: z
      .int()
      .min(1)
      .max(1024)
      .nullable()
      .default(null)
      .describe("Verification units checked at once; null: 2 x cores"),
    pending_factor: count(1, 1000, 4).describe("Most units pending, as a multiple of concurrency"),
  }),
  dispatch: section({
    ceiling: z
      .int()
      .min(1)
      .max(1_000_000)
      .nullable()
      .default(null)
      .describe("Jobs in flight at all miners; null: only caps and pending verifications bound them"),
    allow_private: z
      .boolean()
      .default(false)
      .describe("Whether to dial miners at private and loopback addresses: for tests and closed networks"),
    bytes_in_flight: count(1_048_576, Number.MAX_SAFE_INTEGER, 268_435_456).describe(
      "Bytes of all jobs in flight together",
    ),
  }),
  weigh: section({
    window_hours: z.number().positive().max(8760).default(24),
    region_cap: z.number().min(0).max(1).default(0.25).describe("Share of all uids that one /16 may hold"),
    burn: section({
      share: z.number().min(0).max(1).default(0),
      uid: z.int().min(0).max(65_535).nullable().default(null),
    }),
    every_tempos: count(1, 10_000, 1),
  }),
  sample: section({
    floor: fraction("1/100").describe("The validator refuses to start with a lane rate below this"),
    classes: section({ customer: fraction("1"), cold_start: fraction("1/5"), struck: fraction("1/2") }),
  }),
  store: section({
    kind: z.enum(["sqlite"]).default("sqlite"),
    url: z.null().default(null),
    replica_url: z.null().default(null),
    fsync: z
      .enum(["full"])
      .default("full")
      .describe("Receipts promise durability, so full is the only value"),
  }),
  observe: section({ metrics: metricsSchema }),
  http: section({
    trusted_proxies: z
      .array(z.string().refine(isAddressRange, "must be an IP address or a range such as 10.0.0.0/8"))
      .max(64)
      .default([])
      .describe("Addresses and CIDR ranges whose forwarded headers are trusted"),
    max_connections: count(8, 1_000_000, 4096),
  }),
  admin: section({ token_file: file("keys/admin.token") }),
});

/** The reverse index of a larger allotment would stall a worker; sealed ids have no such bound. */
const INDEXED_ALLOTMENT_MAX = 1_000_000;

function tooLargeToIndex({ challenge, lanes }: Config): string | null {
  if (challenge.scheme !== "indexed" && !challenge.accept.includes("indexed")) return null;
  const large = Object.entries(lanes.sat.tiers).find(([, tier]) => tier.allotment > INDEXED_ALLOTMENT_MAX);
  return large === undefined
    ? null
    : `lanes.sat.tiers.${large[0]}.allotment: indexed ids take at most ${INDEXED_ALLOTMENT_MAX}; lower it, or leave indexed out of challenge.scheme and challenge.accept`;
}

function repeatedCircuit({ lanes }: Config): string | null {
  const ids = lanes.groth16.circuits.map(({ id }) => id);
  const repeated = ids.find((id, i) => ids.indexOf(id) !== i);
  return repeated === undefined ? null : `lanes.groth16.circuits: two circuits have the id ${repeated}`;
}

/** Relations between keys; each returns a fault or null. */
const relations: readonly ((config: Config) => string | null)[] = [
  (c) =>
    c.weigh.burn.share > 0 && c.weigh.burn.uid === null
      ? "weigh.burn.uid: a burn share needs the uid that receives it"
      : null,
  (c) => (Object.keys(c.lanes.sat.tiers).length > 0 ? null : "lanes.sat.tiers: at least one tier is needed"),
  tooLargeToIndex,
  repeatedCircuit,
];

/** Faults in the relations between keys. */
export function relationFaults(config: Config): string[] {
  return relations.map((relation) => relation(config)).filter((fault) => fault !== null);
}

export type Config = z.infer<typeof configSchema>;
