import { AsyncLocalStorage } from "node:async_hooks";
import pg from "pg";
import type { Passed } from "../outside.ts";

type Method = (this: pg.Connection, ...args: unknown[]) => unknown;
type Methods = Record<"connect" | "query" | "parse" | "bind" | "sync" | "emit", Method>;

/** Statements, and answers to them, that change nothing by themselves. */
const idle = /^[\s(]*(SELECT|SET|SHOW|LISTEN|BEGIN|SAVEPOINT|RELEASE)\b/;

/** The connections of one process to its server: a moment before each statement that writes is sent, and before its answer is heard. */
export class Wire {
  static readonly #of = new AsyncLocalStorage<Wire>();
  static readonly #owners = new WeakMap<pg.Connection, Wire>();
  /** By connection: the text of each of its statements, and that of the one that the next sync runs, under null. */
  static readonly #texts = new WeakMap<pg.Connection, Map<string | null, string>>();
  readonly #passed: Passed;
  readonly #connections: pg.Connection[] = [];
  #isCut = false;

  constructor(passed: Passed) {
    this.#passed = passed;
  }

  /** What opens connections in the work opens them over this wire. */
  over<T>(work: () => T): T {
    return Wire.#of.run(this, work);
  }

  /** The process has ended: nothing more is sent, and nothing is heard. */
  cut(): void {
    this.#isCut = true;
    for (const { stream } of this.#connections) stream.destroy();
  }

  /** From now on all connections of this thread go over the wires of those that open them. */
  static install(): void {
    const methods = pg.Connection.prototype as unknown as Methods;
    const { connect, query, parse, bind, sync, emit } = methods;
    Object.assign(methods, patched({ connect, query, parse, bind, sync, emit }));
  }

  static of(connection: pg.Connection): Wire | undefined {
    return Wire.#owners.get(connection);
  }

  static textsOf(connection: pg.Connection): Map<string | null, string> {
    const texts = Wire.#texts.get(connection) ?? new Map<string | null, string>();
    Wire.#texts.set(connection, texts);
    return texts;
  }

  /** A connection belongs to the process that opens it; one that has ended opens none. */
  static owned(connection: pg.Connection): boolean {
    const wire = Wire.#of.getStore();
    if (wire === undefined) return true;
    Wire.#owners.set(connection, wire);
    wire.#connections.push(connection);
    // That it is never opened is noticed by a timer, when nobody listens any more.
    connection.stream.on("error", () => {});
    return !wire.#isCut;
  }

  /** Whether the process goes on after the moment. */
  pass(label: string | null): boolean {
    if (this.#isCut) return false;
    if (label !== null) this.#passed(label);
    return !this.#isCut;
  }
}

const labelOf = (when: string, text: string): string | null =>
  idle.test(text) ? null : `${when} ${text.trim().split(/\s+/, 3).join(" ")}`;

function patched({ connect, query, parse, bind, sync, emit }: Methods): Methods {
  return {
    connect(...args) {
      return Wire.owned(this) ? Reflect.apply(connect, this, args) : undefined;
    },
    query(...args) {
      const wire = Wire.of(this);
      if (wire === undefined || wire.pass(labelOf("before", String(args[0]))))
        Reflect.apply(query, this, args);
    },
    parse(...args) {
      const { name = "", text } = args[0] as { readonly name?: string; readonly text: string };
      Wire.textsOf(this).set(name, text);
      return Reflect.apply(parse, this, args);
    },
    bind(...args) {
      const { statement = "" } = args[0] as { readonly statement?: string };
      const texts = Wire.textsOf(this);
      texts.set(null, texts.get(statement) ?? "");
      return Reflect.apply(bind, this, args);
    },
    sync(...args) {
      const wire = Wire.of(this);
      const text = Wire.textsOf(this).get(null) ?? "";
      if (wire === undefined || wire.pass(labelOf("before", text))) Reflect.apply(sync, this, args);
    },
    emit(...args) {
      const wire = Wire.of(this);
      if (wire === undefined) return Reflect.apply(emit, this, args);
      const [event, message] = args as [string, { readonly text?: string } | undefined];
      const label = event === "commandComplete" ? labelOf("after", message?.text ?? "") : null;
      return wire.pass(label) && Reflect.apply(emit, this, args);
    },
  };
}
