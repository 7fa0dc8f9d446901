import { deterrencePage } from "./deterrence.tsx";
import { minersPage } from "./miners.tsx";
import { overviewPage } from "./overview.tsx";
import type { Page } from "./page.ts";
import { weightsPage } from "./weights.tsx";

/** All pages, in the order of the menu. */
export const pages: readonly Page[] = [overviewPage, minersPage, weightsPage, deterrencePage];
