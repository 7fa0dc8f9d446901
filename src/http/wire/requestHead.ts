import type { IncomingMessage } from "node:http";
import type { Problem } from "../../core/problems/problem.ts";

/** `uri-host [":" port]` of RFC 9110 section 4.2.1: a name, an IPv4 address, or an IPv6 address in brackets; it may be empty. */
const host = /^(?:\[[\da-f:.]+(?:%25[\w.~%-]+)?\]|(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})*)(?::\d{0,5})?$/i;

const absolute = /^https?:\/\/([^/?#]*)(.*)$/i;

/** The path and query of a request target, also of one in absolute form (RFC 9112 section 3.2.2); the target itself if it has none. */
export function originForm(target: string): string {
  if (target.startsWith("/")) return target;
  const [, authority = "", rest = ""] = absolute.exec(target) ?? [];
  if (authority === "" || !host.test(authority)) return target;
  return rest.startsWith("/") ? rest : `/${rest}`;
}

/** The path of a target in origin form, with its percent-encoding resolved; null when it is not UTF-8. */
export function pathOf(target: string): string | null {
  try {
    return decodeURIComponent(target.split("?", 1)[0] ?? "");
  } catch {
    return null;
  }
}

/** The members of a comma-separated field, in lower case. */
export function listOf(field: string | undefined): string[] {
  const members = (field ?? "").toLowerCase().split(",");
  return members.map((member) => member.trim()).filter((member) => member !== "");
}

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** HTTP/1.1 has one Host field, HTTP/1.0 at most one (RFC 9112 section 3.2); node:http keeps the first of several. */
function isHostWrong({ rawHeaders, httpVersionMinor }: IncomingMessage): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? "";
    if (name.length !== 4 || name.toLowerCase() !== "host") continue;
    hosts++;
    if (!host.test(rawHeaders[i + 1] ?? "")) return true;
  }
  return hosts > 1 || (hosts === 0 && httpVersionMinor !== 0);
}

/** The longest coding that is echoed. */
const longestCoding = 100;

function codingRefusal(request: IncomingMessage): Problem | null {
  const { "transfer-encoding": transfer, "content-encoding": content } = request.headers;
  const all = listOf(transfer);
  // Where chunked is not the last coding, nothing says where the body ends.
  if (transfer !== undefined && all.at(-1) !== "chunked") return { code: "malformed_request" };
  const codings = all.filter((coding) => coding !== "chunked");
  if (codings.length > 0)
    return { code: "unsupported_transfer_coding", coding: codings.join(", ").slice(0, longestCoding) };
  if (content === undefined || !hasBody(request)) return null;
  const encodings = listOf(content).filter((encoding) => encoding !== "identity");
  if (encodings.length === 0) return null;
  return { code: "unsupported_content_encoding", encoding: encodings.join(", ").slice(0, longestCoding) };
}

/** Why a request is refused by its target, its Host or its codings, or null. */
export function headRefusal(request: IncomingMessage): Problem | null {
  const { url = "" } = request;
  if ((!url.startsWith("/") && url !== "*") || isHostWrong(request)) return { code: "malformed_request" };
  return codingRefusal(request);
}
