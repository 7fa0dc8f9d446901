import type { HistoryView } from "../../src/http/handlers.ts";
import { Bars } from "../parts/bars.tsx";
import { Panel } from "../parts/figure.tsx";
import { HistoryPlot, SpanChoice, useHistory, type ViewName, views } from "../parts/historyPanel.tsx";
import { Plot } from "../parts/plot.tsx";
import { Empty, Loaded } from "../parts/state.tsx";
import { number } from "../read/format.ts";
import { lineOf, timesOf, totalsBy } from "../read/history.ts";
import { linkTo } from "../read/place.ts";
import { words } from "../read/words.ts";
import type { Page, PageProps } from "./page.ts";

/** One reason alone, when the address names it. */
function OneReason({ history, code }: { history: HistoryView; code: string }) {
  const series = history.series.filter(
    (one) => one.name === "submissions_refused" && one.labels.code === code,
  );
  const line = lineOf({ ...history, series }, "submissions_refused", words(code));
  return (
    <Panel
      title={`Refused: ${words(code)}`}
      aside={<a href={linkTo("history", { show: "refusals" })}>all reasons</a>}
    >
      {line === null ? (
        <Empty title="None within this span" />
      ) : (
        <Plot
          label={`Refusals with ${words(code)}`}
          times={timesOf({ ...history, series })}
          lines={[line]}
          unit="per step"
        />
      )}
    </Panel>
  );
}

function Reasons({ history, query }: { history: HistoryView; query: PageProps["query"] }) {
  const totals = totalsBy(history, "submissions_refused", "code");
  if (totals.length === 0) return null;
  return (
    <Panel title="Refusals of the span by reason">
      <Bars
        label="Refusals by reason"
        bars={totals.map(({ value, count }) => ({
          ...{ key: value, label: words(value), value: count, text: number(count) },
          href: linkTo("history", { ...query, show: "refusals", code: value }),
        }))}
      />
    </Panel>
  );
}

function History({ query }: PageProps) {
  const { reading, again } = useHistory();
  const names = Object.keys(views) as ViewName[];
  const shown = names.filter((name) => query.show === undefined || query.show === name);
  return (
    <div class="stack">
      <div class="filters">
        <SpanChoice />
        <nav aria-label="Plots">
          <a
            href={linkTo("history", { span: query.span ?? null })}
            aria-current={query.show === undefined ? "page" : undefined}
          >
            all
          </a>
          {names.map((name) => (
            <span key={name}>
              {" · "}
              <a
                href={linkTo("history", { span: query.span ?? null, show: name })}
                aria-current={query.show === name ? "page" : undefined}
              >
                {views[name].title.toLowerCase()}
              </a>
            </span>
          ))}
        </nav>
      </div>
      <Loaded reading={reading} again={again} what="history" lines={8}>
        {(history) => (
          <div class="stack">
            {history.truncated ? (
              <p class="dim">The validator keeps less than this span; what it has is shown.</p>
            ) : null}
            {query.code === undefined ? null : <OneReason history={history} code={query.code} />}
            <div class="grid">
              {shown.map((name) => (
                <Panel key={name} title={views[name].title} aside={`per ${history.step}`}>
                  <HistoryPlot history={history} name={name} />
                </Panel>
              ))}
              {query.show === undefined || query.show === "refusals" ? (
                <Reasons history={history} query={query} />
              ) : null}
            </div>
          </div>
        )}
      </Loaded>
    </div>
  );
}

export const historyPage: Page = {
  path: "history",
  title: "History",
  operator: false,
  view: (props) => <History {...props} />,
};
