import type { Config } from "../config/schema.ts";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Random } from "../core/random.ts";

export interface StartOptions {
  readonly config: Config;
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  /** A demo makes a missing challenge secret. */
  readonly demo: boolean;
  readonly version: string;
}

export interface StartModules {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Where the log goes, when it can drop lines. */
  readonly logSink?: { onDropped(count: (lines: number) => void): void };
  /** Called once when a fault of this process or its machine can only be mended by a new start. */
  readonly fatal?: (cause: Error) => void;
}
