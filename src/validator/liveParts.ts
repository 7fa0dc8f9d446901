import type { EventHub } from "../http/events/hub.ts";
import type { EventWatch } from "./events/watch.ts";
import type { HistoryReader } from "./history/reader.ts";
import type { HistoryRecorder } from "./history/recorder.ts";
import type { Overview } from "./overview/overview.ts";

/** What people look at while the validator runs. */
export interface Live {
  readonly history: HistoryReader;
  readonly recorder: HistoryRecorder;
  readonly overview: Overview;
  readonly events: EventHub;
  readonly watch: EventWatch;
}
