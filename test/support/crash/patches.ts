import fs from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { DatabaseSync, StatementSync } from "node:sqlite";
import type { DiskTrace } from "./diskTrace.ts";

type Method = (this: unknown, ...args: never[]) => unknown;
type Owner = Record<string, Method>;

/** Statements with which SQLite writes; all others only fill its cache. */
const writing = /COMMIT|wal_checkpoint\((?!NOOP)|journal_mode|BEGIN/;

/** Runs an operation that threads of the system carry out, as long as that may take. */
export type Aside = <T>(work: () => Promise<T>) => Promise<T>;

/** Traces what keys, marks, guard and SQLite do to the files of a folder. Returns what takes the patches back. */
export async function patchFiles(trace: DiskTrace, aside: Aside): Promise<() => void> {
  const undo: (() => void)[] = [];
  const patch = (owner: object, name: string, make: (original: Method) => Method): void => {
    const methods = owner as Owner;
    const original = methods[name];
    if (original === undefined) throw new TypeError(`no method ${name}`);
    methods[name] = make(original);
    undo.push(() => {
      methods[name] = original;
    });
  };
  const files = new Files(trace);
  patchSync(files, patch);
  patchPromises(files, { patch, aside }, await handlePrototype());
  patchSqlite(trace, patch);
  syncBuiltinESMExports();
  return () => {
    for (const one of undo) one();
    syncBuiltinESMExports();
  };
}

async function handlePrototype(): Promise<object> {
  const handle = await open(import.meta.filename, "r");
  await handle.close();
  return Object.getPrototypeOf(handle) as object;
}

type Patch = (owner: object, name: string, make: (original: Method) => Method) => void;

/** Which name a descriptor stands for. */
class Files {
  readonly trace: DiskTrace;
  readonly #open = new Map<number, string>();

  constructor(trace: DiskTrace) {
    this.trace = trace;
  }

  opened(fd: number, path: unknown): void {
    if (this.trace.isLooking) return;
    const name = typeof path === "string" ? this.trace.nameOf(path) : null;
    if (name === null) this.#open.delete(fd);
    else {
      this.#open.set(fd, name);
      this.trace.look(name);
    }
  }

  of(fd: unknown): string | null {
    return this.#open.get(Number(fd)) ?? null;
  }

  named(path: unknown): string | null {
    return typeof path === "string" ? this.trace.nameOf(path) : null;
  }
}

function patchSync(files: Files, patch: Patch): void {
  const { trace } = files;
  patch(fs, "openSync", (original) => (...args: never[]) => {
    const fd = original.apply(fs, args) as number;
    files.opened(fd, args[0]);
    return fd;
  });
  for (const name of ["writeSync", "fsyncSync", "fdatasyncSync"])
    patch(fs, name, (original) => (...args: never[]) => {
      const file = files.of(args[0]);
      if (file === null) return original.apply(fs, args);
      trace.moment(`before ${name} ${file}`);
      const result = original.apply(fs, args);
      trace.look(file);
      if (name !== "writeSync") trace.synced(file);
      trace.moment(`after ${name} ${file}`);
      return result;
    });
  for (const name of ["renameSync", "rmSync"])
    patch(fs, name, (original) => (...args: never[]) => {
      const [from, to] = [files.named(args[0]), files.named(args[1])];
      if (from === null) return original.apply(fs, args);
      trace.moment(`before ${name} ${from}`);
      const result = original.apply(fs, args);
      if (name === "renameSync" && to !== null) trace.renamed(from, to);
      else trace.look(from);
      trace.moment(`after ${name} ${from}`);
      return result;
    });
}

function patchPromises(
  files: Files,
  { patch, aside }: { readonly patch: Patch; readonly aside: Aside },
  handles: object,
): void {
  const { trace } = files;
  patch(fs.promises, "open", (original) => async (...args: never[]) => {
    const handle = await aside(async () => (await original.apply(fs.promises, args)) as FileHandle);
    files.opened(handle.fd, args[0]);
    const close = handle.close.bind(handle);
    handle.close = () => aside(close);
    return handle;
  });
  for (const name of ["writeFile", "sync"])
    patch(
      handles,
      name,
      (original) =>
        async function (this: unknown, ...args: never[]) {
          const file = files.of((this as FileHandle).fd);
          if (file === null) return original.apply(this, args);
          trace.moment(`before ${name} ${file}`);
          const result = await aside(async () => original.apply(this, args));
          trace.look(file);
          if (name === "sync") trace.synced(file);
          trace.moment(`after ${name} ${file}`);
          return result;
        },
    );
  patch(
    fs.promises,
    "mkdir",
    (original) =>
      (...args: never[]) =>
        aside(async () => original.apply(fs.promises, args)),
  );
  for (const name of ["rename", "unlink"])
    patch(fs.promises, name, (original) => async (...args: never[]) => {
      const [from, to] = [files.named(args[0]), files.named(args[1])];
      if (from === null) return original.apply(fs.promises, args);
      trace.moment(`before ${name} ${from}`);
      const result = await aside(async () => original.apply(fs.promises, args));
      if (name === "rename" && to !== null) trace.renamed(from, to);
      else trace.look(from);
      trace.moment(`after ${name} ${from}`);
      return result;
    });
}

function patchSqlite(trace: DiskTrace, patch: Patch): void {
  const around = (label: string, work: () => unknown): unknown => {
    trace.moment(`before ${label}`);
    const result = work();
    trace.native();
    trace.moment(`after ${label}`);
    return result;
  };
  patch(
    DatabaseSync.prototype,
    "exec",
    (original) =>
      function (this: unknown, ...args: never[]) {
        const sql = String(args[0]);
        const run = () => original.apply(this, args);
        return writing.test(sql) ? around(writing.exec(sql)?.[0] ?? "exec", run) : run();
      },
  );
  patch(
    DatabaseSync.prototype,
    "close",
    (original) =>
      function (this: unknown, ...args: never[]) {
        return around("close", () => original.apply(this, args));
      },
  );
  patch(
    StatementSync.prototype,
    "run",
    (original) =>
      function (this: unknown, ...args: never[]) {
        const { sourceSQL } = this as StatementSync;
        const run = () => original.apply(this, args);
        return writing.test(sourceSQL) ? around(sourceSQL, run) : run();
      },
  );
}
