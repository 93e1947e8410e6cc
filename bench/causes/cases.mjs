// The case of a seed: a random topology with one true fault, with two, with a condition that is no fault, or with
// nothing that users notice. The category follows from the seed, so that all of them keep their share.
import { CONDITION_KINDS } from './conditions.mjs';
import { FAULT_KINDS, mildFault } from './faults.mjs';
import { Random } from './random.mjs';
import { scenarioOf } from './scenario.mjs';
import { topologyOf } from './topology.mjs';

/** Of ten cases in sequence: one harmless, two conditions, two with two true faults, five with one. */
const CATEGORIES = [
  'single',
  'two',
  'condition',
  'single',
  'harmless',
  'single',
  'two',
  'single',
  'condition',
  'single',
];

export const categoryOf = (seed) => CATEGORIES[seed % CATEGORIES.length];

/** The kinds that belong to a category. */
export function kindsOf(category) {
  if (category === 'condition') return Object.keys(CONDITION_KINDS);
  return category === 'harmless' ? ['none'] : Object.keys(FAULT_KINDS);
}

/**
 * A draft, or null where the topology has no place for it: the scenario, the same without its causes, and the truth.
 * `attempt` counts the drafts that were not kept.
 */
export function draftOf(seed, attempt, { only = null, category = categoryOf(seed) } = {}) {
  const random = new Random(seed * 101 + attempt);
  const kinds = kindsOf(category).filter((name) => only === null || only.includes(name));
  const first = new Random(seed * 31 + 7).whole(0, kinds.length - 1);
  const kind = kinds[(first + Math.floor(attempt / 6)) % kinds.length];
  const n = random.weighted([
    [5, 10],
    [4, 30],
    [1, 100],
  ]);
  const needs = category === 'condition' ? {} : FAULT_KINDS[kind]?.needs;
  const topology = topologyOf(random, n, needs);
  const scenario = scenarioOf(topology, `case ${seed}`, seed);
  if (category === 'condition')
    return conditionDraft({ seed, n, kind, topology, scenario, random });
  return faultDraft({ seed, n, kind, category, topology, scenario, random });
}

function conditionDraft({ seed, n, kind, topology, scenario, random }) {
  const twin = structuredClone(scenario);
  const made = CONDITION_KINDS[kind](random, topology, scenario);
  if (made === null) return null;
  const from = made.starts;
  return {
    seed,
    n,
    category: 'condition',
    kind,
    topology,
    scenario,
    twin,
    from,
    faults: [],
    ...made,
  };
}

function faultDraft({ seed, n, kind, category, topology, scenario, random }) {
  const taken = new Set([...topology.nodes.map(({ name }) => name), 'all', 'run', 'end']);
  const faults = [];
  const at = random.whole(200, 250) / 10;
  const put = (made, isTrue, start, length, from) => {
    if (made === null) return false;
    const id = random.name(taken);
    const once = made.fault.kind === 'flush';
    const times = { at: `${start.toFixed(1)}s`, ...(!once && { for: `${length}s` }) };
    const { subjects, node } = made;
    faults.push({
      id,
      isTrue,
      start,
      length: once ? 10 : length,
      kind: from,
      subjects,
      node,
      written: { id, ...made.fault, ...times },
    });
    return true;
  };
  if (category !== 'harmless') {
    if (!put(FAULT_KINDS[kind].make(random, topology), true, at, random.whole(10, 15), kind))
      return null;
  }
  if (category === 'two') {
    const second = random.pick(
      Object.keys(FAULT_KINDS).filter((name) => FAULT_KINDS[name].needs === undefined),
    );
    const later = random.weighted([
      [3, 0],
      [4, random.whole(20, 80) / 10],
      [3, 18],
    ]);
    const made = FAULT_KINDS[second].make(random, topology);
    if (!put(made, true, at + later, random.whole(10, 15), second)) return null;
    if (faults[0].subjects.some((name) => faults[1].subjects.includes(name))) return null;
  }
  const avoid = new Set(faults.flatMap(({ subjects }) => subjects));
  const decoys = category === 'harmless' ? random.whole(0, 3) : random.whole(0, 2);
  for (let i = 0; i < decoys; i++) {
    const shift = random.weighted([
      [4, 0],
      [4, -random.whole(40, 80) / 10],
      [2, random.whole(10, 40) / 10],
    ]);
    put(mildFault(random, topology, avoid), false, at + shift, random.whole(10, 20), 'decoy');
  }
  const twin = structuredClone(scenario);
  const shuffled = random.shuffled(faults);
  if (shuffled.length > 0) scenario.faults = shuffled.map(({ written }) => written);
  const causes = shuffled
    .filter(({ isTrue }) => isTrue)
    .map(({ id }) => ({ kind: 'fault', subject: id }));
  return { seed, n, category, kind, topology, scenario, twin, from: at, faults: shuffled, causes };
}
