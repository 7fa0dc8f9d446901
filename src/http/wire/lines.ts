import { Readable } from "node:stream";

/** Lines go out together until they fill this many characters: one write per line would cost more than the line. */
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
 * A stream of the lines, each with its newline, read no faster than it is taken. What is thrown before the first line is
 * thrown here. `wanted` false reads the first line only, for HEAD.
 */
export async function lineStream(lines: AsyncIterable<string>, wanted: boolean): Promise<Readable> {
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  const stream = Readable.from(wanted ? chunks(first, iterator) : [], { objectMode: false });
  stream.once("close", () => void stop(iterator));
  return stream;
}
