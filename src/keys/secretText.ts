import { AssayError } from "../core/problems/assayError.ts";
import { isSecretText } from "./suri.ts";

/** Throws `key_malformed` for a mnemonic or a seed in the place of a file's name; the message does not repeat it. */
export function refuseSecretText(text: string, where: string): void {
  if (!isSecretText(text)) return;
  throw new AssayError({
    ...{ code: "key_malformed", file: where },
    cause_text:
      "it is a mnemonic or a seed itself, which others could read in the configuration or the list of processes",
    remedy: "Put it into a file of mode 0600 and name that file.",
  });
}
