/** An answer as it was sent. */
export interface Sent {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** What differs for every request; everything else must be the same to the byte. */
const ownMembers = ["receipt_id", "challenge_id", "hotkey", "received_at", "answer_sha256", "signature"];
const ownHeaders = ["date", "location"];
const challengeId = /pm-t1-e\d+-[0-9a-f]{24}/g;

const mask = (text: string): string => text.replaceAll(/[0-9a-zA-Z_-]/g, ".");

/** The answer with what is its own replaced by as many dots. */
export function shapeOf({ status, headers, body }: Sent): string {
  const lines = headers.map(([name, value]) => {
    return `${name}: ${ownHeaders.includes(name.toLowerCase()) ? mask(value) : value}`;
  });
  const document = JSON.parse(body) as Record<string, unknown>;
  const members = Object.entries(document).map(([name, value]) => {
    if (ownMembers.includes(name)) return `${name} = ${mask(`${typeof value} ${String(value)}`)}`;
    return `${name} = ${JSON.stringify(value).replaceAll(challengeId, mask)}`;
  });
  return [status, ...lines, "", ...members, `${Buffer.byteLength(body)} bytes`].join("\n");
}
