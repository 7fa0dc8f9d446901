import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { AssayError, causeText } from "../../core/problems/assayError.ts";

/** Where a server is, as its URL says it. */
export interface Address {
  /** The URL without its user, password and options: what logs and errors may show. */
  readonly shown: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string | undefined;
  /** Never shown. */
  readonly password: string | undefined;
  readonly ssl: false | ConnectionOptions;
}

const modes = ["disable", "require", "verify-ca", "verify-full"] as const;
const options = new Set(["host", "sslmode", "sslrootcert", "sslcert", "sslkey"]);

function refuse(fault: string): never {
  throw new AssayError({ code: "store_url_invalid", fault });
}

function parsed(url: string): URL {
  let found: URL | null = null;
  try {
    found = new URL(url);
  } catch {
    // The text may hold a password: it is not repeated.
  }
  if (found === null || !["postgres:", "postgresql:"].includes(found.protocol))
    refuse("it does not have the form postgres://USER:PASSWORD@HOST:PORT/DATABASE");
  return found;
}

const isNear = (host: string): boolean => host.startsWith("/") || /^(localhost|127\..*|::1)$/.test(host);

/** A machine of its own is trusted; anything else must show a certificate for its name, unless `sslmode` says otherwise. */
function tlsOf(query: URLSearchParams, host: string): false | ConnectionOptions {
  const text = query.get("sslmode") ?? (isNear(host) ? "disable" : "verify-full");
  const mode = modes.find((known) => known === text) ?? refuse(`sslmode is none of ${modes.join(", ")}`);
  if (mode === "disable") return false;
  const file = (name: string): { [key: string]: string } => {
    const path = query.get(name);
    try {
      return path === null ? {} : { [name]: readFileSync(path, "utf8") };
    } catch (error) {
      return refuse(`${name}: ${causeText(error)}`);
    }
  };
  const {
    sslrootcert: ca,
    sslcert: cert,
    sslkey: key,
  } = {
    ...file("sslrootcert"),
    ...file("sslcert"),
    ...file("sslkey"),
  };
  return {
    rejectUnauthorized: mode !== "require",
    ...(mode === "verify-ca" ? { checkServerIdentity: () => undefined } : {}),
    ...(mode === "verify-full" && !isNear(host) ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

/** Throws `store_url_invalid`, whose text never holds the password. `?host=/folder` names a socket's folder. */
export function addressOf(text: string): Address {
  const url = parsed(text);
  const unknown = [...url.searchParams.keys()].find((name) => !options.has(name));
  if (unknown !== undefined) refuse(`"${unknown}" is none of the options ${[...options].join(", ")}`);
  const host = url.searchParams.get("host") ?? url.hostname.replace(/^\[|\]$/g, "");
  const database = decodeURIComponent(url.pathname.slice(1));
  if (host === "" || database === "") refuse("it names no host or no database");
  const port = Number(url.port || 5432);
  const given = (part: string): string | undefined => (part === "" ? undefined : decodeURIComponent(part));
  return {
    shown: `postgres://${host}:${port}/${database}`,
    ...{ host, port, database, user: given(url.username), password: given(url.password) },
    ssl: tlsOf(url.searchParams, host),
  };
}
