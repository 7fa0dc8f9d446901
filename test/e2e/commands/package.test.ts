import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { installed as program, removeDir, temporaryDir } from "../../support/validator/validator.ts";

// What a user installs: packed, installed into an empty folder, run from there.

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../../..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const dir = temporaryDir();
const home = join(dir, "home");
const installed = join(home, "node_modules/assay");
after(() => removeDir(dir));

/** npm and what it runs use the Node that runs this test; an npm that runs the tests does not leak into it. */
const env: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_"))),
  ASSAY_OBSERVE_METRICS: "off",
  PATH: [dirname(process.execPath), process.env.PATH ?? ""].join(delimiter),
};

before(async () => {
  await run("npm", ["pack", "--silent", "--pack-destination", dir], { cwd: root, env });
  const tarball = readdirSync(dir).find((name) => name.endsWith(".tgz")) ?? assert.fail("nothing packed");
  assert.equal(tarball, `assay-${version}.tgz`);
  mkdirSync(home);
  writeFileSync(join(home, "package.json"), `{"private":true}`);
  const flags = ["--no-audit", "--no-fund", "--prefer-offline", "--no-update-notifier"];
  await run("npm", ["install", ...flags, join(dir, tarball)], { cwd: home, env });
});

test("the package holds what runs and what explains it, and neither sources nor tests", () => {
  const top = readdirSync(installed);
  for (const name of ["bin", "dist", "docs", "package.json", "README.md", "LICENSE"])
    assert.ok(top.includes(name), name);
  for (const name of ["src", "test", "bench", "data", "tsconfig.json"]) assert.ok(!top.includes(name), name);
  assert.ok(existsSync(join(installed, "dist/src/cli/main.js")));
  const files = readdirSync(join(installed, "dist"), { recursive: true, encoding: "utf8" });
  assert.deepEqual(
    files.filter((name) => name.endsWith(".ts")),
    [],
  );
  assert.ok(files.includes("web/index.html"), "the dashboard is built");
  const sources = ["src", "sim"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );
  assert.deepEqual(
    files.filter((name) => name.endsWith(".js") && !name.startsWith("web/")).sort(),
    sources
      .filter((name) => name.endsWith(".ts"))
      .map((name) => name.replace(/ts$/, "js"))
      .sort(),
    "what was packed was built from these sources",
  );
});

test("npx assay --version is that of package.json", async () => {
  const { stdout } = await run("npx", ["assay", "--version"], { cwd: home, env });
  assert.equal(stdout, `${version}\n`);
});

test("an installed package simulates and plans, and writes pages that hold their plots", async () => {
  const out = join(home, "run");
  const args = ["assay", "simulate", "budget-500", "--duration", "1h", "--out", out];
  await run("npx", args, { cwd: home, env });
  const plan = join(home, "plan.html");
  await run("npx", ["assay", "plan", "--html", plan], { cwd: home, env });
  for (const page of [join(out, "report.html"), plan])
    assert.ok(readFileSync(page, "utf8").includes("uPlot"), page);
});

test("an installed demo listens, answers, and ends with 0 at SIGTERM", async () => {
  // npx hands no signal on; what it would start is started directly.
  const bin = join(home, "node_modules/.bin/assay");
  const child = spawn(bin, ["up", "--demo", "2", "--port", "0"], { cwd: home, env });
  let [stdout, stderr] = ["", ""];
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const closed = once(child, "close");
  try {
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      stdout += String(chunk);
      if (/^listening on \S+\n/m.test(stdout)) break;
    }
    child.stdout.resume();
    const url = /^listening on (\S+)$/m.exec(stdout)?.[1] ?? assert.fail(stdout + stderr);
    const health = await fetch(`${url}/healthz`);
    await health.text();
    assert.equal(health.status, 200);
    child.kill("SIGTERM");
    assert.deepEqual(await closed, [0, null], stderr);
  } finally {
    child.kill("SIGKILL");
  }
});

test("benches are said to need a checkout", async () => {
  const bin = join(home, "node_modules/.bin/assay");
  const failed = await run(bin, ["bench", "recover"], { cwd: home, env }).catch((error: unknown) => error);
  assert.ok(failed instanceof Error && "code" in failed && "stderr" in failed);
  assert.equal(failed.code, 1);
  assert.match(String(failed.stderr), /from a checkout/);
});

/** A Node on the PATH that is too old, if the host has one. */
async function olderNode(): Promise<string | null> {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const node = join(folder, "node");
    if (!existsSync(node)) continue;
    const { stdout } = await run(node, ["--version"]);
    if (Number(/^v(\d+)/.exec(stdout)?.[1] ?? 99) < 24) return node;
  }
  return null;
}

test("an older Node is told what to do", async () => {
  const older = await olderNode();
  const pretend = `Object.defineProperty(process.versions, "node", { value: "22.1.0" })`;
  const preload = ["--import", `data:text/javascript,${encodeURIComponent(pretend)}`];
  const ways: [string, string[]][] = [[process.execPath, preload]];
  if (older !== null) ways.push([older, []]);
  for (const [node, flags] of ways) {
    const failed = await run(node, [...flags, program, "--version"]).catch((error: unknown) => error);
    assert.ok(failed instanceof Error && "code" in failed && "stderr" in failed && "stdout" in failed, node);
    assert.deepEqual([failed.code, failed.stdout], [1, ""]);
    assert.match(
      String(failed.stderr),
      /^assay needs Node 24 or newer; this is Node \d+\.\d+\.\d+\.\n.*make up/,
    );
  }
});
