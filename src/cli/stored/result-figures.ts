import { z } from 'zod';
import { PART_KIND, type ComponentKind } from '../../contracts/component-kind.js';
import { OUTCOME_NAMES } from '../../contracts/outcome.js';
import type { LatencyResult } from '../../contracts/result/estimate.js';
import type {
  BrokenSaga,
  DrainResult,
  MeterResult,
  MeteredResult,
  RolloutResult,
} from '../../contracts/result/meters.js';
import type { AnswerResult, ComponentResult, PoolResult } from '../../contracts/result/result.js';
import { count, estimate, orderedPair, list, mapping, number, oneOf, text } from './shapes.js';

export const componentKind = oneOf<ComponentKind>(PART_KIND);

const outcomes: z.ZodType<AnswerResult['outcomes']> = z.partialRecord(z.enum(OUTCOME_NAMES), count);

const latency = z.object({
  count,
  mean: count.nullable(),
  p50: count.nullable(),
  p90: count.nullable(),
  p95: count.nullable(),
  p99: count.nullable(),
  p999: count.nullable(),
  max: count.nullable(),
  min: count.nullable(),
  ci95: mapping(orderedPair),
  histogram: z.object({ upTo: list(count), n: list(count) }).nullable(),
}) satisfies z.ZodType<LatencyResult>;

const level = z.object({ mean: count, max: count });

const pool: z.ZodType<PoolResult> = z.object({
  wait: latency,
  waiting: level,
  open: level,
  used: level,
  size: count.nullable(),
  opened: count,
  timeouts: count,
  steps: z.object({ used: list(count), waiting: list(count) }),
});

/** Parts of a component that accounts read. */
interface ReadComponent extends Pick<ComponentResult, 'kind' | 'outcomes' | 'pools'> {
  readonly parts: Readonly<Record<string, Pick<AnswerResult, 'outcomes'>>>;
}

export const component: z.ZodType<ReadComponent> = z.object({
  kind: componentKind,
  outcomes,
  parts: mapping(z.object({ outcomes })),
  pools: mapping(pool).nullable(),
});

const counter = z.object({
  form: z.literal('counter'),
  total: number,
  each: list(number),
  steps: list(number),
});
const gauge = z.object({
  form: z.literal('gauge'),
  mean: number,
  max: number,
  each: list(number),
  steps: list(number),
  band: z.object({ low: list(number), high: list(number) }).optional(),
});
const durations = z.object({ form: z.literal('durations'), ...latency.shape });
const meter: z.ZodType<MeterResult> = z.discriminatedUnion('form', [counter, gauge, durations]);

const broken: z.ZodType<BrokenSaga> = z.object({
  rule: text.nullable(),
  replication: count,
  start: number,
  end: number,
  effects: mapping(z.tuple([count, count])),
});

const drain: z.ZodType<DrainResult> = estimate(number).and(z.object({ never: count }));

const rollout: z.ZodType<RolloutResult> = z.object({
  kind: text,
  from: text,
  to: text,
  promoted: count,
  rolledBack: count,
  running: count,
  seconds: list(count.nullable()),
});

/** Figures of a subject beyond those of requests and edges. */
export const metered: z.ZodType<MeteredResult> = z.object({
  kind: componentKind,
  meters: mapping(meter),
  broken: list(broken).optional(),
  drain: mapping(drain).optional(),
  deadLetters: list(count).optional(),
  holdsBack: z.literal(true).optional(),
  waitedHere: count.optional(),
  rollout: rollout.optional(),
  passesOn: z.literal(true).optional(),
});
