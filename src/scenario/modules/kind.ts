import type { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import type { KindIn } from '../../spec/component-kind.js';
import type {
  ModuleComponents,
  ModuleSection,
  ScenarioModules,
} from '../../spec/scenario/modules.js';
import type { Host } from '../../spec/scenario/host.js';
import type { Scenario } from '../../spec/scenario/scenario.js';
import type { Node } from '../located.js';
import type { ReferenceEntry } from '../reference-entry.js';
import type { CallEdge, CallWalker } from '../resolve/call-edge.js';
import type { Context, Path } from '../resolve/context.js';
import type { Raise } from '../resolve/names.js';
import type { BundleOutput } from '../schema/bundle.js';
import type { FaultOutput } from '../schema/fault.js';
import type { ModuleOutputs, ScenarioOutput } from '../schema/scenario-output.js';
import type { Visitor } from '../walk-steps.js';

/** A section of components, in one file: what this layer asks of it, from the text to the explicit scenario. */
export interface Module<S extends ModuleSection> {
  readonly kind: KindIn<S>;
  /** Describes the section in the schema. */
  readonly summary: string;
  /** Pages of its kinds. */
  readonly reference: readonly ReferenceEntry[];
  /** A scenario that shows the section. */
  readonly example: string;
  /** One entry in its long form. */
  schema(bundle: z.ZodType<BundleOutput>): z.ZodType<ModuleOutputs[S]>;
  /** Rewrites the short forms of its own fields. Templates and defaults are passed too. */
  expand(entry: Node): Node;
  /** Lays fields of an entry over others of it, once its templates are merged. */
  inherit(entry: Node): Node;
  /** Visits its bundles. Templates and defaults are passed too. */
  visit(entry: Node, path: Path, visitor: Visitor): Node;
  /** Names of its parts; reports those that cannot be used. */
  parts(entry: NamedEntry<S>): readonly string[];
  /** What to write instead of a call of it. */
  instead(name: string): string;
  /** What an autoscaler can measure the lag of. */
  lags(name: string, parts: readonly string[]): readonly string[];
  /** Its final form; null where a run has no such component. Reports contradictions. */
  resolve(entry: Entry<S>): ModuleComponents[S] | null;
  /** What expressions can refer to. */
  subject(own: ModuleComponents[S]): Subject;
  /** Its instances, or null. */
  host(own: ModuleComponents[S]): Host | null;
  /** Calls that it makes on its own, apart from the steps of services. */
  calls(own: ModuleComponents[S], walker: CallWalker): void;
  /** Reports contradictions with other components, once all are resolved. */
  check(context: Context, scenario: Parts, calls: readonly CallEdge[]): void;
  /** Reports why a fault does not fit; `asHost`: it is checked further, like one of a service. */
  target(aim: Aim): 'asHost' | 'checked';
}

/** A validated entry whose name and parts are collected. */
export interface NamedEntry<S extends ModuleSection> {
  readonly name: string;
  readonly output: ModuleOutputs[S];
  readonly scenario: ScenarioOutput;
  readonly raise: Raise;
}

/** A validated entry that gets its final form. */
export interface Entry<S extends ModuleSection, Output = ModuleOutputs[S]> {
  readonly context: Context;
  readonly name: string;
  readonly output: Output;
  readonly path: Path;
  /** The components of another section in their final form. */
  readonly all: <T extends ModuleSection>(section: T) => ScenarioModules[T];
}

export interface Subject {
  readonly parts: readonly string[];
  readonly instances: number;
}

/** A scenario before its faults. */
export type Parts = Omit<Scenario, 'faults' | 'report'>;

/** A fault and the component that it names, as `text` with a part or the number of an instance. */
export interface Aim {
  readonly context: Context;
  readonly kind: FaultKind;
  readonly output: FaultOutput;
  readonly text: string;
  readonly name: string;
  readonly part: string | null;
  readonly isIndexed: boolean;
  readonly modules: ScenarioModules;
  readonly path: Path;
}

/** Answers of modules that have nothing of the kind. */
export const unchanged = (entry: Node): Node => entry;
export const nothing = (): void => undefined;
export const none = (): readonly never[] => [];
export const noHost = (): null => null;
export const asHost = (): 'asHost' => 'asHost';
