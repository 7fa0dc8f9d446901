import { parseFraction } from "../../src/core/fraction.ts";
import type { Draw } from "../../src/flow/draw.ts";
import { drawX, isSampled, sampleKey } from "../../src/sample/draw.ts";
import type { Sampler } from "../../src/sample/sampler.ts";
import type { LegacyRules } from "../scenario.ts";

type DrawFunction = Sampler["draw"];

/**
 * A budget of checks per miner and tempo, drawn until it is used up: what this project's sampler replaces. It exists only to show
 * how its realised rate falls when miners do more.
 */
export function budgetDraw(
  { checks, of }: NonNullable<LegacyRules["budget"]>,
  master: Uint8Array,
  tempoNow: () => number,
): DrawFunction {
  const rate = parseFraction(`${checks}/${of}`);
  if (rate === null) throw new RangeError(`budget: ${checks} of ${of}`);
  const key = sampleKey(master, 0);
  const used = new Map<string, number>();
  let tempo = -1;
  return (lane, hotkey, workId, epoch): Draw => {
    if (tempoNow() !== tempo) used.clear();
    tempo = tempoNow();
    const x = drawX(key, lane, hotkey, workId);
    const spent = used.get(hotkey) ?? 0;
    const sampled = spent < checks && isSampled(x, rate);
    if (sampled) used.set(hotkey, spent + 1);
    const facts = { epoch, lane, hotkey, work_id: workId, class: "lane", rate: rate.text } as const;
    return { ...facts, x: x.toString("hex", 0, 8), sampled };
  };
}
