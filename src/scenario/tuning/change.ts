import { flow } from '../../text/flow.js';
import { plain, type Node, type Path, type Place } from '../located.js';
import type { Edit } from '../paths.js';
import type { Bounds } from './bounds.js';

/** A change of one setting, at a path as patches write it. `value`: null removes the present one. */
export interface SettingChange {
  readonly path: string;
  readonly value: Node | null;
  /** The present value, of which nothing remains; absent if there is none. */
  readonly before?: Node;
  /** What it needs to be valid, such as the queue that it names. */
  readonly needs?: readonly SettingChange[];
  /** How far it goes, as a factor, where its value does not say so. */
  readonly size?: number;
  /** What the product of the setting accepts. */
  readonly bounds?: Bounds;
}

/** Some changes with what they need, each place once: a change of its own goes before one that another needs. */
export function wholeOf(changes: readonly SettingChange[]): readonly SettingChange[] {
  const own = new Set(changes.map(({ path }) => path));
  const all = changes.flatMap((change) => [change, ...(change.needs ?? [])]);
  return all.filter((one, k) => {
    if (changes.includes(one)) return true;
    return !own.has(one.path) && all.findIndex(({ path }) => path === one.path) === k;
  });
}

/** The new value as YAML on one line; null for a removal. */
export function valueText({ value }: SettingChange): string | null {
  return value === null ? null : flow(plain(value));
}

/** The present value as YAML on one line; null if there is none. */
export function beforeText({ before }: SettingChange): string | null {
  return before === undefined ? null : flow(plain(before));
}

/** The edits that make some changes and what they need, all at one place; `remove` comes first. */
export function editsFor(
  asked: readonly SettingChange[],
  at: Place,
): { readonly edits: readonly Edit[]; readonly remove: readonly Edit[] } {
  const changes = wholeOf(asked);
  const edits = changes.flatMap(({ path, value }) => (value === null ? [] : [{ path, at, value }]));
  const gone = changes.filter(({ value, before }) => value === null || before?.type === 'map');
  return { edits, remove: gone.map(({ path }) => ({ path, at, value: null })) };
}

/** Sections that describe the question and not the system: what is asked of it, what hits it, and how it is measured. */
const QUESTION: ReadonlySet<string> = new Set([
  'faults',
  'workloads',
  'run',
  'report',
  'alerts',
  'keys',
]);

/** Whether a path leads to a setting of the system. The platform is what it runs on: with another one it is another system. */
export function isSetting([section, entry]: Path): boolean {
  if (section === 'platform' && (entry === undefined || entry === 'kind')) return false;
  return !QUESTION.has(String(section === 'defaults' ? entry : section));
}
