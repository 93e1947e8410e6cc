import type { CauseFact } from '../../../contracts/result/cause.js';
import type { RunRecord } from '../../../contracts/record/record.js';
import type { Lane } from '../../measure/lanes.js';
import { secondsOf } from '../influence.js';
import { sumSteps } from '../links.js';
import { usersOf, type Scene } from '../scene.js';
import { limiterOf } from './limits.js';
import type { Refusal } from './refusals/kind.js';
import { queues } from './refusals/queues.js';
import type { Place } from './special-conditions.js';

/** A smaller share of refused requests of users is not reported. */
const SOME = 0.01;
/** Part of the failed requests of users that a limit must refuse. */
const MOST = 0.25;
/** Part of the refusals of a publisher that are those of a broker. */
const MAINLY = 0.5;

/** A limit, in the words of a cause, and how many requests of users it refuses. */
interface Found extends Pick<CauseFact, 'subject' | 'text' | 'evidence' | 'value'> {
  refused: number;
  /** The first step in which it refuses some. */
  from: number;
}

/** The quota of a broker, where a publisher only passes on its refusals; null if it refuses by itself. */
function brokersOf(place: Place): Refusal | null {
  const { lane, from, until } = place;
  const refused = sumSteps(lane.overRate, from, until);
  const isMost = ({ ref, count }: Refusal): boolean =>
    ref.kind === 'limit' && count >= MAINLY * refused;
  return queues(place).find(isMost) ?? null;
}

/**
 * Limits that refuse requests of users by design, in a run without a fault. Such users do not count as degraded, so no
 * degradation leads to the limit. `words`: the account of a limit.
 */
export function quotasOf(
  scene: Scene,
  record: RunRecord,
  words: (subject: string) => string,
): readonly CauseFact[] {
  const { steps, faultsNs } = scene;
  if (faultsNs.length > 0) return [];
  const users = usersOf(scene);
  const arrived = total(users, ({ arrived: all }) => all);
  const failed = arrived - total(users, ({ good }) => good);
  const found = new Map<string, Found>();
  for (const lane of users) {
    const limiter = limiterOf(scene, lane, 0, steps.count);
    if (limiter === null) continue;
    const place = { scene, record, lane: limiter.lane, from: 0, until: steps.count };
    const quota = brokersOf(place);
    const subject = quota?.ref.subject ?? limiter.subject;
    const text = quota?.text ?? limiter.text ?? words(subject);
    const evidence = quota?.evidence ?? limiter.evidence;
    const known = found.get(subject) ?? {
      subject,
      text,
      evidence,
      value: limiter.share,
      refused: 0,
      from: steps.count,
    };
    known.refused += sumSteps(lane.overRate, 0, steps.count);
    known.from = Math.min(known.from, begins(lane));
    found.set(subject, known);
  }
  return [...found.values()]
    .filter(({ refused }) => refused >= SOME * arrived && refused >= MOST * failed)
    .map(({ refused, from, ...limit }) => ({
      ...limit,
      kind: 'limit',
      role: 'cause',
      at: secondsOf(scene, from),
      until: null,
      unit: 'share',
      mechanism: 'limited',
      share: Math.min(1, refused / failed),
    }));
}

/** The first step in which some requests are refused: a load that starts later uses up nothing before. */
function begins({ overRate, arrived }: Lane): number {
  const step = overRate.findIndex((count, at) => count > 0 && count >= SOME * arrived[at]);
  return Math.max(0, step);
}

function total(lanes: readonly Lane[], of: (lane: Lane) => Float64Array): number {
  return lanes.reduce((sum, lane) => sum + sumSteps(of(lane), 0, of(lane).length), 0);
}
