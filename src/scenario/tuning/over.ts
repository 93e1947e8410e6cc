import { locate, type MapNode, type PathKey } from '../located.js';
import { isWithin, parsePath } from '../paths.js';
import { meant } from '../suggest.js';
import { isSetting } from './change.js';
import { multiples, type Move } from './moves.js';
import type { Setting } from './settings.js';

/** The changes of some settings, or why there are none for one of them. */
export interface Planned {
  readonly moves: readonly Move[];
  readonly problem: string | null;
}

/**
 * The changes of the settings that some paths name; `*` is every entry. A number that is no setting of the list, such as
 * the time of a probe, is tried as well if it is named.
 */
export function plannedOver(
  settings: readonly Setting[],
  written: MapNode,
  over: readonly string[],
): Planned {
  const all = settings.flatMap(({ moves }) => moves);
  const moves: Move[] = [];
  for (const path of over) {
    const own = all.filter((move) => isWithin(move.path, path));
    const named = own.length > 0 ? own : numberAt(written, path);
    if (named.length === 0) return { moves: [], problem: problemOf(path, all) };
    moves.push(...named.filter((move) => !moves.includes(move)));
  }
  return { moves, problem: null };
}

function numberAt(written: MapNode, text: string): readonly Move[] {
  const parsed = parsePath(text);
  if (!parsed.ok) return [];
  const keys = parsed.segments.map((segment): PathKey =>
    segment.kind === 'index' ? segment.index : segment.kind === 'key' ? segment.key : segment.name,
  );
  if (!isSetting(keys)) return [];
  const { node, depth } = locate(written, keys);
  return depth < keys.length ? [] : multiples(keys, node, 1);
}

function problemOf(path: string, all: readonly Move[]): string {
  const parsed = parsePath(path);
  if (!parsed.ok) return `--over ${path}: ${parsed.message}`;
  const [first] = parsed.segments;
  if (first?.kind === 'key' && !isSetting([first.key]))
    return `--over ${path}: a fault, a load and a run stay as they are; name a setting, such as ${all[0]?.path ?? 'services.shop.concurrency'}`;
  const near = meant(
    path,
    all.map((move) => move.path),
  );
  const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
  return `--over ${path}: no number to change there${hint}`;
}
