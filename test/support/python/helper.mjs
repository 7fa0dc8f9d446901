// What the packages that the Python example names do, done by Node: signing, solving. One request per line on stdin, one reply per line.
import { createInterface } from "node:readline";
import { sr25519KeypairFromSeed, sr25519Sign, waitReady } from "@polkadot/wasm-crypto";
import { Cadical } from "cadical-wasm";
import { encodeHotkey } from "../../../src/core/ss58.ts";

const hex = (text) => Buffer.from(text.replace(/^0x/, ""), "hex");

const does = {
  address: ({ seed }) => encodeHotkey(sr25519KeypairFromSeed(hex(seed)).slice(64)),
  sign: ({ seed, message }) => {
    const pair = sr25519KeypairFromSeed(hex(seed));
    return Buffer.from(sr25519Sign(pair.slice(64), pair.slice(0, 64), hex(message))).toString("hex");
  },
  solve: async ({ cnf }) => {
    const solver = await Cadical.create({ quiet: true });
    solver.addDimacs(cnf);
    solver.solve();
    const variables = Number(/^p cnf (\d+)/m.exec(cnf)?.[1]);
    const model = Array.from({ length: variables }, (_, i) => (solver.value(i + 1) ? i + 1 : -i - 1));
    solver.dispose();
    return model;
  },
};

await waitReady();
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  console.log(JSON.stringify(await does[asked.do](asked)));
}
