import { hitsNothing } from '../measure/background.js';
import type { Ns } from '../../kernel/time.js';
import type { PlanFault } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import { twoParts } from '../../contracts/result/fault-text.js';
import { downtimesOf, type Downtime } from '../measure/downtimes.js';
import { faultWords } from './fault-words.js';
import { thereAt } from '../measure/presence.js';
import { backAgainWords, rolloutWords } from './rollout-words.js';
import type { VariantData } from '../measure/variant-data.js';
import { formatCount, formatSeconds } from '../../text/figures.js';
import { list, plural, verb } from '../../text/words.js';
import type { Scene } from './scene.js';

/** Events for the starts and ends of faults, and for the instances that they end. */
export function faultEvents(scene: Scene, record: RunRecord): StoryEvent[] {
  const { data } = scene;
  const { plan } = data;
  return plan.faults.flatMap((fault) => {
    if (hitsNothing(fault, plan)) return [];
    const words = wordsOf(data, fault);
    return scene.spansOf(fault).flatMap((span) => {
      const event = (
        kind: 'fault' | 'faultEnd',
        atNs: number,
        head: string,
        detail: string,
      ): StoryEvent => ({
        at: (atNs - plan.warmupNs) / 1e9,
        kind,
        subject: fault.id,
        cause: null,
        mechanism: fault.kind,
        ...twoParts(head, detail, '; '),
      });
      const isWithoutTarget = hitsNoInstance(data, record, fault, span.fromNs);
      const yet = isWithoutTarget && comesLater(data, record, fault, span) ? ' yet' : '';
      const noTarget = isWithoutTarget ? `no instance is there${yet}` : '';
      const taken = takenWhole(scene, fault, span);
      const effects = [noTarget, wholeWords(taken), ...endWords(scene, fault, span)];
      const start: StoryEvent = {
        ...event('fault', span.fromNs, words, joined(effects)),
        ...(taken.length > 0 && { takes: taken }),
      };
      if (span.untilNs >= plan.endNs) return [start];
      if (fault.rollout !== null) {
        // The promotion of the new version is a separate event.
        const back = backAgainWords(data, record, fault.rollout);
        return back === null ? [start] : [start, event('faultEnd', span.untilNs, ...back)];
      }
      const returned = backWords(scene, fault, span.untilNs);
      return [start, event('faultEnd', span.untilNs, `over: ${words}`, returned)];
    });
  });
}

/** Describes a fault or a rollout. */
export function wordsOf(data: VariantData, fault: PlanFault): string {
  if (fault.rollout !== null) return rolloutWords(data, fault.rollout);
  const { faults, network } = data.variant.scenario;
  const source = faults.find((candidate) => candidate.id === fault.id);
  return source === undefined ? fault.id : faultWords(source, network.zones);
}

/** Whether all slots that a fault hits are empty when it begins. */
function hitsNoInstance(data: VariantData, record: RunRecord, fault: PlanFault, at: Ns): boolean {
  const { instances, select, parts, links } = fault;
  if (instances.length === 0 || parts.length + links.length > 0) return false;
  const own = instances.filter(
    (id) => select.kind !== 'indices' || select.indices.includes(data.plan.instances[id].index),
  );
  return thereAt(data, record, own, at).size === 0;
}

/** Components that have all of their instances in a zone that a fault takes down. */
function takenWhole(
  { data, outagesOf }: Scene,
  fault: PlanFault,
  span: PlanFault['spans'][number],
): readonly string[] {
  const { plan, variant } = data;
  const source = variant.scenario.faults.find(({ id }) => id === fault.id);
  if (source?.target.some((name) => variant.scenario.network.zones.has(name)) !== true) return [];
  const hit = new Set(fault.instances.map((id) => plan.instances[id].component));
  return plan.components.flatMap(({ name }, id) => {
    const isOut = ({ fromNs }: typeof span): boolean =>
      fromNs >= span.fromNs && fromNs < span.untilNs;
    return hit.has(id) && outagesOf(id).some(isOut) ? [name] : [];
  });
}

function wholeWords(names: readonly string[]): string {
  if (names.length === 0) return '';
  return `${list(names)} ${verb(names.length, 'have', 'has')} no instance elsewhere`;
}

/** Whether an instance starts, during a fault, in a slot that the fault hits. */
function comesLater(
  data: VariantData,
  record: RunRecord,
  { instances }: PlanFault,
  { fromNs, untilNs }: PlanFault['spans'][number],
): boolean {
  const until = Math.min(untilNs, data.plan.endNs);
  return downtimesOf(data, record, new Set(instances)).some(
    (down) => down.absent && down.untilNs > fromNs && down.untilNs < until,
  );
}

/** Time until instances that a fault shuts down have ended and, for an instantaneous fault, until they are back. */
function endWords(
  scene: Scene,
  fault: PlanFault,
  { fromNs, untilNs }: PlanFault['spans'][number],
): readonly string[] {
  const ends = scene.returnsOf(fault).find((candidate) => candidate.untilNs === untilNs)?.ends;
  if (ends === undefined || ends.length === 0) return [];
  const tookNs = Math.max(...ends.map((down) => down.fromNs)) - fromNs;
  const killed = ends.filter(({ end }) => end === 'killed').length;
  const words = ends.length === 1 ? oneEnd(ends[0], tookNs) : lastEnd(ends.length, tookNs, killed);
  return untilNs > fromNs ? [words] : [words, backWords(scene, fault, untilNs)];
}

function joined(effects: readonly string[]): string {
  return effects.filter((effect) => effect !== '').join('; ');
}

function oneEnd({ end }: Downtime, tookNs: Ns): string {
  const verb = end === 'killed' ? 'is killed' : end === null ? 'dies' : 'ends';
  if (tookNs === 0) return end === 'drained' ? '' : `it ${verb} at once`;
  return `it ${verb} after ${formatSeconds(tookNs / 1e9)}`;
}

function lastEnd(all: number, tookNs: Ns, killed: number): string {
  const words =
    killed === 0 ? '' : `, ${killed === all ? 'all' : formatCount(killed)} of them killed`;
  const when = tookNs === 0 ? 'at once' : `after ${formatSeconds(tookNs / 1e9)}`;
  if (tookNs === 0 && killed === 0) return '';
  return `the last of ${plural(all, 'instance')} ends ${when}${words}`;
}

/** Time from the end of a fault until everything is back, if that takes extra time. */
function backWords(scene: Scene, fault: PlanFault, untilNs: Ns): string {
  const end = scene.returnsOf(fault).find((candidate) => candidate.untilNs === untilNs);
  const times = [...(end?.backNs.values() ?? [])];
  const left = times.filter((at) => at >= scene.data.plan.endNs).length;
  const all = plural(times.length, 'instance');
  if (left > 0 && times.length === 1) return 'it does not come back in this run';
  if (left > 0) return `${formatCount(left)} of ${all} do not come back in this run`;
  const last = Math.max(untilNs, ...times);
  if (last <= untilNs) return '';
  const restarts = end?.restarts ?? 0;
  const tries = restarts > 1 ? `, with restart ${formatCount(restarts)}` : '';
  const who = times.length === 1 ? 'it' : `the last of ${all}`;
  return `${who} is back after ${formatSeconds((last - untilNs) / 1e9)}${tries}`;
}
