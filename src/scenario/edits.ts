import { list } from '../text/words.js';
import { COMMAND_LINE, Problems } from './diagnostics.js';
import type { Entry, MapNode, Node, PathKey, Place } from './located.js';
import { entries, get, isNull, items, pathText, text } from './located.js';
import { longScalar } from './merge.js';
import { parseYaml } from './parse.js';
import { itemIs, namesIn, describe, type Edit } from './patch.js';
import { parsePath, type Segment } from './paths.js';
import { scaled, scaledArrivals } from './scaling.js';
import { isAbsentUnlessWritten } from './switched-off.js';

/** Command-line overrides: they change the selected variants, or define a new one. */
export interface WhatIf {
  /** Texts `path=value`, applied in order. None may leave nothing of an earlier one. */
  readonly set: readonly string[];
  /** Name of the variant that they derive from the baseline; null = they change existing variants. */
  readonly as: string | null;
  /** The selected variants; null = all. */
  readonly variants: readonly string[] | null;
}

/** Parses edits `path=value` of the command line. Errors are reported at the option. */
export function readEdits(texts: readonly string[], problems: Problems): readonly Edit[] {
  return texts.flatMap((source, index) => {
    const file = `${COMMAND_LINE} #${index + 1}`;
    problems.source(file, source);
    const equals = equalsIn(source);
    const end = equals < 0 ? source.length : equals;
    const start = source.length - source.trimStart().length;
    const path = source.slice(start, end).trimEnd();
    const value = source.slice(end + 1);
    if (equals < 0 || path === '' || value.trim() === '') {
      const at = { file, start: 0, end: source.length };
      const message = 'expected a path and its new value: path=value, or path=x1.5';
      problems.add({ code: 'FL301', at, path: [], message });
      return [];
    }
    const node = readValue(file, value, end + 1, problems);
    problems.source(file, source);
    return node === null
      ? []
      : [{ path, at: { file, start, end: start + path.length }, value: node }];
  });
}

/** Index of the first `=` outside of brackets, because quoted names can contain one. */
function equalsIn(source: string): number {
  let depth = 0;
  for (let i = 0; i < source.length; i++) {
    if (source[i] === '[') depth++;
    else if (source[i] === ']') depth--;
    else if (source[i] === '=' && depth <= 0) return i;
  }
  return -1;
}

/** Parses the YAML value at an offset of the option text. */
function readValue(file: string, value: string, offset: number, problems: Problems): Node | null {
  const own = new Problems();
  const node = parseYaml(file, value, own);
  for (const problem of own.all) problems.add({ ...problem, at: moved(problem.at, offset) });
  return node === null ? null : shifted(node, offset);
}

function moved(at: Place, offset: number): Place {
  return { ...at, start: at.start + offset, end: at.end + offset };
}

function shifted(node: Node, offset: number): Node {
  const at = moved(node.at, offset);
  if (node.type === 'scalar') return { ...node, at };
  if (node.type === 'list') {
    return { ...node, at, items: node.items.map((item) => shifted(item, offset)) };
  }
  const inner = new Map<string, Entry>();
  for (const [key, entry] of node.entries) {
    inner.set(key, { key: moved(entry.key, offset), value: shifted(entry.value, offset) });
  }
  return { ...node, at, entries: inner };
}

/** The factor of a value such as `x1.5`; null for other values, including the quoted text "x1.5". */
function factorOf({ value }: Edit): number | null {
  const match = /^x(\d+(?:\.\d+)?)$/.exec(text(value ?? undefined) ?? '');
  if (match === null) return null;
  const { start, end } = value!.at;
  return end - start > match[0].length ? null : Number(match[1]);
}

/** Whether the value of an edit is a factor, which keeps the values that it multiplies. */
export function isFactor(edit: Edit): boolean {
  return factorOf(edit) !== null;
}

/** Whether an edit depends on the tree: its path has a `*`, or its value is a factor. */
export function isOpen(edit: Edit): boolean {
  return isFactor(edit) || isWild(edit.path);
}

/** Whether a path has a `*`, which matches every entry. */
export function isWild(path: string): boolean {
  const parsed = parsePath(path);
  return parsed.ok && parsed.segments.some(isStar);
}

function isStar(segment: Segment): boolean {
  return (
    (segment.kind === 'key' && segment.key === '*') ||
    (segment.kind === 'name' && segment.name === '*')
  );
}

/** Why an edit matches nothing in a tree: the first segment of its path without a match. */
export interface Miss {
  readonly offset: number;
  readonly message: string;
  readonly found?: string;
  readonly allowed?: readonly string[];
}

/**
 * Resolves an edit in a tree with all inheritance applied: returns one edit for each match of its path. A factor is
 * replaced by the multiplied value. `skipped` gets the entries that a `*` matched and that have no such place.
 */
export function closedEdits(
  edit: Edit,
  whole: Node,
  skipped: (words: string) => void,
): readonly Edit[] | Miss {
  const parsed = parsePath(edit.path);
  if (!parsed.ok) return [edit];
  const walk = new Walk(edit, parsed.segments);
  const closed = walk.from(whole);
  if (!('message' in closed))
    walk.skipped.forEach((paths, key) => {
      skipped(`${edit.path} does not change ${listed(paths)}: no ${key} there`);
    });
  return closed;
}

/** A match of the first segments of a path; `node` is undefined if nothing is written there yet. */
interface Spot {
  readonly node: Node | undefined;
  readonly path: readonly PathKey[];
}

class Walk {
  private readonly factor: number | null = factorOf(this.edit);
  /** By key: the entries of a `*` that do not have it, where every other one has one place for it. */
  readonly skipped = new Map<string, string[]>();

  constructor(
    private readonly edit: Edit,
    private readonly segments: readonly Segment[],
  ) {}

  from(whole: Node): readonly Edit[] | Miss {
    const { segments, factor } = this;
    let spots: readonly Spot[] = [{ node: whole, path: [] }];
    for (const [depth, segment] of segments.entries()) {
      const isRate =
        factor !== null && depth === segments.length - 1 && isArrivalRate(segments, depth);
      if (isRate) return this.rates(spots, depth);
      const next = spots.flatMap((spot) => this.step(spot, segment, depth));
      if (next.length === 0) return this.miss(spots, depth);
      spots = next;
    }
    if (factor === null) return spots.map(({ path }) => this.at(path, this.edit.value!));
    return this.multiplied(spots);
  }

  private step({ node, path }: Spot, segment: Segment, depth: number): readonly Spot[] {
    const last = depth === this.segments.length - 1;
    const held = node?.type === 'scalar' ? (longScalar(node) ?? node) : node;
    if (isNull(held)) return [];
    if (isStar(segment)) {
      const all: Spot[] = entries(held).map(([key, { value }]) => ({
        node: value,
        path: [...path, key],
      }));
      items(held).forEach((item, i) => all.push({ node: item, path: [...path, i] }));
      return all.filter((spot) => !isNull(spot.node) && (last || this.fits(spot, held!, depth)));
    }
    if (segment.kind === 'key') {
      const value = get(held, segment.key);
      // After a `*` the edit can add a value to an entry, as with a path that names the entry. A setting of a feature
      // that the entry does not have would switch it on.
      const mayBeNew =
        this.factor === null &&
        this.segments.slice(0, depth).some(isStar) &&
        (last || !isAbsentUnlessWritten([...path, segment.key]));
      if (isNull(value) || (value === undefined && !mayBeNew)) {
        this.skip(segment.key, path, depth);
        return [];
      }
      return held === undefined || held.type === 'map'
        ? [{ node: value, path: [...path, segment.key] }]
        : [];
    }
    const index =
      segment.kind === 'index'
        ? segment.index
        : indexOf(items(held), (segment as { name: string }).name);
    const item = items(held)[index];
    return item === undefined ? [] : [{ node: item, path: [...path, index] }];
  }

  private skip(key: string, path: readonly PathKey[], depth: number): void {
    const isOne = path.every((step) => typeof step === 'string');
    if (!isOne || this.segments.slice(depth).some(isStar)) return;
    this.skipped.set(key, [...(this.skipped.get(key) ?? []), pathText(path)]);
  }

  /** Entries of a list can differ, such as steps. Only entries with the next key of the path match. */
  private fits({ node }: Spot, held: Node, depth: number): boolean {
    const next = this.segments[depth + 1]!;
    if (held.type !== 'list' || next.kind !== 'key' || isStar(next)) return true;
    return get(node, next.key) !== undefined;
  }

  /** `arrivals.rate` scales every kind of arrivals that has a rate. */
  private rates(spots: readonly Spot[], depth: number): readonly Edit[] | Miss {
    const all = spots.flatMap(({ node, path }) => {
      const value = node === undefined ? null : scaledArrivals(node, this.factor!);
      return value === null ? [] : [this.changedFields(node as MapNode, value, path)];
    });
    if (all.length > 0) return all.flat();
    const { offset } = this.segments[depth]!;
    const none = 'have no rate to multiply: set the values, or multiply users';
    return { offset, message: `${this.upTo(depth)} ${none}` };
  }

  /** One edit for each field that differs, so that a report shows exactly the changes. */
  private changedFields(
    before: MapNode,
    after: MapNode,
    path: readonly PathKey[],
  ): readonly Edit[] {
    return entries(after).flatMap(([key, { value }]) =>
      get(before, key) === value ? [] : [this.at([...path, key], value)],
    );
  }

  private multiplied(spots: readonly Spot[]): readonly Edit[] | Miss {
    const found = spots.flatMap(({ node, path }) => {
      const value = node === undefined ? null : this.times(node);
      return value === null ? [] : [this.at(path, value)];
    });
    if (found.length > 0) return found;
    const depth = this.segments.length - 1;
    const [first] = spots;
    const what = first!.node === undefined ? 'not written' : describe(first!.node);
    const why = /^"0[a-z/]/.test(what)
      ? 'every multiple of which is the same: set the value'
      : 'and a factor needs a number, a rate, a duration or a size';
    const message = `${this.edit.path} is ${what}, ${why}`;
    return { offset: this.segments[depth]!.offset, message };
  }

  private times(node: Node): Node | null {
    const last = this.segments.at(-1)!;
    const isArrivals = last.kind === 'key' && last.key === 'arrivals';
    return isArrivals ? scaledArrivals(node, this.factor!) : scaled(node, this.factor!);
  }

  /** The path segment at `depth` has no match. */
  private miss(spots: readonly Spot[], depth: number): Miss {
    const segment = this.segments[depth]!;
    const { offset } = segment;
    const where = depth === 0 ? 'the scenario' : this.upTo(depth);
    if (isStar(segment)) return { offset, message: `${where} has no entries` };
    const wrong =
      segment.kind === 'key' ? segment.key : segment.kind === 'name' ? segment.name : '';
    const allowed = [...new Set(spots.flatMap(({ node }) => entriesIn(node)))];
    const verb = depth > 0 && isWild(where) ? 'nothing matches' : null;
    const message =
      segment.kind === 'index'
        ? `${where} has no entry [${segment.index}]`
        : verb === null
          ? `${where} has no ${wrong}`
          : `${verb} ${this.edit.path}: no entry has ${wrong}${this.addingHint(depth)}`;
    return segment.kind === 'index'
      ? { offset, message }
      : { offset, message, found: wrong, allowed };
  }

  /** How to give every entry a feature that none has. */
  private addingHint(depth: number): string {
    const next = this.segments[depth + 1];
    if (this.factor !== null || next === undefined) return '';
    const feature = this.edit.path.slice(0, next.offset).replace(/[.[]$/, '');
    return `; to add it, write ${feature}={ … }`;
  }

  private at(path: readonly PathKey[], value: Node): Edit {
    return { path: pathText(path), at: this.edit.at, value: placed(value, this.edit) };
  }

  private upTo(depth: number): string {
    return this.edit.path.slice(0, this.segments[depth]!.offset).replace(/\.$/, '');
  }
}

/** A computed value has the place of its factor. */
function placed(value: Node, edit: Edit): Node {
  return value === edit.value ? value : { ...value, at: edit.value!.at };
}

function isArrivalRate(segments: readonly Segment[], depth: number): boolean {
  const [outer, own] = [segments[depth - 1], segments[depth]!];
  return (
    own.kind === 'key' && own.key === 'rate' && outer?.kind === 'key' && outer.key === 'arrivals'
  );
}

function indexOf(list: readonly Node[], name: string): number {
  const named = list.findIndex((item) => itemIs(item, name));
  return named >= 0 ? named : list.findIndex((item) => get(item, name) !== undefined);
}

function entriesIn(node: Node | undefined): readonly string[] {
  const own = entries(node).flatMap(([key, { value }]) => (isNull(value) ? [] : [key]));
  return [...own, ...namesIn(node)];
}

/** Entries that a message names; the others are counted. */
const NAMED = 5;

function listed(paths: readonly string[]): string {
  const more = paths.length - NAMED;
  return list(more > 1 ? [...paths.slice(0, NAMED), `${more} others`] : paths);
}
