import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadConfig } from "../../../src/config/load.ts";
import { removeDir, temporaryDir } from "../../support/validator/validator.ts";

const dir = temporaryDir();
after(() => removeDir(dir));

function fileWith(text: string): string {
  const file = join(dir, "value");
  writeFileSync(file, text);
  return file;
}

const load = (env: NodeJS.ProcessEnv) => loadConfig({ file: null, env });

test("a variable with _FILE after its name takes its value from that file, without one newline at the end", () => {
  const url = "postgres://assay:p%40ss@db/assay";
  for (const end of ["", "\n", "\r\n"]) {
    const env = { ASSAY_STORE_KIND: "postgres", ASSAY_STORE_URL_FILE: fileWith(url + end) };
    assert.equal(load(env).store.url, url);
  }
  assert.equal(load({ ASSAY_HTTP_PORT_FILE: fileWith("8421\n") }).http.port, 8421);
  assert.equal(load({ ASSAY_NETWORK_FILE: fileWith("a\n\n") }).network, "a\n");
});

test("a key whose own name ends so is that key", () => {
  assert.equal(load({ ASSAY_ADMIN_TOKEN_FILE: "/run/token" }).admin.token_file, "/run/token");
});

test("a file that cannot be read, a value beside it and a key that does not exist are faults that name the variable", () => {
  const cases: [NodeJS.ProcessEnv, RegExp][] = [
    [{ ASSAY_STORE_URL_FILE: join(dir, "none") }, /ASSAY_STORE_URL_FILE: the file .*none cannot be read/],
    [
      { ASSAY_STORE_URL_FILE: fileWith("x"), ASSAY_STORE_URL: "y" },
      /ASSAY_STORE_URL_FILE: ASSAY_STORE_URL is set too/,
    ],
    [{ ASSAY_STORE_ULR_FILE: "x" }, /ASSAY_STORE_ULR_FILE: unknown variable; did you mean/],
    [{ ASSAY_HTTP_PORT_FILE: fileWith("many") }, /http.port: .*\(ASSAY_HTTP_PORT_FILE\)/],
  ];
  for (const [env, fault] of cases) assert.throws(() => load(env), { message: fault });
});
