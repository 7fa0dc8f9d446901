export interface Request {
  readonly id: number | string | null;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A JSON-RPC error as a node gives it. */
export class RpcFault extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

export const methodNotFound = (): RpcFault => new RpcFault(-32601, "Method not found");

type Members = Readonly<Record<string, unknown>>;

function readOne(value: unknown): Request | null {
  if (typeof value !== "object" || value === null) return null;
  const { id, method, params } = value as Members;
  if (typeof method !== "string") return null;
  const isId = typeof id === "number" || typeof id === "string";
  return { id: isId ? id : null, method, params: Array.isArray(params) ? params : [] };
}

/** The request of a message; null where there is none. */
export function readRequest(text: string): Request | null {
  try {
    return readOne(JSON.parse(text));
  } catch {
    return null;
  }
}

export function resultOf(id: Request["id"], result: unknown): string {
  return JSON.stringify({ jsonrpc: "2.0", id, result: result ?? null });
}

export function faultOf(id: Request["id"], fault: unknown): string {
  const { code, message, data } =
    fault instanceof RpcFault ? fault : { code: -32603, message: String(fault), data: undefined };
  return JSON.stringify({
    jsonrpc: "2.0",
    id,
    error: { code, message, ...(data === undefined ? {} : { data }) },
  });
}

export function notificationOf(method: string, subscription: string, result: unknown): string {
  return JSON.stringify({ jsonrpc: "2.0", method, params: { subscription, result } });
}

/** Hex without a prefix is taken too, as nodes take it. */
export function hexParameter(value: unknown): string {
  const text = String(value ?? "");
  return text === "" || text.startsWith("0x") ? text : `0x${text}`;
}
