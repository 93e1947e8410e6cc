import type { CauseFact } from '../../../spec/result/cause.js';
import type { RunRecord } from '../../../spec/record/record.js';
import { wordsOf } from '../fault-events.js';
import { secondsOf, type StepInfluence } from '../influence.js';
import type { Lane } from '../../measure/lanes.js';
import { sumSteps } from '../links.js';
import { saturatedShare } from '../saturation.js';
import type { Scene } from '../scene.js';
import { formatRate, formatShare } from '../../../text/figures.js';
import { ceilingOf, growthsBy, servedRate, rateOf } from './conditions.js';
import { harmsOf, type Harm } from './harm.js';
import { byCodeUnit } from '../../measure/variant-data.js';

/** A cause with a smaller part of the harm is none. */
const SOME = 0.02;
/** A later cause with a smaller part is none. */
const SOME_LATER = 0.05;

/** The causes of one run, in order of time. */
export function causesOf(
  scene: Scene,
  record: RunRecord,
  influences: readonly StepInfluence[],
): readonly CauseFact[] {
  const harms = [...harmsOf(scene, record, influences).values()];
  const all = harms.reduce((sum, { requests }) => sum + requests, 0);
  const shareOf = ({ requests }: Harm): number => (all > 0 ? requests / all : 0);
  const found = harms.filter((harm) =>
    harm.candidate.suspect === null || shareOf(harm) >= (harm.isFirst ? SOME : SOME_LATER),
  );
  const facts = found.map((harm) => factOf(scene, harm, shareOf(harm)));
  const chronic = chronicOf(scene);
  return [...(chronic === null ? [] : [chronic]), ...facts].sort(
    (a, b) => a.at - b.at || (b.share ?? 1) - (a.share ?? 1) || byCodeUnit(a.kind, b.kind) || byCodeUnit(a.subject, b.subject),
  );
}

function factOf(scene: Scene, { candidate, isFirst }: Harm, share: number): CauseFact {
  const { ref, suspect, evidence, from } = candidate;
  const role = isFirst ? 'cause' : 'amplifier';
  const common = { ...ref, role, evidence, share } as const;
  if (suspect !== null) {
    const { warmupNs, endNs } = scene.data.plan;
    const span = scene.spansOf(suspect.fault)[0];
    return {
      ...common,
      fault: suspect.fault.id,
      at: (span.fromNs - warmupNs) / 1e9,
      until: span.untilNs >= endNs ? null : (span.untilNs - warmupNs) / 1e9,
      text: wordsOf(scene.data, suspect.fault),
      value: null,
      unit: null,
      mechanism: suspect.fault.kind,
    };
  }
  return { ...common, at: secondsOf(scene, from), until: null, mechanism: null, ...conditionWords(scene, candidate) };
}

/** The words and the figure of a cause that is no fault. */
function conditionWords(scene: Scene, { ref, from, lane }: Harm['candidate']): Pick<CauseFact, 'text' | 'value' | 'unit'> {
  const { subject } = ref;
  const { plan } = scene.data;
  switch (ref.kind) {
    case 'load': {
      const id = plan.components.findIndex(({ name }) => name === subject);
      const growth = growthsBy(scene, from + 1).find(({ workload }) => workload === id);
      if (growth === undefined) return { text: `the load of ${subject} grows`, value: null, unit: null };
      const { before, after } = growth;
      return { text: `the load of ${subject} rises from ${formatRate(before)} to ${formatRate(after)}`, value: after / before, unit: 'times' };
    }
    case 'capacity': {
      const until = Math.min(scene.steps.count, from + 10);
      const served = servedRate(scene, lane!, from, until);
      return { text: `${subject} is at its limit (${ref.resource ?? 'capacity'})`, value: served, unit: 'perSecond' };
    }
    case 'collections':
      return { text: `the garbage collections of ${subject} stop it`, value: null, unit: null };
    case 'locks':
      return { text: `requests of ${subject} wait for a lock`, value: null, unit: null };
    case 'limit':
      return { text: `${subject} refuses requests above its rate limit`, value: null, unit: null };
    case 'scaling':
      return { text: `the autoscaler of ${subject} is too slow for the load`, value: null, unit: null };
    case 'errors':
      return { text: `${subject} fails requests itself`, value: null, unit: null };
    default:
      return { text: `${ref.kind} of ${subject}`, value: null, unit: null };
  }
}

/** Smallest share of refused requests that is an overload from the start. */
const REFUSED = 0.01;
const FIRST_STEPS = 4;
/** Share of the steps in which it must be full. */
const ALWAYS = 0.9;

/** Overload before the first fault, from the start: the deepest full component, and the share of failed requests. */
function chronicOf(scene: Scene): CauseFact | null {
  const { baseline, data, lanes } = scene;
  if (baseline < FIRST_STEPS) return null;
  for (const user of lanes) {
    if (user.workers !== 0 || !data.requests.includes(user.parts[0])) continue;
    const arrivals = sumSteps(user.arrivals, 0, baseline);
    const bad = 1 - sumSteps(user.good, 0, baseline) / Math.max(1, arrivals);
    if (!(bad >= REFUSED)) continue;
    const full = deepestFull(scene, user, new Set());
    if (full === null) continue;
    const ceiling = ceilingOf(scene, full, 0, baseline)!;
    const served = servedRate(scene, full, 0, baseline);
    const load = rateOf(scene, user.component, 0, baseline);
    const offered = servedRateOf(scene, full, baseline);
    return {
      kind: 'load',
      subject: data.plan.components[user.component].name,
      role: 'cause',
      at: 0,
      until: null,
      text: `from the start ${formatRate(offered)} meet ${formatRate(served)} that ${full.name} can serve: ${formatShare(bad)} of the requests fail`,
      value: load / Math.max(served, 1e-9),
      unit: 'times',
      mechanism: 'queueFull',
      evidence: ceiling.text,
      share: null,
    };
  }
  return null;
}

function servedRateOf({ steps }: Scene, lane: Lane, until: number): number {
  let ns = 0;
  for (let step = 0; step < until; step++) ns += steps.lengthNs[step];
  return (sumSteps(lane.arrivals, 0, until) / ns) * 1e9;
}

function deepestFull(scene: Scene, lane: Lane, seen: Set<Lane>): Lane | null {
  if (seen.has(lane)) return null;
  seen.add(lane);
  for (const link of scene.links) {
    if (link.caller !== lane) continue;
    const below = deepestFull(scene, link.callee, seen);
    if (below !== null) return below;
  }
  const isFull = lane.workers > 0 && saturatedShare(lane, 0, scene.baseline) >= ALWAYS;
  return isFull && ceilingOf(scene, lane, 0, scene.baseline) !== null ? lane : null;
}
