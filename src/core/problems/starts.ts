import type { ProblemCode, ProblemRows } from "./problem.ts";

/** What a process says on stderr before it ends; none of it reaches a client. */
export const startProblems = {
  config_unreadable: {
    status: null,
    blame: "operator",
    title: "Configuration unreadable",
    detail: (p) => `${p.file}: ${p.cause_text}`,
  },
  config_invalid: {
    status: null,
    blame: "operator",
    title: "Configuration invalid",
    detail: (p) => `${p.file}:\n${p.faults.map((fault) => `  - ${fault}`).join("\n")}`,
  },
  secret_missing: {
    status: null,
    blame: "operator",
    title: "Challenge secret missing",
    detail: (p) =>
      `${p.file} does not exist; run \`assay init\`, or restore the file that this deployment used.`,
  },
  secret_too_short: {
    status: null,
    blame: "operator",
    title: "Challenge secret too short",
    detail: (p) =>
      `${p.file} holds ${p.bytes} bytes; at least 32 are needed. Make one with \`assay keygen --secret\`.`,
  },
  file_unreadable: {
    status: null,
    blame: "operator",
    title: "File unreadable",
    detail: (p) => `${p.file}: ${p.cause_text}. Restore it or fix its permissions.`,
  },
  key_malformed: {
    status: null,
    blame: "operator",
    title: "Key file malformed",
    detail: (p) => `${p.file}: ${p.cause_text}. Restore the file, or make a new one with \`assay keygen\`.`,
  },
  key_encrypted: {
    status: null,
    blame: "operator",
    title: "Key file encrypted",
    detail: (p) => `${p.file} is encrypted; give the unencrypted hotkey file.`,
  },
  development_key: {
    status: null,
    blame: "operator",
    title: "Development key on a real chain",
    detail: (p) => `${p.uri} is public knowledge and not allowed on chain "${p.chain}"; use a key file.`,
  },
  store_corrupt: {
    status: null,
    blame: "operator",
    title: "Store corrupt",
    detail: (p) =>
      `${p.file}: ${p.cause_text}. Nothing was changed. Restore a backup; starting empty would lift every suspension.`,
  },
  store_too_new: {
    status: null,
    blame: "operator",
    title: "Store from a newer version",
    detail: (p) => `${p.file} has schema ${p.version}, this version knows ${p.known}; run the newer assay.`,
  },
  store_in_use: {
    status: null,
    blame: "operator",
    title: "Store in use",
    detail: (p) => `${p.file} is open in another process; stop it, or use another --data directory.`,
  },
  store_not_durable: {
    status: null,
    blame: "operator",
    title: "Store not durable",
    detail: (p) => `${p.file}: ${p.found}; receipts promise durability, so this is refused.`,
  },
  circuit_invalid: {
    status: null,
    blame: "operator",
    title: "Circuit unusable",
    detail: (p) =>
      `Circuit ${p.circuit}: ${p.file}: ${p.cause_text}. Give lanes.groth16.circuits a verification key as snarkjs exports it.`,
  },
  rate_below_floor: {
    status: null,
    blame: "operator",
    title: "Sample rate below the floor",
    detail: (p) => `lanes.${p.lane}.rate is ${p.rate}, sample.floor is ${p.floor}; raise the rate.`,
  },
  commitment_unmatched: {
    status: null,
    blame: "operator",
    title: "Sampling commitment does not match the secret",
    detail: (p) =>
      `The commitment of epoch ${p.epoch} was made with another secret; ` +
      "name that one in challenge.secret_file_previous until the epoch closed.",
  },
  address_in_use: {
    status: null,
    blame: "operator",
    title: "Address in use",
    detail: (p) => `${p.host}:${p.port} cannot be opened; choose another --port (0 picks a free one).`,
  },
  unreachable: {
    status: null,
    blame: "none",
    title: "Validator unreachable",
    detail: (p) => `${p.url}: ${p.cause_text}. Is \`assay up\` running there?`,
  },
  usage: { status: null, blame: "operator", title: "Usage", detail: (p) => p.message },
  failed: { status: null, blame: "none", title: "Failed", detail: (p) => p.message },
} satisfies Partial<ProblemRows<ProblemCode>>;
