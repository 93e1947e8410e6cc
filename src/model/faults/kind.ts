import type { z } from 'zod';
import type { Registry } from '../data/registry.js';
import type { KnobEdit } from './knob.js';

/** One kind of fault: the schema of its own fields, its possible targets, and its edits at a strength. */
export interface FaultKind<S extends z.ZodType = z.ZodType> {
  readonly kind: string;
  readonly summary: string;
  readonly sources: readonly string[];
  /**
   * Possible targets. `link` = edges, components and zones (their messages); `edge` = the calls of an edge; `between` for partition. `configuration`:
   * it names no target, because the paths that it changes determine the components.
   */
  readonly targets: readonly (
    | 'instance'
    | 'endpoint'
    | 'row'
    | 'link'
    | 'edge'
    | 'workload'
    | 'between'
    | 'zone'
    | 'node'
    | 'level'
    | 'snapshots'
    | 'messages'
    | 'queue'
    | 'deadLetters'
    | 'group'
    | 'configuration'
  )[];
  /** Own fields, strict, described; without the common ones (id, target, at, for, ...). */
  readonly schema: S;
  /** A YAML list with one fault. */
  readonly example: string;
  /** It acts only at its start and has no duration. */
  readonly instant?: boolean;
  /** It may act only at its start: with a duration of 0 it acts once. */
  readonly mayBeInstant?: boolean;
  /** It affects the roles of all nodes of one replicated database. */
  readonly changesRoles?: boolean;
  /** It affects requests, certificates or replication: without `role` it acts on every node of a database. */
  readonly ofEveryNode?: boolean;
  /** It affects something that exists once per component, so its instances cannot be selected. */
  readonly ofWhole?: boolean;
  /** It acts on calls in the proxies of the callers of its target. */
  readonly atCaller?: true;
  /** Its messages fail in every attempt to handle them, also after its end: consumers can only give them up. */
  readonly spoilsMessages?: true;
  /** It is a change of the system by those that operate it, so that they can take it back. */
  readonly isOurs?: true;
  /** Whether `share` below 100% has a meaning; only then may a scenario set it. */
  readonly takesShare: boolean;
  /** It cannot be partly applied, so a scenario may not set a ramp. The same holds for every `instant` kind. */
  readonly takesNoRamp?: boolean | ((config: z.output<S>) => boolean);
  /**
   * The edits held at a strength 0..1 of the ramp. `share` (default 1) is the share of requests or messages hit; it is
   * part of the value if the knob is a ratio.
   */
  edits(config: z.output<S>, strength: number, share?: number): readonly KnobEdit[];
  /** Reports combinations of valid fields that are impossible together: messages with the field they belong to. */
  check?(config: z.output<S>, share: number): readonly { field: string; message: string }[];
}

/** All patterns that a plan refers to: only the board needs the kinds of faults. */
export interface FullRegistry extends Registry {
  faultKind(kind: string): FaultKind | undefined;
}
