import { z } from "zod";
import { localChainSchema } from "../../src/config/chainSchema.ts";
import { configSchema } from "../../src/config/schema.ts";
import type { CustomerSpec, FleetSpec, LaneSpec, ScenarioEvent, ValidatorSpec } from "../scenario.ts";
import { DAY_MS, law, length } from "./length.ts";
import { settingsSchema } from "./settings.ts";
import { strategySchema } from "./strategy.ts";

/** Bounds of what one run holds at once. */
export const most = {
  miners: 1000,
  validators: 20,
  processes: 16,
  customers: 20,
  events: 1000,
  days: 366,
} as const;

const END_MS = most.days * DAY_MS;
const HOUR_MS = DAY_MS / 24;
const BYTES = Number.MAX_SAFE_INTEGER;

const count = (least: number, upTo: number) => z.int().min(least).max(upTo);
const money = z.number().min(0).max(1e12);
const share = z.number().min(0).max(1);
const moment = length(0, END_MS);
const some = () => length(1, END_MS);

const nameError = "must be 1 to 32 of a-z, 0-9 and -, the first a letter or digit";
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, nameError);

const chain = localChainSchema.shape;
const network = z.strictObject({
  block_ms: chain.block_ms,
  tempo: chain.tempo,
  epoch_hours: configSchema.shape.challenge.unwrap().shape.epoch_hours,
  emission_per_day: money
    .default(41)
    .describe("Money paid to all miners per day; 41 is the miners' 41 % of 100"),
  registration: money.default(0.1).describe("Money that a new hotkey costs"),
});

const lane = z
  .strictObject({
    kinds: count(1, 32).default(1).describe("Kinds of work; each job is one of them"),
    job_bytes: count(1, 134_217_728).default(300).describe("Bytes of a job on the wire"),
    answer_bytes: count(1, 134_217_728).default(800).describe("Bytes of an answer on the wire"),
    verify: length(1, HOUR_MS).prefault("16ms").describe("Time of one check in one thread"),
    cost: z.number().positive().max(1e6).default(1).describe("Load of one check in verification units"),
  })
  .transform(({ verify, ...rest }) => ({ ...rest, verify_ms: verify })) satisfies z.ZodType<LaneSpec>;

const legacy = z.strictObject({
  budget: z
    .strictObject({ checks: count(1, 1_000_000), of: count(1, 1_000_000) })
    .refine(({ checks, of }) => checks <= of, { path: ["checks"], error: "must not be above of" })
    .nullable()
    .default(null)
    .describe("At most `checks` checks per miner and tempo, drawn at checks / of; null: the real sampler"),
  memory_unbounded: z
    .boolean()
    .default(false)
    .describe("No bound on the bytes of jobs in flight; when the host's memory is used up, it goes down"),
  credit_kept: z.boolean().default(false).describe("A strike forfeits no unverified credit"),
});

const host = z
  .strictObject({
    threads: count(1, 1024).default(4).describe("Threads that verify"),
    memory_bytes: count(1_048_576, BYTES).default(1_073_741_824).describe("Memory for jobs in flight, bytes"),
    down: some().prefault("2m").describe("How long the host is down after its memory is used up"),
  })
  .transform(({ down, ...rest }) => ({ ...rest, down_ms: down }));

/** Units that are checked at once: as the configuration has it, twice the threads where it is not said. */
const PER_THREAD = 2;

const validator = z
  .strictObject({
    name,
    stake: z
      .number()
      .positive()
      .max(1e12)
      .default(1)
      .describe("In any unit; only its share of the sum matters"),
    settings: settingsSchema.prefault({}),
    legacy: legacy.prefault({}),
    host: host.prefault({}),
    commit: length(0, 60_000).prefault("5ms").describe("How long a commit of the store takes"),
    processes: count(1, most.processes)
      .default(1)
      .describe("Processes that share its store, each on a host of its own"),
  })
  .transform(({ commit, settings, ...rest }) => {
    const concurrency = settings.concurrency ?? PER_THREAD * rest.host.threads;
    return { ...rest, settings: { ...settings, concurrency }, commit_ms: commit };
  }) satisfies z.ZodType<ValidatorSpec>;

const fleet = z
  .strictObject({
    name,
    count: count(1, most.miners).default(1).describe("Number of miners"),
    strategy: strategySchema.prefault("honest"),
    service: law(1).prefault({ min: "800ms", mean: "1200ms" }).describe("Time to make one honest answer"),
    cheat: law(1).prefault({ low: "20ms", high: "60ms" }).describe("Time to make one dishonest answer"),
    delay: law(0)
      .prefault({ low: "20ms", high: "120ms" })
      .describe("Network delay of job and answer together"),
    parallel: count(1, 8192).default(1).describe("Answers that a miner works on at once, per validator"),
    capacity: count(1, 65_536).default(1024).describe("Jobs that a miner states it accepts at once"),
    failing: share.default(0).describe("Share of the jobs that a miner gives back immediately"),
    cost_per_job: money.default(0).describe("Money per honest answer; a dishonest one costs nothing"),
    cost_per_hour: money
      .default(0)
      .describe("Money per hour, except while every validator suspends the miner"),
    joins: moment
      .nullable()
      .prefault(null)
      .describe("When it joins; null: before the start, its cold start already over"),
  })
  .transform(({ service, cheat, delay, joins, ...rest }) => ({
    ...rest,
    service_ms: service,
    cheat_ms: cheat,
    delay_ms: delay,
    joins_ms: joins,
  })) satisfies z.ZodType<FleetSpec>;

const customer = z
  .strictObject({
    name,
    validator: name.nullable().default(null).describe("Where it puts in its jobs; null: at the first"),
    every: law(1).prefault({ min: 0, mean: "60s" }).describe("Time from one job to the next"),
    deadline: length(1000, DAY_MS).prefault("1h").describe("Time after which a job ends unanswered"),
    patience: law(1)
      .nullable()
      .prefault(null)
      .describe("Time after which it cancels a job that has not ended; null: never"),
  })
  .transform(({ every, deadline, patience, ...rest }) => ({
    ...rest,
    every_ms: every,
    deadline_ms: deadline,
    patience_ms: patience,
  })) satisfies z.ZodType<CustomerSpec>;

const lasting = { at: moment, for: some() };

const set = z
  .strictObject({
    at: moment,
    do: z.literal("set"),
    fleet: name,
    service: law(1).optional(),
    parallel: count(1, 8192).optional(),
    failing: share.optional(),
  })
  .refine(({ service, parallel, failing }) => (service ?? parallel ?? failing) !== undefined, {
    error: "sets nothing: give service, parallel or failing",
  })
  .transform(({ at, service, parallel, failing, ...rest }) => ({
    ...rest,
    at_ms: at,
    ...(service === undefined ? {} : { service_ms: service }),
    ...(parallel === undefined ? {} : { parallel }),
    ...(failing === undefined ? {} : { failing }),
  }));

const fleetEvent = <Do extends "mute" | "disconnect">(what: Do) =>
  z
    .strictObject({ ...lasting, do: z.literal(what), fleet: name })
    .transform(({ at, for: lasts, fleet }) => ({ do: what, fleet, at_ms: at, for_ms: lasts }));

const isolate = z
  .strictObject({ ...lasting, do: z.literal("isolate"), validator: name })
  .transform(({ at, for: lasts, ...rest }) => ({ ...rest, at_ms: at, for_ms: lasts }));

const restart = z
  .strictObject({
    at: moment,
    do: z.literal("restart"),
    validator: name,
    process: count(1, most.processes).optional(),
    down: some(),
  })
  .transform(({ at, down, process, ...rest }) => ({
    ...rest,
    ...(process === undefined ? {} : { process }),
    ...{ at_ms: at, down_ms: down },
  }));

const processOf = { at: moment, validator: name, process: count(1, most.processes) };

const kill = z
  .strictObject({ ...processOf, do: z.literal("kill"), down: some() })
  .transform(({ at, down, ...rest }) => ({ ...rest, at_ms: at, down_ms: down }));

const pause = z
  .strictObject({ ...processOf, do: z.literal("pause"), for: some() })
  .transform(({ at, for: lasts, ...rest }) => ({ ...rest, at_ms: at, for_ms: lasts }));

const event = z.discriminatedUnion(
  "do",
  [set, fleetEvent("mute"), fleetEvent("disconnect"), isolate, restart, kill, pause],
  { error: "must be a mapping with do: set, mute, disconnect, isolate, restart, kill or pause" },
) satisfies z.ZodType<ScenarioEvent>;

/** A scenario file: every key with its default and its bounds. What is read has lengths of time in ms. */
export const scenarioSchema = z.strictObject({
  title: z
    .string()
    .regex(/^[^\p{Cc}]{1,120}$/u, "must be one line of 1 to 120 characters")
    .optional()
    .describe("One line; the default is the name of the file"),
  story: z.string().max(4000).trim().default("").describe("What the scenario shows, in a few sentences"),
  duration: length(1000, END_MS).prefault("1d").describe("Simulated time"),
  network: network.prefault({}),
  lane: lane.prefault({}),
  validators: z
    .array(validator)
    .min(1)
    .max(most.validators)
    .prefault([{ name: "main" }]),
  fleets: z.array(fleet).min(1).max(most.miners).describe("Groups of miners with the same settings"),
  customers: z.array(customer).max(most.customers).prefault([]).describe("Who puts in jobs"),
  events: z.array(event).max(most.events).prefault([]).describe("What happens at a given time"),
});

/** A scenario file as it is read, its lengths of time in ms. */
export type ScenarioFile = z.infer<typeof scenarioSchema>;
