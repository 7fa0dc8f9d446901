import { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { AssayError } from "../../core/problems/assayError.ts";
import { exitCodes, print, table } from "../shared/output.ts";
import { ProgressLine } from "../shared/progress.ts";
import { type SettingsOptions, settings, withSettings } from "../shared/settings.ts";

interface CopyOptions extends SettingsOptions {
  readonly to?: string;
  readonly from?: string;
  readonly json?: boolean;
}

type Tools = typeof import("../../validator/storeCopy.ts");
type Verified = Awaited<ReturnType<Tools["compareStores"]>>;
type Watch = Parameters<Tools["compareStores"]>[1];

const usage = (message: string): AssayError => new AssayError({ code: "usage", message });

/** A URL, or that of the configuration for the word `postgres`, whatever kind of store that has at present. */
function urlOf(given: string, options: CopyOptions): string {
  if (given !== "postgres") return given;
  const { url } = settings(options, (raw) => {
    raw.store = { ...(raw.store as object | undefined), kind: "postgres" };
  }).store;
  if (url === null) throw usage("store.url is not set");
  return url;
}

function rowOf({ table: name, rows, first_difference: first }: Verified["tables"][number]): string[] {
  const where = Object.entries(first ?? {}).map(([column, value]) => `${column} ${value}`);
  const state = first === null ? "ok" : "DIFFERS";
  return [
    state,
    name,
    `${rows.sqlite}`,
    `${rows.postgres}`,
    first === null ? "" : `first at ${where.join(", ")}`,
  ];
}

function reportText({ same, tables, chains }: Verified): string {
  return [
    table([["", "table", "sqlite", "postgres", ""], ...tables.map(rowOf)]),
    ...chains.faults.map(({ store, epoch, fault }) => `FAIL  log of epoch ${epoch} in ${store}: ${fault}`),
    same ? `the stores are equal; the logs of ${chains.epochs} epochs are whole` : "the stores are NOT equal",
  ].join("\n");
}

async function withProgress(work: (watch: Watch) => Promise<Verified>): Promise<Verified> {
  const line = new ProgressLine(systemClock, process.stderr);
  try {
    return await work(({ doing, table: name, rows, ofRows }) =>
      line.show({
        share: Math.min(1, rows / Math.max(1, ofRows)),
        text: `${doing} ${name}, ${rows} of ${ofRows} rows`,
      }),
    );
  } finally {
    line.end();
  }
}

function report(json: boolean | undefined, found: Verified, next: string): void {
  print(json, found, () => (found.same ? `${reportText(found)}\n${next}` : reportText(found)));
  process.exitCode = found.same ? exitCodes.done : exitCodes.failed;
}

const help = `
Records alone are copied: keys, secrets and the configuration stay in the data directory. The source is not changed, and no
validator may run on either store. A copy that was interrupted goes on when the same command is given again; until it has
ended, and both stores were found equal, a start refuses the target (store_copying). Miners open their sessions anew.

A URL has a password in it, which other users of the machine see in the list of processes: the word "postgres" in its place
takes store.url of the configuration, or ASSAY_STORE_URL.

Examples:
  ASSAY_STORE_URL=postgres://... assay store copy --data /var/lib/assay --to postgres
  ASSAY_STORE_URL=postgres://... assay store copy --from postgres --data /var/lib/assay-back`;

export function copyCommand(): Command {
  return withSettings(
    new Command("copy").description("Copy all records from SQLite to PostgreSQL, or back, and compare both."),
  )
    .option(
      "--to <url>",
      "copy the store of the data directory to this PostgreSQL database, which must be empty",
    )
    .option("--from <url>", "copy this PostgreSQL database to the data directory, which must have no store")
    .option("--json", "print one JSON document")
    .addHelpText("after", help)
    .action(async (options: CopyOptions) => {
      const { to, from, data, json } = options;
      const given = to ?? from;
      if (given === undefined || (to !== undefined && from !== undefined))
        throw usage("give either --to or --from");
      const { copyStores } = await import("../../validator/storeCopy.ts");
      const stores = { data, url: urlOf(given, options) };
      const kind = to === undefined ? "sqlite" : "postgres";
      const found = await withProgress((watch) => copyStores(stores, kind, watch));
      report(json, found, `next: set store.kind to ${kind} in the configuration, and start`);
    });
}

export function verifyCommand(): Command {
  return withSettings(
    new Command("verify").description(
      "Compare all records of a data directory with a PostgreSQL database, and recompute the logs of both. Changes nothing.",
    ),
  )
    .requiredOption("--to <url>", 'the PostgreSQL database; "postgres" for store.url of the configuration')
    .option("--json", "print one JSON document")
    .action(async (options: CopyOptions) => {
      const { compareStores } = await import("../../validator/storeCopy.ts");
      const stores = { data: options.data, url: urlOf(options.to ?? "", options) };
      report(options.json, await withProgress((watch) => compareStores(stores, watch)), "");
    });
}

export function migrateCommand(): Command {
  return withSettings(
    new Command("migrate").description(
      "Make the tables in an empty PostgreSQL database, or bring them up to this version; a role that owns them does it.",
    ),
  )
    .requiredOption("--to <url>", 'the PostgreSQL database; "postgres" for store.url of the configuration')
    .option("--backed-up", "there is a backup of the server, since bringing tables up cannot be undone")
    .option("--json", "print one JSON document")
    .action(async (options: CopyOptions & { readonly backedUp?: boolean }) => {
      const { migrateStore } = await import("../../validator/storeCopy.ts");
      const store = await migrateStore(urlOf(options.to ?? "", options), options.backedUp ?? false);
      print(options.json, { store }, () => `${store} has the tables of this version`);
    });
}
