import { z } from 'zod';
import type {
  CausalRole,
  CounterfactualFault,
  CounterfactualIntervention,
  Counterfactuals,
  FailingTime,
  InterventionRole,
  MetastabilityProof,
  UnseenHarm,
  UnseenKind,
} from '../../contracts/result/counterfactual.js';
import { calmAlerts, delays } from './result-alerts.js';
import { causeKind, resource, runVerdict } from './result-cascade.js';
import { count, estimate, figure, list, mapping, number, oneOf, share, text } from './shapes.js';

const ROLES: Readonly<Record<CausalRole, 1>> = {
  cause: 1,
  amplifier: 1,
  part: 1,
  protection: 1,
  none: 1,
  undecided: 1,
};
const changeRole = oneOf<InterventionRole>({ ...ROLES, sustainer: 1, remedy: 1 });
const failing: z.ZodType<FailingTime> = z.object({ seconds: count, toEnd: z.boolean() });

/** Requests, or seconds, that are averted: fewer than none where a change does harm. */
const averted = estimate(number);

const fault: z.ZodType<CounterfactualFault> = z.object({
  fault: text,
  role: oneOf(ROLES),
  without: count.nullable(),
  withoutFailed: count.optional(),
  alone: count.nullable(),
  averted,
  share: figure,
});

const change = z.object({
  kind: causeKind,
  subject: text,
  resource: resource.optional(),
  words: text,
  setting: z.object({ path: text, from: text.nullable(), to: text.nullable() }).optional(),
  harm: count,
  averted,
  role: changeRole,
});

const price = z.object({ degraded: share, attempts: count }).optional();

const intervention: z.ZodType<CounterfactualIntervention> = change.extend({
  failed: count.optional(),
  price,
  cause: text.optional(),
  at: number.optional(),
  runs: count,
  failing,
  recovers: z.union([number, z.literal('never'), z.null()], 'a number, never or null'),
});

const unseen: z.ZodType<UnseenHarm> = z.object({
  kind: oneOf<UnseenKind>({
    unsettled: 1,
    lost: 1,
    repeated: 1,
    deadLettered: 1,
    stale: 1,
    backlog: 1,
  }),
  subject: text,
  harm: count,
  background: count,
  faults: list(fault),
  interventions: list(change),
});

const metastability: z.ZodType<MetastabilityProof> = z.object({
  usual: runVerdict,
  verdict: runVerdict,
  proof: oneOf<MetastabilityProof['proof']>({ confirmed: 1, changed: 1, open: 1 }),
  withoutTrigger: proofRun({ healthy: 1, fails: 1 }),
  loopCut: proofRun({ recovers: 1, stays: 1 }),
  loadPaused: proofRun({ recovers: 1, stays: 1 }),
});

function proofRun<End extends string>(ends: Readonly<Record<End, 1>>) {
  return z.object({ words: text, users: oneOf(ends) }).nullable();
}

/** The runs of a variant without single causes. */
export const counterfactuals: z.ZodType<Counterfactuals> = z.object({
  harm: count,
  failed: count.optional(),
  background: count,
  backgroundFailed: count.optional(),
  price,
  slow: mapping(count),
  runs: count,
  replications: count,
  failing,
  faults: list(fault),
  unseen: list(unseen).optional(),
  interventions: list(intervention),
  twin: mapping(
    z.object({ success: list(share.nullable()), p99: list(count.nullable()) }),
  ).optional(),
  calmAlerts: calmAlerts.optional(),
  delays: delays.optional(),
  metastability: metastability.optional(),
});
