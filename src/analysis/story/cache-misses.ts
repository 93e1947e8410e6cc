import type { RunRecord } from '../../contracts/record/record.js';
import { countsOf, meterOf } from '../measure/meter-of.js';
import { formatNumber, formatShare } from '../../text/figures.js';
import { blameOn } from './blame.js';
import { BLAME, byStep, lookUntil, secondsOf, type StepInfluence } from './influence.js';
import { meanSteps, sumSteps, type Link } from './links.js';
import type { Scene } from './scene.js';

/** Steps before a degradation with which it is compared. */
const BEFORE = 10;
/** Growth of the calls per request that misses explain, and the fall of the hit ratio. */
const FILLED = 1.5;
const COLDER = 0.2;

/** A cache that finds fewer values in steps [from, until) than in the steps before; null if none does. */
export function coldCache(
  { data, steps }: Scene,
  record: RunRecord,
  from: number,
  until: number,
): { readonly cache: string; readonly text: string } | null {
  const before = Math.max(0, from - BEFORE);
  for (const { component } of data.plan.caches) {
    // Those of the cache: a read that its first level does not answer counts at the next one again.
    const own = (name: string): Float64Array =>
      countsOf(meterOf(record, 'counter', name, component, -1), steps);
    const [hits, reads] = [own('hits'), own('reads')];
    // A cache that is down counts no reads.
    const ratio = (a: number, b: number): number =>
      sumSteps(hits, a, b) / Math.max(1, sumSteps(reads, a, b));
    const [was, is] = [ratio(before, from), ratio(from, until)];
    if (was - is >= COLDER)
      return {
        cache: data.plan.components[component].name,
        text: `it finds ${formatShare(is)} of the values, ${formatShare(was)} before`,
      };
  }
  return null;
}

/**
 * The influences of a run, with those through misses: a cache finds fewer values, each request of its reader makes more
 * calls to the component that fills it, and this component is to blame for a degradation of the reader. It need not
 * degrade itself: its requests may be as fast as ever, and wait for it in the reader.
 */
export function withMisses(
  scene: Scene,
  record: RunRecord,
  influences: readonly StepInfluence[],
): readonly StepInfluence[] {
  if (scene.data.plan.caches.length === 0) return influences;
  const found = scene.links.flatMap((link) => missesOn(scene, record, link));
  const isReplaced = ({ from, to, step }: StepInfluence): boolean =>
    found.some((own) => own.from === from && own.to === to && own.step === step);
  return [...influences.filter((own) => !isReplaced(own)), ...found].sort(byStep);
}

function missesOn(scene: Scene, record: RunRecord, link: Link): readonly StepInfluence[] {
  const { baseline, health, steps } = scene;
  return (health.get(link.caller)?.episodes ?? []).flatMap((episode) => {
    const { from } = episode;
    const until = lookUntil(episode, steps);
    const before = Math.max(0, from - BEFORE);
    if (episode.until <= baseline || from === before) return [];
    const perRequest = (a: number, b: number): number =>
      meanSteps(link.made, a, b) / meanSteps(link.caller.arrivals, a, b);
    const growth = perRequest(from, until) / perRequest(before, from);
    if (!(growth >= FILLED)) return [];
    const cold = coldCache(scene, record, from, until);
    if (cold === null || blameOn(scene, link, from, until).blame < BLAME) return [];
    const calls = Number.isFinite(growth)
      ? `${formatNumber(growth)} times the calls to ${link.callee.name}`
      : `calls to ${link.callee.name}, none before`;
    const text = `misses of ${cold.cache}, ${cold.text}: ${calls}`;
    return [
      {
        from: link.callee.name,
        to: link.caller.name,
        at: secondsOf(scene, from),
        step: from,
        mechanism: 'cacheMisses',
        share: 1 - 1 / growth,
        text,
      },
    ];
  });
}
