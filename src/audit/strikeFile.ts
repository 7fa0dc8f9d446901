import { AssayError } from "../core/problems/assayError.ts";
import type { StrikeList, StrikeView } from "../flow/strike.ts";

/** A strike with whose it is. */
export interface OwnedStrike {
  readonly hotkey: string;
  readonly strike: StrikeView;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;
const isText = (value: unknown): boolean => typeof value === "string";

function isExhibit(value: unknown): boolean {
  if (value === undefined) return true;
  if (!isFields(value) || !isFields(value.input) || !isText(value.kind) || !isText(value.answer))
    return false;
  return Object.values(value.input).every(
    (item) => isText(item) || (Array.isArray(item) && item.every(isText)),
  );
}

function isStrike(value: unknown): value is StrikeView {
  if (!isFields(value) || !isFields(value.evidence) || !isText(value.lane)) return false;
  const { work_id, receipt_id, answer_sha256, draw, verdict, exhibit } = value.evidence;
  return (
    isText(work_id) &&
    (receipt_id === null || isText(receipt_id)) &&
    isText(answer_sha256) &&
    isFields(draw) &&
    isFields(verdict) &&
    isText(verdict.code) &&
    isExhibit(exhibit)
  );
}

/** The strikes of a hotkey as `/v1/miners/{hotkey}/strikes` serves them; `from` names the source. Throws `failed`. */
export function readStrikes(value: unknown, from: string): OwnedStrike[] {
  const { hotkey, items } = (value ?? {}) as Partial<StrikeList>;
  if (typeof hotkey !== "string" || !Array.isArray(items) || !items.every(isStrike))
    throw new AssayError({
      code: "failed",
      message: `${from} is not a list of strikes, {hotkey, items}; save /v1/miners/{hotkey}/strikes`,
    });
  return items.map((strike) => ({ hotkey, strike }));
}
