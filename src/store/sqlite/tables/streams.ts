import type { DatabaseSync } from "node:sqlite";
import { AssayError } from "../../../core/problems/assayError.ts";
import type { StreamTaken } from "../../../flow/streamRecords.ts";
import { counters } from "./counters.ts";
import { LivingNodes } from "./nodes.ts";
import { read, write } from "./operation.ts";

export function streamOperations(db: DatabaseSync, now: () => number) {
  const living = new LivingNodes(db, now);
  const numbers = counters(db);
  const take = db.prepare(`INSERT INTO streams (hotkey, number, node) VALUES (?, ?, ?)
    ON CONFLICT (hotkey) DO UPDATE SET number = excluded.number, node = excluded.node`);
  const taken = db.prepare(`SELECT 1 FROM streams s JOIN nodes n ON n.token = s.node AND n.until > ?
    WHERE s.hotkey = ? AND s.number > ? AND s.node <> ?`);
  const serves = db.prepare(`SELECT 1 FROM streams s JOIN nodes n ON n.token = s.node AND n.until > ?
    WHERE s.hotkey = ?`);
  const drop = db.prepare("DELETE FROM streams WHERE hotkey = ? AND number = ?");
  return {
    takeStream: write((hotkey: string, node: number): number => {
      if (!living.has(node)) throw new AssayError({ code: "fenced_off", lease: "node", token: node });
      const number = numbers.next("stream");
      take.run(hotkey, number, node);
      return number;
    }),
    lostStreams: read((node: number, streams: readonly StreamTaken[]): string[] => {
      const at = now();
      return streams
        .filter(({ hotkey, number }) => taken.get(at, hotkey, number, node) !== undefined)
        .map(({ hotkey }) => hotkey);
    }),
    unservedHotkeys: read((hotkeys: readonly string[]): string[] => {
      const at = now();
      return hotkeys.filter((hotkey) => serves.get(at, hotkey) === undefined);
    }),
    dropStream: write((hotkey: string, number: number): void => {
      drop.run(hotkey, number);
    }),
  };
}
