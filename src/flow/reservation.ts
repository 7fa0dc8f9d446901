/** Room in verification, held by a submission or an answer until it is concluded. */
export interface Reservation {
  /** Gives the room back; a second call does nothing. */
  release(): void;
}
