import type { Step, Bundle } from '../../contracts/scenario/steps.js';
import type { Code } from '../codes.js';
import type { Problems } from '../diagnostics.js';
import type { ReadFile } from '../include.js';
import { get, items, locate, pathText, text, type Node, type PathKey } from '../located.js';
import type { ScenarioOutput } from '../schema/scenario-output.js';
import type { StepOutput } from '../schema/steps.js';
import type { Names } from './names.js';

/** Inputs for converting a validated scenario to the explicit one. */
export interface Context {
  /** The tree after all merging. */
  readonly tree: Node;
  /** The tree before bundles were merged, which shows bundles that are only a name. */
  readonly written: Node;
  readonly problems: Problems;
  /** Reads a file by its path relative to the scenario. */
  readonly read: ReadFile;
  readonly names: Names;
  /** The validated scenario. */
  readonly output: ScenarioOutput;
  /** Resolves the bundle of `policies` with this name; undefined if there is none. */
  readonly named: (name: string) => Bundle | undefined;
  /** Resolves steps within a bundle for the component that runs them; null = any caller. */
  readonly steps: (outputs: readonly StepOutput[], owner: string | null, path: Path) => Step[];
}

export type Path = readonly PathKey[];

interface Extra {
  readonly found?: string;
  readonly allowed?: readonly string[];
}

/** Reports a problem at the value of a path, with a suggestion from the allowed words. */
export function report(
  context: Context,
  code: Code,
  path: Path,
  message: string,
  extra: Extra = {},
): void {
  const at = locate(context.tree, path).node.at;
  const { found, allowed } = extra;
  context.problems.add({ code, at, path, message, found, allowed });
}

/** Whether a name is one of the allowed ones. Reports others. */
export function isOneOf(
  context: Context,
  found: string,
  allowed: readonly string[],
  path: Path,
  message: string,
): boolean {
  if (allowed.includes(found)) return true;
  report(context, 'FL404', path, message, { found, allowed });
  return false;
}

/** Whether a key is declared in `keys`. Reports others. */
export function isDeclaredKey(context: Context, key: string, path: Path): boolean {
  return isOneOf(context, key, context.names.keys, path, `there is no key ${key} in keys`);
}

/** Whether a zone is declared. Reports others. */
export function isZone(context: Context, zone: string, path: Path): boolean {
  return isOneOf(context, zone, [...context.names.zones], path, `there is no zone ${zone}`);
}

/** Reports that the value of a path contradicts others, or has no effect with them (FL208). */
export function conflict(context: Context, path: Path, message: string): void {
  report(context, 'FL208', path, message);
}

/** Remarks on a setting that is accepted and has no effect with the others. */
export function remark(context: Context, path: Path, text: string): void {
  const found = locate(context.tree, path);
  context.problems.note(found.key ?? found.node.at, `${String(path[path.length - 1])}: ${text}`);
}

/** Reports such contradictions in the fields of one place. */
export function conflictsAt(
  context: Context,
  path: Path,
): (field: string, message: string) => void {
  return (field, message) => conflict(context, [...path, field], message);
}

/** Reports fields that are written in a place where they have no effect. */
export function refuseFields(
  context: Context,
  path: Path,
  fields: readonly string[],
  messageOf: (field: string) => string,
): void {
  for (const field of fields) {
    if (writtenAt(context, [...path, field]) === undefined) continue;
    conflict(context, [...path, field], messageOf(field));
  }
}

/** Like `report`, but at the key instead of its value. */
export function reportKey(
  context: Context,
  code: Code,
  path: Path,
  message: string,
  extra: Extra = {},
): void {
  const { key, node } = locate(context.tree, path);
  const { found, allowed } = extra;
  context.problems.add({ code, at: key ?? node.at, path, message, found, allowed });
}

/** A path with named list entries by name instead of index, so that it does not depend on their order. */
export function stablePath(tree: Node, path: Path): string {
  const named: PathKey[] = [];
  let node: Node | undefined = tree;
  let result = '';
  for (const step of path) {
    node = typeof step === 'number' ? items(node)[step] : get(node, step);
    const name = typeof step === 'number' ? text(get(node, 'name')) : undefined;
    if (name === undefined) named.push(step);
    else {
      result += joined(result, named);
      named.length = 0;
      result += `[${name}]`;
    }
  }
  return result + joined(result, named);
}

function joined(before: string, rest: readonly PathKey[]): string {
  const textOfRest = pathText(rest);
  return before === '' || textOfRest === '' || textOfRest.startsWith('[')
    ? textOfRest
    : `.${textOfRest}`;
}

/** Whether a field is switched off by `none`, so that no preset of a product applies instead. */
export function isSwitchedOff(context: Context, path: Path): boolean {
  const parent = locate(context.tree, path.slice(0, -1));
  const { node, depth } = parent;
  return (
    depth === path.length - 1 && node.type === 'map' && node.off?.has(String(path.at(-1))) === true
  );
}

/** The value written at a path; undefined for a default. */
export function writtenAt(context: Context, path: Path): Node | undefined {
  const found = locate(context.tree, path);
  return found.depth === path.length ? found.node : undefined;
}
