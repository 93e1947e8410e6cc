import type { Amount, Rollout, RolloutStep } from '../../contracts/scenario/rollouts.js';
import type { Versions } from '../../contracts/scenario/services.js';
import type { ProcessSettings } from '../../contracts/scenario/host.js';
import { all, braced, fieldsText, setFieldsText } from './fields.js';
import { plainText, quantityText } from './values.js';

const NEVER = 'false, so it never takes over: its preview replicas run without traffic';

/** The versions of a service, and how one replaces another. */
export function versionText({ first, others, counts, rollout }: Versions): string {
  const names = [first, ...others.map((version) => version.name)];
  if (counts !== null) return names.map((name, at) => `${counts[at]} of ${name}`).join(', ');
  if (rollout === null) return `${first} runs`;
  return `${first} to ${names[rollout.to + 1]}, ${rolloutText(rollout)}`;
}

/** The fields that have an effect in a rollout of its kind. */
function rolloutText({ onFailure, analysis, ...own }: Rollout): string {
  const isCanary = own.kind === 'canary';
  const isBlueGreen = own.kind === 'blueGreen';
  const byReplicas = isCanary && own.routing === 'replicas';
  const inPlace = own.kind === 'rolling' || byReplicas;
  const expect = analysis?.expect.map(({ text }) => text);
  const from = analysis?.from === 0 ? 'the first weight' : quantityText(analysis?.from, 'share');
  return setFieldsText(
    { ...own, ...(analysis && { analysis: { ...analysis, expect, from }, onFailure }) },
    {
      ...all('hidden', isCanary ? 'to' : 'to routing'),
      ...(inPlace
        ? { maxSurge: amount, maxUnavailable: amount }
        : all('hidden', 'maxSurge maxUnavailable')),
      ...(isBlueGreen || (isCanary && !byReplicas) ? {} : all('hidden', 'scaleDownDelayNs')),
      steps: (steps) => (isCanary ? `${plainText(steps.map(stepText))}, then 100%` : null),
      autoPromotion: (isAuto) => (!isBlueGreen ? null : isAuto ? 'true' : NEVER),
    },
  );
}

function stepText({ step, ...own }: RolloutStep): string {
  const text =
    'forNs' in own ? plainText(own.forNs, 'forNs') : quantityText(Object.values(own)[0], 'share');
  return `${step} ${text}`;
}

function amount({ unit, value }: Amount): string {
  return unit === 'percent' ? `${value}%` : String(value);
}

/** By version: the settings of its processes that differ from those of the initial version. */
export function versionProcesses(
  host: ProcessSettings & { readonly name: string; readonly versions: Versions | null },
): readonly string[] {
  return (host.versions?.others ?? []).flatMap(({ name, process: own }) => {
    const differs = ([key, value]: readonly [string, unknown]): boolean =>
      JSON.stringify(value) !== JSON.stringify(host[key as keyof ProcessSettings]);
    const changed = own === null ? [] : Object.entries(own).filter(differs);
    if (changed.length === 0) return [];
    const text = fieldsText<Partial<ProcessSettings>>(Object.fromEntries(changed), {
      memory: (sizes) =>
        sizes ? braced(fieldsText(sizes, all('size', 'limit base perRequest'))) : 'none',
    });
    return [`${host.name}@${name}: ${text}`];
  });
}
