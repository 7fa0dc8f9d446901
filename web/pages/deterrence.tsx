import { liveTexts } from "../../src/economics/planner/live.ts";
import type { PlanPage } from "../../src/economics/planner/planPage.ts";
import { answersPerTempo } from "../../src/economics/volume.ts";
import type { MinerPage, MinerView, Status } from "../../src/http/handlers.ts";
import { givenIn, inputText, planKeys } from "../deter/inputTexts.ts";
import { PlanCurve } from "../deter/planCurve.tsx";
import { PlanInputFields } from "../deter/planInputs.tsx";
import { usePlan } from "../deter/usePlan.ts";
import { live } from "../live/live.ts";
import { useLoaded } from "../live/reading.ts";
import { Badge } from "../parts/badge.tsx";
import { Band } from "../parts/band.tsx";
import { Facts, Panel } from "../parts/figure.tsx";
import { ScrollBox } from "../parts/scrollBox.tsx";
import { Loaded, Loading } from "../parts/state.tsx";
import { readAll } from "../read/allPages.ts";
import { read } from "../read/api.ts";
import { number, percent } from "../read/format.ts";
import type { Query } from "../read/place.ts";
import * as resources from "../read/resources.ts";
import type { Page } from "./page.ts";

interface Known {
  readonly status: Status;
  /** Accepted answers of a typical miner. */
  readonly jobsPerTempo: number | null;
}

async function readKnown(signal: AbortSignal): Promise<Known> {
  const status = await read(resources.status, signal);
  const { items } = await readAll<MinerView, MinerPage, string>(
    resources.minerPage,
    ({ next_after }) => next_after,
    signal,
  );
  const delivered = items.map(({ first_seen_block, last_seen_block, counts: { accepted } }) => ({
    ...{ firstSeen: first_seen_block, lastSeen: last_seen_block, accepted },
  }));
  const { block, tempo } = status;
  return { status, jobsPerTempo: block === null ? null : answersPerTempo(delivered, block, tempo) };
}

function SectionTable({ caption, rows }: { caption: string; rows: readonly (readonly string[])[] }) {
  const [head = [], ...body] = rows;
  if (body.length === 0) return null;
  return (
    <ScrollBox label={caption}>
      <table class="plain plan-table">
        <caption class="offscreen">{caption}</caption>
        <thead>
          <tr>
            {head.map((cell, i) => (
              <th key={`${i} ${cell}`} scope="col" class={i === 0 ? "" : "number"}>
                {cell === "" ? <span class="offscreen">figure</span> : cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((row) => (
            <tr key={row[0]}>
              {row.map((cell, i) =>
                i === 0 ? (
                  <th key={i} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={i} class={`number${cell.endsWith("PAYS") ? " pays" : ""}`}>
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function Verdict({ page: { verdict, pays, title } }: { page: PlanPage }) {
  const [turn, ...rest] = verdict;
  return (
    <div class={`note ${pays ? "warn" : "good"}`} role="status">
      <strong>{pays ? "Some cheats pay" : "Every cheat loses"}</strong>: {turn}
      {rest.map((line) => (
        <p key={line}>{line}</p>
      ))}
      <p class="dim">{title}</p>
    </div>
  );
}

function Sections({ page: { sections } }: { page: PlanPage }) {
  return sections.map(({ caption, rows, lines }) => (
    <Panel key={caption} title={caption}>
      <SectionTable caption={caption} rows={rows} />
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </Panel>
  ));
}

/** What the validator does now: the rates that were realised, and what the stakes of the chain say. */
function LiveNumbers({ status: { lanes, economics } }: { status: Status }) {
  const document = live.value.document;
  const realised = document?.kind === "overview" ? document.overview.sampling : [];
  return (
    <Panel title="As it runs now">
      <Facts
        rows={lanes.map(({ name, rate, penalty }) => [
          name,
          `${rate} verified; a wrong answer ${penalty === "strike" ? "costs a strike" : "is rejected"}`,
        ])}
      />
      {realised.map(({ lane, ...band }) => (
        <Band key={lane} label={`${lane}, epoch ${band.epoch}`} {...band} />
      ))}
      {economics === null ? null : (
        <Facts
          rows={[
            ["Stake of ours", economics.ours === null ? "none" : percent(economics.ours.share)],
            ["As concentrated as", `${number(economics.effective_n)} equal validators`],
            ...economics.verdicts.map(
              ({ lane, verdict, break_even_gain: turn }) =>
                [
                  `A cheat in ${lane}`,
                  <Badge key={lane} tone={verdict === "loses" ? "good" : verdict === "pays" ? "bad" : "warn"}>
                    {verdict === "depends" ? `loses below ${number(turn)} days of income` : verdict}
                  </Badge>,
                ] as const,
            ),
          ]}
        />
      )}
    </Panel>
  );
}

function Planner({ known: { status, jobsPerTempo }, query }: { known: Known; query: Query }) {
  const given = givenIn(query);
  const told = liveTexts(status, { jobsPerTempo, given });
  const texts = Object.fromEntries(
    planKeys.flatMap((key) => {
      const { text, source } = inputText(key, given, told.texts);
      return source === "default" ? [] : [[key, text]];
    }),
  );
  const { planned, isBusy } = usePlan(texts);
  const shown = planned !== null && "page" in planned ? planned.page : null;
  return (
    <>
      {planned === null ? <Loading what="the plan" /> : null}
      {shown === null ? null : <Verdict page={shown} />}
      {planned !== null && "faults" in planned ? (
        <div class="note bad" role="alert">
          <strong>These inputs make no plan</strong>
          <ul>
            {planned.faults.map((fault) => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        </div>
      ) : null}
      <div class="grid plan" aria-busy={isBusy}>
        <Panel title="Inputs" aside="kept in the address">
          <PlanInputFields given={given} live={told.texts} />
          {told.missing.map(({ key, why }) => (
            <p key={key} class="dim small">
              Not known, so the default: {key.replaceAll("_", " ")}, since {why}.
            </p>
          ))}
          {told.fault === null ? null : <p class="note warn">{told.fault}</p>}
        </Panel>
        {shown === null ? null : (
          <Panel title="What a cheat costs over what it gains">
            <PlanCurve curves={shown.curves} />
          </Panel>
        )}
        {shown === null ? null : <Sections page={shown} />}
        <LiveNumbers status={status} />
      </div>
    </>
  );
}

function Deterrence({ query }: { query: Query }) {
  const { reading, again } = useLoaded("deterrence", readKnown, { everyMs: 60_000, on: ["epoch"] });
  return (
    <Loaded reading={reading} again={again} what="the live numbers" lines={6}>
      {(known) => <Planner known={known} query={query} />}
    </Loaded>
  );
}

export const deterrencePage: Page = {
  ...{ path: "deterrence", title: "Deterrence", operator: false },
  view: ({ query }) => <Deterrence query={query} />,
};
