import { z } from "zod";

/**
 * Keys of `observe` about the machine itself. The default reserve holds what can still come once intake has stopped: 256 MiB of
 * answers in flight (dispatch.bytes_in_flight), the write-ahead log of up to 64 MiB and the same again where it is copied to, and
 * days of verdicts, epochs and weights.
 */
export const machineKeys = {
  disk_reserve: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(536_870_912)
    .describe(
      "Bytes that stay free on the disk of the embedded store; with less room no new work is taken, and what is open still ends; 0: none",
    ),
  log_file: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      "File that the log is appended to, opened anew at SIGHUP; null: stderr; --log-file overrides it",
    ),
};
