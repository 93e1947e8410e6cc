import type { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import type { KindIn } from '../../contracts/component-kind.js';
import type {
  ModuleComponents,
  ModuleSection,
  ScenarioModules,
} from '../../contracts/scenario/modules.js';
import type { Host } from '../../contracts/scenario/host.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import type { Node } from '../located.js';
import type { ReferenceEntry } from '../reference-entry.js';
import type { CallEdge, CallWalker } from '../resolve/call-edge.js';
import type { Context, Cursor, Path } from '../resolve/context.js';
import type { Raise } from '../resolve/names.js';
import type { BundleOutput } from '../schema/bundle.js';
import type { WrittenFault } from '../../contracts/scenario/faults.js';
import type { ModuleOutputs, ScenarioOutput } from '../schema/scenario-output.js';
import type { Visitor } from '../walk-steps.js';

/** A section of components in one file: everything that this layer needs, from the text to the explicit scenario. */
export interface Module<S extends ModuleSection> {
  readonly kind: KindIn<S>;
  /** Description of the section in the schema. */
  readonly summary: string;
  /** Reference pages of its kinds. */
  readonly reference: readonly ReferenceEntry[];
  /** A scenario that shows the section. */
  readonly example: string;
  /** Schema of an entry in the long form. */
  schema(bundle: z.ZodType<BundleOutput>): z.ZodType<ModuleOutputs[S]>;
  /** Rewrites the short forms of its own fields. Also applied to templates and defaults. */
  expand(entry: Node): Node;
  /** Merges fields within an entry after its templates are merged. */
  inherit(entry: Node): Node;
  /** Visits its bundles. Also applied to templates and defaults. */
  visit(entry: Node, path: Path, visitor: Visitor): Node;
  /** Names of its parts. Reports invalid ones. */
  parts(entry: NamedEntry<S>): readonly string[];
  /** Advice for a call to such a component: what to write instead. */
  instead(name: string): string;
  /** References to consumers whose lag an autoscaler can target. */
  lags(name: string, parts: readonly string[]): readonly string[];
  /** Resolves an entry and reports contradictions. null = a run has no such component. */
  resolve(entry: Entry<S>): ModuleComponents[S] | null;
  /** Kind and parts that expressions can refer to. */
  subject(own: ModuleComponents[S]): Subject;
  /** Its host; null = it has no instances. */
  host(own: ModuleComponents[S]): Host | null;
  /** Calls that it makes itself, as opposed to calls in steps of services. */
  calls(own: ModuleComponents[S], walker: CallWalker): void;
  /** Reports contradictions with other components after all are resolved. */
  check(context: Context, scenario: Parts, calls: readonly CallEdge[]): void;
  /** Reports faults that cannot hit it. `asHost`: the common checks for hosts follow. */
  target(aim: Aim): 'asHost' | 'checked';
}

/** A validated entry after all names and parts are collected. */
export interface NamedEntry<S extends ModuleSection> {
  readonly name: string;
  readonly output: ModuleOutputs[S];
  readonly scenario: ScenarioOutput;
  readonly raise: Raise;
}

/** A validated entry to be resolved. */
export interface Entry<S extends ModuleSection, Output = ModuleOutputs[S]> {
  readonly here: Cursor;
  readonly name: string;
  readonly output: Output;
  /** The resolved components of another section. */
  readonly all: <T extends ModuleSection>(section: T) => ScenarioModules[T];
}

export interface Subject {
  readonly parts: readonly string[];
  readonly instances: number;
}

/** A scenario without its faults. */
export type Parts = Omit<Scenario, 'faults' | 'report'>;

/** A fault with one of its targets: a component, `text` with a part or the index of an instance. */
export interface Aim {
  readonly here: Cursor;
  readonly kind: FaultKind;
  readonly output: WrittenFault;
  readonly text: string;
  readonly name: string;
  readonly part: string | null;
  readonly isIndexed: boolean;
  readonly modules: ScenarioModules;
}

/** Defaults for modules to which a method does not apply. */
export const unchanged = (entry: Node): Node => entry;
export const nothing = (): void => undefined;
export const none = (): readonly never[] => [];
export const noHost = (): null => null;
export const asHost = (): 'asHost' => 'asHost';
