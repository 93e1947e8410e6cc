/** Whom a queue tells. */
export interface QueueWatch {
  /** Something may be handed out. */
  available(): void;
  /** There is room for one more. */
  roomed(): void;
  /** The time of a delivery is over, and its channel ends. */
  overdue(holder: number): void;
  /** The queue lets go of what it holds: whether a consumer has it in hand, and may see it through. */
  left(entry: number): boolean;
  /** A dead letter goes on its way. */
  deadLetter(target: number, message: number): void;
}
