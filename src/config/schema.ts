import { z } from "zod";
import { parseRange } from "../core/address.ts";
import { parseFraction } from "../core/fraction.ts";
import { parseHotkey } from "../core/ss58.ts";
import { chainSchema } from "./chainSchema.ts";
import { circuitSchema } from "./circuitSchema.ts";
import { corsOrigins } from "./corsOrigins.ts";
import { jobsSchema } from "./jobsSchema.ts";
import { metricsSchema } from "./metricsSchema.ts";
import { storeSchema } from "./storeSchema.ts";

const count = (least: number, most: number, fallback: number) =>
  z.int().min(least).max(most).default(fallback);

const noFraction = { error: "must be a fraction in 0..1, such as 20/500 or 0.04" };

const laneShare = z.number().min(0).max(1).default(0.5).describe("This lane's share of all weights");

/** A share in 0..1 that is read exactly: `20/500`, `0.04` or `1`. */
const fraction = (fallback: string) =>
  z
    .union([z.string(), z.number()], noFraction)
    .transform(String)
    .refine((text) => parseFraction(text) !== null, noFraction)
    .prefault(fallback);

const file = (fallback: string) => z.string().min(1).default(fallback);

const tier = z.strictObject({
  allotment: z.int().min(1).max(4_294_967_295).describe("Challenges per miner and epoch"),
  weight: z.number().positive().max(1e6).describe("Credit for one accepted answer"),
  vars: z.int().min(3).max(20_000).describe("Variables of an instance"),
  clauses: z.int().min(1).max(200_000).describe("Clauses of an instance"),
  method: z.enum(["biased", "ajm"]).describe("How instances are generated"),
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
  rate: fraction("1").describe("Share of the answers that is verified; a check takes microseconds"),
  penalty: z
    .enum(["reject", "strike"])
    .default("reject")
    .describe("What happens after a wrong answer: it is rejected, or the miner also gets a strike"),
  partial: z
    .enum(["reject", "accept"])
    .default("reject")
    .describe("What is done with a model that leaves variables open but has a true literal in every clause"),
  max_attempts: count(1, 100, 3).describe("Answers allowed per challenge; always 1 where penalty is strike"),
  tiers,
  share: laneShare,
});

/** An object whose keys all have defaults, so that leaving it out means its defaults. */
function section<Shape extends z.ZodRawShape>(shape: Shape) {
  const object = z.strictObject(shape);
  return object.prefault({} as z.input<typeof object> & z.core.util.NoUndefined<z.input<typeof object>>);
}

const groth16 = z.strictObject({
  rate: fraction("20/500").describe("Share of the proofs that is verified, at any volume"),
  penalty: z
    .enum(["reject", "strike"])
    .default("strike")
    .describe("What happens after an invalid proof: it earns nothing, or the miner also gets a strike"),
  circuits: z
    .array(circuitSchema)
    .max(256)
    .default([])
    .describe("Circuits that jobs ask proofs of; without circuits no jobs are sent"),
  share: laneShare,
});

const gate = z.strictObject({
  slots: count(1, 4096, 64).describe("Submissions admitted at the same time"),
  wait_ms: count(0, 60_000, 250).describe("Longest wait for a slot in ms; then the refusal is busy"),
  queue: count(0, 65_536, 256).describe("Submissions that may wait for a slot"),
});

/** Every key of assay.yaml with its default and its bounds. */
export const configSchema = z.strictObject({
  network: z
    .string()
    .min(1)
    .max(64)
    .default("local")
    .describe("Name of the network in status and vectors; where chain.kind is subtensor, chain.genesis"),
  netuid: count(0, 65_535, 0).describe(
    "Number of the subnet in status and vectors; where chain.kind is subtensor, chain.netuid",
  ),
  keys: section({
    hotkey: file("keys/hotkey.json").describe("Hotkey file; on the local chain also a URI such as //Alice"),
    publishing: file("keys/publishing.json").describe("Ed25519 key (JWK) that signs receipts and vectors"),
  }),
  chain: chainSchema,
  challenge: section({
    scheme: z.enum(["sealed", "indexed"]).default("sealed").describe("Scheme of the ids that are issued"),
    accept: z
      .array(z.enum(["sealed", "indexed"]))
      .min(1)
      .max(2)
      .default(["sealed"])
      .describe("Schemes of the ids that are accepted; list both during a migration"),
    secret_file: file("keys/challenge.secret").describe("Master secret, at least 32 bytes"),
    secret_file_previous: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe("Master secret before a rotation; its challenges are accepted until their epoch has passed"),
    epoch_hours: count(1, 8760, 1).describe("Hours per epoch"),
    index_maps: count(1, 4096, 64).describe(
      "Without effect, and accepted so that older files stay valid: index_bytes is the bound on reverse indexes",
    ),
    index_bytes: count(1_048_576, Number.MAX_SAFE_INTEGER, 100_000_000).describe(
      "Bound on the bytes of the reverse indexes of the indexed scheme; 23 kB per miner, tier and epoch at an allotment of 10,000",
    ),
  }),
  lanes: section({ sat: sat.prefault({}), groth16: groth16.prefault({}) }),
  admit: section({
    max_body_bytes: count(1024, 16_777_216, 65_536).describe("Largest request body in bytes"),
    body_deadline_ms: count(100, 60_000, 5000).describe(
      "Time in ms within which headers and body must arrive",
    ),
    gate: gate.prefault({}),
    per_ip_per_min: count(1, 10_000_000, 6000).describe(
      "Signed requests per minute and IP address; public reads have as many of their own, at least 600",
    ),
    per_hotkey: section({
      burst: count(1, 100_000, 60).describe("Requests at once per proven hotkey"),
      per_s: z.number().positive().max(100_000).default(20).describe("Requests per second and proven hotkey"),
    }),
    new_hotkeys_per_address_hour: count(1, 1_000_000, 64).describe(
      "Never seen hotkeys per address (/64 of IPv6) and hour where chain.miners is open; this host itself is not limited",
    ),
    signature_window_ms: count(1000, 300_000, 8000).describe(
      "Greatest age of a signed timestamp in ms; a quarter of it may lie ahead",
    ),
  }),
  judge: section({
    strikes: count(1, 1000, 1).describe("Strikes within the window that suspend a miner"),
    window_blocks: count(1, 10_000_000, 7200).describe("Blocks for which a strike counts"),
    suspension_tempos: count(1, 100_000, 20).describe("Tempos that a suspension for strikes lasts"),
    unreachable_tempos: count(1, 100_000, 1).describe("Tempos that an unreachable miner is suspended"),
    cold_start_blocks: count(0, 10_000_000, 1800).describe("Blocks for which a new hotkey has no weight"),
    retention_blocks: count(1, 100_000_000, 50_400).describe(
      "Blocks after which an unseen hotkey is forgotten",
    ),
    history: count(16, 1_000_000, 8192).describe(
      "Hotkeys remembered, suspended ones not counted; what never delivered is dropped first, then what has no weight yet",
    ),
    outage_miners: count(1, 65_536, 4).describe(
      "Active miners from which on many failures to connect at once are presumed to be the validator's fault",
    ),
  }),
  verify: section({
    concurrency: z
      .int()
      .min(1)
      .max(1024)
      .nullable()
      .default(null)
      .describe("Verifications at the same time; null: twice the number of cores"),
    pending_factor: count(1, 1000, 4).describe(
      "Bound on pending verifications, as a multiple of concurrency",
    ),
  }),
  dispatch: section({
    ceiling: z
      .int()
      .min(1)
      .max(1_000_000)
      .nullable()
      .default(null)
      .describe("Bound on jobs in flight at all miners together; null: none"),
    allow_private: z
      .boolean()
      .default(false)
      .describe(
        "Whether miners at private and loopback addresses are dialled; for tests and closed networks",
      ),
    bytes_in_flight: count(1_048_576, Number.MAX_SAFE_INTEGER, 268_435_456).describe(
      "Bound on the bytes of all jobs in flight",
    ),
  }),
  jobs: jobsSchema,
  weigh: section({
    window_hours: z
      .number()
      .positive()
      .max(8760)
      .default(24)
      .describe("Hours for which an accepted answer of a pull lane counts"),
    region_cap: z
      .number()
      .min(0)
      .max(1)
      .default(0.25)
      .describe(
        "Most weight of all miners of one address region (/16, IPv6 /32) together, as a share of all weight; a region above it is scaled down, all its miners alike; 0: no cap",
      ),
    burn: section({
      share: z.number().min(0).max(1).default(0).describe("Share of all weights that the burn receives"),
      uid: z
        .int()
        .min(0)
        .max(65_535)
        .nullable()
        .default(null)
        .describe("Uid that receives the burn share, while the hotkey that held it at first still does"),
      hotkey: z
        .string()
        .refine(
          (text) => text === "owner" || parseHotkey(text) !== null,
          "must be an ss58 hotkey with prefix 42, or owner",
        )
        .nullable()
        .default(null)
        .describe(
          "Hotkey that receives the burn share; with uid, only while it holds that uid; owner: the subnet owner's, as the chain tells it",
        ),
      absent: z
        .enum(["skip", "own"])
        .default("skip")
        .describe(
          "When that hotkey is not registered: skip sends no weights, own gives the share to the validator's own uid; it never goes to the miners",
        ),
    }),
    every_tempos: count(1, 10_000, 1).describe("Tempos per weighing period"),
  }),
  sample: section({
    floor: fraction("1/100").describe(
      "Lowest rate that a lane may have; the validator does not start below it",
    ),
    classes: section({
      customer: fraction("1").describe("Rate for customer jobs"),
      cold_start: fraction("1/5").describe("Rate for hotkeys in their cold start"),
      struck: fraction("1/2").describe("Rate for hotkeys with a strike in the last 50,400 blocks"),
    }).describe("Rates of classes; the highest rate that applies decides"),
  }),
  store: storeSchema,
  observe: section({
    metrics: metricsSchema,
    disk_reserve: count(0, Number.MAX_SAFE_INTEGER, 536_870_912).describe(
      "Bytes that stay free on the disk of the embedded store; with less room no new work is taken, and what is open still ends; 0: none",
    ),
    clock_step_ms: count(1000, 86_400_000, 60_000).describe(
      "Step of the wall clock in ms past which nothing is judged, dispatched or closed until it is back or accepted",
    ),
  }),
  http: section({
    host: z
      .string()
      .min(1)
      .max(255)
      .default("127.0.0.1")
      .describe("Address to listen on; --host overrides it"),
    port: count(0, 65_535, 8420).describe("Port to listen on, 0 for a free one; --port overrides it"),
    trusted_proxies: z
      .array(
        z
          .string()
          .refine((text) => parseRange(text) !== null, "must be an IP address or a range such as 10.0.0.0/8"),
      )
      .max(64)
      .default([])
      .describe("Addresses and CIDR ranges of proxies whose forwarded headers are trusted"),
    cors_origins: corsOrigins,
    max_connections: count(8, 1_000_000, 4096).describe("Open connections at the public address"),
    max_event_streams: count(0, 65_536, 256).describe(
      "Open streams of events (GET /v1/events), as dashboards have them; beyond it they are refused",
    ),
    per_address_connections: count(1, 1_000_000, 64).describe(
      "Open connections per IP address (IPv6: per /64), trusted proxies exempt; also streams per address",
    ),
  }),
  admin: section({ token_file: file("keys/admin.token").describe("Bearer token of the operator routes") }),
});

export type Config = z.infer<typeof configSchema>;
