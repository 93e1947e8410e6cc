import type { Ns } from '../../kernel/time.js';
import type { StreamKey } from '../../kernel/rng.js';
import { unit } from '../../kernel/rng.js';
import type { World } from '../world.js';

/** A share of messages that a fault hits, each drawn for itself. */
export interface MessageShare {
  readonly share: number;
  readonly key: StreamKey;
}

/** A share of the messages of a topic or queue that cannot be handled. */
export interface PoisonShare extends MessageShare {
  readonly effect: 'error' | 'crash' | 'hang';
  readonly restartNs: Ns | null;
}

/** A share of the messages of a queue that are held back, each for a time of its own. */
export interface HeldShare extends MessageShare {
  readonly sampler: number;
}

/** What faults turn at a topic or queue. Shares hold for what is published from now on. */
export interface HolderKnobs {
  poison(shares: readonly PoisonShare[]): void;
  duplicate(shares: readonly MessageShare[]): void;
  /** What waits is gone. */
  purge(shares: readonly MessageShare[]): void;
  /** Null for a log, which keeps the order in which it was written. */
  readonly reorder: ((shares: readonly HeldShare[]) => void) | null;
  /** Dead letters go back, so many a second. Null where a queue holds none. */
  readonly redrive: ((perSecond: number, isRepaired: boolean) => void) | null;
}

/** Draws of messages, apart from others of the same fault. */
export const MESSAGE_INDEX = Object.freeze({
  poison: 210,
  duplicate: 211,
  reorder: 212,
  purge: 213,
});

/** Whether a message is among a share. */
export function isAmong(
  { share, key }: MessageShare,
  lineageA: number,
  lineageB: number,
  index: number,
): boolean {
  return share >= 1 || unit(key.a, key.b, lineageA, lineageB, index) < share;
}

/** Names of the knobs of messages, see `patterns/knobs/messages.ts`. */
export type MessageKnob =
  'poison' | 'duplicated' | 'heldBack' | 'redriven' | 'flushed' | 'rebalance';

/** Whether a fault turns this knob of a component in the run: only then is there anything to count. */
export function isHitBy({ plan }: World, knob: MessageKnob, component: number): boolean {
  return plan.faults.some(
    ({ knobs, holders }) => knobs.includes(knob) && holders.includes(component),
  );
}
