import { withoutReplaced } from './again.js';
import type { Cell, SourceText } from './cell.js';
import { documentsOf } from './documents.js';
import { ImportError, KustomizationError, TemplateError } from './error.js';
import { plural } from '../text/words.js';
import { withoutOthers, type Deployments } from './deployments.js';
import { suggestCalls } from './suggested.js';
import { documentKinds } from './kinds/index.js';
import { nothingFound } from './nothing.js';
import { backgroundOf } from './background.js';
import { guessesIn, type Guess } from './guesses.js';
import { settleBrokers } from './message-brokers.js';
import { outsideQuestion, questionsOf } from './questions.js';
import { hintsOf, join } from './join.js';
import { REASON } from './reasons.js';
import { runOf } from './run-length.js';
import { scenarioOf } from './scenario.js';
import { System } from './system.js';
import { cpuOf, layMetrics, processLines, type LaidMetrics } from './metrics/lay.js';
import { edgeTables } from './metrics/edges.js';
import { observeMetrics, type MetricFacts } from './metrics/observe.js';
import { readSeries } from './metrics/read.js';
import { layTables } from './tables/lay.js';
import { looksLikeTable, readTables, type TableFacts } from './tables/read.js';
import type { TraceHints, TraceModel } from './traces/model.js';
import { settleWorkers } from './workers.js';
import { render } from './written.js';

/** A leaf of a file that has no place in the scenario. */
export interface Listed {
  readonly place: string;
  readonly path: string;
  readonly value: string;
  readonly reason: string;
}

/** What became of the values of the files. */
export interface Account {
  readonly values: number;
  readonly placed: number;
  readonly listed: readonly Listed[];
}

/** An imported system. */
export interface Imported {
  /** Text of the scenario. */
  readonly scenario: string;
  readonly account: Account;
  /** Names of the files that differ in the scenario. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Entrances of the traces that are taken to be gateways of the files, by the name in the traces. */
  readonly joined: ReadonlyMap<string, string>;
  readonly guesses: readonly Guess[];
  /** Questions for a person with knowledge of the system, the most useful one first. */
  readonly questions: readonly string[];
  readonly components: number;
  readonly documents: number;
  /** Ways to run the same services, of which one counts. */
  readonly deployments: readonly Deployments[];
  /** Files of a folder that are no document, each with its place and the reason. */
  readonly leftOut: readonly string[];
  /** Helm templates and Kustomizations of a folder, each with its place and how to render it. */
  readonly unrendered: readonly string[];
  /** What traces gave; null = there were none. */
  readonly traces: TraceModel | null;
  /** What metrics gave; null = there were none. */
  readonly metrics: LaidMetrics | null;
}

/** Settings of an import. */
export interface ImportOptions {
  readonly title: string;
  /** Names of the files -> names in the scenario. */
  readonly names: ReadonlyMap<string, string>;
  /** Range exports of Prometheus, or tables of services and of calls. */
  readonly metrics?: readonly SourceText[];
  /** Files of a folder that could not be read, with the reason. */
  readonly leftOut?: readonly string[];
}

/** Makes one scenario of manifests. Throws an `ImportError` if one of them cannot be read. */
export function importTexts(sources: readonly SourceText[], options: ImportOptions): Imported {
  return new Importing(sources, options).finish(null);
}

/** An import whose manifests are read, and whose traces may follow. */
export class Importing {
  /** What the manifests know and traces do not. */
  readonly hints: TraceHints;
  private readonly system: System;
  private readonly roots: readonly Cell[];
  private readonly documents: readonly Cell[];
  private readonly sources: readonly SourceText[];
  private readonly title: string;
  private readonly templates: (readonly [string, TemplateError])[] = [];
  private readonly leftOut: string[];
  private readonly facts: MetricFacts | null;
  private readonly tables: TableFacts | null;
  /** The same from series of a mesh, which counts where there are no traces. */
  private readonly mesh: TableFacts | null;

  constructor(sources: readonly SourceText[], options: ImportOptions) {
    this.sources = sources;
    this.title = options.title;
    this.leftOut = [...(options.leftOut ?? [])];
    this.system = new System(options.names);
    for (const { path, isFound } of sources) if (isFound === true) this.system.found.add(path);
    this.roots = sources.flatMap((source) => this.documentsIn(source));
    this.documents = this.roots.flatMap(itemsOf);
    const isFound = (file: string): boolean => this.system.found.has(file);
    const counting = withoutOthers(this.documents, this.optionalFolders(), this.system);
    for (const document of withoutReplaced(counting, isFound)) readDocument(document, this.system);
    for (const root of this.roots) root.get('kind')?.list(REASON.kind);
    for (const root of this.roots) root.get('apiVersion')?.list(REASON.kind);
    this.system.finish();
    suggestCalls(this.system);
    this.askAboutTemplates();
    const { metrics = [] } = options;
    const tables = metrics.filter(looksLikeTable);
    const series = metrics.filter((one) => !tables.includes(one));
    if (tables.length > 0 && series.length > 0)
      throw new ImportError(`${tables[0]!.path} and ${series[0]!.path}: ${EITHER}`);
    const read = series.length === 0 ? null : readSeries(series);
    this.facts = read === null ? null : observeMetrics(read);
    this.tables = tables.length === 0 ? null : readTables(tables);
    this.mesh = read === null ? null : edgeTables(read);
    const hints = hintsOf(this.system);
    this.hints = this.facts === null ? hints : { ...hints, cpu: cpuOf(this.system, this.facts) };
  }

  private documentsIn(source: SourceText): readonly Cell[] {
    try {
      return documentsOf(source);
    } catch (error) {
      if (!(error instanceof ImportError) || source.isFound !== true) throw error;
      if (error instanceof TemplateError) this.templates.push([source.path, error]);
      else this.leftOut.push(error.message);
      return [];
    }
  }

  /** Those with a Component of Kustomize. */
  private optionalFolders(): readonly string[] {
    const refused = new Set(this.templates.map(([path]) => path));
    return this.sources
      .filter(({ path, text }) => refused.has(path) && /^kind:\s*Component\s*$/m.test(text))
      .map(({ path }) => path.replace(/[^/\\]*$/, ''))
      .filter((folder) => folder !== '');
  }

  private askAboutTemplates(): void {
    const [first] = this.templates;
    if (first === undefined) return;
    if (this.roots.length === 0) throw first[1];
    const isKustomization = ([, error]: readonly [string, TemplateError]): boolean =>
      error instanceof KustomizationError;
    const kustomized = this.templates.filter(isKustomization);
    const others = this.templates.filter((one) => !isKustomization(one));
    if (others.length > 0)
      this.system.ask(
        `What do the templates give? Left out: ${plural(others.length, 'Helm template')}, such as ${others[0]![0]}. Add their output: helm template CHART | faultline import - FOLDER`,
      );
    if (kustomized.length > 0)
      this.system.ask(
        `Which overlay runs? Left out: ${plural(kustomized.length, 'Kustomization')}, such as ${kustomized[0]![0]}; the manifests count as they are. Import the output instead: kubectl kustomize OVERLAY | faultline import -`,
      );
  }

  /** Times of tables or of a mesh, of which the CPU of a request is work, where metrics of processes have it. */
  private layTables(tables: TableFacts): LaidMetrics {
    const { system, facts } = this;
    if (facts === null) return layTables(system, tables);
    const laid = layTables(system, tables, cpuOf(system, facts));
    return { ...laid, lines: [...laid.lines, ...processLines(system, facts)] };
  }

  /** Makes the scenario. `model`: what traces say; null = there are none. */
  finish(model: TraceModel | null): Imported {
    const { system, documents } = this;
    if (model !== null && this.tables !== null) throw new ImportError(MORE);
    if (model !== null) join(system, model);
    else settleWorkers(system);
    settleBrokers(system, model !== null);
    const tables = this.tables ?? (model === null ? this.mesh : null);
    const metrics =
      tables !== null
        ? this.layTables(tables)
        : this.facts === null
          ? null
          : layMetrics(system, this.facts, model !== null);
    const parts = system.components.filter(({ isLoad }) => !isLoad);
    if (!parts.some(({ section }) => section === 'services'))
      throw (
        this.templates[0]?.[1] ?? new ImportError(nothingFound(this.sources, model, this.leftOut))
      );
    const written = scenarioOf(system, this.title, runOf(model));
    const scenario = render(written);
    const guesses = guessesIn(written);
    const idle = new Set([...backgroundOf(system)].map(({ name }) => name));
    const asked = [...system.questions, ...(model?.unknown.map(({ question }) => question) ?? [])];
    const boundless = parts
      .filter(({ section, fields }) => section === 'databases' && !fields.has('cpu'))
      .map(({ name }) => name);
    return {
      scenario,
      guesses,
      questions: questionsOf(
        guesses.filter(({ path }) => !idle.has(path.split('.')[1] ?? '')),
        [...asked, ...outsideQuestion(system.outside)],
        boundless,
      ),
      account: accountOf(this.roots),
      renamed: system.names.renamed,
      joined: new Map([...system.joined].map(([traced, { name }]) => [traced, name])),
      components: parts.length,
      documents: documents.length,
      deployments: [...system.deployments].map(([taken, others]) => ({ taken, others })),
      leftOut: this.leftOut,
      unrendered: this.templates.map(([, { message }]) => message),
      traces: model === null ? null : { ...model, unknown: unknownIn(model, system) },
      metrics,
    };
  }
}

/** What traces do not say, by the place in the scenario: an entrance of the traces may be a gateway of the files. */
function unknownIn({ unknown }: TraceModel, { joined }: System): TraceModel['unknown'] {
  return unknown.map((own) => {
    const found = [...joined].find(([traced]) => own.path.startsWith(`services.${traced}.`));
    if (found === undefined) return own;
    const [traced, { name }] = found;
    return { ...own, path: own.path.replace(`services.${traced}`, `gateways.${name}`) };
  });
}

const EITHER =
  'a table of figures and series of Prometheus have the same requests: import one of them';
const MORE =
  'traces have the calls, their order and their times, which a table of figures sums up: import them without the table';

/** The items of a List of Kubernetes, else the document itself. */
function itemsOf(document: Cell): readonly Cell[] {
  const isList =
    /List$/.test(document.get('kind')?.text() ?? '') && document.get('items') !== undefined;
  return isList ? document.get('items')!.items() : [document];
}

function readDocument(document: Cell, system: System): void {
  const kind = documentKinds.find((each) => each.recognises(document));
  for (const each of documentKinds) if (each !== kind) each.beside?.(document, system);
  if (kind !== undefined) kind.read(document, system);
  else document.list(unknownReason(document));
}

function unknownReason(document: Cell): string {
  const kind = document.get('kind')?.text();
  if (document.get('faultline') !== undefined)
    return 'a scenario of faultline, not a part of the system';
  const version = document.get('apiVersion');
  if (kind !== undefined && version === undefined)
    return 'it has no apiVersion: a part of an object, such as a patch, or the file of another program';
  if (kind === undefined && version !== undefined)
    return 'it has no kind, so that nothing reads it';
  return kind === undefined ? 'no importer knows this file' : `no importer reads the kind ${kind}`;
}

function accountOf(roots: readonly Cell[]): Account {
  const leaves = roots.flatMap((root) => root.leaves());
  for (const leaf of leaves) leaf.list(UNREAD);
  const left: Listed[] = [];
  for (const { fate, place, path, value } of leaves) {
    if (fate?.kind === 'listed')
      left.push({ place, path, value: String(value), reason: fate.reason });
  }
  return { values: leaves.length, placed: leaves.length - left.length, listed: left };
}

/** Reason of values that no reader knows. */
export const UNREAD = 'no importer reads this field';
