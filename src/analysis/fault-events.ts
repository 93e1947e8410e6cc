import type { Ns } from '../kernel/time.js';
import type { PlanFault } from '../spec/plan.js';
import type { StoryEvent } from '../spec/result-cascade.js';
import type { Down } from './downs.js';
import { faultWords } from './fault-words.js';
import type { Scene } from './influence.js';
import { count, duration, plural } from './words.js';

/** Beginnings and ends of faults, and what becomes of those whom they end. */
export function faultEvents(scene: Scene): StoryEvent[] {
  const { data } = scene;
  const { plan } = data;
  return plan.faults.flatMap((fault) => {
    const source = data.variant.scenario.faults.find((candidate) => candidate.id === fault.id);
    const words =
      source === undefined ? fault.id : faultWords(source, data.variant.scenario.network.zones);
    return scene.spansOf(fault).flatMap((span) => {
      const event = (kind: 'fault' | 'faultEnd', atNs: number, text: string): StoryEvent => ({
        at: (atNs - plan.warmupNs) / 1e9,
        kind,
        subject: fault.id,
        cause: null,
        mechanism: fault.kind,
        text,
      });
      const start = event('fault', span.fromNs, `${words}${endWords(scene, fault, span)}`);
      if (span.untilNs >= plan.endNs) return [start];
      return [
        start,
        event('faultEnd', span.untilNs, `over: ${words}${backWords(scene, fault, span.untilNs)}`),
      ];
    });
  });
}

/** How long those take to end whom a fault asks to, and to be back where it is over at once. */
function endWords(
  scene: Scene,
  fault: PlanFault,
  { fromNs, untilNs }: PlanFault['spans'][number],
): string {
  const ends = scene.returnsOf(fault).find((candidate) => candidate.untilNs === untilNs)?.ends;
  if (ends === undefined || ends.length === 0) return '';
  const tookNs = Math.max(...ends.map((down) => down.fromNs)) - fromNs;
  const killed = ends.filter(({ end }) => end === 'killed').length;
  const words = ends.length === 1 ? oneEnd(ends[0], tookNs) : lastEnd(ends.length, tookNs, killed);
  return untilNs > fromNs ? words : `${words}${backWords(scene, fault, untilNs)}`;
}

function oneEnd({ end }: Down, tookNs: Ns): string {
  const verb = end === 'killed' ? 'is killed' : end === null ? 'dies' : 'ends';
  if (tookNs === 0) return end === 'drained' ? '' : `; it ${verb} at once`;
  return `; it ${verb} after ${duration(tookNs / 1e9)}`;
}

function lastEnd(all: number, tookNs: Ns, killed: number): string {
  const words = killed === 0 ? '' : `, ${killed === all ? 'all' : count(killed)} of them killed`;
  const when = tookNs === 0 ? 'at once' : `after ${duration(tookNs / 1e9)}`;
  if (tookNs === 0 && killed === 0) return '';
  return `; the last of ${plural(all, 'instance')} ends ${when}${words}`;
}

/** How long after the end of a fault everything is back, where that takes a time of its own. */
function backWords(scene: Scene, fault: PlanFault, untilNs: Ns): string {
  const end = scene.returnsOf(fault).find((candidate) => candidate.untilNs === untilNs);
  const times = [...(end?.backNs.values() ?? [])];
  const left = times.filter((at) => at >= scene.data.plan.endNs).length;
  const all = plural(times.length, 'instance');
  if (left > 0 && times.length === 1) return '; it does not come back in this run';
  if (left > 0) return `; ${count(left)} of ${all} do not come back in this run`;
  const last = Math.max(untilNs, ...times);
  if (last <= untilNs) return '';
  const restarts = end?.restarts ?? 0;
  const tries = restarts > 1 ? `, with restart ${count(restarts)}` : '';
  const who = times.length === 1 ? 'it' : `the last of ${all}`;
  return `; ${who} is back after ${duration((last - untilNs) / 1e9)}${tries}`;
}
