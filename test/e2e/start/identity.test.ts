import assert from "node:assert/strict";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { dataDirWith, removeDir, runAssay, startValidator } from "../../support/validator/validator.ts";

// A store belongs to one validator, on one network, on one chain.

test("a store refuses another configuration, a demo and a missing key, and takes them over when told to", async (t) => {
  const dir = dataDirWith({ netuid: 7 });
  t.after(() => removeDir(dir));
  const first = await startValidator(dir);
  assert.equal(await first.stop(), 0);
  const up = (...args: string[]) => runAssay(["up", "--data", dir, "--port", "0", ...args]);

  writeFileSync(join(dir, "assay.yaml"), JSON.stringify({ netuid: 8 }));
  const other = await up();
  assert.equal(other.code, 1);
  assert.match(
    other.stderr,
    /netuid: the store has 7, this start 8[\s\S]*assay adopt[\s\S]*\(identity_changed\)/,
  );
  const demo = await up("--demo", "1");
  assert.equal(demo.code, 1);
  assert.match(demo.stderr, /chain\.block_ms: the store has 12000, this start 2000/);
  assert.match(demo.stderr, /demo: the store has no, this start yes/);

  for (const name of ["hotkey", "publishing"]) {
    const file = join(dir, "keys", `${name}.json`);
    renameSync(file, `${file}.away`);
    const without = await up();
    assert.equal(without.code, 1);
    assert.ok(without.stderr.includes(`${name}.json does not exist, but the store`), without.stderr);
    assert.match(without.stderr, /\(key_missing\)/);
    renameSync(`${file}.away`, file);
  }

  const shown = await runAssay(["adopt", "--data", dir, "--json"]);
  const changes = [{ what: "netuid", pinned: "7", present: "8" }];
  assert.deepEqual(JSON.parse(shown.stdout), { adopted: false, changes });
  assert.equal((await up()).code, 1);
  const adopted = await runAssay(["adopt", "--data", dir, "--yes"]);
  assert.deepEqual([adopted.code, /netuid +7 +8/.test(adopted.stdout)], [0, true]);
  const again = await startValidator(dir);
  assert.equal(await again.stop(), 0);
  rmSync(join(dir, "assay.db"));
  assert.equal((await runAssay(["adopt", "--data", dir])).code, 1);
});

test("the store of a data directory is checked and salvaged from the command line", async (t) => {
  const dir = dataDirWith({});
  t.after(() => removeDir(dir));
  const first = await startValidator(dir);
  assert.equal(await first.stop(), 0);
  const whole = await runAssay(["store", "check", "--data", dir]);
  assert.deepEqual([whole.code, /^ok +pages/m.test(whole.stdout)], [0, true], whole.stdout);
  rmSync(join(dir, "assay.db.mark"));
  const checked = await runAssay(["store", "check", "--data", dir, "--json"]);
  assert.equal(checked.code, 1);
  const { findings } = JSON.parse(checked.stdout) as { findings: { name: string; fault: string | null }[] };
  assert.deepEqual(
    findings.filter(({ fault }) => fault !== null).map(({ name }) => name),
    ["acknowledged writes"],
  );
  const salvaged = await runAssay(["store", "salvage", "--data", dir]);
  assert.equal(salvaged.code, 0, salvaged.stderr);
  assert.equal((await runAssay(["store", "salvage", "--data", dir])).code, 1);
  for (const suffix of ["", ".mark", ".sums"]) {
    rmSync(join(dir, `assay.db${suffix}`), { force: true });
    renameSync(join(dir, "salvaged", `assay.db${suffix}`), join(dir, `assay.db${suffix}`));
  }
  const again = await startValidator(dir);
  assert.equal(await again.stop(), 0);
});
