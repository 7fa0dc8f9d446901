import { AssayError } from "../core/problems/assayError.ts";
import type { Store } from "../flow/store.ts";

/**
 * The log of a closed epoch as texts of whole lines, each with its newline; throws `epoch_not_found` or `epoch_open` first.
 * `paced` resolves when that many characters may be sent.
 */
export async function* auditLines(
  store: Pick<Store, "epoch" | "logText">,
  epoch: number,
  paced: (characters: number) => Promise<void> = async () => {},
): AsyncGenerator<string> {
  const record = await store.epoch(epoch);
  if (record === null) throw new AssayError({ code: "epoch_not_found", epoch });
  if (record.revealed_key === null) throw new AssayError({ code: "epoch_open", epoch });
  for (let page = await store.logText(epoch, -1); page !== null; ) {
    await paced(page.text.length);
    yield page.text;
    page = await store.logText(epoch, page.last);
  }
}
