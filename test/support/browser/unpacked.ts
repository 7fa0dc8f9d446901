import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "../../..");
const run = promisify(execFile);

/** A Chromium on disk, with the fonts that its screenshots are drawn with. */
export interface Unpacked {
  readonly executable: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The package writes into the temporary directory, wherever that is; the variable of AWS also unpacks the libraries that a bare machine lacks. */
const unpacks = `import chromium from "@sparticuz/chromium"; await chromium.executablePath()`;

function versionOf(name: string): string {
  const { version } = createRequire(import.meta.url)(join(root, "node_modules", name, "package.json"));
  return String(version);
}

/** Text in the font of the package, so that a page looks alike on every machine; signs that it lacks in those of the machine. */
function fontsConfig(folder: string): string {
  const folders = [join(folder, "fonts"), "/usr/share/fonts"].map((path) => `<dir>${path}</dir>`);
  const aliases = ["system-ui", "sans-serif"].map(
    (family) => `<alias><family>${family}</family><prefer><family>Open Sans</family></prefer></alias>`,
  );
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>${folders.join("")}${aliases.join("")}<cachedir>${join(folder, "fonts-cache")}</cachedir></fontconfig>
`;
}

/**
 * Unpacks into a folder of its own and renames that to the one that all use: of two that start at once the later one finds it
 * there, and nobody ever sees half of it.
 */
async function unpackTo(folder: string): Promise<void> {
  const fresh = mkdtempSync(join(tmpdir(), "assay-chromium-"));
  const env = { ...process.env, TMPDIR: fresh, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" };
  await run(process.execPath, ["--input-type=module", "--eval", unpacks], { cwd: root, env });
  writeFileSync(join(fresh, "fonts.conf"), fontsConfig(folder));
  try {
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

/** Libraries of the package come in only where the machine lacks its own. */
async function runs(executable: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  return run(executable, ["--version"], { env }).then(
    () => true,
    () => false,
  );
}

/** The Chromium of the package, unpacked once per machine and user (200 MB, 2 s). */
export async function unpackedChromium(): Promise<Unpacked> {
  const { uid } = userInfo();
  const folder = join(tmpdir(), `assay-chromium-${versionOf("@sparticuz/chromium")}-${uid}`);
  if (!existsSync(folder)) await unpackTo(folder);
  if (statSync(folder).uid !== uid) throw new Error(`${folder} belongs to another user; remove it`);
  const executable = join(folder, "chromium");
  const env = { ...process.env, FONTCONFIG_FILE: join(folder, "fonts.conf") };
  const withLibraries = { ...env, LD_LIBRARY_PATH: join(folder, "al2023/lib") };
  return { executable, env: (await runs(executable, env)) ? env : withLibraries };
}
