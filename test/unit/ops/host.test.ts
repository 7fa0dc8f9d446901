import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { defaultConfig } from "../../../src/config/load.ts";
import { haproxySection, opsFile, unitOf } from "../../support/ops/deployment.ts";
import { removeDir, temporaryDir } from "../../support/validator/validator.ts";

// The systemd unit and the balancer: what they must say, and what the programs themselves say of them where this machine has those.

const dir = temporaryDir();
after(() => removeDir(dir));
const has = (program: string, flag: string): boolean => spawnSync(program, [flag]).error === undefined;

test("the unit waits until the validator is ready, watches it, and leaves it down after a drain", () => {
  const unit = unitOf("systemd/assay.service");
  const of = (name: string): string => unit.get(name)?.join(" ") ?? "";
  assert.deepEqual([of("Type"), of("NotifyAccess"), of("Restart")], ["notify", "all", "on-failure"]);
  assert.match(of("WatchdogSec"), /^\dmin$/);
  // A database that is away for an hour must not leave the validator down for good.
  assert.equal(of("StartLimitIntervalSec"), "0");
  assert.match(of("ExecStart"), /^\/\S+\/assay up --data %S\/assay$/);
  // Above what the connections need, so that they are not lowered at the start.
  assert.ok(Number(of("LimitNOFILE")) > 2 * defaultConfig().http.max_connections);
});

test("the unit gives the validator nothing that it does not need", () => {
  const unit = unitOf("systemd/assay.service");
  const on = [
    ...["DynamicUser", "NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "PrivateUsers"],
    ...[
      "ProtectClock",
      "ProtectHostname",
      "ProtectKernelLogs",
      "ProtectKernelModules",
      "ProtectKernelTunables",
    ],
    ...[
      "ProtectControlGroups",
      "RestrictNamespaces",
      "RestrictRealtime",
      "RestrictSUIDSGID",
      "LockPersonality",
    ],
  ];
  assert.deepEqual(
    on.filter((name) => unit.get(name)?.join() !== "yes"),
    [],
  );
  assert.equal(unit.get("ProtectSystem")?.join(), "strict");
  assert.equal(unit.get("CapabilityBoundingSet")?.join(), "");
  assert.equal(unit.get("MemoryDenyWriteExecute")?.join(), "no", "V8 makes code while it runs");
  assert.deepEqual(unit.get("SystemCallFilter"), ["@system-service", "~@privileged @resources", "@pkey"]);
  assert.equal(unit.get("StateDirectory")?.join(), "assay");
});

test("systemd finds no fault in the unit, where this machine can ask it", () => {
  if (!has("systemd-analyze", "--version")) return;
  const file = join(dir, "assay.service");
  // The program is not installed where the tests run.
  writeFileSync(file, opsFile("systemd/assay.service").replace(/^ExecStart=\S+/m, "ExecStart=/bin/true"));
  const { stdout, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", file], { encoding: "utf8" });
  assert.deepEqual(
    `${stdout}${stderr}`.split("\n").filter((line) => line.includes("assay.service")),
    [],
  );
});

test("a hotkey goes to the same process, processes that are not ready get nothing, streams live as long as they like", () => {
  for (const name of ["backend api", "backend streams"]) {
    const lines = haproxySection(name);
    for (const line of [
      "balance hdr(Epistula-Signed-By)",
      "hash-type consistent sdbm avalanche",
      "http-check send meth GET uri /readyz",
      "http-check expect status 200",
    ])
      assert.ok(lines.includes(line), `${name}: ${line}`);
    assert.ok(
      lines.some((line) => line.startsWith("server ")) && lines.some((line) => /\bcheck inter/.test(line)),
    );
  }
  const front = haproxySection("frontend miners");
  assert.ok(front.includes("use_backend streams if { path /v1/stream }"));
  assert.ok(front.includes("use_backend events if { path /v1/events }"));
  const claimed = ["X-Forwarded-For", "X-Real-IP", "Forwarded"];
  const [option] = [front.indexOf("option forwardfor")];
  for (const header of claimed) {
    const at = front.indexOf(`http-request del-header ${header}`);
    assert.ok(at >= 0 && at < (option ?? 0), `a client's ${header} is passed on`);
  }
  assert.ok(front.some((line) => line.includes("/v1/admin") && line.includes("status 404")));
  assert.ok(!front.some((line) => line.includes("stick-table")), "limits per address are the validator's");
  const minutes = haproxySection("defaults").find((line) => line.startsWith("timeout tunnel"));
  assert.match(minutes ?? "", /[2-9]m$/, "longer than the minute after which both ends give up");
});

test("HAProxy finds no fault in its file, where this machine has it", () => {
  if (!has("haproxy", "-v")) return;
  const file = join(dir, "haproxy.cfg");
  // Without the certificate, which is the operator's.
  writeFileSync(file, opsFile("haproxy.cfg").replace(/bind :443 .*/, "bind :443"));
  const { status, stderr } = spawnSync("haproxy", ["-c", "-f", file], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
});
