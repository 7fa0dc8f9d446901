import { Command, InvalidArgumentError } from "commander";
import { AssayError } from "../core/problems/assayError.ts";
import { systemRandom } from "../core/random.ts";
import { integerOption } from "./shared/options.ts";
import { print } from "./shared/output.ts";

const HEX_NOTE = "\nHex goes in with or without 0x, and comes out without.";

/** The bytes of hex with or without 0x; null for other text. */
function bytesOf(text: string): Uint8Array | null {
  const digits = text.trim().replace(/^0x/i, "");
  return /^([0-9a-f]{2})*$/i.test(digits) ? Buffer.from(digits, "hex") : null;
}

function hexOption(text: string): Uint8Array {
  const bytes = bytesOf(text);
  if (bytes === null) throw new InvalidArgumentError("It must be hex, two digits per byte.");
  return bytes;
}

/** What does not read as hex does not open either; that is the answer, and not a wrong way to ask. */
function bytesToOpen(text: string, what: string): Uint8Array {
  const bytes = bytesOf(text);
  if (bytes === null)
    throw new AssayError({ code: "timelock_unreadable", cause_text: `the ${what} is not hex` });
  return bytes;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function encryptCommand(): Command {
  return new Command("encrypt")
    .description("Encrypt bytes so that the signature of a drand quicknet round opens them.")
    .requiredOption(
      "--round <number>",
      "the round, published 3 s * (round - 1) after Unix time 1692803367",
      integerOption(1, Number.MAX_SAFE_INTEGER),
    )
    .requiredOption("--payload <hex>", "the bytes to encrypt, at most 4756", hexOption)
    .option("--json", "print {ciphertext}")
    .addHelpText("after", `${HEX_NOTE} The ciphertext is 244 bytes longer, and another one every time.`)
    .action(async (options: { round: number; payload: Uint8Array; json?: boolean }) => {
      const { encrypt } = await import("../chain/subtensor/timelock/encrypt.ts");
      const ciphertext = hex(encrypt(options.payload, options.round, systemRandom));
      print(options.json, { ciphertext }, () => ciphertext);
    });
}

function decryptCommand(): Command {
  return new Command("decrypt")
    .description(
      "Open a timelocked ciphertext with the signature of its round; exit 1 when it does not open.",
    )
    .requiredOption("--ciphertext <hex>", "the whole commit, as the chain stores it")
    .requiredOption("--signature <hex>", "the beacon's signature of the round, 48 bytes")
    .option("--json", "print {payload}")
    .addHelpText(
      "after",
      `${HEX_NOTE}\nThe chain ignores what follows a ciphertext and does not compare its cipher suite; this command refuses both.`,
    )
    .action(async (options: { ciphertext: string; signature: string; json?: boolean }) => {
      const { decrypt } = await import("../chain/subtensor/timelock/decrypt.ts");
      const ciphertext = bytesToOpen(options.ciphertext, "ciphertext");
      const payload = hex(decrypt(ciphertext, bytesToOpen(options.signature, "signature")));
      print(options.json, { payload }, () => payload);
    });
}

export function timelockCommand(): Command {
  return new Command("timelock")
    .description("Encrypt and decrypt as timelocked weight commits are (drand quicknet), offline.")
    .addCommand(encryptCommand())
    .addCommand(decryptCommand())
    .addHelpText(
      "after",
      `${HEX_NOTE}\n\nExamples:\n  assay timelock encrypt --round 32340463 --payload 8001...\n  assay timelock decrypt --ciphertext bd04... --signature b446... --json`,
    );
}
