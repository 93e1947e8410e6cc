import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import { from, list, map, plain, type Written, type WrittenMap } from '../../written.js';
import type { System } from '../../system.js';
import { namespaceOf } from '../kind.js';
import { backgroundOf } from './analyses.js';
import { amountOf, secondsOf } from './quantities.js';

/** The strategy of a Rollout of Argo, at rest. Source: argo-rollouts, docs/features/specification.md. */
export function argoRolloutOf(document: Cell, system: System): Written | undefined {
  const spec = document.get('spec');
  const strategy = spec?.get('strategy');
  const canary = strategy?.get('canary');
  const blueGreen = strategy?.get('blueGreen');
  if (blueGreen !== undefined) return blueGreenOf(blueGreen, spec);
  if (canary === undefined) return undefined;
  const analysis = backgroundOf(canary, namespaceOf(document), system);
  listBelow(canary, SERVICES);
  const steps = (canary.get('steps')?.items() ?? []).flatMap(stepOf);
  const surge = {
    maxSurge: amountOf(canary.get('maxSurge')),
    maxUnavailable: amountOf(canary.get('maxUnavailable')),
    minReady: secondsOf(spec?.get('minReadySeconds')),
  };
  // Without steps a canary is a rolling update.
  if (steps.length === 0) return map({ kind: plain('rolling'), ...surge });
  const routing = canary.get('trafficRouting');
  const scaleDownDelay = secondsOf(canary.get('scaleDownDelaySeconds'));
  if (routing === undefined)
    return map({
      ...{ kind: plain('canary'), routing: plain('replicas'), ...surge },
      ...{ steps: list(steps), analysis },
    });
  const { minReady } = surge;
  return map({
    ...{ kind: plain('canary'), routing: plain('weighted'), minReady, scaleDownDelay },
    ...{ steps: list(steps), analysis },
  });
}

function blueGreenOf(strategy: Cell, spec: Cell | undefined): Written {
  listBelow(strategy, SERVICES);
  const promotion = strategy.get('autoPromotionEnabled');
  const count = strategy.get('previewReplicaCount');
  const preview = count?.number();
  return map({
    kind: plain('blueGreen'),
    minReady: secondsOf(spec?.get('minReadySeconds')),
    preview: preview === undefined || preview < 1 ? undefined : from(preview, count),
    autoPromotion: promotion?.value === false ? from(false, promotion) : undefined,
    scaleDownDelay: secondsOf(strategy.get('scaleDownDelaySeconds')),
  });
}

function stepOf(step: Cell): readonly WrittenMap[] {
  const weight = step.get('setWeight');
  if (weight !== undefined) return [map({ weight: from(`${weight.text()}%`, weight) })];
  const scale = step.get('setCanaryScale', 'weight');
  if (scale !== undefined) return [map({ scale: from(`${scale.text()}%`, scale) })];
  const pause = step.get('pause');
  if (pause !== undefined) {
    const duration = pause.get('duration');
    const [, number, unit] = /^(\d+)([smh]?)$/.exec(duration?.text() ?? '') ?? [];
    if (number !== undefined) return [map({ pause: from(`${number}${unit || 's'}`, duration) })];
    if (duration === undefined) return [map({ pause: plain('none') })];
  }
  const isJudged = step.get('analysis') !== undefined;
  step.list(isJudged ? ONCE : 'this step has no counterpart: write `routes` to simulate it');
  return [];
}

const ONCE =
  'a step that judges the new version once: `analysis` with `from` judges it from that weight on';
const SERVICES = {
  activeService: REASON.name,
  previewService: REASON.name,
  canaryService: REASON.name,
  stableService: REASON.name,
  trafficRouting: 'which product splits the requests: they are split exactly',
  prePromotionAnalysis: 'the new version gets no requests of users before',
  postPromotionAnalysis: 'write `analysis` in `rollout`',
  analysis: 'it has no metric with a counterpart in these files: write `analysis` in `rollout`',
  autoPromotionEnabled: 'is so by default',
};
