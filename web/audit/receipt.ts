import { keysInJwks } from "../../src/audit/log/jwks.ts";
import { bytesOfBase64url } from "./base64url.ts";
import { type Subtle, verifierOf, whyUnverifiable } from "./ed25519.ts";
import { hasSigned, keyId } from "./keys.ts";

/** What a page needs of a receipt. */
export interface ReceiptDocument {
  readonly receipt_id: string;
  readonly state: "pending" | "verifying" | "accepted" | "rejected" | "void";
  readonly challenge_id: string;
  readonly hotkey: string;
  readonly lane: string;
  readonly tier: number;
  readonly received_at: number;
  readonly answer_sha256: string;
  readonly verdict?: { readonly outcome: string; readonly code?: string };
  readonly weight?: number;
  readonly signature: string;
}

const states: readonly unknown[] = ["pending", "verifying", "accepted", "rejected", "void"];
const isText = (value: unknown): boolean => typeof value === "string" && value.length <= 1024;
const isNumber = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);
const isVerdict = (value: unknown): boolean => {
  if (value === undefined) return true;
  const { outcome, code } = Object(value) as { readonly outcome?: unknown; readonly code?: unknown };
  return isText(outcome) && (code === undefined || isText(code));
};

const members: readonly (readonly [keyof ReceiptDocument, (value: unknown) => boolean])[] = [
  ["receipt_id", (value) => typeof value === "string" && /^rc_[0-9a-f]{32}$/.test(value)],
  ["state", (value) => states.includes(value)],
  ...(["challenge_id", "hotkey", "lane", "answer_sha256", "signature"] as const).map(
    (name) => [name, isText] as const,
  ),
  ...(["tier", "received_at"] as const).map((name) => [name, isNumber] as const),
  ["verdict", isVerdict],
  ["weight", (value) => value === undefined || isNumber(value)],
];

/** A receipt as it was pasted. Throws TypeError, and says what is wrong with it. */
export function readReceipt(text: string): ReceiptDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TypeError("It is not JSON. Paste the whole answer to the submission.");
  }
  const fields = Object(value) as Readonly<Record<string, unknown>>;
  for (const [name, test] of members)
    if (!test(fields[name]))
      throw new TypeError(`It is not a receipt: its member ${name} is missing or has the wrong form.`);
  return value as ReceiptDocument;
}

/** Whether one of the validator's keys signed it. */
export type SignatureCheck =
  | { readonly kind: "signed"; readonly keyId: string }
  | { readonly kind: "forged" }
  | { readonly kind: "unchecked"; readonly why: string };

/** Holds a document with a `signature` against the keys of a JWKS. Throws TypeError where that is none. */
export async function checkSignature(
  subtle: Subtle | undefined,
  jwks: unknown,
  document: { readonly signature: string },
): Promise<SignatureCheck> {
  const keys = keysInJwks(jwks);
  const why = await whyUnverifiable(subtle);
  if (why !== null || subtle === undefined) return { kind: "unchecked", why: why ?? "" };
  for (const x of keys) {
    const raw = bytesOfBase64url(x);
    if (raw !== null && (await hasSigned(await verifierOf(subtle, raw), document)))
      return { kind: "signed", keyId: keyId(x) };
  }
  return { kind: "forged" };
}

/** The epoch of a challenge, from its id; null for ids of another shape. */
export function epochOfChallenge(id: string): number | null {
  const [, epoch] = /^pm-t\d+-e(\d{1,15})-[0-9a-f]{24}$/.exec(id) ?? [];
  return epoch === undefined ? null : Number(epoch);
}
