import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeVector, verdictText } from "../../../../src/cli/shared/vectorVerdict.ts";
import { type DatedJwk, generatePrivateJwk, makeSigner } from "../../../../src/core/ed25519.ts";
import type { SignedVector } from "../../../../src/flow/weights.ts";

const signer = makeSigner(generatePrivateJwk());
const other = makeSigner(generatePrivateJwk());

function vectorOf(issuedAt: number): SignedVector {
  const unsigned = {
    ...{ version: 1 as const, network: "local", netuid: 0, validator: "v", period: 3, epoch: 3, block: 1440 },
    ...{ issued_at: issuedAt, expires_at: issuedAt + 100, policy_hash: "p", key_id: signer.kid, weights: [] },
  };
  return { ...unsigned, signature: signer.signDocument(unsigned) };
}

const dated = (from: number | undefined, until: number | undefined): DatedJwk => ({
  ...signer.jwk,
  ...(from === undefined ? {} : { assay_from: from }),
  ...(until === undefined ? {} : { assay_until: until }),
});
const judged = (vector: SignedVector, key: DatedJwk, now = 1050) =>
  judgeVector(vector, [other.jwk, key], now);

test("a vector is expired once its time has passed, and not before", () => {
  const vector = vectorOf(1000);
  const fresh = judged(vector, signer.jwk, 1100);
  assert.deepEqual([fresh.valid, fresh.expired, fresh.key], [true, false, "current"]);
  const late = judged(vector, signer.jwk, 1101);
  assert.deepEqual([late.valid, late.expired, late.expires_at], [true, true, 1100]);
  assert.match(
    verdictText(late),
    /^valid, but expired since 1970-01-01T00:00:01\.100Z: period 3, key .* \(current\)$/,
  );
  assert.match(verdictText(fresh), /^valid: period 3, key .* \(current\)$/);
});

test("a key signs for as long as it is in use, to the ms", () => {
  for (const [from, until, valid] of [
    [undefined, 1000, true],
    [undefined, 999, false],
    [1000, undefined, true],
    [1001, undefined, false],
    [1000, 1000, true],
  ] as const)
    assert.equal(judged(vectorOf(1000), dated(from, until)).valid, valid, `${from} ${until}`);
  const retired = judged(vectorOf(1000), dated(undefined, 1000));
  assert.deepEqual([retired.key, retired.key_until], ["retired", 1000]);
  assert.match(
    verdictText(retired),
    /\(retired since 1970-01-01T00:00:01\.000Z, in use when it signed this\)/,
  );
  assert.match(judged(vectorOf(1000), dated(undefined, 999)).fault ?? "", /after key .* was retired/);
  assert.match(judged(vectorOf(1000), dated(1001, undefined)).fault ?? "", /before key .* was made/);
});

test("a signature is judged by the key itself, whatever id a set gives it", () => {
  const forged = { ...other.jwk, kid: signer.kid };
  assert.match(judged(vectorOf(1000), forged).fault ?? "", /none of the keys/);
  const changed = { ...vectorOf(1000), block: 1 };
  assert.match(judged(changed, signer.jwk).fault ?? "", /signature is not valid/);
});
