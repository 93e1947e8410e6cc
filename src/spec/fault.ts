import type { z } from 'zod';
import type { Distribution } from '../kernel/distribution.js';
import type { Ns } from '../kernel/time.js';

/**
 * What faults may turn. A fault never touches state: while it is active it holds edits of knobs; the
 * board combines all edits of one knob and calls the subject with the effective value.
 */
export const KNOBS = {
  /** Instance: CPU and wait speed factor. Product. Applies to work under way from this ns on. */
  speed: { combine: 'product', neutral: 1 },
  /** Instance: part of each of its cores that something else wants. 1-prod(1-p). */
  stress: { combine: 'union', neutral: 0 },
  /** Instance: bytes a ns that its memory loses; see `perRequest` and `most`; each fault loses its own. */
  leaking: { combine: 'list', neutral: 0 },
  /** Instance: 1 = process gone, 2 = and nothing starts it again. Max. */
  down: { combine: 'max', neutral: 0 },
  /** Instance: 1 = asked to end in good order, and not started again. Max. */
  stopping: { combine: 'max', neutral: 0 },
  /** Instance: 1 = while it is down, connections get silence instead of a refusal. Max. */
  blackhole: { combine: 'max', neutral: 0 },
  /** Instance: 1 = hang (takes requests, does not answer), 2 = pause (no work, no timer). Max. */
  frozen: { combine: 'max', neutral: 0 },
  /** Instance or endpoint: share of requests failed at arrival, before any work. 1-prod(1-p). */
  errorBefore: { combine: 'union', neutral: 0 },
  /** Instance or endpoint: share of requests failed after the work was done. 1-prod(1-p). */
  errorAfter: { combine: 'union', neutral: 0 },
  /** Instance or endpoint: requests a second that are let through; each fault counts for itself. */
  throttled: { combine: 'list', neutral: 0 },
  /** Instance: share of the calls of databases after which it keeps the connection. 1-prod(1-p). */
  leak: { combine: 'union', neutral: 0 },
  /** Instance: 1 = its certificate is no longer valid. Max. */
  certExpired: { combine: 'max', neutral: 0 },
  /** Instance: what its probe says whatever it does, a LIE. Max. */
  startupLie: { combine: 'max', neutral: 0 },
  livenessLie: { combine: 'max', neutral: 0 },
  readinessLie: { combine: 'max', neutral: 0 },
  /** Instance: 1 = nobody adds to its component or takes away from it. Max. */
  scalingFrozen: { combine: 'max', neutral: 0 },
  /** Instance: 1 = the rollout of its component stands still. Max. */
  rolloutFrozen: { combine: 'max', neutral: 0 },
  /** Instance: by how many ns a replica falls behind. Max. */
  replicaLag: { combine: 'max', neutral: 0 },
  /** Node of a database: the primary hands its role to a replica, asked once when the edit comes. */
  switchover: { combine: 'max', neutral: 0 },
  /** Node of a database: 1 = the primary and its replicas do not see each other. Max. */
  split: { combine: 'max', neutral: 0 },
  /** Operation of a database: the value of its key whose row is held. */
  rowHeld: { combine: 'list', neutral: -1 },
  /** Link: share of messages delayed by retransmission. 1-prod(1-p). */
  loss: { combine: 'union', neutral: 0 },
  /** Link: 1 = messages vanish, 2 = connections are refused. Max. */
  cut: { combine: 'max', neutral: 0 },
  /** Link: extra delay per message; the value is a sampler id, all active ones are added. */
  delay: { combine: 'list', neutral: -1 },
  /** Level of a cache, snapshots of a store, messages: share of them that go when it is turned up. Max. */
  flushed: { combine: 'max', neutral: 0 },
  /** Link: bytes a second between each two instances. Min. */
  bandwidth: { combine: 'min', neutral: Infinity },
  /** Workload: rate factor. Product. */
  rate: { combine: 'product', neutral: 1 },
  /** Workload: arrivals per second in addition. Sum. */
  extraRate: { combine: 'sum', neutral: 0 },
  /** Workload: so many clients come within a time; asked once, when the edit comes. */
  herd: { combine: 'list', neutral: 0 },
  /** Topic or queue: share of its messages that cannot be handled; each kind of failure is drawn for itself. */
  poison: { combine: 'list', neutral: 0 },
  /** Topic or queue: share of the messages that come to it twice; drawn for each, for each fault. */
  duplicated: { combine: 'list', neutral: 0 },
  /** Queue: share of the messages that can be handed out only a time after they came. */
  heldBack: { combine: 'list', neutral: 0 },
  /** Dead letter queue: asked once, when the edit comes, to send so many a second back. */
  redriven: { combine: 'list', neutral: 0 },
  /** Group: asked once, when the edit comes, to deal its partitions anew. */
  rebalance: { combine: 'max', neutral: 0 },
} as const;
export type KnobName = keyof typeof KNOBS;

/** One edit a fault holds while active. */
export interface KnobEdit {
  readonly knob: KnobName;
  /** `strength` 0..1 of a ramp has been applied already where the knob is a number. */
  readonly value: number;
  /** Only for `delay` and `heldBack`. */
  readonly distribution?: Distribution;
  /** Only for `delay`: how much of each one is that of the message before. */
  readonly correlation?: number;
  /** Only for links: which messages, seen from the fault's target. */
  readonly direction?: 'both' | 'to' | 'from';
  /** Only for `herd`. */
  readonly withinNs?: Ns;
  /** Only for `leaking`: bytes that each request leaves behind, and the most that is lost in all. */
  readonly perRequest?: number;
  readonly most?: number;
  /** Only for instances: how long after the end of the fault each of them keeps the edit, drawn for each. */
  readonly recovery?: Distribution | 'never';
  /** HTTP status of injected errors and refusals. */
  readonly status?: number;
  /** Only for `throttled`: unit of the Retry-After of a refusal; without one it says nothing. */
  readonly grainNs?: Ns;
  /** Only for `poison`: what handling such a message does, and when a process that it kills is back; null = as its platform says. */
  readonly effect?: 'error' | 'crash' | 'hang';
  readonly restartNs?: Ns | null;
  /** Only for `redriven`: what made messages fail is gone. */
  readonly repaired?: boolean;
  /** Only for `rowHeld`: how long at a time; null = to the end. */
  readonly holdNs?: Ns | null;
}

/** What requests take one of to be let through: none is given out in advance. */
export interface Tokens {
  /** Time until the next one could be had, 0 when there is one. Changes nothing. */
  waitNs(now: Ns): Ns;
  /** Takes the one that is there. */
  take(now: Ns): void;
}

/** One kind of fault: schema of its own fields, what it can target, and its edits at a strength. */
export interface FaultKind<S extends z.ZodType = z.ZodType> {
  readonly kind: string;
  readonly summary: string;
  readonly sources: readonly string[];
  /** What `target` may name. `link` = edges, components and zones (their messages); `between` for partition. */
  readonly targets: readonly (
    | 'instance'
    | 'endpoint'
    | 'row'
    | 'link'
    | 'workload'
    | 'between'
    | 'zone'
    | 'level'
    | 'snapshots'
    | 'messages'
    | 'queue'
    | 'deadLetters'
    | 'group'
  )[];
  /** Own fields, strict, described; without the common ones (id, target, at, for, ...). */
  readonly schema: S;
  /** A YAML list with one fault. */
  readonly example: string;
  /** It acts at its start and is over: it has no length. */
  readonly instant?: boolean;
  /** It may be over at its start: with a length of 0 it acts once. */
  readonly mayBeInstant?: boolean;
  /** It is about the roles of all nodes of one database, which has replicas. */
  readonly changesRoles?: boolean;
  /** It is about something that a component has once, so that none of its instances can be chosen. */
  readonly ofWhole?: boolean;
  /** Whether `share` below 100% means anything for it; only then may a scenario write it. */
  readonly takesShare: boolean;
  /**
   * There is no strength between none and full, so that a ramp would mean nothing and may not be written; also of
   * every kind that is `instant`.
   */
  readonly takesNoRamp?: boolean | ((config: z.output<S>) => boolean);
  /**
   * The edits held at a strength 0..1 of the ramp. `share` (1 unless given) is the share of requests or
   * messages hit; it is part of the value where the knob is a ratio.
   */
  edits(config: z.output<S>, strength: number, share?: number): readonly KnobEdit[];
  /** Only with the knob `throttled`: a fresh supply, as it is when the fault begins. */
  tokens?(config: z.output<S>): Tokens;
  /** Legal by itself, impossible together: messages with the field they belong to. */
  check?(config: z.output<S>, share: number): readonly { field: string; message: string }[];
}
