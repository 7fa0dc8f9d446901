import { join } from "node:path";
import { circuitsHome } from "../miner/push/snarkProver.ts";

type Tree = Record<string, unknown>;

const circuit = "hash-chain";

/** A network small enough to watch: 2-second blocks, vectors every 20 s, newcomers earn after 10 s, one proof in five verified. */
const demoSettings: Record<string, Tree> = {
  chain: { kind: "local", block_ms: 2000, tempo: 10 },
  judge: { cold_start_blocks: 5 },
  // All miners of the demo share one address.
  http: { per_address_connections: 4096 },
  lanes: {
    groth16: {
      rate: "1/5",
      circuits: [
        {
          id: circuit,
          verification_key: join(circuitsHome, circuit, "verification_key.json"),
          public_inputs: ["x"],
        },
      ],
    },
  },
};

/** Lays the demo's settings over a raw configuration. */
export function demoOverride(raw: Tree): void {
  for (const [section, keys] of Object.entries(demoSettings))
    raw[section] = { ...(raw[section] as Tree | undefined), ...keys };
}
