import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { openLocalChain } from "../../../src/chain/local/open.ts";
import type { Log } from "../../../src/core/log.ts";
import { encodeHotkey } from "../../../src/core/ss58.ts";
import { FakeClock } from "../../support/fakeClock.ts";
import { problemOf } from "../../support/thrown.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-local-"));
after(() => rmSync(folder, { recursive: true }));
const hotkey = (n: number): string => encodeHotkey(new Uint8Array(32).fill(n));
let files = 0;

function fileOf(text: string): string {
  const file = join(folder, `miners-${files++}`);
  writeFileSync(file, text);
  return file;
}

async function open(text: string) {
  const errors: string[] = [];
  const drop = (): void => {};
  const log: Log = { debug: drop, info: drop, warn: drop, error: (event) => errors.push(event) };
  const file = fileOf(text);
  const chain = await openLocalChain(
    { blockMs: 100, genesisMs: 0, tempo: 10, miners: { kind: "file", file } },
    { clock: new FakeClock(0), log },
  );
  return { chain, file, errors };
}

async function faultsOf(text: string): Promise<readonly string[]> {
  const problem = await problemOf(() => open(text));
  assert.ok(problem.code === "config_invalid");
  return problem.faults;
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

describe("height of the local chain", () => {
  it("is unknown before genesis, 0 at it, and one more every block", async () => {
    const clock = new FakeClock(999);
    const options = { blockMs: 12_000, genesisMs: 1000, tempo: 360, miners: { kind: "open" } } as const;
    const chain = await openLocalChain(options, { clock, log: silent });
    const heights = [999, 1000, 12_999, 13_000].map((now) => {
      clock.now = now;
      return chain.block();
    });
    assert.deepEqual(heights, [null, 0, 0, 1]);
    assert.equal(chain.tempo(), 360);
    assert.equal(chain.kind, "local");
  });

  it("needs a block time and a tempo", async () => {
    const miners = { kind: "open" } as const;
    const modules = { clock: new FakeClock(0), log: silent };
    await assert.rejects(openLocalChain({ blockMs: 0, genesisMs: 0, tempo: 1, miners }, modules), RangeError);
    await assert.rejects(openLocalChain({ blockMs: 1, genesisMs: 0, tempo: 0, miners }, modules), RangeError);
  });
});

describe("miners of the local chain", () => {
  it("are anyone where it is open", async () => {
    const options = { blockMs: 1, genesisMs: 0, tempo: 1, miners: { kind: "open" } } as const;
    const chain = await openLocalChain(options, { clock: new FakeClock(0), log: silent });
    assert.equal(chain.miners(), null);
    assert.equal(chain.isRegistered("anyone"), true);
    await chain.refresh();
    assert.deepEqual(await chain.submitWeights({ period: 1, rows: [], burnHotkey: null }), []);
    await chain.close();
  });

  it("are a file's, in JSON or YAML", async () => {
    const rows = [
      { uid: 0, hotkey: hotkey(1), stake: 5.5, ip: "1.2.3.4", port: 8091 },
      { uid: 65_535, hotkey: hotkey(2) },
    ];
    const yaml = `
- uid: 0
  hotkey: ${hotkey(1)}
  stake: 5.5
  ip: 1.2.3.4
  port: 8091
- { uid: 65535, hotkey: ${hotkey(2)} }
`;
    for (const text of [JSON.stringify(rows), yaml]) {
      const { chain } = await open(text);
      assert.deepEqual(chain.miners(), rows);
      assert.equal(chain.isRegistered(hotkey(2)), true);
      assert.equal(chain.isRegistered(hotkey(3)), false);
    }
  });

  it("have their address in one form, and no port or zone in it", async () => {
    const rowsWith = (ip: string) => JSON.stringify([{ uid: 0, hotkey: hotkey(1), ip }]);
    for (const ip of ["1.2.3.4", "::ffff:1.2.3.4", "[::FFFF:102:304]"]) {
      const { chain } = await open(rowsWith(ip));
      assert.equal(chain.miners()?.[0]?.ip, "1.2.3.4");
    }
    for (const ip of ["1.2.3.4:80", "[::1]:80", "fe80::1%eth0", "1.2.3.4/32", "host"])
      assert.match((await faultsOf(rowsWith(ip)))[0] ?? "", /^row 1: ip: must be an IP address/);
  });

  it("are refused with every fault named by row and field", async () => {
    const faults = await faultsOf(
      JSON.stringify([
        { uid: 65_536, hotkey: hotkey(1) },
        { uid: 1, hotkey: "5abc" },
        { uid: 2, hotkey: hotkey(2), port: 0, ip: "1.2.3" },
        { uid: 3, hotkey: hotkey(3), stake: -1, colour: "red" },
        { hotkey: hotkey(4) },
      ]),
    );
    for (const [i, want] of [
      /^row 1: uid: /,
      /^row 2: hotkey: must be an ss58 hotkey/,
      /^row 3: ip: must be an IP address/,
      /^row 3: port: /,
      /^row 4: stake: /,
      /^row 4: .*colour/,
      /^row 5: uid: /,
    ].entries()) {
      assert.match(faults[i] ?? "", want);
    }
  });

  it("are refused when a uid or a hotkey comes twice", async () => {
    const text = JSON.stringify([
      { uid: 1, hotkey: hotkey(1) },
      { uid: 1, hotkey: hotkey(2) },
      { uid: 2, hotkey: hotkey(1) },
    ]);
    assert.deepEqual(await faultsOf(text), [
      "row 2: uid 1 is row 1's already",
      `row 3: hotkey ${hotkey(1)} is row 1's already`,
    ]);
  });

  it("are refused when the file is no list, or no YAML", async () => {
    for (const text of ["", "open", "{}", "[1]", "- uid: [", "a: b: c"]) {
      assert.ok((await faultsOf(text)).length > 0, text);
    }
  });

  it("name at most 20 faults", async () => {
    const rows = Array.from({ length: 100 }, () => ({ uid: -1, hotkey: "" }));
    assert.equal((await faultsOf(JSON.stringify(rows))).length, 20);
  });

  it("need a file that can be read", async () => {
    const file = join(folder, "missing");
    const options = { blockMs: 1, genesisMs: 0, tempo: 1, miners: { kind: "file", file } } as const;
    const problem = await problemOf(() => openLocalChain(options, { clock: new FakeClock(0), log: silent }));
    assert.equal(problem.code, "file_unreadable");
  });
});

describe("refreshing the local chain", () => {
  const list = (...numbers: number[]): string =>
    JSON.stringify(numbers.map((n) => ({ uid: n, hotkey: hotkey(n) })));

  it("takes a new version of the file, and not one that did not change", async () => {
    const { chain, file } = await open(list(1));
    const before = chain.miners();
    await chain.refresh();
    assert.equal(chain.miners(), before);
    writeFileSync(file, list(1, 2));
    await chain.refresh();
    assert.equal(chain.isRegistered(hotkey(2)), true);
    writeFileSync(file, list(2));
    await chain.refresh();
    assert.equal(chain.isRegistered(hotkey(1)), false);
  });

  it("keeps the last good version over a bad one or a missing file, says so once, and recovers", async () => {
    const { chain, file, errors } = await open(list(1));
    writeFileSync(file, "[{");
    await chain.refresh();
    await chain.refresh();
    assert.equal(chain.isRegistered(hotkey(1)), true);
    assert.deepEqual(errors, ["chain_miners_refused"]);
    rmSync(file);
    await chain.refresh();
    await chain.refresh();
    assert.equal(chain.isRegistered(hotkey(1)), true);
    assert.equal(errors.length, 2);
    writeFileSync(file, list(2));
    await chain.refresh();
    assert.deepEqual([chain.isRegistered(hotkey(1)), chain.isRegistered(hotkey(2))], [false, true]);
    writeFileSync(file, "[{");
    await chain.refresh();
    assert.equal(errors.length, 3, "a version that turns bad again is said again");
  });
});
