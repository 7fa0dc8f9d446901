import assert from "node:assert/strict";
import { once } from "node:events";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { sr25519Verify } from "@polkadot/wasm-crypto";
import {
  type FastEngine,
  freshEngine,
  isWellFormed,
  Sr25519Verifier,
} from "../../../src/epistula/sr25519.ts";
import { signingOf } from "../../support/epistula/signing.ts";

const alice = signingOf("alice");
const message = Buffer.from("a message");
const signature = alice.sign(message);
const order = 2n ** 252n + 27742317777372353535851937790883648493n;

/** 64 bytes with a given s, marker set unless told otherwise. */
function withS(s: bigint, marker = 0x80): Uint8Array {
  const bytes = Buffer.alloc(64);
  for (let index = 0; index < 32; index++) bytes[32 + index] = Number((s >> BigInt(8 * index)) & 0xffn);
  bytes[63] = (bytes[63] ?? 0) | marker;
  return bytes;
}

describe("isWellFormed", () => {
  it("takes s below the order, with the marker, of 64 bytes", () => {
    for (const s of [0n, 1n, 2n ** 252n, order - 1n]) {
      assert.equal(isWellFormed(withS(s)), true, String(s));
      assert.equal(isWellFormed(withS(s, 0)), false, String(s));
    }
    for (const s of [order, order + 1n, order + 256n, 2n ** 253n, 2n ** 255n - 1n]) {
      assert.equal(isWellFormed(withS(s)), false, String(s));
    }
    for (const length of [0, 1, 32, 63, 65, 128])
      assert.equal(isWellFormed(new Uint8Array(length).fill(0x80)), false);
  });

  it("is the line at which the bare engine panics", () => {
    const judge = (bytes: Uint8Array) => freshEngine().sr25519_verify(alice.publicKey, message, bytes);
    const { error } = console;
    console.error = () => {};
    try {
      assert.equal(judge(withS(order - 1n)), false);
      assert.throws(() => judge(withS(order)));
      assert.throws(() => judge(withS(1n, 0)));
    } finally {
      console.error = error;
    }
  });
});

describe("Sr25519Verifier", () => {
  it("knows a good signature, and asks the engine only about keys that decode", () => {
    let asked = 0;
    const verifier = new Sr25519Verifier(() => {
      const engine = freshEngine();
      return {
        sr25519_verify: (...args) => {
          asked++;
          return engine.sr25519_verify(...args);
        },
      };
    });
    assert.equal(verifier.verify(alice.publicKey, message, signature), true);
    assert.equal(verifier.verify(alice.publicKey, Buffer.from("another"), signature), false);
    assert.equal(verifier.verify(signingOf("bob").publicKey, message, signature), false);
    assert.equal(asked, 3);
    // Above the field, and negative: encodings that no point has.
    const broken = [Buffer.alloc(32, 0xff), Buffer.concat([Buffer.of(1), Buffer.alloc(31)])];
    for (const key of broken) assert.equal(verifier.verify(key, message, signature), false);
    assert.equal(asked, 3);
  });

  it("throws when the fresh engine throws too, so that nobody is blamed", () => {
    const verifier = new Sr25519Verifier(() => ({
      sr25519_verify: () => {
        throw new Error("panic");
      },
    }));
    assert.throws(() => verifier.verify(alice.publicKey, message, signature), /panic/);
    assert.equal(verifier.replaced, 2);
  });

  it("does not take a message wrapped in <Bytes>", async () => {
    const verifier = new Sr25519Verifier();
    const wrapped = alice.sign(Buffer.from("<Bytes>a message</Bytes>"));
    for (const good of [signature, signature]) {
      assert.equal(verifier.verify(alice.publicKey, message, wrapped), false);
      assert.equal(verifier.verify(alice.publicKey, message, good), true);
    }
  });

  it("verifies messages of many sizes", async () => {
    const verifier = new Sr25519Verifier();
    for (const size of [0, 1, 31, 32, 33, 165, 166, 167, 1000, 65_536, 1_000_000]) {
      const body = Buffer.alloc(size, size);
      const good = alice.sign(body);
      assert.equal(verifier.verify(alice.publicKey, body, good), true, String(size));
      assert.equal(verifier.verify(alice.publicKey, Buffer.concat([body, Buffer.of(0)]), good), false);
    }
    assert.equal(verifier.replaced, 0);
  });

  it("discards an engine that throws, and answers all the same", async () => {
    let made = 0;
    // Every engine panics on its third signature: it is handed one that the bare engine cannot bear.
    const brittle = (): FastEngine => {
      const engine = freshEngine();
      let calls = 0;
      made++;
      return {
        sr25519_verify: (key, text, bytes) =>
          engine.sr25519_verify(key, text, ++calls === 3 ? Buffer.alloc(64) : bytes),
      };
    };
    const verifier = new Sr25519Verifier(brittle);
    const forged = Buffer.from(signature);
    forged[40] = (forged[40] ?? 0) ^ 1;
    const { error } = console;
    console.error = () => {};
    try {
      for (let round = 0; round < 30; round++) {
        assert.equal(verifier.verify(alice.publicKey, message, signature), true);
        assert.equal(verifier.verify(alice.publicKey, message, forged), false);
      }
    } finally {
      console.error = error;
    }
    assert.equal(verifier.replaced, 29);
    assert.equal(made, 30);
  });

  it("asks no engine again that it discarded, and leaves none with the module loader", () => {
    const calls: number[] = [];
    const verifier = new Sr25519Verifier(() => {
      const at = calls.push(0) - 1;
      return {
        sr25519_verify: () => {
          calls[at] = (calls[at] ?? 0) + 1;
          throw new Error("panic");
        },
      };
    });
    for (let round = 0; round < 50; round++)
      assert.throws(() => verifier.verify(alice.publicKey, message, signature));
    assert.deepEqual(calls, [...Array(100).fill(1), 0]);
    freshEngine();
    const { cache } = createRequire(import.meta.url);
    assert.deepEqual(
      Object.keys(cache).filter((path) => path.includes("schnorrkel")),
      [],
    );
  });

  it("runs in a worker thread", async () => {
    const source = `
      const { parentPort, workerData } = require("node:worker_threads");
      import(workerData.module).then(async ({ Sr25519Verifier }) => {
        const verifier = new Sr25519Verifier();
        parentPort.postMessage([1, 2, 3].map((n) =>
          verifier.verify(workerData.publicKey, n === 3 ? workerData.signature : workerData.message, workerData.signature)));
      });`;
    const module = new URL("../../../src/epistula/sr25519.ts", import.meta.url).href;
    const workerData = { module, publicKey: alice.publicKey, message, signature };
    const worker = new Worker(source, { eval: true, workerData });
    const [answers] = await once(worker, "message");
    await worker.terminate();
    assert.deepEqual(answers, [true, true, false]);
  });

  it("agrees with the oracle about the key that anybody can sign for", async () => {
    const verifier = new Sr25519Verifier();
    const identity = new Uint8Array(32);
    for (const bytes of [signature, withS(0n), withS(1n)]) {
      for (let again = 0; again < 2; again++) {
        assert.equal(verifier.verify(identity, message, bytes), sr25519Verify(bytes, message, identity));
      }
    }
  });
});
