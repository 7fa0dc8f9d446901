import type { ConfigItem } from "../config/inForce.ts";
import type { Config } from "../config/schema.ts";
import type { Lane } from "../flow/lane.ts";
import type { Pool } from "../flow/pool.ts";
import type { Mirror } from "../judge/mirror.ts";
import type { Circuit } from "../lanes/groth16/circuit.ts";
import type { SharedBacklog } from "../verify/submissions/sharedBacklog.ts";
import type { PullStages } from "./assemblePull.ts";
import type { PushStages } from "./assemblePush.ts";
import type { SharedStages } from "./assembleStages.ts";
import type { CustomerTokens } from "./customerTokens.ts";
import type { Dialling } from "./dialling.ts";
import type { Economy } from "./economy.ts";
import type { IntakeParts } from "./intake/openIntake.ts";
import type { Live } from "./liveParts.ts";
import type { Resources } from "./resources.ts";
import type { SharedPush } from "./roles/sharedPush.ts";
import type { StartModules } from "./startOptions.ts";
import type { TrustedClock } from "./trustedClock.ts";

/** The push stages, and the links that the validator opens. */
export interface PushParts extends PushStages {
  readonly dialling: Dialling;
  /** Null where no other process shares the store. */
  readonly shared: SharedPush | null;
}

/** All parts of a running validator. */
export interface Parts
  extends StartModules,
    Omit<Resources, "secret" | "previousSecret">,
    IntakeParts,
    SharedStages,
    PullStages,
    Live {
  readonly config: Config;
  readonly configItems?: readonly ConfigItem[];
  readonly version: string;
  readonly dataDir: string;
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly trusted: TrustedClock;
  readonly pool: Pool;
  readonly customerTokens: CustomerTokens;
  readonly circuits: readonly Circuit[];
  readonly economy: Economy;
  /** Null where this process checks what it admits, or another cannot. */
  readonly backlog: SharedBacklog | null;
  /** Null where no other process changes standing. */
  readonly mirror: Mirror | null;
  /** Null where no jobs are handed out. */
  readonly push: PushParts | null;
}
