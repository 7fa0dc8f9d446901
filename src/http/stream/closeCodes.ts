import type { LinkEnd } from "../../flow/link.ts";

/** WebSocket close codes: below 4000 as in RFC 6455, above that assay's own. The reason's text is the `LinkEnd` itself. */
export const closeCodes: Readonly<Record<LinkEnd, number>> = {
  gone: 1000,
  shutting_down: 1001,
  protocol: 1008,
  suspended: 4403,
  silent: 4408,
  slow: 4408,
  unfinished: 4408,
  replaced: 4409,
  flooding: 4429,
};
