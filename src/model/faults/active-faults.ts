import { samplers } from '../../kernel/distribution.js';
import type { StreamKey } from '../../kernel/rng.js';
import { KNOBS } from '../../spec/fault.js';
import type { FaultKind, KnobEdit, KnobName, Tokens } from '../../spec/fault.js';
import { OUTCOME, outcomeOfStatus, withStatus } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import type { PlanFault } from '../../spec/plan.js';
import type { DelayMemory, ExtraDelay } from '../link.js';
import type { RowHold } from '../sections/intruders.js';
import type { LeakRate } from '../serving/leak.js';
import type { Injection, Injections, Throttle } from '../world.js';

/** In place of the index of a fault that is over, where an instance has not recovered from it. */
export const OVER = -1;

/** One fault while it is active. */
export interface Active {
  readonly fault: PlanFault;
  readonly kind: FaultKind;
  /** Or OVER. */
  readonly index: number;
  readonly instances: readonly number[];
  edits: readonly KnobEdit[];
  readonly key: StreamKey;
  /** By link: what its messages remember of each other. */
  readonly memories: Map<number, DelayMemory>;
  /** By subject: what is left of the limit that this fault has put before it. */
  readonly tokens: Map<number, Tokens>;
}

/** All edits of one knob by the faults that hit a subject, combined by the rule of the knob. */
export function effectiveOf(name: KnobName, hitting: readonly Active[]): number {
  const { combine, neutral } = KNOBS[name];
  let value: number = neutral;
  for (const { edits } of hitting) {
    for (const edit of edits) {
      if (edit.knob !== name) continue;
      if (combine === 'product') value *= edit.value;
      else if (combine === 'sum') value += edit.value;
      else if (combine === 'max') value = Math.max(value, edit.value);
      else if (combine === 'min') value = Math.min(value, edit.value);
      else value = 1 - (1 - value) * (1 - edit.value);
    }
  }
  return value;
}

/**
 * What the faults that hit a subject answer in its place. `subject`: a component, whose instances have their
 * limits in common, or below 0 a part.
 */
export function injectionsOf(hitting: readonly Active[], subject: number): Injections | null {
  const errors: Injection[] = [];
  const throttles: Throttle[] = [];
  for (const active of hitting) {
    for (const edit of active.edits) {
      const { knob, value, status } = edit;
      if (knob === 'throttled') throttles.push(throttleOf(active, edit, subject));
      if (knob !== 'errorBefore' && knob !== 'errorAfter') continue;
      errors.push({
        share: value,
        afterWork: knob === 'errorAfter',
        outcome: status === undefined ? OUTCOME.serverError : outcomeOfStatus(status),
        key: active.key,
      });
    }
  }
  return errors.length + throttles.length > 0 ? { errors, throttles } : null;
}

/** What is left of a limit outlives the coming and going of other faults. */
function throttleOf(active: Active, { status, grainNs = 0 }: KnobEdit, subject: number): Throttle {
  let tokens = active.tokens.get(subject);
  if (tokens === undefined) {
    tokens = active.kind.tokens!(active.fault.config);
    active.tokens.set(subject, tokens);
  }
  return { tokens, refusal: throttledWith(status!), grainNs };
}

/** A refusal for the rate is that with any status of a client's error (DynamoDB: 400); 5xx say no more than they do. */
function throttledWith(status: number): Outcome {
  return status < 500 ? withStatus(OUTCOME.throttled, status) : outcomeOfStatus(status);
}

/** By fault: how an instance loses memory. */
export function leaksOf(hitting: readonly Active[]): Map<number, LeakRate> {
  const rates = new Map<number, LeakRate>();
  for (const { edits, index } of hitting) {
    for (const { knob, value, perRequest, most } of edits) {
      if (knob !== 'leaking') continue;
      rates.set(index, { perNs: value, perRequest: perRequest ?? 0, most: most ?? Infinity });
    }
  }
  return rates;
}

/** The rows of a part that faults hold. */
export function rowsHeld(hitting: readonly Active[]): RowHold[] {
  return hitting.flatMap(({ edits, index }) =>
    edits.flatMap(({ knob, value, holdNs }) =>
      knob === 'rowHeld' ? [{ fault: index, value, holdNs: holdNs ?? null }] : [],
    ),
  );
}

/** What the active faults add to the delays of a link. */
export function extrasOf(all: readonly Active[], link: number): ExtraDelay[] {
  const extras: ExtraDelay[] = [];
  for (const active of all) {
    const { fault, edits, key } = active;
    const hit = fault.links.find((candidate) => candidate.link === link);
    if (hit === undefined) continue;
    for (const { knob, distribution, correlation } of edits) {
      if (knob !== 'delay' || distribution === undefined) continue;
      const sampler = samplers.add(distribution);
      const memory = correlation === undefined ? null : memoryOf(active, link, correlation);
      extras.push({ sampler, key, share: fault.share, direction: hit.direction, memory });
    }
  }
  return extras;
}

/** The steps of a ramp do not forget. */
function memoryOf({ memories }: Active, link: number, correlation: number): DelayMemory | null {
  if (correlation === 0) return null;
  let memory = memories.get(link);
  if (memory === undefined) memories.set(link, (memory = { correlation, request: -1, answer: -1 }));
  return memory;
}
