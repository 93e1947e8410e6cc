import { AXON_SEGMENTS } from '../modules/projections/resolve.js';
import { get, pathText, scalar, text, type MapNode, type Node, type PathKey } from '../located.js';
import { multiples, type Move } from './moves.js';

/** Batches to try: events that share one write. */
const BATCH = 10;
const LARGE_BATCH = 100;

/** The changes with which a projection handles more events: more segments, and more events for each write of its view. */
export function projecting(
  written: MapNode,
  node: Node,
  path: readonly PathKey[],
): readonly Move[] {
  const isAsync = (text(get(node, 'lifecycle')) ?? 'async') === 'async';
  if (path[0] !== 'projections' || !isAsync) return [];
  const store = get(get(written, 'eventStores'), text(get(node, 'from')) ?? '');
  const usual = text(get(store, 'kind')) === 'axon' ? AXON_SEGMENTS : 1;
  const segments = get(node, 'concurrency');
  return [
    ...(segments === undefined
      ? multiples([...path, 'concurrency'], scalar(usual, node.at), 1)
      : []),
    ...(get(node, 'writes') === undefined ? [] : batches(node, path)),
  ];
}

function batches(node: Node, path: readonly PathKey[]): readonly Move[] {
  const before = get(node, 'batchSize') ?? scalar(1, node.at);
  const now =
    before.type === 'scalar' && typeof before.value === 'number' ? before.value : Infinity;
  const at = (size: number): Move => ({
    path: pathText([...path, 'batchSize']),
    value: scalar(size, node.at),
    before,
    effort: 1,
  });
  if (now >= LARGE_BATCH) return [];
  const large = at(LARGE_BATCH);
  return [now < BATCH ? { ...at(BATCH), stronger: large } : large];
}
