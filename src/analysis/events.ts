import type { RunRecord } from '../spec/record.js';
import type { CascadeEvent, HealthState } from '../spec/result.js';
import { faultWords } from './fault-words.js';
import type { Episode } from './health.js';
import { secondsOf, type Scene, type StepInfluence } from './influence.js';
import type { Lane } from './lanes.js';
import { sumSteps } from './links.js';
import { isOpen, transitionsOf } from './machines.js';
import { blockedShare } from './mechanism.js';
import { isBreaker } from './metrics-edge.js';
import { touchedBy } from './faulted.js';
import { depthsOf } from './topology.js';
import { byCodeUnit } from './variant-data.js';
import { count, duration, moment, share } from './words.js';

const SATURATED = 0.95;
const SATURATED_STEPS = 2;
const EPISODES_MAX = 3;
/** Order of what happens at the same moment. */
const ORDER: Readonly<Record<CascadeEvent['kind'], number>> = {
  fault: 0,
  saturated: 1,
  degraded: 1,
  failing: 1,
  down: 1,
  breakerOpen: 2,
  faultEnd: 3,
  breakerClosed: 4,
  recovered: 5,
  notRecovered: 6,
};

/** What happened in one run, in order of time, in words with numbers. */
export function eventsOf(
  scene: Scene,
  record: RunRecord,
  influences: readonly StepInfluence[],
): readonly CascadeEvent[] {
  const events: CascadeEvent[] = [
    ...faultEvents(scene),
    ...breakerEvents(scene, record),
    ...scene.lanes.flatMap((lane) => [
      ...saturation(scene, lane),
      ...illness(scene, lane, influences),
    ]),
  ];
  // Who is called turns ill before who calls, where both do in the same step.
  const depths = depthsOf(scene.data);
  const depthOf = new Map(scene.lanes.map((lane) => [lane.name, depths[lane.component]]));
  return events.sort(
    (a, b) =>
      a.at - b.at ||
      ORDER[a.kind] - ORDER[b.kind] ||
      (depthOf.get(b.subject) ?? 0) - (depthOf.get(a.subject) ?? 0) ||
      byCodeUnit(a.subject, b.subject) ||
      byCodeUnit(a.kind, b.kind),
  );
}

function faultEvents(scene: Scene): CascadeEvent[] {
  const { data } = scene;
  const { plan } = data;
  return plan.faults.flatMap((fault) => {
    const source = data.variant.scenario.faults.find((candidate) => candidate.id === fault.id);
    const words = source === undefined ? fault.id : faultWords(source);
    return fault.spans.flatMap((span) => {
      const event = (kind: 'fault' | 'faultEnd', atNs: number, text: string): CascadeEvent => ({
        at: (atNs - plan.warmupNs) / 1e9,
        kind,
        subject: fault.id,
        cause: null,
        mechanism: fault.kind,
        text,
      });
      const start = event('fault', span.fromNs, words);
      if (span.untilNs >= plan.endNs) return [start];
      return [start, event('faultEnd', span.untilNs, `over: ${words}`)];
    });
  });
}

/** First opening of the breakers of an edge, and the last closing where all of them close. */
function breakerEvents(scene: Scene, record: RunRecord): CascadeEvent[] {
  const { plan } = scene.data;
  const transitions = transitionsOf(record, plan.warmupNs);
  const edges = new Map<
    string,
    { opened: number[]; closed: number[]; machines: number; open: number }
  >();
  record.machines.forEach((machine, id) => {
    if (!isBreaker(machine)) return;
    const caller =
      machine.callerComponent < 0 ? 'all' : plan.components[machine.callerComponent].name;
    const name = `${caller}->${plan.components[machine.calleeComponent].name}`;
    const edge = edges.get(name) ?? { opened: [], closed: [], machines: 0, open: 0 };
    edges.set(name, edge);
    edge.machines++;
    let state = 0;
    for (const { atNs, state: next } of transitions[id]) {
      if (isOpen(machine, next) && atNs >= plan.warmupNs) edge.opened.push(atNs);
      if (next === 0) edge.closed.push(atNs);
      state = next;
    }
    if (state !== 0) edge.open++;
  });
  const events: CascadeEvent[] = [];
  for (const name of [...edges.keys()].sort(byCodeUnit)) {
    const { opened, closed, machines, open } = edges.get(name)!;
    if (opened.length === 0) continue;
    const event = (
      kind: 'breakerOpen' | 'breakerClosed',
      atNs: number,
      text: string,
    ): CascadeEvent => ({
      at: (atNs - plan.warmupNs) / 1e9,
      kind,
      subject: name,
      cause: null,
      mechanism: null,
      text,
    });
    const first = Math.min(...opened);
    events.push(event('breakerOpen', first, `first of ${count(machines)} breakers opens`));
    if (open === 0 && closed.length > 0) {
      const times = opened.length === 1 ? 'once' : `${count(opened.length)} times`;
      events.push(event('breakerClosed', Math.max(...closed), `all closed, opened ${times}`));
    }
  }
  return events;
}

/** The first time that all workers of a component are in use for two steps. */
function saturation(scene: Scene, lane: Lane): CascadeEvent[] {
  const { steps, baseline } = scene;
  if (!(lane.workers > 0) || !Number.isFinite(lane.workers)) return [];
  let run = 0;
  for (let step = 0; step < steps.count; step++) {
    run = lane.busy[step] >= SATURATED * lane.workers ? run + 1 : 0;
    if (run < SATURATED_STEPS) continue;
    const first = step - SATURATED_STEPS + 1;
    if (first < baseline) return [];
    return [
      {
        at: secondsOf(scene, first),
        kind: 'saturated',
        subject: lane.name,
        cause: null,
        mechanism: null,
        text: saturationText(scene, lane, step),
      },
    ];
  }
  return [];
}

function saturationText(scene: Scene, lane: Lane, step: number): string {
  const busy = `${count(Math.min(lane.workers, lane.busyMax[step]))} of ${count(lane.workers)} workers`;
  const links = scene.links.filter((link) => link.caller === lane);
  const blocking = links.find((link) => blockedShare(link, step, step + 1) >= 0.5);
  const doing = blocking === undefined ? 'busy' : `wait for ${blocking.callee.name}`;
  const queue = lane.queueMax[step];
  if (!(queue > 0)) return `${busy} ${doing}`;
  const of = Number.isFinite(lane.queueCapacity) ? ` of ${count(lane.queueCapacity)}` : '';
  return `${busy} ${doing}, queue ${count(queue)}${of}`;
}

function illness(scene: Scene, lane: Lane, influences: readonly StepInfluence[]): CascadeEvent[] {
  const { steps, health, data, baseline } = scene;
  const episodes = (health.get(lane)?.episodes ?? []).filter((episode) => episode.until > baseline);
  const end = (data.plan.endNs - data.plan.warmupNs) / 1e9;
  const at = (step: number): number => secondsOf(scene, step);
  return episodes.slice(0, EPISODES_MAX).flatMap((episode) => {
    const worst = episode.worst as Exclude<HealthState, 'ok'>;
    const start: CascadeEvent = {
      at: at(episode.from),
      kind: worst,
      subject: lane.name,
      ...causeOf(scene, lane, episode, influences),
      text: illText(lane, episode, baseline),
    };
    const isOver = episode.until < steps.count;
    const over: CascadeEvent = {
      at: at(episode.until),
      kind: isOver ? 'recovered' : 'notRecovered',
      subject: lane.name,
      cause: null,
      mechanism: null,
      text: isOver
        ? `well again after ${duration(at(episode.until) - at(episode.from))}`
        : `still ${worst} at ${moment(end)}`,
    };
    return [start, over];
  });
}

/** The influence that came first, else a fault that hits the lane. */
function causeOf(
  scene: Scene,
  lane: Lane,
  episode: Episode,
  influences: readonly StepInfluence[],
): Pick<CascadeEvent, 'cause' | 'mechanism'> {
  const fault = scene.data.plan.faults.find((candidate) => {
    const touched = touchedBy(candidate, scene.data);
    if (!touched.components.has(lane.component) && !touched.workloads.has(lane.component))
      return false;
    return candidate.spans.some(
      (span) =>
        scene.steps.startNs[Math.min(episode.until, scene.steps.count) - 1] >= span.fromNs &&
        scene.steps.startNs[episode.from] <= span.untilNs,
    );
  });
  if (fault !== undefined) return { cause: fault.id, mechanism: fault.kind };
  const influence = influences.find(
    ({ to, step, mechanism }) =>
      to === lane.name && mechanism !== 'retryLoad' && step >= episode.from && step < episode.until,
  );
  if (influence === undefined) return { cause: null, mechanism: null };
  return { cause: influence.from, mechanism: influence.mechanism };
}

function illText(lane: Lane, episode: Episode, baseline: number): string {
  const { from, until } = episode;
  const arrivals = sumSteps(lane.arrivals, from, until);
  if (arrivals > 0) {
    const good = sumSteps(lane.good, from, until) / arrivals;
    const usual = sumSteps(lane.good, 0, baseline) / sumSteps(lane.arrivals, 0, baseline);
    if (good < 0.98 * usual || (good < 0.98 && Number.isNaN(usual))) {
      const missed = count(arrivals - sumSteps(lane.good, from, until));
      return `success ${share(good)}: ${missed} of ${count(arrivals)} requests fail`;
    }
  }
  const slow = medianOf(lane.latency, from, until);
  const usual = medianOf(lane.latency, 0, baseline);
  if (slow > 1.3 * usual) return `p95 ${duration(slow)} instead of ${duration(usual)}`;
  let queue = 0;
  for (let step = from; step < until; step++) queue = Math.max(queue, lane.queueMax[step] ?? 0);
  if (queue > 0) return `queue up to ${count(queue)}`;
  const busy =
    lane.workers > 0 ? sumSteps(lane.busy, from, until) / (until - from) / lane.workers : 0;
  return busy > 0 ? `${share(busy)} of the workers in use` : 'fewer answers than before';
}

function medianOf(column: Float64Array, from: number, until: number): number {
  const values = [...column.subarray(from, until)].filter((value) => !Number.isNaN(value));
  values.sort((a, b) => a - b);
  return values.length === 0 ? NaN : values[values.length >> 1];
}
