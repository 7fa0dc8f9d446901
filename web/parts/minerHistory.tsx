import type { Vector } from "../read/documents.ts";
import { number, percent } from "../read/format.ts";
import { medianWeight, periodOf, sharesOf } from "../read/weights.ts";
import { Panel } from "./figure.tsx";
import { Plot } from "./plot.tsx";
import { Empty } from "./state.tsx";

/** A miner's weight over the last periods, beside the median of those that had one. */
export function MinerHistory({ hotkey, vectors }: { hotkey: string; vectors: readonly Vector[] }) {
  const shares = vectors.map(({ weights }) => sharesOf(weights).get(hotkey)?.weight ?? 0);
  const medians = vectors.map(({ weights }) => medianWeight(weights));
  const paid = shares.filter((share) => share > 0).length;
  return (
    <Panel
      title="Weight over time"
      aside={vectors.length < 2 ? undefined : `${number(vectors.length)} periods`}
    >
      {vectors.length < 2 ? (
        <Empty title="No past yet">A vector is signed per weighing period; two make a line.</Empty>
      ) : (
        <>
          <Plot
            label={`Weight of the miner and the median over ${vectors.length} periods, from period ${vectors[0] === undefined ? "" : periodOf(vectors[0])} on`}
            times={vectors.map(({ issued_at }) => issued_at)}
            lines={[
              { label: "this miner", values: shares },
              { label: "median", values: medians },
            ]}
            format={(value) => percent(value)}
          />
          <p class="dim small">
            It had a weight in {number(paid)} of the last {number(vectors.length)} periods.
          </p>
        </>
      )}
    </Panel>
  );
}
