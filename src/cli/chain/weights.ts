import { Command } from "commander";
import type { HeldView } from "../../validator/chainTools.ts";
import { shortHash } from "../shared/hashes.ts";
import { print, table } from "../shared/output.ts";
import { type SettingsOptions, settings, withSettings } from "../shared/settings.ts";

/** One row per uid that the chain or the plan has a weight for. */
function rows({ weights, hotkeys, plan }: HeldView): string[][] {
  const held = new Map(weights.map(({ uid, u16 }, i) => [uid, { u16, hotkey: hotkeys[i] ?? null }]));
  const sent = new Map(plan?.sent.map((row) => [row.uid, row]));
  const uids = [...new Set([...held.keys(), ...sent.keys()])].sort((a, b) => a - b);
  return uids.map((uid) => {
    const [of, row] = [held.get(uid), sent.get(uid)];
    const hotkey = of?.hotkey ?? row?.hotkey ?? null;
    return [
      String(uid),
      hotkey === null ? "-" : hotkey,
      of === undefined ? "-" : String(of.u16),
      row === undefined ? "-" : String(row.u16),
    ];
  });
}

export function heldText(view: HeldView): string {
  const { hotkey, uid, block, hash_commits, timelocked_commits, plan, missing } = view;
  const found = rows(view);
  const planned =
    plan === null
      ? "no plan is on record"
      : `last plan: period ${plan.period}, ${plan.state}${plan.reason === null ? "" : `: ${plan.reason}`}`;
  return [
    `block ${block}: ${hotkey} is ${uid === null ? "not registered" : `uid ${uid}`}`,
    planned,
    ...(found.length === 0
      ? ["the chain holds no weights of it"]
      : [table([["uid", "hotkey", "on chain", "last plan"], ...found])]),
    ...hash_commits.map((c) => `hash commit ${shortHash(c.hash)} of epoch ${c.epoch}, block ${c.block}`),
    ...timelocked_commits.map(
      (c) => `timelocked commit of epoch ${c.epoch}, block ${c.block}, round ${c.round}`,
    ),
    ...missing.map((line) => `not shown: ${line}`),
  ].join("\n");
}

export function heldCommand(): Command {
  return withSettings(
    new Command("weights").description(
      "Show the weights and commits that the chain holds for the validator's uid, beside the last plan.",
    ),
  )
    .option("--json", "print one JSON document")
    .action(async (options: SettingsOptions & { json?: boolean }) => {
      const { heldOf } = await import("../../validator/chainTools.ts");
      const view = await heldOf({ config: settings(options), dataDir: options.data });
      print(options.json, view, () => heldText(view));
    });
}
