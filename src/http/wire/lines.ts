import { Readable } from "node:stream";

/** Lines are written together up to this many characters: one write per line would cost more than the line. */
const chunkLength = 16_384;

async function* chunks(first: IteratorResult<string>, rest: AsyncIterator<string>): AsyncGenerator<string> {
  let text = "";
  for (let step = first; !step.done; step = await rest.next()) {
    text += `${step.value}\n`;
    if (text.length < chunkLength) continue;
    yield text;
    text = "";
  }
  if (text !== "") yield text;
}

async function stop(lines: AsyncIterator<string>): Promise<void> {
  try {
    await lines.return?.();
  } catch {
    // The reader is gone, so an error of the source no longer matters.
  }
}

/**
 * A stream of the lines, each with its newline, read no faster than the client reads. An error before the first line is thrown
 * here. `wanted` false reads only the first line, for HEAD.
 */
export async function lineStream(lines: AsyncIterable<string>, wanted: boolean): Promise<Readable> {
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  const stream = Readable.from(wanted ? chunks(first, iterator) : [], { objectMode: false });
  stream.once("close", () => void stop(iterator));
  return stream;
}
