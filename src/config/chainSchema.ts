import { z } from "zod";
import { parseAddress } from "../core/address.ts";
import { genesisHash } from "../core/genesis.ts";

const count = (least: number, most: number, fallback: number) =>
  z.int().min(least).max(most).default(fallback);

const blockMs = () => count(10, 3_600_000, 12_000).describe("Time per block in ms");

/** A chain that this host stands in for: its height follows the clock. */
export const localChainSchema = z.strictObject({
  kind: z.literal("local").default("local").describe("Chain client: local or subtensor"),
  block_ms: blockMs(),
  genesis_ms: count(0, Number.MAX_SAFE_INTEGER, 0).describe("Unix time of block 0 in ms"),
  tempo: count(1, 1_000_000, 360).describe("Blocks per tempo"),
  miners: z
    .string()
    .min(1)
    .default("open")
    .describe("Who may mine: open, or a file of {uid, hotkey, stake?, permit?, emission?, ip?, port?} rows"),
});

const isEndpoint = (text: string): boolean => {
  try {
    return ["ws:", "wss:"].includes(new URL(text).protocol);
  } catch {
    return false;
  }
};

/** One word of a path: names of wallets and hotkeys are names of files. */
const fileName = () =>
  z.string().regex(/^(?!\.\.?$)[^/\0]{1,128}$/, "must be the name of a file, not a path");

const wallet = z
  .strictObject({
    name: fileName().optional().describe("Name of the bittensor wallet"),
    hotkey: fileName().optional().describe("Name of the hotkey in that wallet"),
    path: z.string().min(1).optional().describe("Folder of the wallets; default ~/.bittensor/wallets"),
    file: z.string().min(1).optional().describe("Hotkey file, instead of name and hotkey"),
  })
  .refine(
    ({ name, hotkey, path, file }) =>
      file === undefined
        ? name !== undefined && hotkey !== undefined
        : (name ?? hotkey ?? path) === undefined,
    "must be {name, hotkey, path} or {file}",
  );

const publish = z.strictObject({
  ip: z.string().refine((text) => parseAddress(text) !== null, "must be an IP address"),
  port: z.int().min(1).max(65_535),
});

/** A subnet of a Bittensor chain. */
export const subtensorChainSchema = z.strictObject({
  kind: z.literal("subtensor").describe("Chain client: local or subtensor"),
  endpoints: z
    .array(z.string().refine(isEndpoint, "must be a ws:// or wss:// URL"))
    .min(1, "at least one endpoint is needed")
    .max(8)
    .refine((urls) => new Set(urls).size === urls.length, "an endpoint is listed twice")
    .describe("Nodes to use, ws or wss URLs in any order; two let each other's answers be compared"),
  netuid: z.int().min(0).max(4095).describe("Number of the subnet"),
  mechanism: count(0, 15, 0).describe("Mechanism of the subnet that weights are for"),
  genesis: z
    .string()
    .refine((text) => genesisHash(text) !== null, "must be finney, test or a hash of 32 bytes with 0x")
    .default("finney")
    .describe("Hash of the chain's first block, or finney or test; a node of another chain is refused"),
  wallet: wallet
    .nullable()
    .default(null)
    .describe("Hotkey of a bittensor wallet: {name, hotkey, path} or {file}; null: keys.hotkey"),
  weights: z
    .enum(["auto", "set", "commit", "timelocked"])
    .default("auto")
    .describe("How weights are sent; auto: as the subnet asks for"),
  publish: publish
    .nullable()
    .default(null)
    .describe("Address {ip, port} to publish on the chain for miners to find; null: none"),
  stale_after_ms: count(100, 3_600_000, 120_000).describe(
    "Ms without a new finalised block after which the height is unknown: nothing is judged, dispatched or weighed",
  ),
  block_ms: blockMs(),
  validators_may_mine: z
    .boolean()
    .default(false)
    .describe("Whether hotkeys with a validator permit count as miners too"),
});

export const chainSchema = z
  .discriminatedUnion("kind", [localChainSchema, subtensorChainSchema], {
    error: (issue) => (issue.code === "invalid_union" ? "must be local or subtensor" : undefined),
  })
  .prefault({});

export type LocalChainConfig = z.infer<typeof localChainSchema>;
export type SubtensorChainConfig = z.infer<typeof subtensorChainSchema>;
export type WalletConfig = z.infer<typeof wallet>;

/** Every key of a subtensor section with a value of its kind: which keys exist, and which of them are text. */
export const subtensorKeys: Readonly<Record<string, unknown>> = {
  ...{ kind: "subtensor", endpoints: [], netuid: 0, mechanism: 0, genesis: "", weights: "" },
  wallet: { name: "", hotkey: "", path: "", file: "" },
  publish: { ip: "", port: 0 },
  ...{ stale_after_ms: 0, block_ms: 0, validators_may_mine: false },
};
