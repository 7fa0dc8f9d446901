import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { generatePrivateJwk } from "../../../src/core/ed25519.ts";
import { AdmissionWorld, alice, type Letter, ownId } from "../../support/admit/world.ts";
import { problemOf } from "../../support/thrown.ts";

const free = { allowSuspended: false };
const newKey = () => ({ publicKey: Buffer.from(generatePrivateJwk().x, "base64url") });
const codeOf = async (work: () => Promise<unknown>) => (await problemOf(work)).code;

describe("headers that are sent again", () => {
  it("of a read open no stream and no session", async () => {
    const world = new AdmissionWorld();
    const letter = world.letter(alice);
    await world.admission.authenticate(letter, free);
    await world.admission.authenticate(letter, free);
    assert.equal(await codeOf(() => world.admission.authenticateStream(letter)), "signature_used");
    assert.equal(await codeOf(() => world.admission.openSession(letter, newKey())), "signature_used");
    assert.equal(world.sessions.size, 0);
    assert.equal(await codeOf(() => world.submit(letter)), "signature_used");
  });

  it("of a stream open no other, of a session no other, also at the same moment; neither reads", async () => {
    const world = new AdmissionWorld();
    const uses = [
      (letter: Letter) => world.admission.authenticateStream(letter),
      (letter: Letter) => world.admission.openSession(letter, newKey()),
    ];
    for (const use of uses) {
      const letter = world.letter(alice);
      const ends = await Promise.allSettled([use(letter), use(letter), use(letter)]);
      assert.equal(ends.filter(({ status }) => status === "fulfilled").length, 1);
      for (const again of [...uses, (sent: Letter) => world.admission.authenticate(sent, free)])
        assert.equal(await codeOf(() => again(letter)), "signature_used");
    }
  });

  it("of a submission get the same receipt, whether or not the first answer arrived", async () => {
    const world = new AdmissionWorld();
    const letter = world.letter(alice);
    const first = await world.submit(letter);
    const again = await world.submit(letter);
    assert.deepEqual([first.kind, again.kind], ["admitted", "replay"]);
    assert.equal(again.submission.receiptId, first.submission.receiptId);
    assert.equal(
      await codeOf(() => world.submit({ ...letter, target: "/v1/submissions?x" })),
      "signature_used",
    );
    assert.equal(await codeOf(() => world.admission.authenticateStream(letter)), "signature_used");
  });

  it("of a forged request use up nothing", async () => {
    const world = new AdmissionWorld();
    const letter = world.letter(alice);
    const other = {
      ...letter,
      rawBody: Buffer.from("{}"),
      body: { ...letter.body, challenge_id: ownId(alice, 1) },
    };
    assert.equal(await codeOf(() => world.submit(other)), "bad_signature");
    assert.equal((await world.submit(letter)).kind, "admitted");
  });
});
