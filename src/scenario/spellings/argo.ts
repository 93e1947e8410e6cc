import { entries, get, map, scalar, type Entry, type MapNode, type Node } from '../located.js';
import { plainWord } from '../synonyms.js';
import { numberOf, timeIn, wordOf } from './read.js';
import type { Around, Placing, Row } from './row.js';

const seconds = timeIn('s');

/**
 * The steps of a canary of Argo Rollouts, `setWeight`, `pause: {}` and `setCanaryScale`, as those of the language; null
 * if one of them has no exact meaning (argo-rollouts docs/features/canary.md).
 */
function stepsOf(steps: Node | undefined, around: Around): Node | null {
  if (steps?.type !== 'list') return null;
  const items = steps.items.map((step) => stepOf(step, around));
  return items.every((item) => item !== null) ? { ...steps, items } : null;
}

function stepOf(step: Node, around: Around): Node | null {
  if (step.type !== 'map' || step.entries.size !== 1) return null;
  const [[key, entry]] = step.entries;
  const word = plainWord(key);
  const own = (name: string, value: Node | null): Node | null =>
    value === null ? null : map(new Map([[name, { ...entry, value }]]), step.at);
  if (word === 'setweight') return own('weight', percentOf(entry.value));
  if (word === 'setcanaryscale') {
    const weight = get(entry.value, 'weight');
    const isWhole = weight !== undefined && entries(entry.value).length === 1;
    return isWhole ? own('scale', percentOf(weight)) : null;
  }
  if (word !== 'pause') return step;
  return entry.value.type === 'map' ? own('pause', pauseOf(entry.value, around)) : step;
}

/** `pause: {}` waits for a person; a bare number is in seconds. */
function pauseOf(value: MapNode, around: Around): Node | null {
  const duration = get(value, 'duration');
  if (duration !== undefined) return value.entries.size === 1 ? seconds(duration, around) : null;
  return value.entries.size === 0 ? scalar('none', value.at) : null;
}

function percentOf(value: Node): Node | null {
  const number = numberOf(value);
  return number === undefined ? null : scalar(`${number}%`, value.at);
}

/** `rollout: { steps }` with steps of Argo Rollouts. */
export const STEPS: Row = {
  keys: 'rollout',
  to: (value, around) => {
    const steps = get(value, 'steps');
    if (value.type !== 'map' || steps?.type !== 'list' || !steps.items.some(isOfArgo)) return null;
    const read = stepsOf(steps, around);
    if (read === null) return null;
    const entry: Entry = { ...value.entries.get('steps')!, value: read };
    return {
      put: [['rollout', { ...value, entries: new Map(value.entries).set('steps', entry) }]],
    };
  },
};

function isOfArgo(step: Node): boolean {
  return entries(step).some(
    ([key, { value }]) =>
      /^set(weight|canaryscale)$/.test(plainWord(key)) ||
      (plainWord(key) === 'pause' && value.type === 'map'),
  );
}

/** Fields of `strategy: { canary }`. */
const OF_CANARY: Readonly<Record<string, string>> = {
  maxsurge: 'maxSurge',
  maxunavailable: 'maxUnavailable',
  minreadyseconds: 'minReady',
  scaledowndelayseconds: 'scaleDownDelay',
};
/** Fields of `strategy: { blueGreen }`. */
const OF_BLUE_GREEN: Readonly<Record<string, string>> = {
  autopromotionenabled: 'autoPromotion',
  previewreplicacount: 'preview',
  scaledowndelayseconds: 'scaleDownDelay',
};
/** Names of the services and pods of the versions, which a scenario does not need. */
const NAMES = /^(canary|stable|active|preview)(service|metadata)$/;

/** `strategy: { canary }` and `strategy: { blueGreen }` of a Rollout; null if a field has no exact meaning. */
export function argoStrategy(value: MapNode, around: Around): Placing | null {
  const [[key, entry], ...others] = entries(value);
  const word = plainWord(key);
  if (others.length > 0 || (word !== 'canary' && word !== 'bluegreen')) return null;
  const fields = word === 'canary' ? OF_CANARY : OF_BLUE_GREEN;
  const put: [string, Node][] = [
    ['rollout.kind', scalar(word === 'canary' ? 'canary' : 'blueGreen', entry.key)],
  ];
  for (const [name, { value: own }] of entries(entry.value)) {
    const plain = plainWord(name);
    if (NAMES.test(plain)) continue;
    if (plain === 'trafficrouting') {
      put.push(['rollout.routing', scalar('weighted', own.at)]);
      continue;
    }
    const read = plain === 'steps' ? stepsOf(own, around) : fieldOf(fields[plain], own, around);
    if (read === null) return null;
    put.push([plain === 'steps' ? 'rollout.steps' : `rollout.${fields[plain]}`, read]);
  }
  // Without traffic routing a weight is the share of the pods.
  const isRouted = put.some(([path]) => path === 'rollout.routing');
  if (word === 'canary' && !isRouted) put.push(['rollout.routing', scalar('replicas', entry.key)]);
  return { put };
}

function fieldOf(field: string | undefined, value: Node, around: Around): Node | null {
  if (field === undefined || wordOf(value) === undefined) return null;
  return field === 'minReady' || field === 'scaleDownDelay' ? seconds(value, around) : value;
}
