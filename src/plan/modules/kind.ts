import { OUTCOME } from '../../contracts/outcome.js';
import type { PlanModules } from '../../contracts/plan/modules.js';
import type { DiskUse } from '../../contracts/plan/plan.js';
import { OP } from '../../contracts/plan/program.js';
import type { Consumption } from '../../contracts/scenario/consumers.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import type { Network } from '../../contracts/scenario/network.js';
import type { KeyTable } from '../keys.js';
import type {
  LaidPart,
  ModuleAnswers,
  ModuleKind,
  ModulePart,
  ModuleSource,
  NamedPart,
  SpecOf,
} from '../layout.js';
import type { Scope } from '../scope.js';
import type { Writer } from '../writer.js';

/** A module of a plan: its kinds of components and parts, and its entries in PlanModules. */
export interface PlanModule<
  Kind extends ModuleKind,
  Part extends ModulePart['kind'],
  Entry extends Exclude<keyof PlanModules, 'acts'>,
> {
  readonly components: ComponentsOf<Kind>;
  readonly parts: PartsOf<Part>;
  readonly guests?: (scenario: Scenario, service: string) => readonly NamedPart[];
  /** Plans its entries after all programs are written. */
  plan(written: Written): Pick<PlanModules, Entry>;
}

/** By kind: the components of a scenario with their names. */
export type ComponentsOf<Kind extends ModuleKind> = {
  readonly [Own in Kind]: (
    scenario: Scenario,
  ) => readonly (readonly [name: string, ModuleSource<Own>])[];
};

/** By kind of part: the properties of a part. */
export type PartsOf<Part extends ModulePart['kind']> = {
  readonly [Own in Part]: (source: Extract<ModulePart, { readonly kind: Own }>) => PartAnswers;
};

/** Properties of a part of a module that shared code needs. */
export interface PartAnswers {
  /** Whether a second execution is harmless. */
  readonly repeatable: boolean;
  /** For the part of a consumer: its settings. Its program is that of a delivery. null for other parts. */
  readonly consumes: Consumption | null;
  /** How it uses the disk of its process. Default: not at all. */
  readonly disk?: DiskUse;
  /**
   * Writes its program and returns the first instruction, -1 = none. `keysAreSent`: callers can send idempotency keys.
   */
  write(w: Writer, part: LaidPart, scope: Scope, keysAreSent: boolean): number;
}

/** Everything that is written before the modules are planned. */
export interface Written {
  readonly w: Writer;
  readonly keys: KeyTable;
  /** By part id: the first instruction, -1 = none. */
  readonly programs: readonly number[];
  readonly network: Network;
}

/** The components of one section with their properties. */
export function sourcesOf<Kind extends ModuleKind>(
  kind: Kind,
  specs: ReadonlyMap<string, SpecOf<Kind>>,
  answers: (spec: SpecOf<Kind>) => ModuleAnswers,
): readonly (readonly [name: string, ModuleSource<Kind>])[] {
  return [...specs].map(([name, spec]) => [name, { kind, spec, ...answers(spec) }]);
}

/** A component that is not a process and receives no calls. */
export const PASSIVE = Object.freeze({
  host: null,
  zones: [],
  process: {},
  poolOf: null,
  checkBundle: () => {},
  keyedNode: null,
  takesMessages: false,
  faultTargets: {},
  partHome: null,
} satisfies Omit<ModuleAnswers, 'parts'>);

const holder = (): 'holder' => 'holder';

/** A component that holds messages. */
export const HOLDER = Object.freeze({
  ...PASSIVE,
  takesMessages: true,
  faultTargets: { messages: holder, queue: holder, deadLetters: holder },
} satisfies Omit<ModuleAnswers, 'parts'>);

/** A part without a program. */
export const NAME_ONLY: PartAnswers = Object.freeze({
  repeatable: true,
  consumes: null,
  write: () => -1,
});

/** Writes a program that ends with success, and returns its first instruction. */
export function program(w: Writer, write: () => void): number {
  const at = w.assembler.here;
  write();
  w.assembler.emit(OP.DONE, OUTCOME.ok);
  return at;
}

type Intersection<Each> = (Each extends unknown ? (each: Each) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

/** Merges tables. The type has the keys of all tables, so a missing key is a type error where the table is used. */
export function together<Table extends object>(tables: readonly Table[]): Intersection<Table> {
  return Object.assign({}, ...tables) as Intersection<Table>;
}
