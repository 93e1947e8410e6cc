import type { Ns } from '../../../../kernel/time.js';

export interface QueueWatch {
  /** A message may be delivered. */
  available(): void;
  /** The queue has room for another message. */
  roomed(): void;
  /** A delivery has timed out, which closes its channel. */
  overdue(holder: number): void;
  /** The queue removes a message; true if a consumer still has it and may handle it. */
  left(entry: number): boolean;
  /** The queue sends a dead letter; `deaths`: its list of deaths, with this one. */
  deadLetter(target: number, message: number, deaths: number): void;
  /** The queue offers a dead letter that it keeps until it is confirmed: the answer of the target, as in `door.ts`. */
  offer(target: number, message: number, deaths: number): number;
  /** Time from sending a dead letter to its confirmation. */
  latencyNs(target: number, message: number): Ns;
}
