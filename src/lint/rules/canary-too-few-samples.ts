import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Service } from '../../contracts/scenario/services.js';
import { rateIn } from '../mixture.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatNumber } from '../../text/figures.js';
import { handyTime, timeText, yamlAt } from '../words.js';

/** An analysis of a canary that gets too few requests. */
export const canaryTooFewSamples: Rule = {
  name: 'canary-too-few-samples',
  severity: 'warning',
  reason:
    'An analysis of fewer requests than `minSamples` decides nothing, so a bad version advances to the next step like a good one.',
  remedy:
    'Analyse less often (`interval`), send more traffic to the canary (`weight`), and wait long enough (`pause`).',
  check: (subject) =>
    [...subject.scenario.services.values()].flatMap((service) => judge(subject, service) ?? []),
};

function judge(subject: Subject, { name, versions }: Service): Finding | null {
  const rollout = versions?.rollout ?? null;
  const analysis = rollout?.analysis ?? null;
  if (rollout === null || analysis === null || rollout.kind !== 'canary') return null;
  const weights = rollout.steps.flatMap((step) => (step.step === 'weight' ? [step.weight] : []));
  const first = weights.find((weight) => weight > 0);
  const rate = rateIn(subject, name);
  if (first === undefined || !(rate > 0) || rate === Infinity) return null;
  const { intervalNs, minSamples } = analysis;
  const seen = (rate * first * intervalNs) / NS_PER_SECOND;
  // Random variation sometimes yields enough.
  if (seen >= minSamples) return null;
  const path = ['services', name, 'rollout', 'analysis'];
  const needed = handyTime((1.5 * minSamples * NS_PER_SECOND) / (rate * first));
  return {
    path: [...path, 'interval'],
    entities: [name],
    message: `the analysis of ${name} sees too little of its canary to say anything`,
    measured: `${formatNumber(seen)} requests in ${timeText(intervalNs)}`,
    limit: `minSamples ${minSamples}`,
    fix: yamlAt(path, `interval: ${needed}`),
  };
}
