/** How far above the reserve the free room must be before work is taken again, as a share of the reserve. */
const MARGIN = 0.25;

/** Free bytes from which on work is taken again after it was stopped. */
export function resumeAt(reserve: number): number {
  return Math.ceil(reserve * (1 + MARGIN));
}

/**
 * Whether the reserve is touched: below it, and then until there is a quarter more, so that what is still written meanwhile
 * does not turn intake on and off. A reserve of 0 is none.
 */
export function isReserveTouched(wasTouched: boolean, free: number, reserve: number): boolean {
  if (reserve === 0) return false;
  return free < (wasTouched ? resumeAt(reserve) : reserve);
}
