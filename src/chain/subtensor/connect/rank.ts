/** What is known of an endpoint at a moment. */
export interface EndpointView {
  readonly name: string;
  /** It answers requests. */
  readonly isOpen: boolean;
  /** Of its latest finalised block. */
  readonly height: number | null;
  /** Ms since its finalised height last grew. */
  readonly ageMs: number | null;
  /** Failed requests of late, each losing half its weight per minute. */
  readonly errors: number;
  readonly latencyMs: number | null;
}

export interface RankRules {
  readonly staleAfterMs: number;
  readonly blockMs: number;
  /** How long an endpoint is used before a better one replaces it while it is healthy. */
  readonly holdMs: number;
}

/** What one failed request weighs beside the age of a block. */
const ERROR_MS = 5000;
/** Failed requests from which an endpoint is not healthy, whatever its blocks. */
const ERRORS_MOST = 8;
/** A healthy endpoint is left only for one that is better by this many blocks. */
const MARGIN_BLOCKS = 3;
const LAG_LEAST = 3;

function highest(views: readonly EndpointView[]): number {
  return Math.max(0, ...views.map(({ height }) => height ?? 0));
}

/** Blocks that an endpoint may be behind the best one: as many as a stale height may be old. */
function lagMost({ staleAfterMs, blockMs }: RankRules): number {
  return Math.max(LAG_LEAST, Math.ceil(staleAfterMs / blockMs));
}

/** Ms: lower is better. */
export function scoreOf(view: EndpointView, views: readonly EndpointView[], { blockMs }: RankRules): number {
  const behind = (highest(views) - (view.height ?? 0)) * blockMs;
  return (view.ageMs ?? Number.POSITIVE_INFINITY) + behind + view.errors * ERROR_MS + (view.latencyMs ?? 0);
}

export function isHealthy(view: EndpointView, views: readonly EndpointView[], rules: RankRules): boolean {
  const { isOpen, height, ageMs, errors } = view;
  return (
    isOpen &&
    height !== null &&
    ageMs !== null &&
    ageMs <= rules.staleAfterMs &&
    errors < ERRORS_MOST &&
    highest(views) - height <= lagMost(rules)
  );
}

/** Healthy endpoints, the best first. */
export function ranked(views: readonly EndpointView[], rules: RankRules): EndpointView[] {
  return views
    .filter((view) => isHealthy(view, views, rules))
    .sort((a, b) => scoreOf(a, views, rules) - scoreOf(b, views, rules));
}

/** The endpoint in use, and since how long. */
export interface InUse {
  readonly name: string;
  readonly forMs: number;
}

/**
 * The endpoint to use: the best healthy one, but a healthy one in use is kept until another is better by a margin and it has
 * been used for a while. Null while none is healthy.
 */
export function choose(views: readonly EndpointView[], inUse: InUse | null, rules: RankRules): string | null {
  const [best] = ranked(views, rules);
  if (best === undefined) return null;
  const used = views.find(({ name }) => name === inUse?.name);
  if (inUse === null || used === undefined || !isHealthy(used, views, rules)) return best.name;
  const gain = scoreOf(used, views, rules) - scoreOf(best, views, rules);
  const isWorthIt = gain > MARGIN_BLOCKS * rules.blockMs && inUse.forMs >= rules.holdMs;
  return isWorthIt ? best.name : used.name;
}
