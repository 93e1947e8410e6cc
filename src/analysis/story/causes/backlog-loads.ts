import type { CauseFact, CauseRef } from '../../../contracts/result/cause.js';
import type { StoryEvent } from '../../../contracts/result/cascade.js';
import { partName } from '../../../contracts/plan/names.js';
import type { Plan } from '../../../contracts/plan/plan.js';
import { stepAt } from '../../measure/steps.js';
import { secondsOf } from '../influence.js';
import type { Scene } from '../scene.js';
import { sourcesOf } from '../sources.js';
import { keyOf } from './candidate.js';
import { growthsBy } from './conditions.js';
import { growthWords } from './growth-words.js';

/**
 * The causes, with the rises of loads after which a consumer falls behind. Where a fault that is named begins between
 * such a rise and the backlog, the fault explains it.
 */
export function withBacklogLoads(
  scene: Scene,
  events: readonly StoryEvent[],
  causes: readonly CauseFact[],
): readonly CauseFact[] {
  const { data, steps } = scene;
  const found = new Map<string, CauseFact>();
  for (const { kind, subject, at } of events) {
    if (kind !== 'backlog') continue;
    const sources = sourcesOf(data, ownerOf(data.plan, subject));
    const onset = stepAt(steps, data.plan.warmupNs + Math.round(at * 1e9));
    const growth = growthsBy(scene, onset).find(({ workload }) => sources.has(workload));
    if (growth === undefined) continue;
    const begins = secondsOf(scene, growth.step);
    if (causes.some((cause) => cause.fault !== undefined && cause.at > begins && cause.at <= at))
      continue;
    const { name } = data.plan.components[growth.workload];
    const ref: CauseRef = { kind: 'load', subject: name };
    if (causes.some((cause) => keyOf(cause) === keyOf(ref))) continue;
    found.set(name, {
      ...ref,
      role: 'cause',
      at: begins,
      until: null,
      mechanism: null,
      evidence: '',
      share: null,
      ...growthWords(name, growth),
    });
  }
  return found.size === 0 ? causes : [...causes, ...found.values()].sort((a, b) => a.at - b.at);
}

/** The component of a backlog: of a topic or queue, of a view, or of the service with the outbox; -1 = unknown. */
function ownerOf(plan: Plan, subject: string): number {
  const own = plan.components.findIndex(
    ({ name }) => name === subject || `${name}.outbox` === subject,
  );
  if (own >= 0) return own;
  return plan.parts.find((_, part) => partName(plan, part) === subject)?.component ?? -1;
}
