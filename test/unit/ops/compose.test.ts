import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { GRAFANA_VERSION } from "../../../ops/make/grafana.ts";
import { JOB } from "../../../ops/make/prometheus.ts";
import { variableName } from "../../../src/config/environment.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { type Compose, opsFile, type Service, yamlOf } from "../../support/ops/deployment.ts";
import { dashboards, opsDir, ruleFile } from "../../support/ops/queries.ts";

const compose = yamlOf<Compose>("compose.yaml");
const services = Object.entries(compose.services);
const each = (holds: (service: Service, name: string) => boolean): string[] =>
  services.filter(([name, service]) => !holds(service, name)).map(([name]) => name);
const manifest = JSON.parse(opsFile("../package.json")) as {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
};

test("there are a validator, PostgreSQL, Prometheus, Alertmanager and Grafana, each at an exact version", () => {
  assert.deepEqual(Object.keys(compose.services), [
    "validator",
    "postgres",
    "prometheus",
    "alertmanager",
    "grafana",
  ]);
  assert.deepEqual(
    each(({ image }) => /^[a-z/]+:v?\d+\.\d+(\.\d+)?(-\w+)?$/.test(image)),
    [],
  );
  assert.equal(compose.services.validator?.image, `assay:${manifest.version}`);
  assert.equal(compose.services.grafana?.image, `grafana/grafana:${GRAFANA_VERSION}`);
});

test("no service is root, can become it, writes outside its volumes, or takes the machine with it", () => {
  assert.deepEqual(
    each(({ user }) => /^[1-9]\d*:[1-9]\d*$/.test(user)),
    [],
  );
  assert.deepEqual(
    each(
      ({ read_only, cap_drop, security_opt, tmpfs }) =>
        read_only &&
        cap_drop.join() === "ALL" &&
        security_opt.includes("no-new-privileges:true") &&
        (tmpfs ?? []).some((mount) => mount.startsWith("/tmp:size=")),
    ),
    [],
  );
  assert.deepEqual(
    each(
      ({ mem_limit, pids_limit, logging, restart, init }) =>
        mem_limit !== "" && pids_limit > 0 && "max-size" in logging.options && restart !== "no" && init,
    ),
    [],
  );
  assert.deepEqual(
    each(({ healthcheck }) => healthcheck.test[0] === "CMD" && healthcheck.test.length > 1),
    [],
  );
});

test("nothing is published but the API and Grafana, on the loopback address; metrics have a network of their own", () => {
  const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`));
  assert.deepEqual(published, ["validator 127.0.0.1:8420:8420", "grafana 127.0.0.1:3000:3000"]);
  const on = (network: string): string[] =>
    services.filter(([, { networks }]) => networks.includes(network)).map(([name]) => name);
  assert.deepEqual(on("metrics"), ["validator", "prometheus"]);
  assert.deepEqual(on("store"), ["validator", "postgres"]);
  for (const network of ["metrics", "store", "watch"])
    assert.ok(compose.networks[network]?.internal, network);
});

test("secrets are files that are mounted, never values; every mount, volume and secret exists", () => {
  const values = services.flatMap(([, { environment = {} }]) => Object.entries(environment));
  assert.deepEqual(
    values.filter(
      ([name, value]) => /PASSWORD|SECRET|URL|TOKEN/.test(name) && !String(value).startsWith("/run/secrets/"),
    ),
    [],
  );
  const used = services.flatMap(([, { secrets = [] }]) => secrets);
  assert.deepEqual(used.sort(), Object.keys(compose.secrets).sort());
  for (const [name, { file }] of Object.entries(compose.secrets)) {
    assert.equal(file, `./secrets/${name}`);
    assert.match(opsFile("README.md"), new RegExp(`> ${name}\\b`), "how it is made");
  }
  for (const [, value] of values)
    if (value.startsWith("/run/secrets/")) assert.ok(value.slice(13) in compose.secrets, value);
  for (const [name, { volumes = [] }] of services)
    for (const volume of volumes) {
      const [from = "", , mode] = volume.split(":");
      if (!from.startsWith("./")) assert.ok(from in compose.volumes, `${name}: ${volume}`);
      else assert.ok(existsSync(join(opsDir, from)) && mode === "ro", `${name}: ${volume}`);
    }
});

test("what the validator is told by its environment are keys of its configuration", () => {
  const { environment = {} } = compose.services.validator ?? {};
  const { ASSAY_STORE_URL_FILE: file, ...rest } = environment;
  assert.equal(file, "/run/secrets/store_url");
  const url = "postgres://assay:x@postgres/assay";
  const config = loadConfig({ file: null, env: { ...rest, [variableName(["store", "url"])]: url } });
  assert.deepEqual([config.store.kind, config.store.url], ["postgres", url]);
  assert.deepEqual(config.observe.metrics, { host: "0.0.0.0", port: 9420 });
});

test("the image has the project's Node, builds from the lock file, and runs as nobody with a health check", () => {
  const lines = opsFile("Dockerfile").split("\n");
  assert.ok(lines.includes(`ARG NODE=${manifest.devDependencies.node}-bookworm-slim`));
  assert.equal(lines.filter((line) => /^FROM node:\$\{NODE\}/.test(line)).length, 3);
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith("FROM")));
  for (const start of [
    "USER 10001:10001",
    "HEALTHCHECK ",
    "ENTRYPOINT [",
    "STOPSIGNAL SIGTERM",
    "VOLUME /data",
  ])
    assert.ok(
      last.some((line) => line.startsWith(start)),
      start,
    );
  assert.equal(lines.filter((line) => line.includes("npm ci")).length, 2);
  assert.ok(!lines.some((line) => /npm (install|i) |curl|ADD http/.test(line)));
  assert.ok(opsFile("../.dockerignore").split("\n").includes("ops/secrets"));
});

interface PrometheusConfig {
  readonly rule_files: readonly string[];
  readonly scrape_configs: readonly {
    readonly job_name: string;
    readonly static_configs: readonly { readonly targets: readonly string[] }[];
  }[];
}

interface AlertmanagerConfig {
  readonly route: { readonly receiver: string };
  readonly receivers: readonly { readonly name: string }[];
  readonly inhibit_rules: readonly {
    readonly source_matchers: readonly string[];
    readonly target_matchers: readonly string[];
  }[];
}

test("Prometheus scrapes the validator under the name that the rules ask for, and reads the rules", () => {
  const { rule_files, scrape_configs } = yamlOf<PrometheusConfig>("prometheus/prometheus.yml");
  assert.deepEqual(
    scrape_configs.map(({ job_name, static_configs }) => [job_name, static_configs[0]?.targets]),
    [[JOB, ["validator:9420"]]],
  );
  const mounts = compose.services.prometheus?.volumes ?? [];
  for (const file of rule_files)
    assert.ok(
      mounts.some((mount) => mount.endsWith(`:${file}:ro`)),
      file,
    );
});

test("alerts have a receiver, and what is silenced by another alert names rules that exist", () => {
  const { route, receivers, inhibit_rules } = yamlOf<AlertmanagerConfig>("prometheus/alertmanager.yml");
  assert.ok(receivers.some(({ name }) => name === route.receiver));
  const names = new Set(ruleFile().groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)));
  const named = inhibit_rules
    .flatMap(({ source_matchers, target_matchers }) => [...source_matchers, ...target_matchers])
    .flatMap((matcher) => /^alertname(?:!=|=~|=)"(.+)"$/.exec(matcher)?.[1]?.split("|") ?? []);
  assert.ok(named.length > 5);
  assert.deepEqual(
    named.filter((name) => !names.has(name)),
    [],
  );
});

test("Grafana finds the boards and asks the Prometheus of this file", () => {
  const { providers } = yamlOf<{ providers: { options: { path: string } }[] }>(
    "provisioning/dashboards.yaml",
  );
  const mounts = compose.services.grafana?.volumes ?? [];
  assert.ok(mounts.includes(`./grafana:${providers[0]?.options.path}:ro`));
  const home = compose.services.grafana?.environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? "";
  assert.ok(dashboards().some(({ uid }) => home.endsWith(`/${uid}.json`)));
  const { datasources } = yamlOf<{ datasources: { type: string; url: string }[] }>(
    "provisioning/datasources.yaml",
  );
  assert.deepEqual(
    datasources.map(({ type, url }) => [type, url]),
    [
      ["prometheus", "http://prometheus:9090"],
      ["alertmanager", "http://alertmanager:9093"],
    ],
  );
  assert.ok(existsSync(resolve(opsDir, "README.md")));
});
