import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fetched } from "../../documents.ts";
import { KIND, pushDir } from "../../validator/push/world.ts";
import { removeDir, startValidator, type Validator } from "../../validator/validator.ts";
import { Chance } from "./chance.ts";
import { HonestMiner } from "./honestMiner.ts";
import { type Operation, operationsOf } from "./operations.ts";
import { Signer } from "./signer.ts";
import { Known } from "./values.ts";

const signerCount = 8;
/** What a validator says of many refusals, and of miners that take jobs and answer none. */
const ofTheAttack =
  /"rule":"(?:refusals|unreachable_presumed_ours)".*"event":"alert_firing"|"event":"unreachable_presumed_ours"/;

/** A validator with both lanes and no limits but those that protect it. */
export interface FuzzWorld {
  readonly validator: Validator;
  readonly port: number;
  /** The validator's hotkey. */
  readonly hotkey: string;
  readonly operations: readonly Operation[];
  readonly signers: readonly Signer[];
  readonly shared: Known;
  readonly operatorToken: string;
  readonly honest: HonestMiner;
  /** Lines of the log at level error or worse, but for those that tell of the attack itself. */
  errors(): string[];
  close(): Promise<void>;
}

/** What an answer to a challenge and a job of a customer look like; their schemas say only that they are texts. */
function hints(shared: Known, chance: Chance): void {
  for (let n = 0; n < 16; n++) {
    shared.learn("assignment_b64", chance.bytes(50).toString("base64"));
    shared.learn("ed25519_public_key", chance.bytes(32).toString("hex"));
  }
  shared.learn("solution", `s SATISFIABLE\nv ${Array.from({ length: 400 }, (_, n) => n + 1).join(" ")} 0\n`);
  for (const lane of ["sat", "groth16"]) shared.learn("lane", lane);
  shared.learn("kind", KIND);
  shared.learn("x", "12345");
}

export async function startFuzzWorld(seed: number): Promise<FuzzWorld> {
  const more = {
    admit: {
      per_ip_per_min: 10_000_000,
      per_hotkey: { burst: 100_000, per_s: 100_000 },
      body_deadline_ms: 2000,
    },
    verify: { concurrency: 64 },
    // Weights are late, which is an alert, after half a tempo: an attack at full length may hold the processor for seconds.
    chain: { block_ms: 200, tempo: 60 },
  };
  const validator = await startValidator(pushDir({}, more), ["--log-level", "warn"], null, {
    ASSAY_TEST_HEAP: "shipped",
  });
  const { url, dataDir } = validator;
  const { validator: hotkey } = await fetched<{ validator: string }>(url, "/v1/status");
  const shared = new Known();
  const chance = new Chance(seed, "world");
  hints(shared, chance);
  const signers = Array.from({ length: signerCount }, (_, n) => new Signer(`fuzz ${n}`, hotkey, shared));
  const honest = await HonestMiner.start(url, "//Honest");
  // The holder of the operator's token could put it out.
  shared.secrets.add(honest.hotkey);
  for (const signer of signers) {
    await signer.begin(url, chance);
    shared.learn("hotkey", signer.hotkey);
  }
  return {
    ...{ validator, hotkey, signers, shared, honest },
    port: Number(new URL(url).port),
    // The holder of the operator's token can turn all miners away, as it should.
    operations: (await operationsOf(url)).filter(({ id }) => id !== "beginDrain"),
    operatorToken: readFileSync(join(dataDir, "keys", "admin.token"), "utf8").trim(),
    errors: () =>
      validator
        .stderr()
        .split("\n")
        .filter((line) => /"level":"(?:error|fatal)"/.test(line) && !ofTheAttack.test(line)),
    close: async () => {
      await validator.kill();
      removeDir(dataDir);
    },
  };
}
