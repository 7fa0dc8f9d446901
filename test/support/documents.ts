import assert from "node:assert/strict";
import { ed25519PublicKey, type PublicJwk, verifyDocument } from "../../src/core/ed25519.ts";

/** GET of what is open to everybody; fails on anything but 200. */
export async function fetched<Document>(url: string, path: string): Promise<Document> {
  const response = await fetch(url + path);
  const text = await response.text();
  assert.equal(response.status, 200, `${path}: ${text}`);
  return JSON.parse(text) as Document;
}

/** GET that must be refused: its status and code. */
export async function refusedGet(url: string, path: string): Promise<[number, string]> {
  const response = await fetch(url + path);
  const { code } = (await response.json()) as { code: string };
  return [response.status, code];
}

/** Asserts that one of the validator's published keys signed the document, the one that it names if it names one. */
export async function assertSigned(
  url: string,
  document: { signature: string; key_id?: string },
): Promise<void> {
  const { keys } = await fetched<{ keys: PublicJwk[] }>(url, "/v1/keys");
  const named = keys.filter(({ kid }) => document.key_id === undefined || kid === document.key_id);
  const isSigned = named.some(({ x }) =>
    verifyDocument(document, ed25519PublicKey(Buffer.from(x, "base64url"))),
  );
  assert.ok(isSigned, `not signed by a published key: ${JSON.stringify(document)}`);
}
