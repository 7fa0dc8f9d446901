import { closeSync, copyFileSync, openSync, rmSync, writeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { type Frame, withLog } from "../guard/wal.ts";
import { migrate } from "../migrations/migrate.ts";

/** A copy of a store with everything that its write-ahead log still tells, also beyond a damaged frame. */
export interface Readable {
  readonly db: DatabaseSync;
  /** Damaged frames whose content was taken as it is, since the frames after them show that it was committed. */
  readonly suspects: number;
  discard(): void;
}

/** The last frame that ends a transaction and fits what precedes it; -1 without one. */
function lastCommit(file: string): number {
  let last = -1;
  withLog(file, Number.POSITIVE_INFINITY, (content) => {
    if (content.kind === "empty") return;
    for (const frame of content.frames) if (frame.chained && frame.commit > 0) last = frame.index;
  });
  return last;
}

/** Whether a frame may be put in its place: the number of a damaged one may be damaged too. */
const isPlausible = ({ chained, page }: Frame, pages: number): boolean =>
  chained || (page > 0 && page <= pages);

function applyLog(file: string, copy: string): number {
  const last = lastCommit(file);
  let suspects = 0;
  const fd = openSync(copy, "r+");
  try {
    withLog(file, last + 1, (content) => {
      if (content.kind === "empty") return;
      let pages = 0;
      for (const frame of content.frames) {
        pages = Math.max(pages, frame.chained ? frame.page : 0);
        if (!frame.chained) suspects++;
        if (isPlausible(frame, pages))
          writeSync(fd, frame.content, 0, content.pageSize, (frame.page - 1) * content.pageSize);
      }
    });
  } finally {
    closeSync(fd);
  }
  return suspects;
}

/** Makes the copy beside the new store and opens it; the original is only read. */
export function openReadable(file: string, copy: string): Readable {
  copyFileSync(file, copy);
  const suspects = applyLog(file, copy);
  const discard = (): void => {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(`${copy}${suffix}`, { force: true });
  };
  try {
    const db = new DatabaseSync(copy);
    // A store of an earlier version has other tables.
    migrate(db, () => {});
    return {
      db,
      suspects,
      discard: () => {
        db.close();
        discard();
      },
    };
  } catch (error) {
    discard();
    throw error;
  }
}
