import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import { LINE_BYTES_MAX } from "./log/lineSplitter.ts";

const CHUNK_BYTES = 2 ** 18;
const NEWLINE = 10;

export type Chunks = AsyncIterable<Buffer>;

function unreadable(file: string, cause: unknown, remedy?: string): AssayError {
  const why = { cause_text: causeText(cause), ...(remedy === undefined ? {} : { remedy }) };
  return new AssayError({ code: "file_unreadable", file, ...why }, { cause });
}

/** The first line of a file, without its newline, as far as a line may reach. Throws `file_unreadable`. */
export async function firstLine(file: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(file, { end: LINE_BYTES_MAX, highWaterMark: 65_536 })) {
      const part = chunk as Buffer;
      const at = part.indexOf(NEWLINE);
      parts.push(at < 0 ? part : part.subarray(0, at));
      if (at >= 0) break;
    }
  } catch (error) {
    throw unreadable(file, error);
  }
  return Buffer.concat(parts);
}

/** A file from a byte on. */
export async function* fileChunks(file: string, start: number): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(file, { start, highWaterMark: CHUNK_BYTES }))
      yield chunk as Buffer;
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** The log of an epoch as a validator serves it. Throws `unreachable` and `failed` before the first byte. */
export async function servedLog(base: string, epoch: number, signal: AbortSignal): Promise<Chunks> {
  const url = `${base.replace(/\/+$/, "")}/v1/audit/${epoch}`;
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new AssayError({ code: "unreachable", url, cause_text: causeText(cause) });
  }
  const { body } = response;
  if (response.ok && body !== null) return bodyChunks(body);
  await body?.cancel();
  throw new AssayError({
    code: "failed",
    message: `${url} answered with status ${response.status} instead of the log; try again later`,
  });
}

async function* bodyChunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const { buffer, byteOffset, byteLength } of body)
    yield Buffer.from(buffer, byteOffset, byteLength);
}

/** Passes the chunks on, with `head` before them into a new file; one that exists is not replaced. Throws `file_unreadable`. */
export async function saving(file: string, head: string, chunks: Chunks): Promise<Chunks> {
  const handle = await open(file, "wx").catch((error: unknown) => {
    throw unreadable(file, error, "Name a new file in an existing folder with --save.");
  });
  return (async function* () {
    try {
      await handle.writeFile(head);
      for await (const chunk of chunks) {
        await handle.writeFile(chunk);
        yield chunk;
      }
    } finally {
      await handle.close();
    }
  })();
}
