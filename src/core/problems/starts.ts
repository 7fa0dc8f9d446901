import type { ProblemCode, ProblemRows } from "./problem.ts";

/** Failures that a process prints on stderr before it ends; none reaches a client. */
export const startProblems = {
  config_unreadable: {
    status: null,
    blame: "operator",
    title: "Configuration unreadable",
    detail: (p) => `${p.file} could not be read: ${p.cause_text}. Check the path and its permissions.`,
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
      `${p.file} does not exist; make one with \`assay init\`, or restore the file that this deployment used.`,
  },
  secret_too_short: {
    status: null,
    blame: "operator",
    title: "Challenge secret too short",
    detail: (p) =>
      `${p.file} holds ${p.bytes} bytes; at least 32 are required. Make a new secret with \`assay keygen --secret\`.`,
  },
  file_unreadable: {
    status: null,
    blame: "operator",
    title: "File unreadable",
    detail: (p) =>
      `${p.file} cannot be used: ${p.cause_text}. ${p.remedy ?? "Check the path and its permissions, or restore the file."}`,
  },
  key_malformed: {
    status: null,
    blame: "operator",
    title: "Key file malformed",
    detail: (p) =>
      `${p.file}: ${p.cause_text}. ${p.remedy ?? "Restore the file, or make a new one with `assay keygen`."}`,
  },
  key_retired: {
    status: null,
    blame: "operator",
    title: "Publishing key retired",
    detail: (p) =>
      `${p.file} holds the key ${p.key_id}, which ${p.list} lists as retired, so nothing may be signed with it any more. ` +
      "Restore the file of the current key, or finish the rotation with `assay keys rotate`.",
  },
  period_signed: {
    status: null,
    blame: "operator",
    title: "Period may have another vector",
    detail: (p) =>
      `The vector of period ${p.period} is not in the store, but ${p.file} says that periods up to ${p.mark} were signed: the store is ` +
      "older than this file (a restored backup?), and a second vector of one period is never signed. " +
      `Nothing needs to be done: the vector of period ${p.mark + 1} is signed when that period is over. ` +
      'If periods are numbered anew on purpose, stop the validator and set "period" in this file to the last period of the new numbering.',
  },
  key_encrypted: {
    status: null,
    blame: "operator",
    title: "Key file encrypted",
    detail: (p) =>
      `${p.file} is encrypted, and a validator cannot ask for a password. Make a plain file of the same key from its mnemonic, ` +
      "`btcli wallet regen-hotkey --wallet.name WALLET --wallet.hotkey OTHER_NAME --no-use-password`, and name that file; or use another hotkey, `assay keygen --wallet WALLET --hotkey OTHER_NAME`.",
  },
  development_key: {
    status: null,
    blame: "operator",
    title: "Development key on a real chain",
    detail: (p) =>
      `Anyone can sign with ${p.uri}, so it is not allowed on chain "${p.chain}"; use a key file.`,
  },
  store_corrupt: {
    status: null,
    blame: "operator",
    title: "Store corrupt",
    detail: (p) =>
      `${p.file}: ${p.cause_text}. ${p.lost === undefined ? "" : `Lost at most: ${p.lost}. `}Nothing was changed. ` +
      "`assay store check` lists every fault. Restore a backup, or go on with what can be read: `assay store salvage` " +
      "makes a new store of it and says what is lost. Starting with an empty store would lift every suspension.",
  },
  store_full: {
    status: null,
    blame: "operator",
    title: "No space for the store",
    detail: (p) =>
      `${p.file}: ${p.cause_text}. Nothing is damaged: free space on that disk, then start again.`,
  },
  store_lost: {
    status: null,
    blame: "validator",
    title: "Store lost while running",
    detail: (p) =>
      `${p.file}: ${p.cause_text}. The process ends, because what the disk holds now is only known after reading it again; what was acknowledged is compared at the next start. Check the disk, then start again.`,
  },
  store_too_new: {
    status: null,
    blame: "operator",
    title: "Store from a newer version",
    detail: (p) =>
      `${p.file} has schema version ${p.version}, but this version of assay knows versions up to ${p.known}. Nothing was changed. Run the ` +
      "newer version; or, to stay with this one, put back the backup from before the upgrade: `assay restore` (of an embedded store, the copy in " +
      "before-upgrade in the data directory).",
  },
  store_too_old: {
    status: null,
    blame: "operator",
    title: "Store from an earlier version",
    detail: (p) =>
      `${p.file} has schema version ${p.version}, and this version of assay needs ${p.known}. Nothing was changed. Bringing it up cannot be ` +
      "undone: stop every process of the validator, make a backup with the server's tools, then `assay store migrate --to postgres --backed-up`.",
  },
  store_in_use: {
    status: null,
    blame: "operator",
    title: "Store in use",
    detail: (p) =>
      `${p.file} is open in another process; stop that process, or use another --data directory.`,
  },
  store_foreign: {
    status: null,
    blame: "operator",
    title: "Database of another program",
    detail: (p) =>
      `${p.file} holds tables, but not those of assay. Nothing was changed. Name an empty database: its tables are made at the first start.`,
  },
  store_unreachable: {
    status: null,
    blame: "operator",
    title: "Store not reached",
    detail: (p) =>
      `${p.file}: ${p.cause_text}. Nothing was changed. Check that the server runs, that it takes writes, and store.url with its user and password; then start again.`,
  },
  store_url_invalid: {
    status: null,
    blame: "operator",
    title: "Store URL not valid",
    detail: (p) =>
      `store.url cannot be used: ${p.fault}. It has the form postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full.`,
  },
  store_copying: {
    status: null,
    blame: "operator",
    title: "Copy not ended",
    detail: (p) =>
      `${p.file} is the target of a copy that has not ended, so records are missing. Run the same \`assay store copy\` again, which goes on ` +
      "where it was; or use the source, which is as it was.",
  },
  store_copy_refused: {
    status: null,
    blame: "operator",
    title: "Store not copied",
    detail: (p) => `${p.file}: ${p.why}. Nothing was changed. ${p.remedy}`,
  },
  backup_damaged: {
    status: null,
    blame: "operator",
    title: "Backup damaged",
    detail: (p) =>
      `${p.file}: ${p.cause_text}. It is not what was backed up, and nothing was put back from it. Use another backup.`,
  },
  restore_refused: {
    status: null,
    blame: "operator",
    title: "Backup not put back",
    detail: (p) => `${p.file}: ${p.why}. Nothing was changed. ${p.remedy}`,
  },
  store_not_durable: {
    status: null,
    blame: "operator",
    title: "Store not durable",
    detail: (p) =>
      `${p.file}: ${p.found}. A receipt promises that a power cut loses nothing, and this store cannot keep that promise. Use a local disk.`,
  },
  roles_need_postgres: {
    status: null,
    blame: "operator",
    title: "Roles need a shared store",
    detail: (p) =>
      `Only one process can have the embedded store open, so it has all roles, and not only ${p.roles}. Leave --role out, or set store.kind to postgres.`,
  },
  fenced_off: {
    status: null,
    blame: "none",
    title: "Lease over",
    detail: (p) =>
      `The lease "${p.lease}" is not held under token ${p.token} any more: it was not renewed in time, or another process has taken it over. Nothing was written. Nothing has to be done while another process is at work; if it happens again and again, look for pauses of this process and for a slow store.`,
  },
  identity_changed: {
    status: null,
    blame: "operator",
    title: "Store of another validator",
    detail: (p) =>
      `${p.file} remembers what it belongs to, and this start is another:\n` +
      p.changes.map((c) => `  - ${c.what}: the store has ${c.pinned}, this start ${c.present}`).join("\n") +
      "\nCorrect what changed by mistake. To go on with the new values: `assay adopt` shows them, `assay adopt --yes` takes them over.",
  },
  key_missing: {
    status: null,
    blame: "operator",
    title: "Key file missing",
    detail: (p) =>
      `${p.file} does not exist, but the store ${p.store} does and belongs to that key; restore the file. ` +
      `To go on with a new one: \`assay keygen --kind ${p.kind} --out ${p.file}\`, then \`assay adopt\`.`,
  },
  circuit_invalid: {
    status: null,
    blame: "operator",
    title: "Circuit unusable",
    detail: (p) =>
      `Circuit ${p.circuit}: ${p.file}: ${p.cause_text}. Name the verification key that snarkjs exports for this circuit in lanes.groth16.circuits.`,
  },
  rate_below_floor: {
    status: null,
    blame: "operator",
    title: "Sample rate below the floor",
    detail: (p) =>
      `${p.lane.startsWith("classes.") ? `sample.${p.lane}` : `lanes.${p.lane}.rate`} is ${p.rate}, which is below sample.floor (${p.floor}); raise the rate, or lower the floor.`,
  },
  commitment_unmatched: {
    status: null,
    blame: "operator",
    title: "Sampling commitment does not match the secret",
    detail: (p) =>
      `The sampling commitment of epoch ${p.epoch} was made with another challenge secret; ` +
      "name the file of that secret in challenge.secret_file_previous until the epoch has closed.",
  },
  address_in_use: {
    status: null,
    blame: "operator",
    title: "Address in use",
    detail: (p) =>
      `${p.host}:${p.port} is already in use; stop the process that listens there, or choose another port (--port or http.port; 0 picks a free one).`,
  },
  address_unusable: {
    status: null,
    blame: "operator",
    title: "Address cannot be used",
    detail: (p) =>
      `${p.host}:${p.port} cannot be listened on: ${p.cause_text}; the host must be an address of this machine (0.0.0.0 or :: for all), and ports below 1024 need permission. Correct http.host and http.port, or --host and --port.`,
  },
  timelock_unreadable: {
    status: null,
    blame: "operator",
    title: "Timelocked ciphertext does not open",
    detail: (p) =>
      `The timelocked ciphertext cannot be opened: ${p.cause_text}. Give the whole commit as the chain stores it, and the signature of its reveal round.`,
  },
  timelock_too_long: {
    status: null,
    blame: "operator",
    title: "Payload too long for a timelocked commit",
    detail: (p) =>
      `The payload has ${p.bytes} bytes; at most ${p.limit_bytes} fit into the ciphertext of 5000 bytes that the chain takes. Send fewer weights.`,
  },
  no_epochs: {
    status: null,
    blame: "none",
    title: "Subnet without epochs",
    detail: () =>
      "The tempo of the subnet is 0, so it has no epochs and would never reveal a commit; nothing is committed. Wait until its owner sets a tempo.",
  },
  unreachable: {
    status: null,
    blame: "none",
    title: "Validator unreachable",
    detail: (p) =>
      `${p.url} could not be reached: ${p.cause_text}. Check the URL, and that \`assay up\` is running there.`,
  },
  chain_entry_missing: {
    status: null,
    blame: "operator",
    title: "Chain runtime changed",
    detail: (p) =>
      `${p.entry} cannot be read from the chain: ${p.cause_text}. The runtime was upgraded past what this version of assay reads; install a newer version.`,
  },
  endpoints_disagree: {
    status: null,
    blame: "operator",
    title: "Endpoints disagree",
    detail: (p) =>
      `The endpoints of chain.endpoints give different hashes for the finalised block ${p.block} (${p.hashes.join(", ")}), so no weights are sent. ` +
      "Find out which of them follows another chain, and remove it.",
  },
  usage: { status: null, blame: "operator", title: "Usage", detail: (p) => p.message },
  failed: { status: null, blame: "none", title: "Failed", detail: (p) => p.message },
} satisfies Partial<ProblemRows<ProblemCode>>;
