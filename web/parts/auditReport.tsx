import { meaningOf } from "../audit/meanings.ts";
import type { AuditProgress, PageReport } from "../audit/messages.ts";
import { rateNumber } from "../audit/rate.ts";
import { bytes, duration, number, percent } from "../read/format.ts";
import { Badge, type Tone } from "./badge.tsx";
import { Facts, Figure, Figures } from "./figure.tsx";
import { Hotkey, Id } from "./id.tsx";
import { type Column, Table } from "./table.tsx";

interface DrawRow {
  readonly lane: string;
  readonly name: string;
  readonly rate: string;
  readonly drawn: number;
  readonly sampled: number;
  readonly realised: number;
  readonly low: number;
  readonly high: number;
}

/** Whether the rate that was committed to lies in the interval that the draws allow. */
function Fits({ row: { rate, low, high } }: { row: DrawRow }) {
  const design = rateNumber(rate);
  if (design === null) return <Badge tone="quiet">not known</Badge>;
  return design >= low && design <= high ? (
    <Badge tone="good">fits</Badge>
  ) : (
    <Badge tone="warn" title="One interval in twenty does so by chance">
      outside
    </Badge>
  );
}

const drawColumns: readonly Column<DrawRow>[] = [
  { key: "lane", title: "Lane", value: ({ lane }) => lane },
  {
    ...{ key: "class", title: "Class", hint: "Why the rate applied" },
    value: ({ name }) => name.replaceAll("_", " "),
  },
  { key: "rate", title: "Design", kind: "number", value: ({ rate }) => rate },
  { key: "drawn", title: "Drawn", kind: "number", value: ({ drawn }) => drawn },
  { key: "sampled", title: "Sampled", kind: "number", value: ({ sampled }) => sampled },
  {
    ...{ key: "realised", title: "Realised", kind: "number" },
    value: ({ realised }) => realised,
    view: ({ realised }) => percent(realised),
  },
  {
    ...{ key: "interval", title: "95 % interval", kind: "number", isMinor: true },
    value: ({ low }) => low,
    view: ({ low, high }) => `${percent(low)} to ${percent(high)}`,
  },
  {
    key: "fits",
    title: "Fits",
    hint: "Whether the design lies in the interval",
    value: () => null,
    view: (row) => <Fits row={row} />,
  },
];

const drawRows = ({ draws }: PageReport): DrawRow[] =>
  Object.entries(draws).flatMap(([lane, classes]) =>
    Object.entries(classes).map(([name, one]) => ({ lane, name, ...one })),
  );

interface FindingRow {
  readonly index: number;
  readonly finding: PageReport["findings"][number];
}

const findingColumns: readonly Column<FindingRow>[] = [
  { key: "index", title: "#", kind: "number", value: ({ index }) => index },
  {
    ...{ key: "finding", title: "Finding" },
    value: ({ finding: { code } }) => code,
    view: ({ finding: { code } }) => <code title={meaningOf(code)}>{code}</code>,
  },
  {
    ...{ key: "line", title: "Line", hint: "Of the log, from 0", kind: "number" },
    value: ({ finding: { n } }) => n ?? null,
  },
  {
    ...{ key: "detail", title: "What was found" },
    value: ({ finding: { detail } }) => detail,
    view: ({ finding: { detail } }) => <span class="wide">{detail}</span>,
  },
  {
    ...{ key: "work", title: "Work", isMinor: true },
    value: ({ finding: { work_id } }) => work_id ?? null,
    view: ({ finding: { work_id } }) => (work_id === undefined ? null : <Id id={work_id} of="work id" />),
  },
  {
    ...{ key: "hotkey", title: "Hotkey", isMinor: true },
    value: ({ finding: { hotkey } }) => hotkey ?? null,
    view: ({ finding: { hotkey } }) => (hotkey === undefined ? null : <Hotkey hotkey={hotkey} />),
  },
];

const verdicts: Readonly<Record<PageReport["verdict"], readonly [Tone, string]>> = {
  clean: ["good", "Clean: the log is what was committed to, and every draw follows from its key and policy"],
  findings: ["bad", "The log is not what it should be"],
  partial: ["warn", "Partial: not everything was checked"],
};

/** Meanings of the codes that were found, once each. */
function Meanings({ report }: { report: PageReport }) {
  const codes = [...new Set(report.findings.map(({ code }) => code))];
  if (codes.length === 0) return null;
  return (
    <details>
      <summary>What these findings mean</summary>
      <Facts rows={codes.map((code) => [code, meaningOf(code)] as const)} />
    </details>
  );
}

/** The report of an audit: its verdict in words, what was counted, and each finding by its name. */
export function AuditReportView({ report, progress }: { report: PageReport; progress: AuditProgress }) {
  const { verdict, partial, findings, findings_total, keys } = report;
  const [tone, words] = verdicts[verdict];
  return (
    <div class="stack">
      <div class={`note ${tone}`} role="status" data-verdict={verdict}>
        <strong>
          {words}
          {verdict === "findings"
            ? `: ${number(findings_total)} ${findings_total === 1 ? "finding" : "findings"}`
            : null}
        </strong>
        {partial === null ? null : <p>{partial}.</p>}
        <p>
          {keys.from === "given"
            ? "Signatures were held against the key that you gave."
            : "Signatures were held against keys that this validator itself serves: give its key from another source to know whose they are."}
        </p>
      </div>
      <Figures>
        <Figure label="Findings" value={findings_total} />
        <Figure label="Lines" value={report.lines} />
        <Figure label="Draws recomputed" value={report.rows} />
        <Figure
          label="Sampled"
          value={report.sampled}
          note={`${number(report.verified)} checked, ${number(report.voided)} void`}
        />
        <Figure label="Signed heads" value={report.heads} />
        <Figure label="Took" value={duration(progress.ms)} note={bytes(progress.bytes)} />
      </Figures>
      <Table
        name="draws"
        caption="draws by lane and class"
        columns={drawColumns}
        rows={drawRows(report)}
        rowKey={({ lane, name }) => `${lane} ${name}`}
        hasSearch={false}
        empty={{ title: "No draws", text: "Nothing was drawn in this epoch." }}
      />
      {findings_total > findings.length ? (
        <p class="dim">The first {number(findings.length)} findings are listed.</p>
      ) : null}
      <Table
        name="findings"
        caption="findings"
        columns={findingColumns}
        rows={findings.map((finding, index) => ({ index: index + 1, finding }))}
        rowKey={({ index }) => String(index)}
        empty={{ title: "No findings" }}
      />
      <Meanings report={report} />
    </div>
  );
}
