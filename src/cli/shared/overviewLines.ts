import type { OverviewView } from "../../http/handlers.ts";

const WIDTH = 80;

const twoDigits = (value: number): string => `${value}`.padStart(2, "0");

/** `1 d 02:03:04`, without the days when there are none. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [days, rest] = [Math.floor(seconds / 86_400), seconds % 86_400];
  const [hours, minutes] = [Math.floor(rest / 3600), Math.floor((rest % 3600) / 60)];
  const clock = [hours, minutes, rest % 60].map(twoDigits).join(":");
  return days === 0 ? clock : `${days} d ${clock}`;
}

/** Breaks a text at spaces into lines of at most `width`; a longer word is cut. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const cut = word.slice(0, width);
    const longer = line === "" ? cut : `${line} ${cut}`;
    if (longer.length <= width) line = longer;
    else {
      lines.push(line);
      line = cut;
    }
  }
  return line === "" ? lines : [...lines, line];
}

const headlines = { true: "EARNING", false: "NOT EARNING", null: "NOT KNOWN YET" };

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const timeOf = (ms: number): string => new Date(ms).toISOString().replace("T", " ").slice(0, 19);

function refusedText({ refused }: OverviewView["funnel"][number]): string {
  return refused.map(({ code, count }) => `${code} ${count}`).join(", ");
}

/** The rows of the overview, each a name and its text. */
function rowsOf(overview: OverviewView): [string, string][] {
  const { at, next_weights: next, last_weights: last, miners, alerts, block, epoch } = overview;
  return [
    [
      "next weights",
      next === null
        ? "unknown"
        : `period ${next.period}, in ${durationText(next.at - at)}, block ${next.block}`,
    ],
    [
      "last weights",
      last === null ? "none" : `period ${last.period}, ${last.state} at ${timeOf(last.at)} UTC`,
    ],
    ["miners", `${miners.active} active, ${miners.cold_start} in cold start, ${miners.suspended} suspended`],
    ["alerts", `${alerts.firing} firing, ${alerts.pending} pending, ${alerts.muted} muted`],
    ["block", `${block ?? "unknown"}; epoch ${epoch.number} ends in ${durationText(epoch.ends_at - at)}`],
    ...overview.funnel.map((stage): [string, string] => [
      stage.stage,
      `${`${stage.count}`.padStart(9)}  ${refusedText(stage)}`.trimEnd(),
    ]),
    ...overview.sampling.map(({ lane, design, realised, low, high, epoch: of }): [string, string] => [
      `rate ${lane}`,
      `${percent(realised)} of epoch ${of}, design ${percent(design)}, band ${percent(low)} to ${percent(high)}`,
    ]),
  ];
}

/** The overview for a terminal of 80 columns. `staleMs`: how long ago it was fetched, when it cannot be fetched now. */
export function overviewLines(overview: OverviewView, stale: { ms: number; why: string } | null): string[] {
  const { verdict, network, netuid, version, at } = overview;
  const head = `${headlines[`${verdict.earning}`]} (${verdict.reason})`;
  const where = `${network} / ${netuid}, assay ${version}, ${timeOf(at)} UTC`;
  const rows = rowsOf(overview).flatMap(([name, text]) => {
    const [first = "", ...more] = wrapped(text, WIDTH - 15);
    const indented = /^ +/.exec(text)?.[0] ?? "";
    return [
      `${name.slice(0, 13).padEnd(14)} ${indented}${first}`.trimEnd(),
      ...more.map((line) => `${" ".repeat(15)}${line}`),
    ];
  });
  const gone =
    stale === null ? [] : wrapped(`STALE: last seen ${durationText(stale.ms)} ago. ${stale.why}`, WIDTH);
  return [...gone, head, ...wrapped(verdict.text, WIDTH), "", where, ...rows].map((line) =>
    line.slice(0, WIDTH),
  );
}
