import type { FastifyInstance } from "fastify";

/** JSON is UTF-8 (RFC 8259 section 8.1); a request that claims another charset is refused before its body is read. */
const mediaType = /^application\/json(?:$|;(?!.*charset=(?!"?utf-8\b)))/i;

/** Takes JSON bodies alone, and leaves their bytes as they are: a signature is over them. */
export function takeJsonBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(mediaType, { parseAs: "buffer" }, (_request, body, done) => done(null, body));
}
