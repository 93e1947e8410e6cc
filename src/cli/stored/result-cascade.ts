import { z } from 'zod';
import { REMEDIES } from '../../analysis/story/ending-words.js';
import { CAUSE_TEXTS } from '../../analysis/story/proven-conditions.js';
import { EVENT_LOOKS } from '../../report/event-looks.js';
import type {
  CascadeEvent,
  CascadeResult,
  Ending,
  EventFigure,
  HealthState,
  Influence,
  RunVerdict,
} from '../../contracts/result/cascade.js';
import type {
  CauseFact,
  CauseKind,
  CauseUnit,
  Known,
  KnownCause,
  Resource,
} from '../../contracts/result/cause.js';
import {
  count,
  estimate,
  figure,
  isInOrder,
  list,
  mapping,
  number,
  oneOf,
  share,
  text,
} from './shapes.js';

export const runVerdict = oneOf<RunVerdict>({
  untouched: 1,
  recovered: 1,
  slowRecovery: 1,
  metastable: 1,
  overloaded: 1,
  lost: 1,
  undecided: 1,
});
export const causeKind = oneOf<CauseKind>(CAUSE_TEXTS);
export const resource = oneOf<Resource>({
  workers: 1,
  cores: 1,
  connections: 1,
  queue: 1,
  memory: 1,
  bandwidth: 1,
  consumers: 1,
});

const eventFigure: z.ZodType<EventFigure> = z.object({
  metric: oneOf<EventFigure['metric']>({
    success: 1,
    goodput: 1,
    latency: 1,
    unanswered: 1,
    workers: 1,
    queue: 1,
    waiting: 1,
  }),
  value: count,
  unit: oneOf<EventFigure['unit']>({ share: 1, seconds: 1, count: 1 }),
  usual: count.optional(),
  until: number.optional(),
});

/** What happens at a component, as a whole or as the first thing that gives in. */
export const eventKind = oneOf<CascadeEvent['kind']>(EVENT_LOOKS);

const event: z.ZodType<CascadeEvent> = z.object({
  at: number,
  kind: eventKind,
  subject: text,
  ends: oneOf<NonNullable<CascadeEvent['ends']>>({ backlog: 1, stale: 1, blocked: 1 }).optional(),
  episodes: count.optional(),
  isChronic: z.literal(true).optional(),
  places: list(text).optional(),
  cause: text.nullable(),
  mechanism: text.nullable(),
  text,
  head: text.optional(),
  detail: text.optional(),
  figure: eventFigure.optional(),
  runs: count,
});

const state = z
  .object({
    from: number,
    until: number,
    state: oneOf<HealthState>({ ok: 1, degraded: 1, failing: 1, down: 1 }),
  })
  .check(isInOrder);

const influence: z.ZodType<Influence> = z.object({
  from: text,
  to: text,
  at: number,
  mechanism: text,
  share,
  text,
});

const ending: z.ZodType<Ending> = z.object({
  verdict: runVerdict,
  reason: oneOf<Ending['reason']>(REMEDIES),
  subject: text.nullable(),
  value: figure,
});

const cause: z.ZodType<KnownCause> = z.object({
  kind: causeKind,
  subject: text,
  resource: resource.optional(),
  role: oneOf<CauseFact['role']>({ cause: 1, amplifier: 1 }),
  fault: text.optional(),
  at: number,
  until: figure,
  text,
  value: figure,
  unit: oneOf<CauseUnit>({ share: 1, perSecond: 1, times: 1, count: 1, seconds: 1 }).nullable(),
  mechanism: text.nullable(),
  evidence: text,
  share: share.nullable(),
  averted: share.optional(),
  // Documents of earlier versions hold what was inferred.
  known: oneOf<Known>({ proved: 1, likely: 1, guess: 1 }).default('likely'),
});

/** The cascade of a variant. */
export const cascade: z.ZodType<CascadeResult> = z.object({
  events: list(event),
  states: mapping(list(state)),
  influences: list(influence),
  loops: list(z.object({ through: list(text), mechanism: text })),
  blastRadius: estimate(count),
  depth: count,
  collateral: list(text),
  goodputLost: estimate(number),
  verdicts: list(runVerdict),
  endings: list(ending),
  metastable: share,
  elsewhere: list(z.object({ subject: text, runs: count })),
  causes: list(cause),
  innocent: list(z.object({ fault: text, reason: text })),
  sentence: text,
});
