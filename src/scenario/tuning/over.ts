import { get, items, locate, type MapNode, type Node, type PathKey, pathText } from '../located.js';
import { itemIs } from '../patch.js';
import { isWithin, parsePath, type Segment } from '../paths.js';
import { meant } from '../suggest.js';
import { isSetting } from './change.js';
import { multiples, type Move, type Setting } from './moves.js';

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
  for (const named of over) {
    const path = byIndex(written, named);
    const own = all.filter((move) => isWithin(move.path, path));
    const chosen = own.length > 0 ? own : numberAt(written, path);
    if (chosen.length === 0) return { moves: [], problem: problemOf(named, all) };
    moves.push(...chosen.filter((move) => !moves.includes(move)));
  }
  return { moves, problem: null };
}

/** The path with the entries of lists by their place, which it may name as patches do: `subscribers[mail]`. */
function byIndex(written: MapNode, path: string): string {
  const parsed = parsePath(path);
  if (!parsed.ok) return path;
  let node: Node | undefined = written;
  const steps = keysOf(parsed.segments).map((key): PathKey => {
    const list = items(node);
    const entry = typeof key === 'string' ? list.findIndex((item) => itemIs(item, key)) : key;
    const step = entry >= 0 ? entry : key;
    node = typeof step === 'number' ? list[step] : get(node, step);
    return step;
  });
  return pathText(steps);
}

function keysOf(segments: readonly Segment[]): readonly PathKey[] {
  return segments.map((segment) =>
    segment.kind === 'index' ? segment.index : segment.kind === 'key' ? segment.key : segment.name,
  );
}

function numberAt(written: MapNode, text: string): readonly Move[] {
  const parsed = parsePath(text);
  if (!parsed.ok) return [];
  const keys = keysOf(parsed.segments);
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
