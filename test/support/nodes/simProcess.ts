import { HeldProcess } from "../../../sim/engine/heldProcess.ts";
import type { SimWorld } from "../../../sim/engine/world.ts";
import type { Clock } from "../../../src/core/clock.ts";
import { runAs, type TimerHost } from "./processTimers.ts";

/** One run of a process, with its clock; the timers of its code are its own. */
export class SimProcess extends HeldProcess implements TimerHost {
  readonly name: string;
  readonly clock: Clock;

  /** `skewMs`: what its wall clock shows beside the true time. */
  constructor(world: SimWorld, name: string, skewMs: number) {
    super(world);
    this.name = name;
    const { clock } = world.line;
    this.clock = { nowMs: () => clock.nowMs() + skewMs, monotonicMs: () => clock.monotonicMs() };
  }

  override run<T>(code: () => T): T {
    return runAs(this, () => super.run(code));
  }
}
