import type { Strike } from "../read/documents.ts";
import { bytes } from "../read/format.ts";
import { linkTo } from "../read/place.ts";
import { EvidenceCheck } from "./evidenceCheck.tsx";
import { Facts } from "./figure.tsx";
import { Hotkey, Id } from "./id.tsx";
import { Time } from "./time.tsx";

function Answer({ evidence: { exhibit, exhibit_dropped } }: { evidence: Strike["evidence"] }) {
  if (exhibit !== undefined)
    return (
      <details>
        <summary>
          kept: a job of kind {exhibit.kind}, {bytes(exhibit.answer.length)}
        </summary>
        <pre class="answer">{JSON.stringify(exhibit, null, 2)}</pre>
      </details>
    );
  if (exhibit_dropped === undefined) return <>not kept</>;
  const why = exhibit_dropped.why === "expired" ? "was kept for its time" : "exceeded the day's budget";
  return (
    <>
      {bytes(exhibit_dropped.bytes)}, {why}; SHA-256{" "}
      <Id id={exhibit_dropped.sha256} of="hash of the exhibit" />
    </>
  );
}

/** A strike with all of its evidence, and the button that checks it again. */
export function Evidence({ hotkey, strike }: { hotkey: string; strike: Strike }) {
  const { evidence, at, block, lane, strike_id } = strike;
  const { draw, verdict, checker, rule, work_id, receipt_id, answer_sha256 } = evidence;
  return (
    <div class="stack">
      <Facts
        rows={[
          ["Strike", <Id key="s" id={strike_id} of="strike id" whole />],
          ["Miner", <Hotkey key="h" hotkey={hotkey} />],
          [
            "When",
            <>
              {<Time at={at} kind="both" />}, block {block}
            </>,
          ],
          ["Lane", lane],
          ["Work", <Id key="w" id={work_id} of="work id" whole />],
          ["Receipt", receipt_id === null ? "none: a job" : <Id id={receipt_id} of="receipt id" whole />],
          ["Found", <code key="v">{verdict.code}</code>],
          ["Checker and rule", `${checker}, ${rule}`],
          [
            "Draw",
            <>
              <a href={linkTo(["sampling", String(draw.epoch)])}>epoch {draw.epoch}</a>, class{" "}
              {draw.class.replaceAll("_", " ")}, rate {draw.rate}, x <code>{draw.x}</code>
            </>,
          ],
          ["SHA-256 of the answer", <Id key="a" id={answer_sha256} of="answer hash" whole />],
          ["Answer", <Answer key="e" evidence={evidence} />],
        ]}
      />
      <EvidenceCheck hotkey={hotkey} strike={strike} />
    </div>
  );
}
