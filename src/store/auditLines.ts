import { canonical } from "../core/canonical.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { Store } from "../flow/store.ts";

/** Made in a few milliseconds; the store ends a page of long lines earlier. */
const PAGE = 128;

/** The log of a closed epoch, one canonical JSON text per line; throws `epoch_not_found` or `epoch_open` first. */
export async function* auditLines(
  store: Pick<Store, "epoch" | "logPage">,
  epoch: number,
): AsyncGenerator<string> {
  const record = await store.epoch(epoch);
  if (record === null) throw new AssayError({ code: "epoch_not_found", epoch });
  if (record.revealed_key === null) throw new AssayError({ code: "epoch_open", epoch });
  for (let after = -1; ; ) {
    const page = await store.logPage(epoch, after, PAGE);
    for (const entry of page) yield canonical(entry);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.n;
  }
}
