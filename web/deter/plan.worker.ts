import type { PlanTexts } from "../../src/economics/planner/fields.ts";
import { planned } from "./planned.ts";

// A plan for sixty validators takes a second: the page stays at hand meanwhile.
addEventListener("message", ({ data }: MessageEvent<PlanTexts>) => postMessage(planned(data)));
