import { type BenchOptions, type BenchReport, machine } from "./report.ts";
import { apiScaling } from "./scale/apiScaling.ts";
import { failover } from "./scale/failover.ts";
import { verifyScaling } from "./scale/verifyScaling.ts";

/** Several processes over one PostgreSQL server, all on this machine. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { verify_scaling, ...verify } = await verifyScaling(options.progress);
  const { figures, ratios } = await apiScaling(options);
  return {
    bench: "scale",
    figures: { ...verify, ...figures, failover_s: await failover() },
    ratios: { verify_scaling: verify_scaling ?? Number.NaN, ...ratios },
    machine: machine(),
  };
}
