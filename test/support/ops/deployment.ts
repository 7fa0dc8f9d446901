import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { opsDir } from "./queries.ts";

export interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly user: string;
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly init: boolean;
  readonly restart: string;
  readonly pids_limit: number;
  readonly mem_limit: string;
  readonly logging: { readonly options: Readonly<Record<string, string>> };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly healthcheck: { readonly test: readonly string[] };
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

export const opsFile = (path: string): string => readFileSync(join(opsDir, path), "utf8");

export function yamlOf<Document>(path: string): Document {
  return parse(opsFile(path), { merge: true }) as Document;
}

/** Directives of a unit, in order; a name can stand several times. */
export function unitOf(path: string): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const line of opsFile(path).split("\n")) {
    const [, name, value] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) all.set(name, [...(all.get(name) ?? []), value]);
  }
  return all;
}

/** Lines of one section of a configuration of HAProxy, without comments. */
export function haproxySection(name: string): string[] {
  const sections = opsFile("haproxy.cfg").split(/^(?=\S)/m);
  const found = sections.find((section) => section.split("\n", 1)[0]?.trim() === name) ?? "";
  return found
    .split("\n")
    .slice(1)
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
