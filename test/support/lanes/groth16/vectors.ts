// Makes test/vectors/groth16.json again: `node test/support/lanes/groth16/vectors.ts`.
import { writeFileSync } from "node:fs";
import { sha256Hex } from "../../../../src/core/hash.ts";
import { R } from "../../../../src/lanes/groth16/numbers.ts";
import { endSnarkjs, hashChain, hashChainWasm, hashChainZkey, loadSnarkjs } from "./snarkjs.ts";

const edges = [0n, 1n, R - 1n];
const random = Array.from({ length: 17 }, (_, index) => BigInt(`0x${sha256Hex(`groth16/${index}`)}`) % R);
const { groth16 } = await loadSnarkjs();
const proofs: object[] = [];
for (const x of [...edges, ...random]) {
  const input = { x: x.toString() };
  proofs.push({ input, answer: await groth16.fullProve(input, hashChainWasm, hashChainZkey) });
}
await endSnarkjs();
const { id, verificationKey } = hashChain();
const document = { circuit: id, verification_key: verificationKey, proofs };
writeFileSync(
  new URL("../../../vectors/groth16.json", import.meta.url),
  `${JSON.stringify(document, null, 1)}\n`,
);
