import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import type { Page } from "../../../web/pages/page.ts";

const root = resolve(import.meta.dirname, "../../..");

/** The dashboard's pages, as its menu has them: they are TSX, so they are bundled before Node reads them. */
export async function dashboardPages(): Promise<readonly Page[]> {
  const { outputFiles } = await build({
    ...{ entryPoints: [join(root, "web/pages/all.ts")], tsconfig: join(root, "web/tsconfig.json") },
    ...{ bundle: true, write: false, format: "cjs", platform: "node", logLevel: "error" },
    define: { WORKERS: "{}", "import.meta.url": '"file:///"' },
  });
  const made = { exports: {} as { pages?: readonly Page[] } };
  const require = createRequire(import.meta.url);
  new Function("module", "exports", "require", outputFiles[0]?.text ?? "")(made, made.exports, require);
  return made.exports.pages ?? [];
}
