import { nowMs } from "../live/clock.ts";
import { useLoaded } from "../live/reading.ts";
import { Plot } from "../parts/plot.tsx";
import { Empty, Loaded } from "../parts/state.tsx";
import { read } from "../read/api.ts";
import { bytes } from "../read/format.ts";
import { historyOf, lineOf, timesOf, trimmed } from "../read/history.ts";

/** The size of the store over the last 30 days. */
export function StoreGrowth() {
  const { reading, again } = useLoaded(
    "store growth",
    (signal) => read(historyOf("month", nowMs()), signal),
    {
      everyMs: 600_000,
    },
  );
  return (
    <Loaded reading={reading} again={again} what="the growth of the store">
      {(view) => {
        const history = trimmed(view);
        const line = lineOf(history, "store_bytes", "store");
        return line === null ? (
          <Empty title="No size on record yet">It is kept by the hour.</Empty>
        ) : (
          <Plot
            label="Size of the store"
            times={timesOf(history)}
            lines={[line]}
            format={bytes}
            height={120}
          />
        );
      }}
    </Loaded>
  );
}
