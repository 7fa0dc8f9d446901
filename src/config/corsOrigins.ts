import { z } from "zod";

/** Whether a text is an origin as browsers send it (RFC 6454), or "*". */
function isOrigin(text: string): boolean {
  if (text === "*") return true;
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text;
}

const form = 'must be an origin such as https://example.org, without path and final slash, or "*"';

/** The key http.cors_origins. */
export const corsOrigins = z
  .union([z.literal("*"), z.array(z.string().refine(isOrigin, form)).max(64)], { error: form })
  .default([])
  .describe(
    'Origins whose pages may call the public and the miners\' routes, such as https://example.org, or "*"',
  );
