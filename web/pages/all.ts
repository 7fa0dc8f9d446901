import { deterrencePage } from "./deterrence.tsx";
import { historyPage } from "./history.tsx";
import { jobsPage } from "./jobs.tsx";
import { minerPage } from "./miner.tsx";
import { minersPage } from "./miners.tsx";
import { overviewPage } from "./overview.tsx";
import type { Page } from "./page.ts";
import { samplingPage } from "./sampling.tsx";
import { strikesPage } from "./strikes.tsx";
import { submissionPage } from "./submission.tsx";
import { systemPage } from "./system.tsx";
import { weightsPage } from "./weights.tsx";

/** All pages, in the order of the menu. */
export const pages: readonly Page[] = [
  overviewPage,
  minersPage,
  minerPage,
  submissionPage,
  jobsPage,
  samplingPage,
  weightsPage,
  strikesPage,
  deterrencePage,
  historyPage,
  systemPage,
];
