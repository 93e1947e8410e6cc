import type { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import type { KnobEdit } from './knob.js';

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
  /** Legal by itself, impossible together: messages with the field they belong to. */
  check?(config: z.output<S>, share: number): readonly { field: string; message: string }[];
}
