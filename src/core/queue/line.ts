/** Something that stands in a line. Its neighbours are kept in itself, so that joining and leaving makes nothing. */
export interface Linked<T> {
  prev: T | null;
  next: T | null;
}

/** First in, first out; an item may leave from anywhere. It stands in one line at most, which its owner knows. */
export class Line<T extends Linked<T>> {
  first: T | null = null;
  last: T | null = null;

  append(item: T): void {
    item.prev = this.last;
    if (this.last === null) this.first = item;
    else this.last.next = item;
    this.last = item;
  }

  remove(item: T): void {
    const { prev, next } = item;
    if (prev === null) this.first = next;
    else prev.next = next;
    if (next === null) this.last = prev;
    else next.prev = prev;
    item.prev = null;
    item.next = null;
  }
}
