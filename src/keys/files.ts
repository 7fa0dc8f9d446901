import { existsSync, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { generatePrivateJwk, makeSigner, type PrivateJwk, type Signer } from "../core/ed25519.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import type { Random } from "../core/random.ts";
import { readBytes, readText } from "./readText.ts";
import { parseSecret } from "./secret.ts";

/**
 * Writes a new file that only its owner can read, in folders that only its owner can enter; never replaces one, and never leaves
 * half of one under its name.
 */
export function writePrivate(file: string, content: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeWhole(file, content);
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === "EEXIST";
    const why = exists
      ? { cause_text: "it already exists, and is not replaced", remedy: "Name another file." }
      : { cause_text: causeText(error) };
    throw new AssayError({ code: "file_unreadable", file, ...why }, { cause: error });
  }
}

/**
 * Makes a file that is missing, as `writePrivate` does. One that another process of the validator has made meanwhile stays, and is
 * the one that both read.
 */
export function writeIfMissing(file: string, make: () => string): void {
  if (existsSync(file)) return;
  try {
    writePrivate(file, make());
  } catch (error) {
    if (!existsSync(file)) throw error;
  }
}

/** Written and fsynced under another name first; a link, unlike a rename, replaces nothing. */
function writeWhole(file: string, content: string): void {
  const unfinished = `${file}.${process.pid}.new`;
  try {
    writeFileSync(unfinished, content, { mode: 0o600, flag: "wx", flush: true });
    linkOrRename(unfinished, file);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** Some file systems have no hard links. */
function linkOrRename(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST" || existsSync(to)) throw error;
    renameSync(from, to);
  }
}

/** The private key of a publishing key file. Throws `key_malformed`. */
export function readPublishing(file: string): PrivateJwk {
  const text = readText(file);
  try {
    const jwk = JSON.parse(text) as PrivateJwk;
    makeSigner(jwk);
    return jwk;
  } catch (error) {
    throw new AssayError({ code: "key_malformed", file, cause_text: causeText(error) }, { cause: error });
  }
}

/** The publishing key; a missing file is made. */
export function loadOrMakeSigner(file: string): Signer {
  writeIfMissing(file, () => `${JSON.stringify(generatePrivateJwk())}\n`);
  return makeSigner(readPublishing(file));
}

/** A fresh master secret as text: 32 random bytes in base64url. */
export function newSecretText(random: Random): string {
  return Buffer.from(random.bytes(32)).toString("base64url");
}

/** The master secret of a file; missing or short is refused. */
export function loadSecret(file: string): Uint8Array {
  if (!existsSync(file)) throw new AssayError({ code: "secret_missing", file });
  return parseSecret(file, readBytes(file));
}

/** The operator's bearer token; a missing file is made. */
export function loadOrMakeToken(file: string, random: Random): string {
  writeIfMissing(file, () => `${newSecretText(random)}\n`);
  const token = readText(file).trim();
  if (token.length < 16)
    throw new AssayError({
      code: "key_malformed",
      file,
      cause_text: "the operator token is shorter than 16 characters",
    });
  return token;
}

/** Makes the master secret when it is missing, mode 0600. Outside a demo only `assay init` does so, never a start. */
export function makeSecretIfMissing(file: string, random: Random): void {
  writeIfMissing(file, () => `${newSecretText(random)}\n`);
}
