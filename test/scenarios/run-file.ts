import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { storiesOf } from '../../src/analysis/story/cascade.js';
import { measureIn, variantNamed, type Study } from '../../src/analysis/verdicts/study.js';
import { summarise } from '../../src/analysis/summarise.js';
import type { Story } from '../../src/analysis/measure/story.js';
import { variantData, type VariantData } from '../../src/analysis/measure/variant-data.js';
import { wholeRun } from '../../src/analysis/measure/window.js';
import { compile } from '../../src/plan/compile.js';
import { formatDiagnostic } from '../../src/scenario/diagnostics.js';
import { parseExpression, parseMetric } from '../../src/language/expression.js';
import type { Loaded } from '../../src/scenario/load.js';
import { loadScenario } from '../../src/scenario/load.js';
import type { Result } from '../../src/contracts/result/result.js';
import type { ScenarioFile } from '../../src/contracts/scenario/scenario.js';
import { runHere } from '../support/built.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Every scenario of the project, as paths from its root, sorted. */
export function scenarioFiles(under = 'scenarios'): readonly string[] {
  const found = readdirSync(join(ROOT, under), { recursive: true, encoding: 'utf8' });
  return found
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => relative(ROOT, join(ROOT, under, name)))
    .sort();
}

/** The text of a file, with fewer replications where a test needs no more. */
export function textOf(path: string, replications?: number): string {
  const text = readFileSync(join(ROOT, path), 'utf8');
  if (replications === undefined) return text;
  const patched = text.replace(/replications: \d+/, `replications: ${replications}`);
  if (patched === text) throw new Error(`${path} has no other number of replications`);
  return patched;
}

const loads = new Map<string, Loaded>();

/** A file as it was loaded the first time: tests that look at its problems and tests that run it need the same. */
function loadedFile(path: string, replications?: number): Loaded {
  const key = `${path} ${replications}`;
  const found =
    loads.get(key) ??
    loadScenario(path, (own) => ({ text: textOf(own, own === path ? replications : undefined) }));
  loads.set(key, found);
  return found;
}

/** All problems of a file, warnings too, as the program prints them. */
export function problemsOf(path: string): readonly string[] {
  return loadedFile(path).problems.map(formatDiagnostic);
}

/** A scenario that was run, with access to its results. */
export interface RunFile {
  readonly file: ScenarioFile;
  readonly result: Result;
  /** `METRIC [WINDOW] in VARIANT`: value in seconds, per second, share or number; Infinity = never. */
  value(question: string): number;
}

/** Runs all variants of a file, or those named. */
export function runFile(
  path: string,
  options: { readonly replications?: number; readonly variants?: readonly string[] } = {},
): RunFile {
  const loaded = loadedFile(path, options.replications);
  if (loaded.file === null) throw new Error(loaded.problems.map(formatDiagnostic).join('\n'));
  const file = chosen(loaded.file, options.variants);
  const plans = file.variants.map((variant) => compile(variant, file));
  const records = runHere(plans, file.variants[0].scenario.run.replications);
  const variants = file.variants.map((variant, i) =>
    variantData(variant, plans[i], records[i], wholeRun(plans[i])),
  );
  const stories = new Stories(variants);
  const result = summarise(file, plans, records, '0.0.0');
  const value = (question: string): number => {
    // Only figures of the cascade look at stories; to find them takes as long as all other figures.
    const own = question.startsWith('cascade.') ? stories : new Map<string, readonly Story[]>();
    return ask({ variants, stories: own, saved: null }, question);
  };
  return { file, result, value };
}

/** The cascades of variants, found when a question is about them: the result has its own. */
class Stories extends Map<string, readonly Story[]> {
  private readonly variants: readonly VariantData[];

  constructor(variants: readonly VariantData[]) {
    super();
    this.variants = variants;
  }

  override get(name: string): readonly Story[] | undefined {
    const data = this.variants.find(({ variant }) => variant.name === name);
    if (data !== undefined && !this.has(name)) this.set(name, storiesOf(data));
    return super.get(name);
  }
}

function chosen(file: ScenarioFile, names: readonly string[] | undefined): ScenarioFile {
  if (names === undefined) return file;
  return { ...file, variants: file.variants.filter(({ name }) => names.includes(name)) };
}

function ask(study: Study, question: string): number {
  const parsed = parseExpression(question.replace(/^(\S+)/, '$1 > 0'));
  const path = parseMetric(question.split(' ')[0]);
  if (!path.ok) throw new Error(path.message);
  const window = windowOf(question, parsed);
  const name = / in (\S+)$/.exec(question)?.[1];
  const data = name === undefined ? study.variants[0] : variantNamed(study, name);
  if (data === undefined) throw new Error(`no variant for ${question}`);
  const { value } = measureIn(study, data, path.metric, window);
  if (value === null) throw new Error(`nothing was measured: ${question}`);
  return value;
}

type Parsed = ReturnType<typeof parseExpression>;

function windowOf(question: string, parsed: Parsed): Parameters<typeof measureIn>[3] {
  if (!parsed.ok) throw new Error(`${question}: ${parsed.message}`);
  return parsed.expression.window;
}
