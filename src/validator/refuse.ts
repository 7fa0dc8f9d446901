import type { Hotkey } from "../core/ids.ts";
import { AssayError } from "../core/problems/assayError.ts";
import { parseHotkey } from "../core/ss58.ts";

/** The hotkey of a path or body; throws `invalid_request` naming the field. */
export function requireHotkey(text: string, field: string): Hotkey {
  const hotkey = parseHotkey(text);
  if (hotkey === null)
    throw new AssayError({ code: "invalid_request", field, expected: "an ss58 address with prefix 42" });
  return hotkey;
}
