import { parseFraction } from "../../core/fraction.ts";
import type { PlanInputs, PlannedSetting } from "../plan.ts";
import { type PlanKey, type PlanTexts, planFields } from "./fields.ts";

/** Reads values by name and collects what is wrong with them; what it returns is valid only while `faults` is empty. */
class Reader {
  readonly faults: string[] = [];
  readonly #texts: PlanTexts;

  constructor(texts: PlanTexts) {
    this.#texts = texts;
  }

  text(key: PlanKey): string {
    return this.#texts[key] ?? planFields[key].usual ?? "";
  }

  fault(name: string, what: string): number {
    this.faults.push(`${name}: ${what}`);
    return Number.NaN;
  }

  number(name: string, text: string, fits: (value: number) => boolean, must: string): number {
    const value = Number(text);
    const written = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text.trim());
    return written && Number.isFinite(value) && fits(value)
      ? value
      : this.fault(name, `"${text}" is not ${must}`);
  }

  amount(key: PlanKey): number {
    return this.number(key, this.text(key), (value) => value > 0, "a number above 0");
  }

  share(key: PlanKey, text = this.text(key)): number {
    return this.number(key, text, (value) => value > 0 && value <= 1, "a number above 0 and up to 1");
  }

  count(name: string, text: string, most = 1e9): number {
    const fits = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= most;
    return this.number(name, text, fits, `an integer from 1 to ${most}`);
  }

  rate(name: string, text: string): number {
    const fraction = parseFraction(text);
    return fraction !== null && fraction.num > 0n
      ? Number(fraction.num) / Number(fraction.den)
      : this.fault(name, `"${text}" is not a fraction above 0 and up to 1, such as 20/500 or 0.04`);
  }
}

function settingOf(reader: Reader): PlannedSetting {
  return {
    rate: reader.rate("rate", reader.text("rate")),
    strikes: reader.count("strikes", reader.text("strikes"), 1000),
    windowBlocks: reader.count("window_blocks", reader.text("window_blocks"), 10_000_000),
    suspensionTempos: reader.count("suspension_tempos", reader.text("suspension_tempos"), 100_000),
  };
}

/** `20@7000`: 20 checks per 7,000 jobs; without `@`, per the jobs of a tempo. */
function budgetRate(reader: Reader, text: string): number {
  const [checks = "", jobs = reader.text("jobs_per_tempo"), ...rest] = text.split("@");
  if (rest.length > 0) return reader.fault("before.budget", `"${text}" is not COUNT@JOBS`);
  return Math.min(1, reader.count("before.budget", checks) / reader.count("before.budget", jobs));
}

function beforeOf(reader: Reader, setting: PlannedSetting): PlannedSetting | null {
  const text = reader.text("before");
  if (text === "") return null;
  const parts: Record<string, (value: string) => Partial<PlannedSetting>> = {
    rate: (value) => ({ rate: reader.rate("before.rate", value) }),
    budget: (value) => ({ rate: budgetRate(reader, value) }),
    strikes: (value) => ({ strikes: reader.count("before.strikes", value, 1000) }),
    tempos: (value) => ({ suspensionTempos: reader.count("before.tempos", value, 100_000) }),
    window: (value) => ({ windowBlocks: reader.count("before.window", value, 10_000_000) }),
  };
  let before = setting;
  for (const part of text.split(",")) {
    const [name = "", value = ""] = part.split(/:(.*)/).map((piece) => piece.trim());
    const read = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (read === undefined)
      reader.fault("before", `no setting "${name}" (there are ${Object.keys(parts).join(", ")})`);
    else before = { ...before, ...read(value) };
  }
  return before;
}

function sharesOf(reader: Reader): number[] {
  const percents = reader
    .text("stakes")
    .split(",")
    .map((text) => reader.number("stakes", text, (value) => value > 0, "a percentage above 0"));
  const total = percents.reduce((sum, percent) => sum + percent, 0);
  if (total > 100 + 1e-9)
    reader.fault("stakes", `${Number(total.toPrecision(12))} % in all, more than 100 %`);
  if (percents.length > 256) reader.fault("stakes", "more than 256 validators");
  return percents.map((percent) => percent / 100);
}

function oursOf(reader: Reader, validators: number): number {
  const ours = reader.count("ours", reader.text("ours"));
  if (ours > validators) reader.fault("ours", `there is no validator ${ours}, only ${validators} stakes`);
  return ours - 1;
}

function moneyOf(reader: Reader) {
  const incomePerDay = reader.amount("income_per_day");
  const [caught, cost] = [reader.text("caught_gain"), reader.text("identity_cost")];
  if (caught !== "kept" && caught !== "lost")
    reader.fault("caught_gain", `"${caught}" is neither kept nor lost`);
  const margin = reader.share("margin");
  const margins = reader.text("margins").split(",");
  return {
    incomePerDay,
    gain: reader.text("gain") === "" ? 0.005 * incomePerDay : reader.amount("gain"),
    keepsGain: caught === "kept",
    margin,
    margins: [...new Set([margin, ...margins.map((text) => reader.share("margins", text))])].sort(
      (a, b) => b - a,
    ),
    discountPerDay: reader.share("discount_per_day"),
    identityCost:
      cost === "" ? null : reader.number("identity_cost", cost, (value) => value >= 0, "a number from 0 on"),
  };
}

/** Inputs that make sense, or every reason why they do not. */
export type InputsRead = { readonly inputs: PlanInputs } | { readonly faults: readonly string[] };

/** Reads all inputs as they are written. */
export function readInputs(texts: PlanTexts): InputsRead {
  const reader = new Reader(texts);
  const setting = settingOf(reader);
  const before = beforeOf(reader, setting);
  const shares = sharesOf(reader);
  const others = reader.text("others_rate");
  const inputs: PlanInputs = {
    setting,
    before,
    shares,
    ours: oursOf(reader, shares.length),
    othersRate: others === "" ? setting.rate : reader.rate("others_rate", others),
    ...moneyOf(reader),
    jobsPerTempo: reader.count("jobs_per_tempo", reader.text("jobs_per_tempo")),
    tempoBlocks: reader.count("tempo_blocks", reader.text("tempo_blocks"), 1_000_000),
    blockSeconds: reader.amount("block_seconds"),
    warmUpBlocks: reader.number(
      "cold_start_blocks",
      reader.text("cold_start_blocks"),
      (value) => Number.isInteger(value) && value >= 0,
      "an integer from 0 on",
    ),
    cheats: reader.count("cheats", reader.text("cheats")),
    factor: reader.amount("factor"),
  };
  return reader.faults.length > 0 ? { faults: [...new Set(reader.faults)] } : { inputs };
}
