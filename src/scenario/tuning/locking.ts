import { entries, get, pathText, scalar, text, type Node, type PathKey } from '../located.js';
import { multiples, type Move } from './moves.js';

/** Longest wait for a lock to try, as migrations set it, and a shorter one. */
const LIMIT = '1s';
const SHORTER = '250ms';
/** Modes of statements that read and write rows. The others stop at least all writes of their table. */
const USUAL: ReadonlySet<string> = new Set(['accessShare', 'rowShare', 'rowExclusive']);

/**
 * How long statements wait for a lock: those that stop others on their table while they wait, each on its own, and all of
 * a database that locks rows.
 */
export function locking(node: Node, path: readonly PathKey[]): readonly Move[] {
  if (path[0] !== 'databases') return [];
  const operations = entries(get(node, 'operations'));
  const locksRows = operations.some(([, { value }]) => isTrue(get(value, 'lock')));
  return [
    ...operations.flatMap(([name, { value }]) => {
      const mode = text(get(value, 'tableLock'));
      const stops = mode !== undefined && !USUAL.has(mode);
      return stops ? waits(value, [...path, 'operations', name]) : [];
    }),
    ...(locksRows ? waits(node, path) : []),
  ];
}

function waits(node: Node, path: readonly PathKey[]): readonly Move[] {
  const own = [...path, 'lockTimeout'];
  const written = get(node, 'lockTimeout');
  if (written !== undefined) return multiples(own, written, 1);
  const limited = (limit: string): Move => ({
    path: pathText(own),
    value: scalar(limit, node.at),
    effort: 1,
  });
  return [{ ...limited(LIMIT), stronger: limited(SHORTER) }];
}

function isTrue(node: Node | undefined): boolean {
  return node?.type === 'scalar' && node.value === true;
}
