import type { EnoughChanges } from '../../contracts/result/enough.js';
import { z } from 'zod';
import type {
  Incomplete,
  ReplicationSummary,
  ReportInfo,
  Result,
  StoppedRun,
  Topology,
  TopologyNode,
  UnfinishedVariant,
  VariantResult,
  VariantSummary,
} from '../../contracts/result/result.js';
import type { FaultInfo } from '../../contracts/result/result.js';
import { sealOf } from '../../text/seal.js';
import type { Stored } from './envelope.js';
import { alerts } from './result-alerts.js';
import { budget, comparison, hypothesis } from './result-budgets.js';
import { cascade } from './result-cascade.js';
import { component, componentKind, metered } from './result-figures.js';
import { counterfactuals } from './result-proofs.js';
import { until } from './result-until.js';
import { tipping } from './result-tipping.js';
import {
  count,
  digest,
  estimate,
  figure,
  isInOrder,
  list,
  mapping,
  number,
  oneOf,
  sha256,
  share,
  text,
} from './shapes.js';

const node: z.ZodType<TopologyNode> = z.object({
  name: text,
  kind: componentKind,
  title: text.nullable(),
  replicas: count,
  scaling: z.object({ min: count, max: count }).optional(),
  concurrency: count.nullable(),
  queueCapacity: count.nullable(),
  cores: count.nullable(),
  runtime: oneOf<TopologyNode['runtime']>({ threads: 1, async: 1, eventLoop: 1 }),
  external: z.boolean(),
  critical: z.boolean(),
  depth: count,
  parts: list(text),
  zones: list(text.nullable()),
});

const topology: z.ZodType<Topology> = z.object({
  nodes: list(node),
  edges: list(z.object({ from: text, to: text, parts: list(text) })),
});

const report: z.ZodType<ReportInfo> = z.object({
  focus: list(text),
  exemplars: count,
  slo: z.object({ success: share.nullable(), latency: count.nullable() }).nullable(),
  groups: mapping(list(text)),
  hide: list(text),
});

const fault: z.ZodType<FaultInfo> = z.object({
  id: text,
  kind: text,
  target: list(text),
  spans: list(z.object({ from: number, until: number }).check(isInOrder)),
  words: text,
});

const stopped: z.ZodType<StoppedRun> = z.object({
  reason: oneOf<StoppedRun['reason']>({ events: 1, instant: 1, depth: 1, memory: 1 }),
  replication: count,
  at: figure,
  detail: text,
});

const unfinished: z.ZodType<UnfinishedVariant> = z.object({
  variant: text,
  finished: count,
  stopped: stopped.nullable(),
});

const incomplete: z.ZodType<Incomplete> = z.object({
  asked: count,
  interrupted: z.boolean(),
  variants: list(unfinished),
});

const replication: z.ZodType<ReplicationSummary> = z.object({
  replication: count,
  digest,
  stop: text,
  requests: count,
  unfinished: count,
  attempts: count,
  events: count,
});

const never = z.object({ never: count });
const latency = z.object({
  mean: estimate(count),
  p50: estimate(count),
  p90: estimate(count),
  p95: estimate(count),
  p99: estimate(count),
  p999: estimate(count),
  max: estimate(count),
});

const summary: z.ZodType<VariantSummary> = z.object({
  requests: count,
  success: estimate(share),
  degraded: estimate(share).optional(),
  slow: estimate(share).optional(),
  goodput: estimate(count),
  latency,
  successLatency: latency,
  attemptsPerCall: estimate(count).and(z.object({ unsent: z.literal(true).optional() })),
  amplification: estimate(count).and(z.object({ edge: text.nullable() })),
  wasted: estimate(share),
  recovery: estimate(count).and(never.extend({ fault: text.nullable() })),
  latencyRecovery: estimate(count).and(never),
  during: list(z.object({ request: text, fault: text, success: estimate(share) })),
  blastRadius: estimate(count),
  cost: estimate(count).optional(),
  costPerMillion: estimate(count).optional(),
});

/** Parts of a variant that no account reads as a whole: else only their sizes and their numbers are checked. */
type Unread =
  | 'components'
  | 'edges'
  | 'timeline'
  | 'journal'
  | 'exemplars'
  | 'patch'
  | 'headroom'
  | 'contributors'
  | 'blame'
  | 'faultTimes';

/** A change from the baseline; the values are those of a scenario. */
const change = z.object({
  path: text,
  from: z.unknown(),
  to: z.unknown(),
  isQuestion: z.literal(true).optional(),
});

const enough: z.ZodType<EnoughChanges> = z.object({
  paths: list(text),
  failed: count,
  failedWithAll: count,
  failedBefore: count,
  runs: count,
  isCut: z.literal(true).optional(),
});

const variant: z.ZodType<Omit<VariantResult, Unread>> = z.object({
  name: text,
  title: text.nullable(),
  description: text.nullable(),
  baseline: z.boolean(),
  otherLoad: z.literal(true).optional(),
  reference: text.optional(),
  changes: list(change).optional(),
  enough: enough.optional(),
  tipping: tipping.optional(),
  nodes: list(node).optional(),
  faults: list(fault),
  perReplication: list(replication),
  counterfactuals: counterfactuals.optional(),
  cascade,
  budgets: list(budget),
  expectations: list(budget).optional(),
  summary,
  unfinished: unfinished.optional(),
  alerts: alerts.optional(),
  components: mapping(component),
  metered: mapping(metered),
  timeline: z.object({ series: mapping(z.object({})) }),
});

const schema: z.ZodType<Omit<Result, 'variants'>> = z.object({
  faultline: z.literal(1),
  checksum: digest,
  scenario: z.object({
    title: text,
    description: text.nullable(),
    sha256,
    whatIf: z.object({ set: list(text), as: text.nullable() }).optional(),
    guesses: list(z.object({ path: text, value: text, at: text })).optional(),
  }),
  seed: z.int().min(0),
  replications: z.int().min(1),
  engine: z.object({ version: text }),
  digest,
  run: z.object({
    duration: count,
    warmup: count,
    pilots: count.optional(),
    drain: count.nullable(),
    step: count,
  }),
  report,
  topology,
  faults: list(fault),
  variants: list(variant).min(1),
  hypothesis: hypothesis.nullable(),
  comparisons: list(comparison),
  warnings: list(text),
  alarms: list(text).optional(),
  until: until.optional(),
  incomplete: incomplete.optional(),
});

/** The document of `run`, `compare` and `check`. */
export const RESULT: Stored<Result> = {
  name: 'result document',
  format: 1,
  isOfVersion: true,
  seal: { field: 'checksum', of: sealOf },
  schema,
};
