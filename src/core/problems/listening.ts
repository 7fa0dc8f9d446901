import { AssayError, causeText } from "./assayError.ts";

/** Why a host and port could not be opened, as a problem; other errors come back as they are. */
export function listenFault(error: unknown, host: string, port: number): unknown {
  if (!(error instanceof Error) || !("syscall" in error)) return error;
  if ("code" in error && error.code === "EADDRINUSE")
    return new AssayError({ code: "address_in_use", host, port }, { cause: error });
  const ofListening =
    error.syscall === "listen" || error.syscall === "bind" || error.syscall === "getaddrinfo";
  if (!ofListening) return error;
  return new AssayError(
    { code: "address_unusable", host, port, cause_text: causeText(error) },
    { cause: error },
  );
}
