import {
  entries,
  get,
  items,
  pathText,
  scalar,
  single,
  text,
  type MapNode,
  type Node,
  type PathKey,
} from '../located.js';
import { SECTIONS } from '../modules/index.js';
import { platformTimeLimit } from '../resolve/functions.js';
import { schemas } from '../schemas.js';
import { balancing } from './balancing.js';
import { movesOf } from './chosen.js';
import { locking } from './locking.js';
import { multiples, type Move, type Setting } from './moves.js';
import { givingUp } from './giving-up.js';
import { noticing } from './noticing.js';
import { projecting } from './projecting.js';
import { settled, surging, watched } from './releases.js';
import { entrySchema, shapeFor, unwrittenIn } from './unwritten.js';

/** Sections whose entries are components. */
const COMPONENTS: readonly string[] = [
  'services',
  'gateways',
  'functions',
  'databases',
  ...SECTIONS,
];

/** Settings of the components of a scenario. */
export function componentSettings(written: MapNode): readonly Setting[] {
  const { explicit } = schemas();
  return COMPONENTS.flatMap((section) =>
    entries(get(written, section)).flatMap(([component, { value }]): readonly Setting[] => {
      const external = get(value, 'external');
      // The capacity of others is not ours to choose.
      if (external?.type === 'scalar' && external.value === true) return [];
      const path = [section, component];
      const schema = entrySchema(explicit, section);
      const moves = [
        ...chosenIn(value, path),
        ...alone(written, value, path),
        ...one(written, section, value, path),
        ...platformLimit(section, value, path),
        ...quickFailover(section, value, path),
        ...balancing(written, value, path),
        ...surging(value, path),
        ...settled(value, path),
        ...watched(value, path),
        ...noticing(value, path),
        ...projecting(written, value, path),
        ...locking(value, path),
        ...(schema === undefined
          ? []
          : givingUp({ written, node: value, path, shape: shapeFor(schema, value) })),
        ...unwrittenIn(schema, value, path).flatMap((own) =>
          movesOf(own.field, own.value, own.path),
        ),
      ];
      return [
        { of: { component }, moves: moves.filter((move) => !isOverruled(value, path, move)) },
      ];
    }),
  );
}

/** An autoscaler decides on the replicas: those that are written last until its first decision to take some away. */
function isOverruled(component: Node, path: readonly PathKey[], move: Move): boolean {
  return (
    get(component, 'autoscaling') !== undefined && move.path === pathText([...path, 'replicas'])
  );
}

/**
 * More handlers for consumers that have the one of the default. The event source of a function has as many as there are
 * partitions, or messages: it gets as few as the function may run at once, so that no message is throttled.
 */
function alone(written: MapNode, component: Node, path: readonly PathKey[]): readonly Move[] {
  return ['consumers', 'subscribers'].flatMap((list) =>
    items(get(component, list)).flatMap((item, k) => {
      const [target = ''] = (text(get(item, 'call')) ?? '').split('.');
      const isKnown = get(item, 'concurrency') !== undefined;
      if (isKnown || target === '') return [];
      const own = [...path, list, k, 'concurrency'];
      const called = get(get(written, 'functions'), target);
      if (called === undefined) return multiples(own, scalar(1, item.at), 1);
      const most = get(called, 'reserved') ?? get(called, 'maxConcurrency');
      return most?.type === 'scalar' && typeof most.value === 'number'
        ? [{ path: pathText(own), value: scalar(most.value, item.at), effort: 1, size: 1 }]
        : [];
    }),
  );
}

/** Sections whose components have one instance where they say nothing. */
const SINGLE: readonly string[] = ['services', 'gateways'];

function one(
  written: MapNode,
  section: string,
  component: Node,
  path: readonly PathKey[],
): readonly Move[] {
  const isKnown = ['replicas', 'autoscaling'].some((name) => get(component, name) !== undefined);
  if (isKnown || !SINGLE.includes(section) || addsNothing(written, component, path)) return [];
  return movesOf('replicas', scalar(1, component.at), [...path, 'replicas']);
}

/** The time limit that the platform of a function sets where its file has none. */
function platformLimit(
  section: string,
  component: Node,
  path: readonly PathKey[],
): readonly Move[] {
  if (section !== 'functions' || get(component, 'timeout') !== undefined) return [];
  const seconds = platformTimeLimit(text(get(component, 'kind')));
  if (seconds === null) return [];
  return movesOf('timeout', scalar(`${seconds}s`, component.at), [...path, 'timeout']);
}

/** Fields that limit what one instance does. */
const LIMITS: readonly string[] = [
  ...['cpu', 'concurrency', 'runtime', 'memory', 'resources', 'queue', 'admission', 'extends'],
];

/**
 * An instance without a limit does any work: more of them only multiply the limits of policies, which have settings of
 * their own. Where a fault may hit single instances, more of them help.
 */
function addsNothing(written: MapNode, component: Node, [, name]: readonly PathKey[]): boolean {
  const isLimited = LIMITS.some((field) => get(component, field) !== undefined);
  if (isLimited || get(written, 'defaults') !== undefined || get(written, 'nodes') !== undefined)
    return false;
  const components = COMPONENTS.flatMap((section) => entries(get(written, section)));
  const others = new Set(components.flatMap(([own]) => (own === name ? [] : [own])));
  return items(get(written, 'faults')).every((fault) => {
    const target = get(fault, 'target');
    const targets = target?.type === 'list' ? target.items.map(text) : [text(target)];
    return targets.every((one) => one !== undefined && others.has(one.split('.')[0]!));
  });
}

/** A failover that notices the loss of a primary sooner than that of its product, where the file has none of its own. */
function quickFailover(
  section: string,
  component: Node,
  path: readonly PathKey[],
): readonly Move[] {
  const isOpen =
    get(component, 'replicas') !== undefined && get(component, 'failover') === undefined;
  if (section !== 'databases' || !isOpen) return [];
  const value = single('detect', scalar('5s', component.at));
  return [{ path: pathText([...path, 'failover']), value, effort: 1 }];
}

/** The names of fields without those of entries: `pools.main.size` is `pool.size`, `versions.v2.cpu` is `cpu`. */
function fieldsBelow([first, ...rest]: readonly PathKey[]): readonly PathKey[] {
  if (first === 'versions') return fieldsBelow(rest.slice(1));
  return first === 'pools'
    ? ['pool', ...rest.slice(1)]
    : first === undefined
      ? []
      : [first, ...rest];
}

function chosenIn(node: Node, path: readonly PathKey[]): readonly Move[] {
  return entries(node).flatMap(([name, { value }]) => {
    const below = [...path, name];
    if (value.type === 'map') return chosenIn(value, below);
    if (value.type === 'list')
      return value.items.flatMap((item, k) => chosenIn(item, [...below, k]));
    const [, , ...own] = below;
    const names = fieldsBelow(own);
    const field = names
      .map((key) => (typeof key === 'number' ? '[]' : `.${key}`))
      .join('')
      .slice(1);
    return movesOf(field, value, below);
  });
}
