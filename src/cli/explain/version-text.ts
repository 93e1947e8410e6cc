import { formatDuration } from '../../spec/quantities/quantity-text.js';
import type { Scenario } from '../../spec/scenario/scenario.js';
import type { Versions } from '../../spec/scenario/services.js';
import type { Amount, Rollout, RolloutStep } from '../../spec/scenario/rollouts.js';
import { exactShare } from '../../text/figures.js';
import { sorted } from './values.js';

/** The versions of services, and how one replaces another. */
export function versionLines({ services }: Scenario): readonly string[] {
  return sorted(services).flatMap(([name, { versions }]) =>
    versions === null ? [] : [`${name}: ${textOf(versions)}`],
  );
}

function textOf(versions: Versions): string {
  const { first, others, counts, rollout } = versions;
  const names = [first, ...others.map((version) => version.name)];
  if (counts !== null) {
    return names.map((name, version) => `${counts[version]} of ${name}`).join(', ');
  }
  if (rollout === null) return `${first} runs`;
  return [`${first} to ${names[rollout.to + 1]}`, ...rolloutText(rollout)].join('; ');
}

function rolloutText(rollout: Rollout): readonly string[] {
  const { atNs, kind, minReadyNs, preview, autoPromotion, scaleDownDelayNs, analysis } = rollout;
  const byReplicas = kind === 'canary' && rollout.routing === 'replicas';
  const words = [`${kind} from ${formatDuration(atNs)} on`];
  if (kind === 'rolling' || byReplicas) {
    const { maxSurge, maxUnavailable } = rollout;
    words.push(`at most ${amount(maxSurge)} more and ${amount(maxUnavailable)} fewer are ready`);
  }
  if (minReadyNs > 0) words.push(`ready counts after ${formatDuration(minReadyNs)}`);
  if (kind === 'canary') {
    words.push(`steps: ${rollout.steps.map(stepText).join(', ')}, then 100 %`);
    words.push(byReplicas ? 'a weight is a share of the replicas' : 'gateways split the requests');
    if (rollout.sticky !== null) words.push(`a value of ${rollout.sticky} stays with one version`);
  }
  if (kind === 'blueGreen') {
    if (preview !== null) words.push(`${preview} until it takes over`);
    words.push(autoPromotion ? 'takes over when ready' : 'waits for promotion');
  }
  if (kind === 'blueGreen' || (kind === 'canary' && !byReplicas)) {
    words.push(`a version without requests is kept for ${formatDuration(scaleDownDelayNs)}`);
  }
  if (analysis !== null) {
    const { expect, intervalNs, failureLimit, minSamples } = analysis;
    words.push(
      `every ${formatDuration(intervalNs)}, from ${minSamples} requests on: ${expect.map(({ text }) => text).join(' and ')}`,
      `${failureLimit === 0 ? 'the first failed look' : `failed look ${failureLimit + 1}`}: ${rollout.onFailure}`,
    );
  }
  return words;
}

function stepText(step: RolloutStep): string {
  switch (step.step) {
    case 'weight':
      return exactShare(step.weight);
    case 'scale':
      return `${exactShare(step.share)} of the replicas`;
    case 'pause':
      return step.forNs === null ? 'wait for good' : `wait ${formatDuration(step.forNs)}`;
  }
}

function amount({ unit, value }: Amount): string {
  return unit === 'percent' ? exactShare(value / 100) : String(value);
}
