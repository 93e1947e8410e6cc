import { z } from 'zod';
import { calmAlerts, responderDelay } from './alerts.js';
import { causeRef } from './cause.js';
import { runVerdict } from './cascade.js';
import { estimate } from './estimate.js';
import {
  count,
  figure,
  flag,
  list,
  mapping,
  number,
  oneOf,
  present,
  shape,
  share,
  text,
  unit,
  type ShapeValues,
} from './shapes.js';
import { twin } from './twin.js';

/** Requests, or seconds, that are averted: fewer than none where a change does harm. */
const averted = estimate(number);

const ROLES = ['cause', 'amplifier', 'part', 'protection', 'none', 'undecided'] as const;
const causalRole = oneOf(...ROLES);
/**
 * `cause`: alone it does harm, and without it at least half of the harm is gone, or alone it does at least half, or its
 * Shapley share is at least half. `amplifier`: alone it does no harm, and with the others it makes it worse. `part`: it
 * adds to the harm. `protection`: without it there is more harm, and alone it does none. `none`: it changes less than 2 %
 * of it either way; of faults that the account does not blame, this is presumed of each alone (`alone` null) if they make
 * no difference beside the others. `undecided`: the runs differ too much, or are too few, to say.
 */
export type CausalRole = z.output<typeof causalRole>;

const interventionRole = oneOf(...ROLES, 'sustainer', 'remedy');
/**
 * `cause`: with it at least half of the harm is averted; or, for a loop (retries, hedges, cache fill, probes), users
 * recover or fail for half the time at most. Beside a fault that is a cause, or a rise of the load that is one, such a
 * loop is a `sustainer`. Beside a fault such a condition (capacity, locks, errors ...) is a `remedy`: it would have
 * prevented the harm but did not start it. `amplifier` (a loop) and `part` (other kinds): it averts less. `protection`:
 * the harm grows without it. `none` and `undecided`: as for faults.
 */
export type InterventionRole = z.output<typeof interventionRole>;

const failingTime = shape({
  /** Length of these steps together. */
  seconds: count,
  /** The last step with requests is one of them, in most of the runs. */
  toEnd: flag,
});
/** When more than 5 % of the requests of users fail, by step of the timeline. Means over the runs. */
export type FailingTime = z.output<typeof failingTime>;

const harmPrice = shape({
  /** Share of the requests of users with a degraded response. */
  degraded: share,
  /** Attempts per call, of all calls together. */
  attempts: count,
});
/** Figures beside the harm: the price of a change. Means over the runs. */
export type HarmPrice = z.output<typeof harmPrice>;

const counterfactualFault = shape({
  fault: text,
  role: causalRole,
  /** Harm of the same runs without this fault; null = they were not made. */
  without: count.nullable(),
  /** Requests among it that fail. */
  withoutFailed: count.optional(),
  /** Harm with this fault only; null = such runs were not made. */
  alone: count.nullable(),
  /** Harm that its absence averts, run by run; no interval with a single run. */
  averted,
  /** Its Shapley share of the harm above the background, which all shares add up to; null with many faults. */
  share: figure,
});
export type CounterfactualFault = z.output<typeof counterfactualFault>;

const oneSetting = { path: text, from: text.nullable(), to: text.nullable() };
const changedSetting = shape({
  ...oneSetting,
  /** Without these the value has no effect, such as more connections than a server takes. */
  with: list(shape(oneSetting)).optional(),
});
/** A setting at a path of a patch, with its present and its new value on one line; null = nothing is there. */
export type ChangedSetting = z.output<typeof changedSetting>;

const change = {
  ...causeRef,
  /** `without the retries of front to mid`. */
  words: text,
  /** The setting that it changes, where one of the file says the same. */
  setting: changedSetting.optional(),
  /** What to write for the same effect, where no value of one setting says it. */
  remedy: text.optional(),
  /** Harm of these runs. If they have more or fewer requests, it is scaled to the number without the intervention. */
  harm: count,
  /** The cause that it takes away, where its kind and subject say too little. */
  cause: text.optional(),
  averted,
  role: interventionRole,
};

const counterfactualInterventionFields = {
  ...change,
  /** Requests among it that fail, scaled alike. */
  failed: count.optional(),
  price: harmPrice.optional(),
  /** It changes a component that others operate (`external`): it shows a cause, and is nothing that users of the file can set. */
  external: present,
  /** Of a rise of the load: when it begins. Seconds from the end of the warm-up. */
  at: number.optional(),
  /** Runs made for it. */
  runs: count,
  failing: failingTime,
  /**
   * Seconds from the time at which users begin to fail without the intervention until the last time at which they fail
   * with it; null = they never fail, `never` = they fail to the end.
   */
  recovers: z.union([number, z.literal('never'), z.null()], 'a number, never or null'),
};
/** A possible cause other than a fault, and the same runs with it taken away or changed. */
export interface CounterfactualIntervention extends ShapeValues<
  typeof counterfactualInterventionFields
> {}
const counterfactualIntervention: z.ZodType<CounterfactualIntervention> = shape(
  counterfactualInterventionFields,
);

/** A change of how messages are handled, and the same runs with it. */
export type UnseenIntervention = Pick<CounterfactualIntervention, keyof typeof change>;

const unseenKind = oneOf('unsettled', 'lost', 'repeated', 'deadLettered', 'stale', 'backlog');
/** Kinds of harm that no request of a user shows. They are the kinds of the events of it. */
export type UnseenKind = z.output<typeof unseenKind>;

const harm = {
  /** Harm of the variant as it is, and the requests among it that fail; the others are slow. */
  harm: count,
  /** Harm with no fault at all, and the requests among it that fail. */
  background: count,
  /** In the order of the variant's faults. */
  faults: list(counterfactualFault),
};

const unseenHarmFields = {
  /** `harm` and `background` count sagas, messages or reads per run; of a `backlog`, messages that wait, as a mean. */
  kind: unseenKind,
  subject: text,
  ...harm,
  /** Changes that may avert it; `harm` is counted in the same way. */
  interventions: list(shape(change)),
};
/** Harm that no request of a user shows, and what the faults have to do with it. */
export interface UnseenHarm extends ShapeValues<typeof unseenHarmFields> {}
const unseenHarm: z.ZodType<UnseenHarm> = shape(unseenHarmFields);

const budgetTrial = {
  value: figure,
  /** Whether these runs hold the budget. */
  holds: flag,
  /** They do not decide it. */
  isOpen: present,
};
/** A broken budget in further runs. */
export type BudgetTrial = ShapeValues<typeof budgetTrial>;

const budgetProof = shape({
  text,
  unit,
  /** Its value in the same replications of the variant as it is. */
  value: figure,
  /** Without any fault; null in a variant that has none. */
  calm: shape(budgetTrial).nullable(),
  /** Without each fault that such runs were made for. */
  faults: list(shape({ fault: text, ...budgetTrial })),
  interventions: list(shape({ ...causeRef, words: text, ...budgetTrial })),
});
/**
 * A budget that a variant breaks, and the same budget in its further runs: what it breaks for. After these come budgets
 * that it holds, with the changes that break them.
 */
export type BudgetProof = z.output<typeof budgetProof>;

/** Further runs, and how users fare in their last 20 s. */
const proofRun = <const End extends string>(...ends: readonly [End, ...End[]]) =>
  shape({
    /** `with the retries of front to mid cut at 41 s`. */
    words: text,
    users: oneOf(...ends),
  }).nullable();

const metastabilityProof = shape({
  /** The verdict of most of the usual runs. */
  usual: runVerdict,
  /** The verdict after the further runs. */
  verdict: runVerdict,
  /** `confirmed`, `changed`, or `open`: these runs do not decide. */
  proof: oneOf('confirmed', 'changed', 'open'),
  /** Without its trigger: the faults, or the rise of the load. null = no such run, or it does not decide. */
  withoutTrigger: proofRun('healthy', 'fails'),
  /** With the retries and hedges of its loop cut from the end of the trigger on. */
  loopCut: proofRun('recovers', 'stays'),
  /** With no load for a while from the end of the trigger on. */
  loadPaused: proofRun('recovers', 'stays'),
});
/** What runs without the trigger, without the sustaining loop and with a pause of the load say about a verdict. */
export type MetastabilityProof = z.output<typeof metastabilityProof>;

const counterfactualsFields = {
  ...harm,
  failed: count.optional(),
  backgroundFailed: count.optional(),
  price: harmPrice.optional(),
  /**
   * By kind of request: a success is slow above this latency, twice the p99 without faults. In a variant without faults
   * it is twice the least p99 of its interventions. Seconds.
   */
  slow: mapping(count),
  /** Runs made for it, all replications together. */
  runs: count,
  /** Replications that were repeated, counted from the first; all figures here are of these. */
  replications: count,
  /** When users fail in the variant as it is. */
  failing: failingTime,
  /** What goes wrong without any failed request; absent if there is nothing of the kind, or no fault. */
  unseen: list(unseenHarm).optional(),
  /** Those that change most come first. */
  interventions: list(counterfactualIntervention),
  /** Budgets in the further runs; absent if the variant breaks none. */
  budgets: list(budgetProof).optional(),
  /** The runs without any fault; absent in a variant that has none. */
  twin: twin.optional(),
  /** Alerts in these runs; absent without alerts. */
  calmAlerts: calmAlerts.optional(),
  /** What each minute of the responders is worth, the earliest first; absent without responders. */
  delays: list(responderDelay).optional(),
  /** Of a variant whose runs stay down: whether further runs confirm that verdict. */
  metastability: metastabilityProof.optional(),
};
/**
 * A variant run again without some of its faults, and with other possible causes taken away, with the same random
 * numbers. Harm is the number of requests of users per run that fail, or succeed later than `slow`. Rollouts count as
 * faults.
 */
export interface Counterfactuals extends ShapeValues<typeof counterfactualsFields> {}
export const counterfactuals: z.ZodType<Counterfactuals> = shape(counterfactualsFields);
