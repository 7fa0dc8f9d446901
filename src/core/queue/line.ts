/** An item of a line. It holds its own neighbours, so that joining and leaving allocate nothing. */
export interface Linked<T> {
  prev: T | null;
  next: T | null;
}

/** A linked list, first in, first out; an item can leave from any position. An item is in at most one line. */
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
