import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkEvidence, type EvidenceFinding, type EvidenceRequest } from "../../../../web/audit/evidence.ts";
import { publishedLog, signer } from "../../../support/audit/world.ts";

// What a page finds out again about a strike that a real store and sampler made.

const log = await publishedLog();
const owned = log.strikes.find(({ items }) => items.length > 0) ?? assert.fail("nobody was struck");
const [strike = assert.fail()] = owned.items;
const request: EvidenceRequest = {
  ...{ hotkey: owned.hotkey, strike, sampling: log.sampling, subtle: crypto.subtle },
  jwks: { keys: [signer.jwk] },
};

type Outcomes = Readonly<Partial<Record<EvidenceFinding["what"], EvidenceFinding["outcome"]>>>;

async function outcomes(change: Partial<EvidenceRequest> = {}): Promise<Outcomes> {
  const findings = await checkEvidence({ ...request, ...change });
  return Object.fromEntries(findings.map(({ what, outcome }) => [what, outcome]));
}

const told = async (what: EvidenceFinding["what"], change: Partial<EvidenceRequest>): Promise<string> =>
  (await checkEvidence({ ...request, ...change })).find((one) => one.what === what)?.text ?? "";

const withEvidence = (change: object): Partial<EvidenceRequest> => ({
  strike: { ...strike, evidence: { ...strike.evidence, ...change } },
});
const withDraw = (change: object) => withEvidence({ draw: { ...strike.evidence.draw, ...change } });

const good: Outcomes = {
  ...{ whose: "confirmed", commitment: "confirmed", draw: "confirmed", answer: "confirmed" },
  verdict: "unchecked",
};

describe("the evidence of a strike, checked again in a page", () => {
  it("is confirmed as far as a page can, and says what it cannot", async () => {
    assert.deepEqual(await outcomes(), good);
    assert.match(await told("verdict", {}), /does not check answers of lane groth16.*--recheck jb_/);
  });

  it("is refuted where the draw is another's, or is not what key and policy give", async () => {
    assert.deepEqual(await outcomes({ hotkey: "5Other" }), { ...good, whose: "refuted" });
    assert.deepEqual(await outcomes(withDraw({ lane: "sat" })), {
      ...good,
      whose: "refuted",
      draw: "refuted",
    });
    for (const change of [{ x: "0".repeat(16) }, { rate: "1/5" }, { sampled: false }, { class: "friend" }])
      assert.deepEqual(
        await outcomes(withDraw(change)),
        { ...good, draw: "refuted" },
        JSON.stringify(change),
      );
  });

  it("is refuted where the epoch's record is not what was committed to and signed", async () => {
    const forged = { ...log.sampling, committed_at: 1 };
    assert.equal((await outcomes({ sampling: forged })).commitment, "refuted");
    assert.match(await told("commitment", { sampling: forged }), /^commitment_forged: /);
    const otherKey = { ...log.sampling, revealed_key: "0".repeat(64) };
    assert.deepEqual(await outcomes({ sampling: otherKey }), {
      ...good,
      commitment: "refuted",
      draw: "refuted",
    });
  });

  it("is refuted where the answer that is kept has another hash", async () => {
    const exhibit = { ...strike.evidence.exhibit, answer: "another" };
    assert.deepEqual(await outcomes(withEvidence({ exhibit })), { ...good, answer: "refuted" });
  });

  it("stays unchecked, and says why, where something is missing", async () => {
    const open = { sampling: log.early };
    assert.deepEqual(await outcomes(open), { ...good, commitment: "unchecked", draw: "unchecked" });
    assert.match(await told("commitment", open), /is open: the key .* is revealed when it has closed/);
    assert.equal((await outcomes({ sampling: null })).commitment, "unchecked");
    assert.equal((await outcomes({ sampling: { ...log.sampling, epoch: 7 } })).commitment, "unchecked");
    const { exhibit: _, ...bare } = strike.evidence;
    const dropped = {
      strike: { ...strike, evidence: { ...bare, exhibit_dropped: { why: "expired", sha256: "" } } },
    };
    assert.deepEqual(await outcomes(dropped), { ...good, answer: "unchecked" });
    assert.match(await told("answer", dropped), /no longer kept \(expired\)/);
    const submission = { strike: { ...strike, evidence: { ...bare, receipt_id: "rc_1" } } };
    assert.match(await told("answer", submission), /Answers to challenges are not published/);
  });

  it("says so where signatures cannot be checked, and checks the rest", async () => {
    assert.deepEqual(await outcomes({ subtle: undefined }), good);
    assert.match(await told("commitment", { subtle: undefined }), /Its signature was not checked: .*https/);
  });
});
