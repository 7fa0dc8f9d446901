import assert from "node:assert/strict";
import { test } from "node:test";
import type { IdScheme } from "../../../src/challenge/scheme.ts";
import { makeSealed } from "../../../src/challenge/sealed.ts";
import { indexedScheme } from "../../support/challenge/indexed.ts";
import { Forger } from "../../support/fault/fuzz/forger.ts";
import { scaled, seedOf } from "../../support/fault/scale.ts";

// Ids that nobody was given: of all that are tried none may resolve, for anybody who shows it.

const FORGED = scaled(100_000, 5_000_000);
const GENUINE_EVERY = 1000;
const ALLOTMENT = 10_000;
/** Progress is told this often. */
const TELL_EVERY = 500_000;

const seed = seedOf("forged ids");
const [master, other] = ["assay-forged-ids-master-secret-001", "assay-forged-ids-master-secret-002"].map(
  (text) => Buffer.from(text),
) as [Buffer, Buffer];

const sealed = makeSealed(master);
const indexed = indexedScheme(master).scheme;
const strangers: Readonly<Record<string, readonly IdScheme[]>> = {
  sealed: [makeSealed(other), indexed],
  indexed: [indexedScheme(other).scheme, sealed],
};

for (const scheme of [sealed, indexed]) {
  test(`${scheme.name}: no forged id resolves, and those between them that were issued do`, async () => {
    const options = { seed, scheme, strangers: strangers[scheme.name] ?? [], allotment: ALLOTMENT };
    const forger = new Forger(options);
    const tried = new Map<string, number>();
    for (let n = 0; n < FORGED; n++) {
      const { how, id, hotkey, seq } = forger.forge();
      const found = scheme.recover(id, hotkey, ALLOTMENT, seq === undefined ? {} : { seq });
      const resolved = found === null ? null : await found;
      if (resolved !== null)
        assert.fail(`SEED=${seed}: forgery ${n} (${how}) ${id.id} of ${hotkey}: ${resolved}`);
      tried.set(how, (tried.get(how) ?? 0) + 1);
      if (n > 0 && n % TELL_EVERY === 0)
        console.log(`${n} of ${FORGED} forged ids of ${scheme.name} refused`);
      if (n % GENUINE_EVERY > 0) continue;
      const place = forger.place();
      assert.equal(await scheme.recover(forger.genuine(place), place.hotkey, ALLOTMENT), place.seq);
    }
    assert.equal(tried.size, 7, [...tried.keys()].join());
  });
}
