import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { AssayError } from "../../core/problems/assayError.ts";
import { DEFAULT_URL } from "./options.ts";

/** How an operator's command reaches the validator. */
export interface Access {
  readonly url: string;
  readonly data: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

export function tokenOf(access: Access): string {
  const file = access.tokenFile ?? join(access.data, "keys", "admin.token");
  if (!existsSync(file))
    throw new AssayError({
      code: "file_unreadable",
      file,
      cause_text: "there is no such file, and it holds the operator token",
      remedy: "Name the validator's data directory with --data, or the file with --token-file.",
    });
  return readFileSync(file, "utf8").trim();
}

export function withAccess(command: Command): Command {
  return command
    .option("--url <url>", "the validator", DEFAULT_URL)
    .option("--data <dir>", "data directory of the validator, which holds the operator token", "data")
    .option(
      "--token-file <file>",
      "file with the operator token (default: keys/admin.token in the data directory)",
    )
    .option("--json", "print one JSON document");
}
