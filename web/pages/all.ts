import { deterrencePage } from "./deterrence.tsx";
import { jobsPage } from "./jobs.tsx";
import { minersPage } from "./miners.tsx";
import { overviewPage } from "./overview.tsx";
import type { Page } from "./page.ts";
import { systemPage } from "./system.tsx";
import { weightsPage } from "./weights.tsx";

/** All pages, in the order of the menu. */
export const pages: readonly Page[] = [
  overviewPage,
  minersPage,
  jobsPage,
  weightsPage,
  deterrencePage,
  systemPage,
];
