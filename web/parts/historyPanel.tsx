import type { HistoryView } from "../../src/http/handlers.ts";
import { nowMs } from "../live/clock.ts";
import { useLoaded } from "../live/reading.ts";
import { place, setQuery } from "../live/router.ts";
import { read } from "../read/api.ts";
import { historyOf, type Line, lineOf, linesBy, spanOf, spans, timesOf, trimmed } from "../read/history.ts";
import { linkTo } from "../read/place.ts";
import { words } from "../read/words.ts";
import { Panel } from "./figure.tsx";
import { Plot } from "./plot.tsx";
import { Empty, Loaded } from "./state.tsx";

/** Each is one plot: its title, its lines, and what they count. */
interface View {
  readonly title: string;
  readonly unit: string;
  readonly lines: (history: HistoryView) => (Line | null)[];
}

const all = (history: HistoryView, names: Readonly<Record<string, string>>): (Line | null)[] =>
  Object.entries(names).map(([name, label]) => lineOf(history, name, label));

export const views = {
  submissions: {
    title: "Submissions",
    unit: "per step",
    lines: (history) =>
      all(history, {
        submissions_admitted: "admitted",
        submissions_accepted: "accepted",
        submissions_rejected: "rejected",
        submissions_refused: "refused",
      }),
  },
  refusals: {
    title: "Refusals by reason",
    unit: "per step",
    lines: (history) =>
      linesBy(history, "submissions_refused", "code", 6).map((line) => ({
        ...line,
        label: words(line.label),
      })),
  },
  jobs: {
    title: "Jobs",
    unit: "per step",
    lines: (history) =>
      all(history, {
        jobs_sent: "sent",
        jobs_accepted: "accepted",
        jobs_rejected: "rejected",
        jobs_void: "void",
      }),
  },
  miners: {
    title: "Miners",
    unit: "miners",
    lines: (history) =>
      all(history, {
        miners_active: "active",
        miners_cold_start: "cold start",
        miners_suspended: "suspended",
      }),
  },
  strikes: {
    title: "Strikes and weights",
    unit: "per step",
    lines: (history) =>
      all(history, {
        strikes: "strikes",
        weights_signed: "weights signed",
        weights_missed: "weights missed",
      }),
  },
} as const satisfies Readonly<Record<string, View>>;

export type ViewName = keyof typeof views;

/** The span of time, kept in the address as `span`. */
export function SpanChoice() {
  const span = spanOf(place.value.query.span);
  return (
    <label>
      <span class="offscreen">Span of time</span>
      <select value={span} onChange={({ currentTarget }) => setQuery({ span: currentTarget.value }, "add")}>
        {Object.entries(spans).map(([name, { title }]) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The history of the span in the address; read again each minute. */
export function useHistory() {
  const span = spanOf(place.value.query.span);
  return useLoaded(
    `history ${span}`,
    async (signal) => trimmed(await read(historyOf(span, nowMs()), signal)),
    {
      everyMs: 60_000,
    },
  );
}

export function HistoryPlot({ history, name }: { history: HistoryView; name: ViewName }) {
  const { title, unit, lines } = views[name];
  const known = lines(history).filter((line) => line !== null);
  if (known.length === 0)
    return (
      <Empty title={`${title}: nothing on record`}>
        Counts are kept per minute, hour and day from the first minute on.
      </Empty>
    );
  const label = `${title} per ${history.step}: ${known.map((line) => line.label).join(", ")}`;
  return <Plot label={label} times={timesOf(history)} lines={known} unit={unit} />;
}

/** The submissions of the last hours, with a way to the rest. */
export function HistoryPanel() {
  const { reading, again } = useHistory();
  if (reading.problem?.status === 404 && reading.data === null) return null;
  return (
    <Panel title="Submissions over time" aside={<a href={linkTo("history")}>all history</a>}>
      <SpanChoice />
      <Loaded reading={reading} again={again} what="history" lines={5}>
        {(history) => <HistoryPlot history={history} name="submissions" />}
      </Loaded>
    </Panel>
  );
}
