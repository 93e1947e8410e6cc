import type { Step, Bundle } from '../../spec/scenario/steps.js';
import type { Code } from '../codes.js';
import type { Problems } from '../diagnostics.js';
import type { ReadFile } from '../include.js';
import type { Node, PathKey } from '../located.js';
import { get, items, locate, pathText, text } from '../located.js';
import type { ScenarioOutput } from '../schema/scenario-output.js';
import type { StepOutput } from '../schema/steps.js';
import type { Names } from './names.js';

/** What turning a validated scenario into the explicit one needs at hand. */
export interface Context {
  /** After all merging. */
  readonly tree: Node;
  /** The tree before bundles were written out: shows which bundle is only a name. */
  readonly written: Node;
  readonly problems: Problems;
  /** Hands out a file beside the scenario, by its path from that folder. */
  readonly read: ReadFile;
  readonly names: Names;
  /** The scenario as it was validated. */
  readonly output: ScenarioOutput;
  /** The bundle of `policies` with this name, or undefined. */
  readonly named: (name: string) => Bundle | undefined;
  /** Steps inside a bundle, for the component that runs them; null where any caller may. */
  readonly steps: (outputs: readonly StepOutput[], owner: string | null, path: Path) => Step[];
}

export type Path = readonly PathKey[];

interface Extra {
  readonly found?: string;
  readonly allowed?: readonly string[];
}

/** Notes a problem at the value of a path, with the nearest of the allowed words. */
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

/** As report, at the key instead of its value. */
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

/** A path in which entries of lists go by their names where they have one: the same in every order. */
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

/** The value that was written at a path, or undefined for a default. */
export function writtenAt(context: Context, path: Path): Node | undefined {
  const found = locate(context.tree, path);
  return found.depth === path.length ? found.node : undefined;
}
