import { historyPage } from "./history.tsx";
import { minerPage } from "./miner.tsx";
import { minersPage } from "./miners.tsx";
import { overviewPage } from "./overview.tsx";
import type { Page } from "./page.ts";
import { samplingPage } from "./sampling.tsx";
import { strikesPage } from "./strikes.tsx";
import { submissionPage } from "./submission.tsx";

/** All pages, in the order of the menu. */
export const pages: readonly Page[] = [
  overviewPage,
  minersPage,
  minerPage,
  submissionPage,
  samplingPage,
  strikesPage,
  historyPage,
];
