import type { RunSettings } from '../contracts/scenario/run.js';
import type { ScenarioFile } from '../contracts/scenario/scenario.js';
import type { Question } from '../contracts/scenario/expression.js';
import { COMMAND_LINE, Problems, type Diagnostic } from './diagnostics.js';
import { expand } from './expand.js';
import { EXPRESSION, MEASURE, readText } from './expectations.js';
import { folderOf, normal, readTree, type ReadFile } from './include.js';
import { readEdits, type WhatIf } from './edits.js';
import { get, list, put, scalar, single, type MapNode } from './located.js';
import { Places } from './places.js';
import { parseYaml } from './parse.js';
import { type WrittenSweep } from './sweeps.js';
import type { OpenEdits } from './what-if.js';

import { Loader, type Changed, type VariantTexts } from './loader.js';
export type { Changed, VariantTexts } from './loader.js';
export type { ReadFile } from './include.js';

/** A loaded scenario file, or null, with all its problems. */
export interface Loaded {
  readonly file: ScenarioFile | null;
  readonly problems: readonly Diagnostic[];
  readonly places: Places;
  /** Its sweeps, sorted by name; empty if the file has errors. */
  readonly sweeps: readonly WrittenSweep[];
  /** By variant; complete only if the file has no errors. */
  readonly texts: ReadonlyMap<string, VariantTexts>;
}

/**
 * Loads a scenario with its includes: one fully explicit scenario per variant. Reports all problems at once, sorted by
 * place. A file with errors is null. Files are accessed only through `read`.
 */
export function loadScenario(path: string, read: ReadFile): Loaded {
  return new Source(path, read).load();
}

/** The warm-up that pilot runs have found, and their number. */
export type FoundWarmup = Pick<RunSettings, 'warmupNs' | 'pilots'>;

/** A parsed scenario file, which can be built repeatedly with different values. */
export class Source {
  private readonly problems = new Problems();
  private readonly tree: MapNode | null;
  private readonly read: ReadFile;
  private readonly whatIf: OpenEdits | null;
  private scope: Loader['scope'] = null;
  private warmup: FoundWarmup | null = null;
  private asked: readonly Question[] = [];

  /**
   * `sweep`: an additional sweep, which replaces one of the same name. `whatIf`: command-line overrides, applied after
   * the patches of the variants. `budgets`: expressions that replace the budgets of the file.
   */
  constructor(
    private readonly path: string,
    read: ReadFile,
    sweep: { name: string; text: string } | null = null,
    whatIf: WhatIf | null = null,
    budgets: readonly string[] = [],
  ) {
    const { problems } = this;
    const tree = readTree(path, read, (node) => expand(node, problems), problems);
    const swept = tree === null || sweep === null ? tree : withSweep(tree, sweep, problems);
    this.tree = swept === null ? null : withBudgets(swept, budgets, problems);
    this.read = readBeside(path, read);
    this.whatIf = whatIf === null ? null : { ...whatIf, edits: readEdits(whatIf.set, problems) };
  }

  /** Builds the file as written. */
  load(): Loaded {
    const { path, problems } = this;
    const loader =
      this.tree === null ? null : new Loader(this.tree, problems, this.read, this.whatIf);
    const file = loader?.file() ?? null;
    this.scope = loader?.scope ?? null;
    const diagnostics = problems.diagnostics(path);
    const places = new Places(path, this.tree, loader?.trees ?? new Map(), problems);
    const isRight = !problems.hasErrors;
    return {
      file: isRight ? file : null,
      problems: diagnostics,
      places,
      sweeps: isRight ? (loader?.sweeps ?? []) : [],
      texts: loader?.texts ?? new Map(),
    };
  }

  /**
   * Reads questions: a metric with its window and variants, or such a metric with a limit. Checks them like the budgets of
   * the file, all at once; those that name no variant in the chosen ones. Requires that `load` succeeded.
   */
  questions(
    texts: readonly string[],
    chosen: readonly string[],
  ): {
    readonly questions: readonly Question[];
    readonly problems: readonly Diagnostic[];
  } {
    const problems = this.problems.forVariant();
    const scope = { ...this.scope!, chosen, problems };
    const questions = texts.flatMap((source, index): Question[] => {
      const file = `question #${index + 1}`;
      problems.source(file, source);
      const node = scalar(source, { file, start: 0, end: source.length });
      const at = { source, node, path: ['questions', index] };
      const measure = hasLimit(source) ? null : readText(MEASURE, at, scope);
      if (measure !== null) return [{ measure, expression: null }];
      const expression = hasLimit(source) ? readText(EXPRESSION, at, scope) : null;
      return expression === null ? [] : [{ measure: expression, expression }];
    });
    return { questions, problems: problems.diagnostics(this.path) };
  }

  /** A file of this source with the warm-up that pilot runs have found. Later ones of `with` have the same. */
  warmUp(file: ScenarioFile, found: FoundWarmup): ScenarioFile {
    this.warmup = found;
    return {
      ...file,
      variants: file.variants.map((variant) => {
        const { scenario } = variant;
        if (scenario.run.pilots === undefined) return variant;
        return { ...variant, scenario: { ...scenario, run: { ...scenario.run, ...found } } };
      }),
    };
  }

  /**
   * A file of this source whose runs answer these questions, too: measurements are cut at their windows. Later ones of
   * `with` have the same.
   */
  asking(file: ScenarioFile, questions: readonly Question[]): ScenarioFile {
    this.asked = questions;
    return questions.length === 0 ? file : { ...file, asked: questions };
  }

  /** Builds the file with other values. Requires that `load` succeeded. */
  with(changed: Changed): Pick<Loaded, 'file' | 'problems'> {
    const own = this.problems.forVariant();
    const file = new Loader(this.tree!, own, this.read, this.whatIf).file(changed);
    const { warmup } = this;
    const warm = file === null || warmup === null ? file : this.warmUp(file, warmup);
    const asking = warm === null ? null : this.asking(warm, this.asked);
    return { file: own.hasErrors ? null : asking, problems: own.diagnostics(this.path) };
  }
}

/** Whether a text compares a metric with a limit. */
function hasLimit(text: string): boolean {
  return /[<>=]/.test(text.replaceAll('->', ''));
}

/** The tree with a sweep from the command line. */
function withSweep(
  tree: MapNode,
  { name, text: yaml }: { name: string; text: string },
  problems: Problems,
): MapNode {
  const parsed = parseYaml(COMMAND_LINE, yaml, problems);
  if (parsed?.type !== 'map') return tree;
  const own = expand(single('sweeps', single(name, parsed)), problems) as MapNode;
  const sweeps = get(tree, 'sweeps');
  const all = get(own, 'sweeps') as MapNode;
  return put(tree, 'sweeps', sweeps?.type === 'map' ? put(sweeps, name, get(all, name)!) : all);
}

/** The tree with the budgets of the command line instead of its own. */
function withBudgets(tree: MapNode, texts: readonly string[], problems: Problems): MapNode {
  if (texts.length === 0) return tree;
  const nodes = texts.map((text, index) => {
    const file = `--budget #${index + 1}`;
    problems.source(file, text);
    return scalar(text, { file, start: 0, end: text.length });
  });
  const own = expand(single('budgets', list(nodes, nodes[0]!.at)), problems) as MapNode;
  return put(tree, 'budgets', get(own, 'budgets')!);
}

/** Reads each file that the scenario references once. Paths are relative to its folder. */
function readBeside(path: string, read: ReadFile): ReadFile {
  const folder = folderOf(path);
  const known = new Map<string, ReturnType<ReadFile>>();
  return (name) => {
    const own = `${folder}${normal(name)}`;
    if (!known.has(own)) known.set(own, read(own));
    return known.get(own)!;
  };
}
