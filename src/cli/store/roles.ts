import { Command } from "commander";
import { print } from "../shared/output.ts";

const help = `
The SQL may be run again; after an update that adds tables it has to be. Without these roles a validator works as the user that owns the
tables.

Examples:
  assay store roles | psql "postgres://postgres@HOST/DATABASE"`;

export function rolesCommand(): Command {
  return new Command("roles")
    .description("Print the SQL that makes roles with the least that each needs: owner, application, reader.")
    .option("--json", "print one JSON document")
    .addHelpText("after", help)
    .action(async ({ json }: { readonly json?: boolean }) => {
      const { rolesSql, roles } = await import("../../validator/storeRoles.ts");
      const sql = rolesSql();
      print(json, { roles, sql }, () => sql.trimEnd());
    });
}
