import { hostOfUrl } from "../core/address.ts";

/** Where metrics are read: a TCP address, or a unix socket. */
export type MetricsAddress = { readonly host: string; readonly port: number } | { readonly socket: string };

/** The address as text; the TCP form is a URL. */
export function addressText(address: MetricsAddress): string {
  if ("socket" in address) return `unix:${address.socket}`;
  const { host, port } = address;
  return `http://${hostOfUrl(host)}:${port}/metrics`;
}
