import { useReading } from "../live/reading.ts";
import { Figure, Figures, Panel } from "../parts/figure.tsx";
import { Loaded } from "../parts/state.tsx";
import * as resources from "../read/resources.ts";
import type { Page } from "./page.ts";

function Overview() {
  const { reading, again } = useReading(resources.status, { everyMs: 5000 });
  return (
    <Loaded reading={reading} again={again} what="the status">
      {(status) => (
        <Panel title="Validator">
          <Figures>
            <Figure label="Block" value={status.block} />
            <Figure label="Epoch" value={status.epoch} />
            <Figure label="Gate" value={`${status.gate.used} / ${status.gate.slots}`} unit="slots" />
          </Figures>
        </Panel>
      )}
    </Loaded>
  );
}

export const overviewPage: Page = {
  path: "",
  title: "Overview",
  operator: false,
  view: () => <Overview />,
};
