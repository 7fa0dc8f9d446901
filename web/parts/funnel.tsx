import { number, percent } from "../read/format.ts";
import type { Overview } from "../read/overviewDocument.ts";
import { linkTo } from "../read/place.ts";
import { stageName, words } from "../read/words.ts";
import { Badge, type Tone } from "./badge.tsx";

type Stage = Overview["funnel"][number];

/** The rows behind a stage. */
const rowsBehind: Readonly<Record<string, string>> = {
  concluded: linkTo("miners"),
  accepted: linkTo("miners", { sort: "-accepted" }),
  weighed: linkTo("weights"),
};

/** What did not reach the next stage, and where its rows are. */
function rowsOf(stage: string, code: string): string {
  if (stage === "requests") return linkTo("history", { show: "refusals", code });
  if (code === "rejected") return linkTo("miners", { sort: "-rejected" });
  if (code === "cold_start" || code === "suspended") return linkTo("miners", { standing: code });
  return linkTo("history", { show: "submissions" });
}

const blames: Readonly<Record<string, Tone>> = {
  miner: "quiet",
  validator: "bad",
  operator: "warn",
  none: "quiet",
};

function Refused({ stage, refused }: Pick<Stage, "stage" | "refused">) {
  if (refused.length === 0) return null;
  return (
    <ul class="refused">
      {refused.map(({ code, blame, count }) => (
        <li key={code}>
          <a href={rowsOf(stage, code)} title="The rows behind this number">
            {words(code)}
          </a>{" "}
          <span>{number(count)}</span>{" "}
          <Badge tone={blames[blame] ?? "quiet"} title="Whose fault it is">
            {blame === "none" ? "nobody" : blame}
          </Badge>
        </li>
      ))}
    </ul>
  );
}

/** The stages with what passed each, and what each refused and why. */
export function Funnel({ funnel }: Pick<Overview, "funnel">) {
  const top = Math.max(1, ...funnel.map(({ count }) => count));
  return (
    <ol class="funnel">
      {funnel.map(({ stage, count, refused }, i) => {
        const before = funnel[i - 1]?.count;
        const href = rowsBehind[stage];
        const name = stageName(stage);
        return (
          <li key={stage}>
            <div class="funnel-stage">
              <span class="bar-label">{href === undefined ? name : <a href={href}>{name}</a>}</span>
              <span class="bar-track" aria-hidden="true">
                <span class="bar-fill" style={{ width: `${(count / top) * 100}%` }} />
              </span>
              <span class="bar-text">
                <strong>{number(count)}</strong>
                {before === undefined || before === 0 || count > before ? null : (
                  <span class="dim"> {percent(count / before, 1)}</span>
                )}
              </span>
            </div>
            <Refused stage={stage} refused={refused} />
          </li>
        );
      })}
    </ol>
  );
}
