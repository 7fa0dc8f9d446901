import type { MinerView, Status } from "../../src/http/handlers.ts";
import { Release, Suspend } from "./suspensions.tsx";

/** What the operator can do about a miner; the page hears of the change by its events. */
export function MinerOrders({ miner: { hotkey, standing }, status }: { miner: MinerView; status: Status }) {
  return (
    <div class="actions">
      <Suspend status={status} hotkey={hotkey} onDone={() => {}} />
      {standing === "suspended" ? <Release hotkey={hotkey} onDone={() => {}} /> : null}
    </div>
  );
}
