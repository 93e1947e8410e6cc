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

/** A place in a scenario: what is written there is read from it, and problems are reported at it. */
export class Cursor {
  constructor(
    readonly context: Context,
    readonly path: Path,
  ) {}

  /** A place inside this one. */
  in(...keys: Path): Cursor {
    return new Cursor(this.context, [...this.path, ...keys]);
  }

  /** A place by its path from the top. */
  at(...path: Path): Cursor {
    return new Cursor(this.context, path);
  }

  /** The entry of a section that it is in. */
  entry(): Cursor {
    return this.at(...this.path.slice(0, 2));
  }

  get names(): Names {
    return this.context.names;
  }

  get output(): ScenarioOutput {
    return this.context.output;
  }

  get tree(): Node {
    return this.context.tree;
  }

  /** The value written here; undefined for a default. */
  written(): Node | undefined {
    const found = locate(this.tree, this.path);
    return found.depth === this.path.length ? found.node : undefined;
  }

  /** Whether the field is switched off by `none`, so that no preset of a product applies instead. */
  isSwitchedOff(): boolean {
    const { node, depth } = locate(this.tree, this.path.slice(0, -1));
    const isHere = depth === this.path.length - 1;
    return isHere && node.type === 'map' && node.off?.has(String(this.path.at(-1))) === true;
  }

  /** Reports a problem at the value, with a suggestion from the allowed words. */
  report(code: Code, message: string, extra: Extra = {}): void {
    this.add(locate(this.tree, this.path).node.at, code, message, extra);
  }

  /** Like `report`, but at the key instead of its value. */
  reportKey(code: Code, message: string, extra: Extra = {}): void {
    const { key, node } = locate(this.tree, this.path);
    this.add(key ?? node.at, code, message, extra);
  }

  /** Reports that the value contradicts others, or has no effect with them (FL208). */
  conflict(message: string): void {
    this.report('FL208', message);
  }

  /** Reports such contradictions in the fields of this place. */
  conflicts(): (field: string, message: string) => void {
    return (field, message) => this.in(field).conflict(message);
  }

  /** Reports fields that are written here and have no effect. */
  refuse(fields: readonly string[], messageOf: (field: string) => string): void {
    for (const field of fields) {
      const own = this.in(field);
      if (own.written() !== undefined) own.conflict(messageOf(field));
    }
  }

  /** Remarks on a setting that is accepted and has no effect with the others. */
  remark(text: string): void {
    const found = locate(this.tree, this.path);
    this.context.problems.note(found.key ?? found.node.at, `${String(this.path.at(-1))}: ${text}`);
  }

  /** Whether a name is one of the allowed ones. Reports others. */
  isOneOf(found: string, allowed: readonly string[], message: string): boolean {
    if (allowed.includes(found)) return true;
    this.report('FL404', message, { found, allowed });
    return false;
  }

  /** Whether a key is declared in `keys`. Reports others. */
  isDeclaredKey(key: string): boolean {
    return this.isOneOf(key, this.names.keys, `there is no key ${key} in keys`);
  }

  /** Whether a zone is declared. Reports others. */
  isZone(zone: string): boolean {
    return this.isOneOf(zone, [...this.names.zones], `there is no zone ${zone}`);
  }

  private add(at: Node['at'], code: Code, message: string, { found, allowed }: Extra): void {
    this.context.problems.add({ code, at, path: this.path, message, found, allowed });
  }
}

/** The place at a path from the top of a scenario. */
export function cursorAt(context: Context, ...path: Path): Cursor {
  return new Cursor(context, path);
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
