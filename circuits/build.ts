// Compiles the hash chain and makes its keys again: `node circuits/build.ts`. Offline; about 20 s. See README.md.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The parts of snarkjs that a set-up takes. */
interface Snarkjs {
  curves: { getCurveFromName(name: string): Promise<object> };
  powersOfTau: {
    newAccumulator(curve: object, power: number, out: string): Promise<void>;
    contribute(from: string, to: string, name: string, entropy: string): Promise<void>;
    preparePhase2(from: string, to: string): Promise<void>;
  };
  zKey: {
    /** -1 when it cannot be made. */
    newZKey(r1cs: string, ptau: string, out: string): Promise<unknown>;
    contribute(from: string, to: string, name: string, entropy: string): Promise<void>;
    verifyFromR1cs(r1cs: string, ptau: string, zkey: string): Promise<boolean>;
    exportVerificationKey(zkey: string): Promise<object>;
  };
}

/** Constraints and public signals have to fit 2^POWER. */
const POWER = 9;
const name = "hash-chain";
const home = join(import.meta.dirname, name);
const compiler = join(import.meta.dirname, "../node_modules/circom2/cli.js");

function compile(into: string): void {
  const flags = ["--r1cs", "--wasm", "--O2", "-o", "."];
  copyFileSync(join(home, `${name}.circom`), join(into, `${name}.circom`));
  execFileSync(process.execPath, [compiler, `${name}.circom`, ...flags], { cwd: into, stdio: "inherit" });
}

async function setUp(snarkjs: Snarkjs, into: string): Promise<object> {
  const at = (file: string): string => join(into, file);
  const entropy = (): string => randomBytes(64).toString("hex");
  const { powersOfTau, zKey } = snarkjs;
  await powersOfTau.newAccumulator(await snarkjs.curves.getCurveFromName("bn128"), POWER, at("0.ptau"));
  await powersOfTau.contribute(at("0.ptau"), at("1.ptau"), "demo", entropy());
  await powersOfTau.preparePhase2(at("1.ptau"), at("2.ptau"));
  if ((await zKey.newZKey(at(`${name}.r1cs`), at("2.ptau"), at("0.zkey"))) === -1)
    throw new Error(`set-up: the circuit does not fit 2^${POWER}`);
  await zKey.contribute(at("0.zkey"), at("1.zkey"), "demo", entropy());
  const sound = await zKey.verifyFromR1cs(at(`${name}.r1cs`), at("2.ptau"), at("1.zkey"));
  if (!sound) throw new Error("set-up: the proving key does not belong to the circuit");
  return zKey.exportVerificationKey(at("1.zkey"));
}

const work = mkdtempSync(join(tmpdir(), "assay-circuit-"));
const specifier = "snarkjs";
const snarkjs = (await import(specifier)) as Snarkjs;
try {
  compile(work);
  const verificationKey = await setUp(snarkjs, work);
  copyFileSync(join(work, `${name}_js`, `${name}.wasm`), join(home, `${name}.wasm`));
  copyFileSync(join(work, "1.zkey"), join(home, `${name}.zkey`));
  writeFileSync(join(home, "verification_key.json"), `${JSON.stringify(verificationKey, null, 1)}\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
  // Its worker threads would keep the process alive.
  await (globalThis as { curve_bn128?: { terminate(): Promise<void> } }).curve_bn128?.terminate();
}
