/** Room in verification that a submission or an answer holds until it is concluded. */
export interface Reservation {
  /** Gives the room back; again does nothing. */
  release(): void;
}
