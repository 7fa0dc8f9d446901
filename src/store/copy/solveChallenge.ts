/**
 * The challenge of a solve. SQLite stores the last 12 bytes of its id; the tier is that of the submission. Where that is gone the id
 * is written with "?" for the tier: no id has one, so it meets no other. A text that begins like that gets a second "?".
 */
const UNKNOWN = "pm-t?";
const known = /^pm-t(?<tier>0|[1-9][0-9]*)-e(?<of>[0-9]+)-(?<hex>[0-9a-f]{24})$/;
const unknown = /^pm-t\?-e(?<of>[0-9]+)-(?<hex>[0-9a-f]{24})$/;

/** Selects the challenge of `t`, a row of solves, as a text. */
export const solveChallengeSql = `CASE
  WHEN typeof(t.challenge) = 'blob' THEN 'pm-t' || coalesce((SELECT s.tier FROM submissions s
      WHERE s.epoch = t.epoch AND s.challenge = t.challenge AND s.lane = t.lane
      ORDER BY s.state = 'accepted' DESC, s.id LIMIT 1), '?') || '-e' || t.epoch || '-' || lower(hex(t.challenge))
  WHEN substr(t.challenge, 1, 5) = '${UNKNOWN}' THEN '${UNKNOWN}' || substr(t.challenge, 5)
  ELSE t.challenge END`;

/** The tier that the select would find for the bytes; null when their submission is gone. */
type TierOf = (bytes: Uint8Array) => number | null;

/** As SQLite stores it, so that the select gives the same text again. */
export function packSolveChallenge(text: string, epoch: number, tierOf: TierOf): string | Uint8Array {
  if (text.startsWith(`${UNKNOWN}?`)) return `${UNKNOWN}${text.slice(UNKNOWN.length + 1)}`;
  const { tier, of, hex } = known.exec(text)?.groups ?? unknown.exec(text)?.groups ?? {};
  if (hex === undefined || of !== String(epoch)) return text;
  const bytes = Buffer.from(hex, "hex");
  return tierOf(bytes) === (tier === undefined ? null : Number(tier)) ? bytes : text;
}
