import type { CauseFact } from '../../../spec/result/cause.js';
import type { Lane } from '../../measure/lanes.js';
import { sumSteps } from '../links.js';
import type { Scene } from '../scene.js';
import { limiterOf, type Limiter } from './limits.js';

/** A smaller share of refused requests of users is not reported. */
const SOME = 0.01;
/** Part of the failed requests of users that a limit must refuse. */
const MOST = 0.25;

/**
 * Limits that refuse requests of users by design, in a run without a fault. Such users do not count as degraded, so no
 * degradation leads to the limit. `words`: the account of a limit.
 */
export function quotasOf(scene: Scene, words: (subject: string) => string): readonly CauseFact[] {
  const { lanes, data, steps, faultsNs } = scene;
  if (faultsNs.length > 0) return [];
  const users = lanes.filter(
    ({ workers, parts }) => workers === 0 && data.requests.includes(parts[0]),
  );
  const arrived = total(users, ({ arrived: all }) => all);
  const failed = arrived - total(users, ({ good }) => good);
  const found = new Map<string, { readonly limiter: Limiter; refused: number }>();
  for (const lane of users) {
    const limiter = limiterOf(scene, lane, 0, steps.count);
    if (limiter === null) continue;
    const known = found.get(limiter.subject) ?? { limiter, refused: 0 };
    known.refused += sumSteps(lane.overRate, 0, steps.count);
    found.set(limiter.subject, known);
  }
  return [...found.values()]
    .filter(({ refused }) => refused >= SOME * arrived && refused >= MOST * failed)
    .map(({ limiter: { subject, share, evidence }, refused }) => ({
      kind: 'limit',
      subject,
      role: 'cause',
      at: 0,
      until: null,
      text: words(subject),
      value: share,
      unit: 'share',
      mechanism: 'limited',
      evidence,
      share: Math.min(1, refused / failed),
    }));
}

function total(lanes: readonly Lane[], of: (lane: Lane) => Float64Array): number {
  return lanes.reduce((sum, lane) => sum + sumSteps(of(lane), 0, of(lane).length), 0);
}
