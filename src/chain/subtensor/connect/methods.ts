/** Any answer as far as it is read here. */
interface Answer {
  readonly id?: unknown;
  readonly error?: { readonly code?: unknown };
  readonly result?: unknown;
}

/** "Too many follow subscriptions": the library handles this one itself. */
const TOO_MANY_FOLLOWS = -32_800;

function parsed(text: string): Answer | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? (value as Answer | null) : null;
  } catch {
    return null;
  }
}

/** The id of a request as text; null where it has none. */
export function requestId(request: string): string | null {
  const id = parsed(request)?.id;
  return id === undefined || id === null ? null : String(id);
}

/** Whether a message refuses the request with this id. */
export function refusedId(message: Buffer, id: string): boolean {
  if (!message.includes('"error"')) return false;
  const answer = parsed(message.toString());
  return answer?.error !== undefined && String(answer.id) === id && answer.error.code !== TOO_MANY_FOLLOWS;
}

const FOLLOW_GROUP = "chainHead_v1_";
/** A method of the group for blocks that are no longer followed. */
const ARCHIVE = "archive_v1_storage";

/**
 * The answer that lists a node's methods, as the client library is to read it; every other message as it is. With the archive
 * group: without it the library would follow all blocks a second time to read one of the past, where a refusal says at once that
 * the node does not have it. Without the group to follow with where the node refuses that.
 */
export function listedMethods(message: Buffer, canFollow: boolean): Buffer {
  if (!message.includes('"methods"')) return message;
  const answer = parsed(message.toString());
  const result = answer?.result as { readonly methods?: unknown } | null | undefined;
  if (!Array.isArray(result?.methods)) return message;
  const methods = result.methods.filter((name) => canFollow || !String(name).startsWith(FOLLOW_GROUP));
  return Buffer.from(JSON.stringify({ ...answer, result: { ...result, methods: [...methods, ARCHIVE] } }));
}
