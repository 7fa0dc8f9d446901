import { Command } from "commander";
import { AssayError } from "../core/problems/assayError.ts";
import { type Access, tokenOf, withAccess } from "./shared/access.ts";
import { print, table } from "./shared/output.ts";
import { ask } from "./shared/remote.ts";
import { settings } from "./shared/settings.ts";

interface TokenRow {
  readonly token_id: string;
  readonly name: string;
  readonly created_at: number;
  readonly last_used_at: number | null;
  readonly revoked_at: number | null;
}
type NewToken = Pick<TokenRow, "token_id" | "name" | "created_at"> & { readonly token: string };

/** What can be asked of a running validator, or done in the store of one that does not run. */
interface Tokens {
  list(): Promise<{ readonly items: readonly TokenRow[] }>;
  create(name: string): Promise<NewToken>;
  revoke(tokenId: string): Promise<TokenRow>;
}

function remote(options: Access): Tokens {
  const token = tokenOf(options);
  const path = "/v1/admin/tokens";
  return {
    list: () => ask(options.url, path, { token }),
    create: (name) => ask(options.url, path, { method: "POST", token, body: { name } }),
    revoke: (id) => ask(options.url, `${path}/${encodeURIComponent(id)}`, { method: "DELETE", token }),
  };
}

/** Asks the validator; when none answers there, does the same in the store, which a running validator has locked. */
async function act<T>(options: Access, work: (tokens: Tokens) => Promise<T>): Promise<T> {
  try {
    return await work(remote(options));
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== "unreachable") throw error;
    const { withOfflineTokens } = await import("../validator/offlineTokens.ts");
    try {
      return await withOfflineTokens(settings(options), options.data, work);
    } catch (offline) {
      // The validator runs, but at another address.
      throw offline instanceof AssayError && offline.code === "store_in_use" ? error : offline;
    }
  }
}

const timeOf = (ms: number | null): string => (ms === null ? "-" : new Date(ms).toISOString());

function createCommand(): Command {
  return withAccess(new Command("create").description("Make a token for a customer, and print it once."))
    .argument("<name>", "for people: whose token it is")
    .action(async (name: string, options: Access) => {
      if (!/^[ -~]{1,64}$/.test(name))
        throw new AssayError({ code: "usage", message: "NAME must be 1 to 64 printable ASCII characters" });
      const made = await act(options, (tokens) => tokens.create(name));
      print(
        options.json,
        made,
        () => `${made.token}\n${made.token_id} of ${name}; the token is not shown again`,
      );
    });
}

function listCommand(): Command {
  return withAccess(new Command("list").description("List customers' tokens, without their secrets.")).action(
    async (options: Access) => {
      const { items } = await act(options, (tokens) => tokens.list());
      const rows = items.map((row) => [
        ...[row.token_id, row.name, timeOf(row.created_at), timeOf(row.last_used_at), timeOf(row.revoked_at)],
      ]);
      print(options.json, items, () =>
        rows.length === 0
          ? "there are no tokens"
          : table([["token", "name", "made", "last used", "revoked"], ...rows]),
      );
    },
  );
}

function revokeCommand(): Command {
  return withAccess(new Command("revoke").description("Refuse a token from now on; its jobs go on."))
    .argument("<id>", "as `assay token list` shows it")
    .action(async (id: string, options: Access) => {
      const row = await act(options, (tokens) => tokens.revoke(id));
      print(options.json, row, () => `${row.token_id} of ${row.name} is revoked`);
    });
}

export function tokenCommand(): Command {
  return new Command("token")
    .description("Make, list and revoke the tokens with which customers put in jobs.")
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand())
    .addHelpText("after", "\nExample:\n  assay token create 'Ada Ltd' --json > ada.json");
}
