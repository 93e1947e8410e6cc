import type { Scenario } from '../../spec/scenario/scenario.js';
import type {
  Amount,
  Rollout,
  RolloutAnalysis,
  RolloutStep,
  Versions,
} from '../../spec/scenario/versions.js';
import { all, setFieldsText } from './fields.js';
import { lines, plainText, quantityText } from './values.js';

const IN_PLACE = all('hidden', 'maxSurge', 'maxUnavailable');
const NEVER = 'false, so it never takes over: its preview replicas run without traffic';

/** The versions of services, and how one replaces another. */
export function versionLines({ services }: Scenario): readonly string[] {
  return lines(services, ({ versions }) => (versions === null ? '' : textOf(versions)));
}

function textOf({ first, others, counts, rollout }: Versions): string {
  const names = [first, ...others.map((version) => version.name)];
  if (counts !== null) return names.map((name, at) => `${counts[at]} of ${name}`).join(', ');
  if (rollout === null) return `${first} runs`;
  return `${first} to ${names[rollout.to + 1]}, ${rolloutText(rollout)}`;
}

/** The fields that have an effect in a rollout of its kind. */
function rolloutText({ onFailure, analysis, steps, ...own }: Rollout): string {
  const isCanary = own.kind === 'canary';
  const isBlueGreen = own.kind === 'blueGreen';
  const byReplicas = isCanary && own.routing === 'replicas';
  const inPlace = own.kind === 'rolling' || byReplicas;
  const judged = analysis === null ? {} : { analysis: analysisText(analysis), onFailure };
  return setFieldsText(
    { ...own, steps: `[${steps.map(stepText).join(', ')}], then 100%`, ...judged },
    {
      to: 'hidden',
      ...(isCanary ? {} : all('hidden', 'steps', 'routing')),
      ...(inPlace ? { maxSurge: amount, maxUnavailable: amount } : IN_PLACE),
      ...(isBlueGreen || (isCanary && !byReplicas) ? {} : all('hidden', 'scaleDownDelayNs')),
      autoPromotion: (isAuto) => (!isBlueGreen ? null : isAuto ? 'true' : NEVER),
    },
  );
}

function analysisText({ expect, ...rest }: RolloutAnalysis): string {
  return plainText({ expect: expect.map(({ text }) => text), ...rest });
}

function stepText(step: RolloutStep): string {
  switch (step.step) {
    case 'weight':
      return quantityText(step.weight, 'share');
    case 'scale':
      return `scale ${quantityText(step.share, 'share')}`;
    case 'pause':
      return `pause ${plainText(step.forNs, 'forNs')}`;
  }
}

function amount({ unit, value }: Amount): string {
  return unit === 'percent' ? `${value}%` : String(value);
}
