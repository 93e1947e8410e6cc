import {
  entries,
  get,
  items,
  map,
  pathText,
  scalar,
  single,
  text,
  type MapNode,
  type Node,
  type PathKey,
  type Place,
} from '../located.js';
import type { Shape } from '../nested-fields.js';
import { queueKindOf } from '../queues/index.js';
import type { SettingChange } from './change.js';
import { multiples, type Move } from './moves.js';

/** Fields of queues that limit how often a message is delivered. Without one a message that fails comes back for good. */
const RECEIVES = ['maxReceiveCount', 'maxDeliver'] as const;
/** Deliveries to try: AWS advises 5 or more for the queue of a function (Lambda developer guide, SQS event sources). */
const DELIVERIES = [5, 2] as const;
/** Attempts before a message is given up, as Spring's DefaultErrorHandler has them. */
const ATTEMPTS = 10;

/** A component that holds messages, in a scenario. */
interface Holder {
  readonly written: MapNode;
  readonly node: Node;
  readonly path: readonly PathKey[];
  /** The fields of its kind. */
  readonly shape: Shape;
}

/**
 * The changes with which a message that no consumer can handle is given up, and those of the retries before that. To give
 * a message up changes nothing for those that are handled, so that it is the smallest of all changes.
 */
export function givingUp(holder: Holder): readonly Move[] {
  const { node, path, shape } = holder;
  const consumers = ['consumers', 'subscribers'].flatMap((list) =>
    items(get(node, list)).map((item, k) => ({ item, at: [...path, list, k] })),
  );
  if (consumers.length === 0) return [];
  const limits = RECEIVES.filter((name) => Object.hasOwn(shape, name));
  const open = limits.filter((name) => get(node, name) === undefined);
  return [
    ...open.flatMap((name) => limited(holder, name)),
    ...consumers.flatMap(({ item, at }) => {
      const retries = get(item, 'retry') !== undefined;
      const held = text(get(item, 'onPoison')) ?? 'block';
      if (held !== 'block') return retries ? retryMoves(item, at) : [];
      // A failed message comes back to such a queue, unless its consumer tries it again itself.
      return limits.length > 0 && !retries ? [] : lettered(holder, item, at);
    }),
  ];
}

/** Limits of deliveries; a message that is kept for a shorter time goes further. */
function limited(holder: Holder, name: string): readonly Move[] {
  const { node, path } = holder;
  const needs = get(node, 'deadLetter') === undefined ? destination(holder, path) : [];
  return DELIVERIES.map((count, k) => ({
    path: pathText([...path, name]),
    value: scalar(count, node.at),
    effort: 1,
    size: k + 1,
    needs,
  }));
}

/** A consumer that sends what it cannot handle to a queue of dead letters, after some attempts. */
function lettered(holder: Holder, item: Node, at: readonly PathKey[]): readonly Move[] {
  const retry: SettingChange[] =
    get(item, 'retry') === undefined
      ? [
          {
            path: pathText([...at, 'retry']),
            value: single('attempts', scalar(ATTEMPTS, item.at)),
          },
        ]
      : [];
  const hasTarget = get(holder.node, 'deadLetter') !== undefined;
  return [
    {
      path: pathText([...at, 'onPoison']),
      value: scalar('deadLetter', item.at),
      before: scalar('block', item.at),
      effort: 1,
      size: 1,
      needs: [...(hasTarget ? [] : destination(holder, at)), ...retry],
    },
  ];
}

/** A new queue or topic of the same kind, named as the dead-letter destination of what is at a path. */
function destination(
  { written, node, path: [section, name] }: Holder,
  at: readonly PathKey[],
): readonly SettingChange[] {
  const taken = new Set(entries(written).flatMap(([, { value }]) => entries(value).map(nameOf)));
  let own = `${String(name)}-dead`;
  while (taken.has(own)) own = `${own}-letters`;
  return [
    { path: pathText([...at, 'deadLetter']), value: scalar(own, node.at) },
    { path: pathText([section!, own]), value: plainHolder(node, node.at) },
  ];
}

function nameOf([name]: readonly [string, unknown]): string {
  return name;
}

/** A queue or topic of the same kind, on the same broker. One that only an event store fills has a simple one. */
function plainHolder(node: Node, at: Place): Node {
  const kind = text(get(node, 'kind'));
  const isFilled = queueKindOf(kind)?.isPublished === false;
  const kept = isFilled ? [] : entries(node).filter(([field]) => KEPT.has(field));
  return isFilled ? single('kind', scalar('simple', at)) : map(new Map(kept), at);
}

/** What a queue has in common with that of its dead letters. */
const KEPT: ReadonlySet<string> = new Set(['kind', 'broker']);

/** Attempts of a consumer that gives messages up, their pauses, and where a message waits between them. */
function retryMoves(item: Node, at: readonly PathKey[]): readonly Move[] {
  const retry = get(item, 'retry');
  const own = [...at, 'retry'];
  const attempts = get(retry, 'attempts') ?? scalar(ATTEMPTS, item.at);
  const base = get(get(retry, 'backoff'), 'base');
  const mode = text(get(retry, 'mode')) ?? 'inProcess';
  return [
    ...multiples([...own, 'attempts'], attempts, 1),
    ...(base === undefined ? [] : multiples([...own, 'backoff', 'base'], base, 1)),
    ...(mode === 'inProcess'
      ? [
          {
            path: pathText([...own, 'mode']),
            value: scalar(base === undefined ? 'requeue' : 'delayed', item.at),
            before: scalar(mode, item.at),
            effort: 3 as const,
          },
        ]
      : []),
  ];
}
