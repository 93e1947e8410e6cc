import type { Node, PathKey } from './located.js';
import { entries, text } from './located.js';
import { STEP_LISTS } from './salvage.js';

/** How entries of lists read that are often written as maps, and steps that are only named. */
export function formHint(path: readonly PathKey[], node: Node): string {
  const key = path[path.length - 1];
  const id = LISTED.get(key);
  const [first] = entries(node);
  if (id !== undefined && first !== undefined) return `: its entries read - ${id}: ${first[0]}`;
  const isStep = typeof key === 'number' && STEP_LISTS.has(String(path[path.length - 2]));
  const word = isStep ? text(node) : undefined;
  return word !== undefined && /^[\w-]+\.[\w-]+$/.test(word)
    ? `: to call it, { call: ${word} }`
    : '';
}

/** What names an entry of a list. */
const LISTED: ReadonlyMap<PathKey, string> = new Map<PathKey, string>([
  ['variants', 'name'],
  ['faults', 'id'],
]);

/** Where a policy of calls from one component to another stands, where a bundle is called like such a pair. */
export function pairHint(path: readonly PathKey[]): string | undefined {
  const ends = String(path[path.length - 1]).split('->');
  const [from = '', to = ''] = ends.map((end) => end.trim());
  if (path[0] !== 'policies' || ends.length !== 2 || from === '' || to === '') return undefined;
  return `what ${from} does in calls of ${to} stands in ${from}, as outbound: { ${to}: { timeout: 300ms } }`;
}
