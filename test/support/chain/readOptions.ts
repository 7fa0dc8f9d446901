import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { ChainDoubleOptions } from "./options.ts";

/** Eight neurons, two of them with a permit, for a double that is started by hand. */
export function exampleOptions(): ChainDoubleOptions {
  const neurons = Array.from({ length: 8 }, (_, uid) => ({
    hotkey: `0x${(uid + 1).toString(16).padStart(64, "0")}`,
    stake: 100 - uid,
    permit: uid < 2,
    ...(uid < 2 ? {} : { axon: { ip: `10.0.0.${uid}`, port: 8090 + uid } }),
  }));
  return { subnets: [{ netuid: 7, neurons }], blockMs: 1000 };
}

/** `--options FILE` or `--json TEXT` for all of them, then single ones. */
export function readOptions(words: readonly string[]): ChainDoubleOptions {
  const { values } = parseArgs({
    args: [...words],
    options: {
      options: { type: "string" },
      json: { type: "string" },
      port: { type: "string" },
      "block-ms": { type: "string" },
      metadata: { type: "string" },
    },
  });
  const text = values.options === undefined ? values.json : readFileSync(values.options, "utf8");
  const given: ChainDoubleOptions = text === undefined ? exampleOptions() : JSON.parse(text);
  return {
    ...given,
    ...(values.port === undefined ? {} : { port: Number(values.port) }),
    ...(values["block-ms"] === undefined ? {} : { blockMs: Number(values["block-ms"]) }),
    ...(values.metadata === undefined ? {} : { metadata: values.metadata }),
  };
}
