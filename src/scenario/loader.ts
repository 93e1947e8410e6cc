import type {
  Configuration,
  Scenario,
  ScenarioFile,
  Variant,
} from '../contracts/scenario/scenario.js';
import { JUDGED_SECTIONS, type JudgedSection } from '../contracts/scenario/judged.js';
import type { Problem, Problems } from './diagnostics.js';
import { checkExpectations, resolveExpectations } from './expectations.js';
import type { Flaws, Judged, Scope } from './expectations.js';
import { withChanges } from './changes/changes.js';
import { withoutInitial } from './changes/initial.js';
import { withDigest } from './digest.js';
import { expand } from './expand.js';
import type { ReadFile } from './include.js';
import { explicitTree } from './explicit-tree.js';
import { entries, get, items, prune, text, type MapNode, type Node } from './located.js';
import { resolveScenario, type Resolved } from './resolve/scenario.js';
import { VARIANTS_MAX, type FrameOutput } from './schema/scenario.js';
import type { ScenarioOutput } from './schema/scenario-output.js';
import {
  flawsOf,
  isAbout,
  isAfterOthers,
  isDoubtful,
  isOfDouble,
  isOfNames,
  pathAsWritten,
  takenNames,
} from './flaws.js';
import { repair } from './repair.js';
import { namesIn, salvage } from './salvage.js';
import type { Edit } from './patch.js';
import { resolveSweeps, type WrittenSweep } from './sweeps.js';
import { judgedIn } from '../language/expressions-of.js';
import { resolveUntil } from './until.js';
import { validate } from './validate.js';
import { patchAsWritten, patched, planVariants } from './variants.js';
import type { Patched, VariantPlan } from './variants.js';
import { changesBetween } from './tuning/differences.js';
import { isBaseline, removedBy, reportMisses, withWhatIf, type OpenEdits } from './what-if.js';

import { schemas } from './schemas.js';

/** A selection of variants, with other values at some paths. */
export interface Changed {
  readonly variants: readonly string[];
  /** Applied after the patch of each variant. */
  readonly edits: readonly Edit[];
  /** Removed before that. */
  readonly remove?: readonly Edit[];
}

/** The text of a variant: as its patches leave it, and with templates and defaults laid in. */
export interface VariantTexts {
  readonly patched: MapNode;
  readonly written: MapNode;
}

/** Builds the scenarios of all variants of a file and reports its problems. */
export class Loader {
  /** By variant: its final tree, which has the places of all values. */
  readonly trees = new Map<string, Node>();
  /** By variant: its text after its patches, and the same with templates and defaults laid in. */
  readonly texts = new Map<string, VariantTexts>();
  /** Names of unknown sections, such as misspelt ones, and the names in them. */
  private readonly unknownNames: ReadonlySet<string>;
  private repairs = 0;
  /** Set by `file`. */
  sweeps: readonly WrittenSweep[] = [];
  /** Set by `file`: what further expressions are checked against; null if the file has errors. */
  scope: Omit<Scope, 'problems'> | null = null;

  constructor(
    private readonly tree: MapNode,
    private readonly problems: Problems,
    private readonly read: ReadFile,
    private readonly whatIf: OpenEdits | null = null,
  ) {
    const unknown = entries(tree).filter(([section]) => !schemas().sections.has(section));
    this.unknownNames = new Set(
      unknown.flatMap(([section, { value }]) => [section, ...namesIn(value)]),
    );
  }

  file(changed: Changed | null = null): ScenarioFile | null {
    const { tree, problems } = this;
    checkDefaults(tree, problems);
    const frame = validate(schemas().frame, prune(tree), problems);
    const named = frame !== null || namesStand(tree);
    const all = this.plans(named);
    const plans = changed === null ? all : withEdits(all, changed);
    const title = frame ?? { title: text(get(tree, 'title')) ?? '' };
    const built = this.variants(plans, title);
    if (frame === null || built.some(({ resolved }) => resolved === null)) {
      const isSure =
        this.unknownNames.size === 0 && !problems.all.some(({ path }) => path[0] === 'variants');
      this.checkJudgement(built, isSure ? plans.map((plan) => plan.name) : null);
      return null;
    }
    const judged = built.flatMap((one) =>
      one.resolved === null ? [] : [{ name: one.plan.name, ...one.resolved }],
    );
    const names = all.map((plan) => plan.name);
    const isAsWritten = changed === null && this.whatIf === null;
    const scope = { judged, variants: names, isPart: changed !== null, isAsWritten, problems };
    const expect = (
      written: FrameOutput['budgets'],
      list: Node | undefined,
      path: string[],
    ): ScenarioFile['budgets'] => resolveExpectations(written ?? [], items(list), path, scope);
    const lists = byJudged((name) => expect(frame[name], get(tree, name), [name]));
    const { hypothesis } = frame;
    const list = get(get(tree, 'hypothesis'), 'expect');
    const shown =
      hypothesis === undefined
        ? null
        : {
            statement: hypothesis.statement,
            expect: expect(hypothesis.expect, list, ['hypothesis', 'expect']),
          };
    if (changed === null && frame.sweeps !== undefined) {
      const removed = new Map(all.map((plan) => [plan.name, removedBy(plan)]));
      const around = { judged, variants: names, removed, budgets: lists.budgets, problems };
      this.sweeps = resolveSweeps(frame.sweeps, get(tree, 'sweeps'), around);
    }
    const isJudging = judgedIn({ ...lists, hypothesis: shown }).length > 0;
    const until = resolveUntil(judged[0]!, get(tree, 'run'), isJudging, scope);
    if (problems.hasErrors) return null;
    this.scope = { judged, variants: names, isPart: false };
    const baselines = frame.variants?.some((variant) => variant.baseline) === true;
    const variants = this.named(judged, plans, built, baselines);
    const explicit = {
      title: frame.title,
      description: frame.description ?? null,
      variants,
      ...lists,
      hypothesis: shown,
      ...(until !== null && { until }),
      accepted: frame.lint?.accept ?? [],
    };
    return this.identified(explicit);
  }

  /** The variants, each with its changes from the baseline. */
  private named(
    judged: readonly Judged[],
    plans: readonly VariantPlan[],
    built: readonly Built[],
    hasBaseline: boolean,
  ): readonly Variant[] {
    const base = hasBaseline ? plans.find(isBaseline) : plans[0];
    const from = this.texts.get(base?.name ?? '')?.patched;
    return judged.map((one, index) => ({
      ...this.variant(one, plans[index], built[index], hasBaseline ? null : index === 0),
      changes:
        from === undefined || plans[index] === base
          ? []
          : changesBetween(from, built[index].patched.tree),
    }));
  }

  private identified(explicit: Omit<ScenarioFile, 'sha256'>): ScenarioFile {
    const { whatIf } = this;
    const file = withDigest(explicit);
    return whatIf === null ? file : { ...file, whatIf: { set: whatIf.set, as: whatIf.as } };
  }

  /** Plans of the variants of the file and the command line. */
  private plans(areNamed: boolean): readonly VariantPlan[] {
    const { tree, problems, whatIf } = this;
    const written = areNamed
      ? planVariants(tree, problems)
      : [{ name: 'base', node: null, patches: [] }];
    return whatIf === null ? written : withWhatIf(written, whatIf, problems);
  }

  /** Checks budgets, expectations and the hypothesis of a file with mistakes elsewhere, as far as possible. */
  private checkJudgement(built: readonly Built[], names: readonly string[] | null): void {
    const { tree, problems } = this;
    const judged = built.flatMap(({ plan, resolved, flawed }): Judged[] => {
      const one = resolved ?? flawed;
      return one === null ? [] : [{ name: plan.name, ...one }];
    });
    const scope = { judged, variants: names, isPart: false, problems };
    const check = (list: Node | undefined, path: string[]): void =>
      checkExpectations(list, path, scope);
    for (const name of JUDGED_SECTIONS) check(get(tree, name), [name]);
    check(get(get(tree, 'hypothesis'), 'expect'), ['hypothesis', 'expect']);
  }

  private variant(
    judged: Judged,
    plan: VariantPlan,
    { patched: { patches }, configurations = [] }: Built,
    first: boolean | null,
  ): Omit<Variant, 'changes'> {
    return {
      name: plan.name,
      title: text(get(plan.node ?? undefined, 'title')) ?? null,
      description: text(get(plan.node ?? undefined, 'description')) ?? null,
      baseline: first ?? isBaseline(plan),
      patch: patchAsWritten(patches),
      scenario: judged.scenario,
      ...(configurations.length === 0 ? {} : { configurations }),
    };
  }

  /** Builds every variant. A problem of all variants is reported once; otherwise the message lists the variants. */
  private variants(plans: readonly VariantPlan[], frame: FrameOutput): Built[] {
    const found = new Map<string, { problem: Problem; variants: string[] }>();
    const built = plans.map((plan) => {
      const own = this.problems.forVariant();
      const one = this.build(plan, frame, own);
      for (const problem of own.all) {
        // The load estimate differs between variants. It is reported once.
        const what = problem.code === 'FL601' ? '' : problem.message;
        const id = `${problem.code} ${problem.at.file} ${problem.at.start} ${what}`;
        const known = found.get(id);
        if (known === undefined) found.set(id, { problem, variants: [plan.name] });
        else known.variants.push(plan.name);
      }
      return { plan, ...one };
    });
    for (const { problem, variants } of found.values()) {
      const some = variants.length < plans.length && !isInPatch(problem, plans);
      const message = some
        ? `${problem.message} (in variant ${variants.join(', ')})`
        : problem.message;
      this.problems.add({ ...problem, message });
    }
    reportMisses(plans, built, this.problems);
    return built;
  }

  private build(plan: VariantPlan, frame: FrameOutput, problems: Problems): Omit<Built, 'plan'> {
    const own = patched(this.tree, plan, (node) => expand(node, problems), problems);
    const { written, tree } = explicitTree(own.tree, problems);
    this.trees.set(plan.name, tree);
    this.texts.set(plan.name, { patched: own.tree, written: written as MapNode });
    const output = validate(schemas().explicit, tree, problems);
    if (output !== null) {
      const broken = this.unknownNames;
      const trees = { tree, written, broken, faults: null };
      const resolved = this.resolve(output, frame, trees, problems);
      if (!problems.hasErrors && broken.size === 0) {
        const source = { tree: own.tree, written, scenario: resolved.scenario, problems };
        const { scenario, configurations } = withChanges({
          ...source,
          resolve: (other, found) => this.changed(other, frame, found),
        });
        return { patched: own, resolved: { ...resolved, scenario }, configurations, flawed: null };
      }
      const whole = { tree, broken, changed: broken, faults: [], hasAllFaults: broken.size === 0 };
      const flaws = flawsOf(whole, tree, resolved);
      return { patched: own, resolved: null, flawed: { ...resolved, flaws } };
    }
    // The valid entries are still checked without the wrong ones, so that all problems are reported at once.
    const { rest, broken, faults } = salvage(schemas().explicit, tree, this.unknownNames);
    const partial =
      rest === null ? null : validate(schemas().explicit, rest, problems.forVariant());
    if (rest !== null && partial !== null) {
      this.resolve(partial, frame, { tree: rest, written, broken, faults }, problems);
    }
    const flawed = this.names(tree, written, frame, problems);
    return { patched: own, resolved: null, flawed };
  }

  /** The scenario of a tree that a change of the configuration has patched; null if it has errors. */
  private changed(patchedTree: Node, frame: FrameOutput, problems: Problems): Scenario | null {
    const whole = expand(patchedTree, problems) as MapNode;
    // Faults are those of the file, and may not fit a changed scenario.
    const kept = new Map([...whole.entries].filter(([section]) => section !== 'faults'));
    const { written, tree } = explicitTree(withoutInitial({ ...whole, entries: kept }), problems);
    const output = validate(schemas().explicit, tree, problems);
    if (output === null || problems.hasErrors) return null;
    const trees = { tree, written, broken: this.unknownNames, read: this.read };
    const { scenario } = resolveScenario(output, frame, trees, problems);
    return problems.hasErrors ? null : scenario;
  }

  /** Resolves a scenario. References to removed entries are not reported, so one mistake is one problem. */
  private resolve(
    output: ScenarioOutput,
    frame: FrameOutput,
    trees: {
      readonly tree: MapNode;
      readonly written: Node;
      readonly broken: ReadonlySet<string>;
      /** Original indices of the remaining faults; null = all. */
      readonly faults: readonly number[] | null;
    },
    problems: Problems,
  ): Resolved {
    const { faults, ...rest } = trees;
    const own = problems.forVariant();
    const resolved = resolveScenario(output, frame, { ...rest, read: this.read }, own);
    const twice = takenNames(own.all);
    for (const problem of own.all) {
      const isAfter = isOfDouble(problem, twice) || isAbout(problem, trees.broken);
      if (isAfter || (faults !== null && isAfterOthers(problem))) continue;
      const path = faults === null ? problem.path : pathAsWritten(problem.path, { faults });
      problems.add({ ...problem, path });
    }
    return resolved;
  }

  /** Checks the names in entries with mistakes. Nothing else in these entries can be checked. */
  private names(
    tree: MapNode,
    written: Node,
    frame: FrameOutput,
    problems: Problems,
  ): Built['flawed'] {
    if (this.repairs++ === REPAIRS_MAX) return null;
    const repaired = repair(schemas().explicit, tree, this.unknownNames);
    if (repaired === null) return null;
    const { output, broken } = repaired;
    const own = problems.forVariant();
    const trees = { tree: repaired.tree, written, broken, read: this.read };
    const resolved = resolveScenario(output, frame, trees, own);
    for (const problem of own.all) {
      if (!isOfNames(problem) || isDoubtful(problem, repaired)) continue;
      problems.add({ ...problem, path: pathAsWritten(problem.path, repaired) });
    }
    return { ...resolved, flaws: flawsOf(repaired, tree, resolved) };
  }
}

/** A variant that was built, with or without errors. */
interface Built {
  readonly plan: VariantPlan;
  readonly patched: Patched;
  /** null if it has errors. */
  readonly resolved: Resolved | null;
  /** The scenario while its configuration changes are in force. */
  readonly configurations?: readonly Configuration[];
  /** If it has errors: the scenario as far as it could be resolved. */
  readonly flawed: (Resolved & { readonly flaws: Flaws }) | null;
}

/** Number of variants with errors whose names are checked. Further ones rarely have other problems. */
const REPAIRS_MAX = 8;

function byJudged<T>(of: (name: JudgedSection) => T): Record<JudgedSection, T> {
  return Object.fromEntries(JUDGED_SECTIONS.map((name) => [name, of(name)])) as Record<
    JudgedSection,
    T
  >;
}

function checkDefaults(tree: MapNode, problems: Problems): void {
  const services = get(get(tree, 'defaults'), 'services');
  if (services?.type !== 'map') return;
  const endpoints = services.entries.get('endpoints');
  if (endpoints === undefined) return;
  const message = 'defaults cannot have endpoints: every service has its own';
  problems.add({
    code: 'FL208',
    at: endpoints.key,
    path: ['defaults', 'services', 'endpoints'],
    message,
  });
}

/** Whether the variants have valid names although another part of the frame is wrong. */
function namesStand(tree: MapNode): boolean {
  const variants = get(tree, 'variants');
  if (variants === undefined) return true;
  return (
    variants.type === 'list' &&
    variants.items.length <= VARIANTS_MAX &&
    variants.items.every((item) => item.type === 'map' && text(get(item, 'name')) !== undefined)
  );
}

function isInPatch(problem: Problem, plans: readonly VariantPlan[]): boolean {
  return plans.some(({ node }) => {
    if (node === null || node.at.file !== problem.at.file) return false;
    return problem.at.start >= node.at.start && problem.at.start < node.at.end;
  });
}

function withEdits(
  plans: readonly VariantPlan[],
  { variants, edits, remove = [] }: Changed,
): readonly VariantPlan[] {
  const patch = { remove: [], set: edits, add: [], isOpen: true as const };
  const without = remove.length === 0 ? [] : [{ remove, set: [], add: [] }];
  return plans
    .filter(({ name }) => variants.includes(name))
    .map((plan) => ({ ...plan, patches: [...plan.patches, ...without, patch] }));
}
