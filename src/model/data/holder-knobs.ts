import type { Ns } from '../../kernel/time.js';
import { unit, type StreamKey } from '../../kernel/rng.js';
import type { Plan } from '../../contracts/plan/plan.js';

/** A share of messages that a fault affects, drawn per message. */
export interface MessageShare {
  readonly share: number;
  readonly key: StreamKey;
}

/** A share of the messages of a topic or queue that cannot be handled. */
export interface PoisonShare extends MessageShare {
  readonly effect: 'error' | 'crash' | 'hang';
  readonly restartNs: Ns | null;
}

/** A share of the messages of a queue that are delayed, each for its own time. */
export interface HeldShare extends MessageShare {
  readonly sampler: number;
}

/** Controls that faults set on a topic or queue. Shares apply to messages published from then on. */
export interface HolderKnobs {
  poison(shares: readonly PoisonShare[]): void;
  duplicate(shares: readonly MessageShare[]): void;
  /** Deletes waiting messages. */
  purge(shares: readonly MessageShare[]): void;
  /** Null for a log, which keeps its order. */
  readonly reorder: ((shares: readonly HeldShare[]) => void) | null;
  /** Sends dead letters back, `perSecond` of them each second. Null if a queue holds none. */
  readonly redrive: ((perSecond: number, isRepaired: boolean) => void) | null;
}

/** Indexes of the draws per message, distinct from other draws of the same fault. */
export const MESSAGE_INDEX = Object.freeze({
  poison: 210,
  duplicate: 211,
  reorder: 212,
  purge: 213,
});

/** True if a message is in the share. */
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

/** True if a fault of this run uses this knob on the component; otherwise there is nothing to count. */
export function isHitBy(
  { plan }: { readonly plan: Plan },
  knob: MessageKnob,
  component: number,
): boolean {
  return plan.faults.some(
    ({ knobs, holders }) => knobs.includes(knob) && holders.includes(component),
  );
}
