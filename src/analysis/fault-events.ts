import type { Ns } from '../kernel/time.js';
import type { PlanFault } from '../spec/plan.js';
import type { StoryEvent } from '../spec/result-cascade.js';
import { terminationOf } from '../spec/termination.js';
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
  const end = scene.returnsOf(fault).find((candidate) => candidate.untilNs === untilNs);
  if (end === undefined || end.endedNs < fromNs) return '';
  const who = end.backNs.size === 1 ? 'it' : `the last of ${plural(end.backNs.size, 'instance')}`;
  const took = end.endedNs - fromNs;
  const { instances, components } = scene.data.plan;
  const limits = [...end.backNs.keys()].map((id) => {
    const { lifecycle, replaced } = components[instances[id].component];
    return terminationOf(lifecycle, replaced);
  });
  const isKilled = limits.some(({ killedNs, drain }) => took >= killedNs || !drain);
  const verb = isKilled ? 'is killed' : 'ends';
  const ends =
    took > 0 || isKilled
      ? `; ${who} ${verb} ${took > 0 ? `after ${duration(took / 1e9)}` : 'at once'}`
      : '';
  return untilNs > fromNs ? ends : `${ends}${backWords(scene, fault, untilNs)}`;
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
