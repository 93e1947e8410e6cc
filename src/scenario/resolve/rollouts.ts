import {
  ANALYSIS_RULES,
  ERROR_LIMIT,
  type Amount,
  type Rollout,
  type RolloutStep,
  type WrittenRollout,
} from '../../contracts/scenario/rollouts.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import { parseRolloutExpectation } from '../rollout-text.js';
import type { VersionedOutput } from '../schema/versions.js';
import type { Cursor } from './context.js';
import { checkKeyName } from './targets.js';

/**
 * Default surge and unavailability of Kubernetes and Argo Rollouts (deployment defaults.go;
 * utils/defaults/defaults.go).
 */
const QUARTER: Amount = { unit: 'percent', value: 25 };
const KEPT_NS = 30 * NS_PER_SECOND;

/** The fields of each kind of rollout; other fields do not apply to it. */
const FIELDS: Readonly<Record<Rollout['kind'], ReadonlySet<string>>> = {
  rolling: new Set(['maxSurge', 'maxUnavailable', 'minReady']),
  recreate: new Set(),
  blueGreen: new Set(['preview', 'autoPromotion', 'scaleDownDelay', 'analysis', 'onFailure']),
  canary: new Set([
    'maxSurge',
    'maxUnavailable',
    'minReady',
    'scaleDownDelay',
    'steps',
    'analysis',
    'onFailure',
    'sticky',
    'routing',
  ]),
};

/** Remarks on a strategy that no version uses yet. Its time shows that one is meant: without a version it is a mistake. */
export function remarkAtRest(here: Cursor): void {
  const at = here.in('rollout');
  if (at.in('at').written() === undefined)
    at.remark(
      'a strategy at rest: nothing is rolled out until `to` names a version; write it in a variant, for example',
    );
  else
    at.in('at').conflict(
      'nothing is rolled out without `to`: versions: { v1: {}, v2: {} } and to: v2 replace all instances by equal ones, as ' +
        'kubectl rollout restart does. If only another variant names the version, write `at` in that variant',
    );
}

/** Resolves `rollout`; `replicas` is the largest number of replicas. null = none. */
export function rolloutOf(
  here: Cursor,
  output: VersionedOutput,
  first: string,
  others: readonly string[],
  replicas: number,
): Rollout | null {
  const { rollout: own } = output;
  if (own === null) return null;
  const at = here.in('rollout');
  checkFields(at, own);
  if (own.to === null) {
    remarkAtRest(here);
    return null;
  }
  const to = others.indexOf(own.to);
  if (own.to === first) {
    const isSaid = output.version !== null;
    const which = isSaid ? '' : ', the first by name (write version for another)';
    const message = `${first} runs from the start${which}; a rollout needs a different version`;
    at.in('to').conflict(message);
  } else isVersion(at.in('to'), own.to, others);
  if (own.maxSurge?.value === 0 && own.maxUnavailable?.value === 0) {
    const message = 'with maxSurge: 0 the rollout could never start: write 1 or more';
    at.in('maxUnavailable').conflict(message);
  }
  if ((own.preview ?? 0) > replicas) {
    const message = `the preview has ${own.preview} replicas, more than the ${replicas} of the service`;
    at.in('preview').conflict(message);
  }
  if (own.sticky !== null) checkKeyName(at.in('sticky'), own.sticky);
  if (own.sticky !== null && own.routing === 'replicas') {
    const message =
      'with routing: replicas no gateway splits the requests, so sticky has no effect: remove it';
    at.in('sticky').conflict(message);
  }
  return {
    ...own,
    to,
    maxSurge: own.maxSurge ?? QUARTER,
    maxUnavailable: own.maxUnavailable ?? QUARTER,
    minReadyNs: own.minReadyNs ?? 0,
    autoPromotion: own.autoPromotion ?? true,
    scaleDownDelayNs: keptNs(at, own),
    steps: (own.steps ?? []).map((step, index) => stepOf(at.in('steps', index), step)),
    analysis: analysisOf(at, own),
    onFailure: own.onFailure ?? 'rollback',
    routing: own.routing ?? 'weighted',
  };
}

function checkFields(here: Cursor, own: WrittenRollout): void {
  const wrong = here.conflicts();
  const all = new Set(Object.values(FIELDS).flatMap((fields) => [...fields]));
  here.refuse(
    [...all].filter((key) => !FIELDS[own.kind].has(key)),
    (key) => {
      const kinds = Object.keys(FIELDS).filter((kind) => FIELDS[kind as Rollout['kind']].has(key));
      return `${key} applies only to ${kinds.join(' and ')}, and the kind is ${own.kind}: remove it`;
    },
  );
  if (own.kind === 'canary' && own.steps === null) {
    const message = 'steps is missing: write a list, as in [ { weight: 10% }, { pause: 5m } ]';
    here.report('FL203', message);
  }
  if (own.analysis === null && own.onFailure !== null) {
    wrong('onFailure', 'has no effect without analysis: write analysis');
  }
  if (own.routing === 'replicas') {
    if (own.kind === 'canary' && own.scaleDownDelayNs !== null) {
      const message =
        'with routing: replicas an old replica ends when a new one has taken its place, so ' +
        'scaleDownDelay has no effect: remove it';
      wrong('scaleDownDelay', message);
    }
    for (const [index, { scale }] of (own.steps ?? []).entries()) {
      if (scale === undefined) continue;
      const message =
        'with routing: replicas the weight is the share of the replicas: remove scale';
      here.in('steps', index).conflict(message);
    }
  } else if (own.kind === 'canary') {
    const why = (key: string): string =>
      `${key} applies only to routing: replicas; with weights the old version keeps all its replicas`;
    here.refuse(['maxSurge', 'maxUnavailable'], why);
  }
}

/**
 * How long replicas without requests are kept. With an analysis of a blue-green rollout at least one interval
 * (argo-rollouts docs/features/bluegreen.md, scaleDownDelaySeconds).
 */
function keptNs(here: Cursor, own: WrittenRollout): number {
  const { scaleDownDelayNs, analysis, kind } = own;
  if (kind !== 'blueGreen' || analysis === null) return scaleDownDelayNs ?? KEPT_NS;
  if (scaleDownDelayNs === null) return Math.max(KEPT_NS, analysis.intervalNs);
  if (scaleDownDelayNs < analysis.intervalNs) {
    const message =
      'the old replicas would be removed before the first analysis: write at least ' +
      'analysis.interval, or remove it';
    here.in('scaleDownDelay').conflict(message);
  }
  return scaleDownDelayNs;
}

function stepOf(here: Cursor, own: NonNullable<WrittenRollout['steps']>[number]): RolloutStep {
  const { weight, pause, scale } = own;
  const written = [weight, pause, scale].filter((value) => value !== undefined).length;
  if (written !== 1) {
    here.conflict('a step needs exactly one of weight, pause and scale');
  }
  if (weight !== undefined) return { step: 'weight', weight };
  if (scale !== undefined) return { step: 'scale', share: scale };
  return { step: 'pause', forNs: pause ?? null };
}

function analysisOf(here: Cursor, own: WrittenRollout): Rollout['analysis'] {
  const { analysis } = own;
  if (analysis === null) return null;
  const expect = analysis.expect.flatMap((text, index) => {
    const parsed = parseRolloutExpectation(text);
    if (parsed.ok) return [parsed.expectation];
    here.in('analysis', 'expect', index).report('FL501', parsed.message, parsed);
    return [];
  });
  const { kind, intervalNs, failureLimit, errorLimit, from } = analysis;
  if (from !== null) checkFrom(here.in('analysis', 'from'), own, from);
  const rules = ANALYSIS_RULES[kind];
  const noData = analysis.noData ?? rules.noData;
  if (errorLimit !== null && noData !== 'error') {
    const message = `no analysis is in error with noData: ${noData}: remove errorLimit, or write noData: error`;
    here.in('analysis', 'errorLimit').conflict(message);
  }
  return {
    ...{ expect, intervalNs, from: from ?? 0, failureLimit, noData },
    minSamples: analysis.minSamples ?? rules.minSamples,
    inconclusiveLimit: analysis.inconclusiveLimit ?? (noData === 'pause' ? 0 : Infinity),
    errorLimit: errorLimit ?? ERROR_LIMIT,
    halts: rules.halts,
  };
}

/** Reports a weight from which on nothing would be analysed. */
function checkFrom(here: Cursor, own: WrittenRollout, from: number): void {
  if (own.kind !== 'canary') {
    here.conflict(`from applies only to canary, and the kind is ${own.kind}: remove it`);
    return;
  }
  const weights = (own.steps ?? []).flatMap(({ weight }) => weight ?? []);
  const most = Math.max(0, ...weights);
  if (from === 0) {
    here.conflict('the analysis begins with the first weight above 0%: remove from');
  } else if (from > most) {
    const message =
      `no step has this weight, the largest is ${most * 100}%, so nothing would be analysed: lower ` +
      'from, or add a step';
    here.conflict(message);
  }
}

/** Whether a version is one of those that a component has. Reports others. */
export function isVersion(here: Cursor, version: string, allowed: readonly string[]): boolean {
  return here.isOneOf(version, allowed, `there is no version ${version}`);
}
