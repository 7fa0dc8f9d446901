import type { ConfigItem } from "../config/inForce.ts";
import type { Config } from "../config/schema.ts";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Random } from "../core/random.ts";
import type { Roles } from "./roles/roles.ts";

export interface StartOptions {
  readonly config: Config;
  /** What operators see of it, with where each value comes from; none where a program made it. */
  readonly configItems?: readonly ConfigItem[];
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  /** A demo makes a missing challenge secret. */
  readonly demo: boolean;
  readonly version: string;
  /** All, when left out. */
  readonly roles?: Roles;
  /** What operators call this process among those that share the store. */
  readonly name?: string;
}

export interface StartModules {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Where the log goes, when it can drop lines. */
  readonly logSink?: { onDropped(count: (lines: number) => void): void };
  /** Called once when a fault of this process or its machine can only be mended by a new start. */
  readonly fatal?: (cause: Error) => void;
  /** The operator ordered this process to end what it has, and to stop. */
  readonly drain?: () => void;
}
