import { Readable } from "node:stream";

async function* texts(first: IteratorResult<string>, rest: AsyncIterator<string>): AsyncGenerator<string> {
  for (let step = first; !step.done; step = await rest.next()) yield step.value;
}

async function stop(source: AsyncIterator<string>): Promise<void> {
  try {
    await source.return?.();
  } catch {
    // The reader is gone, so an error of the source no longer matters.
  }
}

/**
 * A stream of the texts, read no faster than the client reads. An error before the first text is thrown here. `wanted` false
 * reads only the first text, for HEAD.
 */
export async function textStream(source: AsyncIterable<string>, wanted: boolean): Promise<Readable> {
  const iterator = source[Symbol.asyncIterator]();
  const first = await iterator.next();
  const stream = Readable.from(wanted ? texts(first, iterator) : [], { objectMode: false });
  stream.once("close", () => void stop(iterator));
  return stream;
}
