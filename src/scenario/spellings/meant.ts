import { objectOf } from '../../contracts/fields/kinds.js';
import {
  impliedKind,
  outlierKind,
  outlierKinds,
  policyKind,
  policyKinds,
} from '../../patterns/registry.js';
import { get, text, type MapNode } from '../located.js';
import { plainWord } from '../synonyms.js';
import { PRODUCT_SPELLINGS } from './index.js';
import type { Block, Row } from './row.js';

export const BLOCKS: readonly Block[] = PRODUCT_SPELLINGS.flatMap(({ blocks }) => blocks);
/** Keys directly in a bundle. */
export const ROWS = byWord(PRODUCT_SPELLINGS.flatMap(({ rows }) => rows));
/** The rows of each block by key. */
export const ROWS_OF: ReadonlyMap<Block, ReadonlyMap<string, Row>> = new Map(
  BLOCKS.map((block) => [block, byWord(block.rows)]),
);
/** The block of a product under its own name, as a plain word: of several the one that explains most keys. */
export function namedBlock(name: string, value: MapNode): Block | undefined {
  const keys = [...value.entries.keys()];
  const named = BLOCKS.filter(({ names }) => names.split(' ').includes(name));
  return named.reduce<Block | undefined>(
    (best, own) => (best === undefined || matches(own, keys) > matches(best, keys) ? own : best),
    undefined,
  );
}

/** Rows by key; of several with the same key the first one counts. */
export function byWord(rows: readonly Row[]): ReadonlyMap<string, Row> {
  const found = new Map<string, Row>();
  for (const row of rows) {
    for (const key of row.keys.split(' ')) if (!found.has(key)) found.set(key, row);
  }
  return found;
}

/** The block of a product that a policy is written in; null = it is written in the words of the language. */
export function blockOf(policy: string, value: MapNode): Block | null {
  const blocks = BLOCKS.filter((block) => block.policy === policy && block.isOnlyNamed !== true);
  const kind = text(get(value, 'kind'));
  const implied = impliedKind(policy)?.kind;
  const own = kind ?? implied;
  const known = blocks.find((block) => block.kind === null || block.kind === own);
  if (kind !== undefined) return known ?? null;
  const foreign = [...value.entries.keys()].filter((key) => !hasField(policy, undefined, key));
  if (foreign.length === 0) return known ?? null;
  let best: Block | null = null;
  let most = known === undefined ? 0 : matches(known, foreign);
  for (const block of blocks) {
    const count = matches(block, foreign);
    if (count > most && isMeant(block, value, foreign)) [best, most] = [block, count];
  }
  return best ?? known ?? null;
}

/** Own fields of a kind mean it only if all keys fit; a word that only a product has means it in any case. */
function isMeant(block: Block, value: MapNode, foreign: readonly string[]): boolean {
  if (foreign.some((key) => kindsWith(block.policy, key) === 0 && matches(block, [key]) > 0))
    return true;
  return matches(block, [...value.entries.keys()]) === value.entries.size;
}

/** How many keys a block explains. Fields that several kinds have say nothing. */
function matches(block: Block, keys: readonly string[]): number {
  const { policy, kind } = block;
  const rows = ROWS_OF.get(block)!;
  const kindName = kind ?? undefined;
  return keys.filter((key) => {
    const own = kindsWith(policy, key);
    if (own > 1) return hasField(policy, kindName, key) && impliedHas(policy, key);
    if (own === 1) return hasField(policy, kindName, key);
    const word = plainWord(key);
    return rows.has(word) || fieldNames(policy, kindName).some((name) => plainWord(name) === word);
  }).length;
}

function impliedHas(policy: string, key: string): boolean {
  return hasField(policy, undefined, key);
}

/** The fields of a kind of a policy. */
export function fieldNames(policy: string, kind: string | undefined): readonly string[] {
  const found =
    policy === 'outlierDetection'
      ? outlierKind(kind)
      : (policyKind(policy, kind) ?? policyKinds.find((one) => one.policy === policy));
  return found === undefined ? [] : Object.keys(objectOf(found.schema).shape);
}

/** Whether a kind of a policy has a field. */
export function hasField(policy: string, kind: string | undefined, key: string): boolean {
  return key === 'kind' || fieldNames(policy, kind).includes(key);
}

/** How many kinds of a policy have a field. */
export function kindsWith(policy: string, key: string): number {
  const kinds =
    policy === 'outlierDetection'
      ? outlierKinds.map(({ outlier }) => outlier)
      : policyKinds.filter((one) => one.policy === policy).map(({ kind }) => kind);
  return kinds.filter((kind) => fieldNames(policy, kind).includes(key)).length;
}
