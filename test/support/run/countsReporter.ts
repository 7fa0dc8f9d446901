import type { TestEvent } from "node:test/reporters";
import { count, noCounts } from "./counts.ts";

/** A reporter of the runner: the counts as one JSON document, once all has ended. */
export default async function* countsReporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const total = noCounts();
  for await (const event of events) count(total, event);
  yield JSON.stringify({ ...total, failedIn: [...total.failedIn] });
}
