import { splitBudgets, type Asked } from '../../analysis/sweep.js';
import { speaksOf } from '../../language/expressions-of.js';
import type { Records } from '../../run/here.js';
import type { Setting } from '../../scenario/sweep-values.js';
import type { WrittenSweep } from '../../scenario/sweeps.js';
import type { ScenarioFile } from '../../contracts/scenario/scenario.js';
import type { BudgetSource } from '../../contracts/scenario/judgement.js';
import type { SweepCase, SweepEdge, SweepResult, Sweep } from '../../contracts/result/sweep.js';
import type { SweepFigures } from '../../contracts/result/sweep-figures.js';
import { OptionError } from '../errors.js';
import { VERSION } from '../../text/version.js';
import { budgetsAim, expectationAim } from './aims.js';
import { bisect, type Aim, type FoundEdge, type Probe } from './bisect.js';
import { checkSettings, type BuiltCase, type CaseBuilder } from './build.js';
import { divisible } from './divisible.js';
import type { RunCases, SweepHost } from './host.js';
import { Session, type Ask } from './session.js';
import { gridOf, sampleOf, triedOn } from './settings.js';
import { Starts } from './starts.js';

/**
 * A bisection looks at the data of a value twice, after half of the runs and after all. The first look requires this
 * confidence, so that both together are wrong about as rarely as one look with 95 % (O'Brien and Fleming's bounds:
 * the first look spends 0.3 %).
 */
const FIRST_LOOK = 0.997;

/** Inputs of a sweep. */
export interface Running {
  /** The file, with the settings of the command line. */
  readonly file: ScenarioFile;
  readonly written: WrittenSweep;
  readonly builder: CaseBuilder;
  readonly path: string;
  readonly host: SweepHost;
}

/** One shard of the settings: the `index`-th of `of`, from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** The result of the settings of a shard. */
interface ShardEnd {
  readonly asked: number;
  /** Names of settings that needed more memory than there is; they are not stored. */
  readonly short: readonly string[];
  /** Number of settings of all shards. */
  readonly all: number;
}

/** Whether some variant of a setting needed more memory than there is. */
export function isShort(variants: readonly SweepFigures[]): boolean {
  return variants.some(({ stop }) => stop === 'memory');
}

/** The first names of a list, and the number of the others. */
export function someOf(names: readonly string[]): string {
  const more = names.length - NAMED;
  const shown = names.slice(0, NAMED).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** Most settings that are listed by name. */
const NAMED = 3;

/** Runs the settings of one sweep. */
export class Runner {
  /** The sweep with fractions where its fields accept them. */
  private readonly written: WrittenSweep;
  private readonly asked: Asked;
  private readonly leftOut: readonly string[];
  private readonly starts: Starts;
  private readonly session: Session;
  private readonly firstLook: Session;
  private readonly replications: number;

  constructor(private readonly running: Running) {
    const { written, file } = running;
    const { sweep } = written;
    const budgets = sweep.judgesBudgets ? file.budgets : [];
    // A search tries each variant separately.
    const together = sweep.kind === 'bisect' ? [] : sweep.variants;
    const { judged, leftOut } = splitBudgets(budgets, sweep.variants, together);
    const metrics = sweep.metrics.map(({ measure }) => measure);
    this.asked = { metrics, budgets: judged, expect: expectOf(sweep.expect, null) };
    this.leftOut = leftOut;
    const paths = sweep.axes.map(({ path }) => path);
    this.starts = new Starts(running.path, sweep.start === 'settled', paths);
    this.session = this.sessionFor(this.asked);
    const early = { ...this.asked, expect: expectOf(sweep.expect, FIRST_LOOK) };
    this.firstLook = this.sessionFor(early);
    this.replications = sweep.replications ?? file.variants[0]!.scenario.run.replications;
    const built = sweep.kind === 'bisect' ? this.searched() : sweep.variants;
    this.written = divisible(written, running.builder, built);
  }

  /** Numbers of settings computed and found, in words, with names of the computed ones. */
  words(): string {
    const computed = [...this.session.computed, ...this.firstLook.computed];
    const found = this.session.found + this.firstLook.found;
    const words = `simulated ${computed.length} ${computed.length === 1 ? 'setting' : 'settings'}`;
    if (found === 0) return words;
    const missing = computed.length === 0 ? '' : `: ${someOf(computed)}`;
    return `${words} (${found} more were there already)${missing}`;
  }

  /** Runs everything that is missing. */
  async result(): Promise<SweepResult> {
    const { written } = this;
    if (written.sweep.kind === 'bisect') return this.search();
    const settings = this.settings();
    const figures = await this.run(settings);
    const tried = triedOn(written, settings);
    const cases = settings.map((one, i) => ({ at: indicesOf(one, tried), variants: figures[i]! }));
    return this.document(tried, cases, []);
  }

  /** Runs the settings of one shard, for a sweep whose settings are known in advance. */
  async shard({ index, of }: Shard): Promise<ShardEnd> {
    const settings = this.settings();
    const own = settings.filter((_, i) => i % of === index - 1);
    const figures = await this.run(own);
    const short = own.filter((_, i) => isShort(figures[i]!)).map((one) => this.nameOf(one));
    return { asked: own.length, short, all: settings.length };
  }

  private nameOf(setting: readonly Setting[]): string {
    const { axes } = this.running.written.sweep;
    return setting.map(({ text }, i) => `${axes[i]!.path}=${text}`).join(' ');
  }

  private settings(): readonly (readonly Setting[])[] {
    const { written } = this;
    const { file, builder, host } = this.running;
    const { kind, variants } = written.sweep;
    const { seed } = file.variants[0]!.scenario.run;
    const settings = kind === 'grid' ? gridOf(written) : sampleOf(written, seed);
    checkSettings(builder, settings, variants, (message) => host.note(message));
    return settings;
  }

  /** Figures of settings that are known in advance. */
  private run(
    settings: readonly (readonly Setting[])[],
  ): Promise<readonly (readonly SweepFigures[])[]> {
    const { builder, written, host } = this.running;
    const { variants } = written.sweep;
    const asks = settings.map((one): Ask => {
      const build = (): BuiltCase => builder.build(one, variants);
      return { name: this.nameOf(one), build, replications: this.replications };
    });
    const runs = settings.length * variants.length * this.replications;
    return host.open(runs, (run) => this.session.figures(run, asks));
  }

  private async search(): Promise<SweepResult> {
    const { written } = this;
    const { builder, host } = this.running;
    const { sweep, axes } = written;
    const variants = this.searched();
    if (variants.length === 0) {
      const message = `sweep ${sweep.name}: no budget but warnings is about these variants: write expect`;
      throw new OptionError(message, { option: 'expect', found: sweep.name });
    }
    const ends = axes[0]!.range!;
    const bounds = [[ends.from], [ends.to]];
    checkSettings(builder, bounds, variants, (message) => host.note(message));
    const search = {
      range: ends,
      variants,
      resolution: sweep.resolution!,
      aim: this.aim(),
    };
    const runs = 2 * variants.length * this.replications;
    const { probes, edges } = await host.open(runs, (run) =>
      bisect(search, (requests) => this.probe(run, requests)),
    );
    const tried = triedOn(
      written,
      probes.map(({ setting }) => [setting]),
    );
    return this.document(tried, casesOf(probes, tried[0]!, variants), edges);
  }

  /** The variants to which the expectation or a budget applies. */
  private searched(): readonly string[] {
    const { expect, budgets } = this.asked;
    const judged = expect === null ? budgets.filter(isError) : [expect];
    const { variants } = this.running.written.sweep;
    return variants.filter((name) => judged.some(({ expression }) => speaksOf(expression, name)));
  }

  private aim(): Aim {
    const { expect, budgets } = this.asked;
    return expect === null ? budgetsAim(budgets) : expectationAim(expect.expression);
  }

  /**
   * Runs half of the replications first. It runs the others where those are inconclusive, and all at once where all
   * budgets are judged.
   */
  private async probe(
    run: RunCases,
    requests: readonly { readonly variant: string; readonly setting: Setting }[],
  ): Promise<readonly SweepFigures[]> {
    const { builder } = this.running;
    const begun = new Map<number, Records>();
    const ask = (which: readonly number[], replications: number): Ask[] =>
      which.map((i) => ({
        name: this.nameOf([requests[i]!.setting]),
        build: () => builder.build([requests[i]!.setting], [requests[i]!.variant]),
        replications,
        before: begun.get(i),
        onRecords: (records) => begun.set(i, records),
      }));
    const all = requests.map((_, i) => i);
    const figures: SweepFigures[] = [];
    const half = Math.ceil(this.replications / 2);
    if (this.asked.expect !== null && this.replications >= FIRST_LOOK_FROM) {
      const early = await this.firstLook.figures(run, ask(all, half));
      early.forEach(([own], i) => {
        if (isDecided(own!)) figures[i] = own!;
      });
    }
    const open = all.filter((i) => figures[i] === undefined);
    const late = await this.session.figures(run, ask(open, this.replications));
    late.forEach(([own], k) => (figures[open[k]!] = own!));
    return figures;
  }

  private document(
    tried: readonly (readonly Setting[])[],
    cases: readonly SweepCase[],
    edges: readonly FoundEdge[],
  ): SweepResult {
    const { file, written } = this.running;
    const { sweep } = written;
    const { run } = file.variants[0]!.scenario;
    const indexOf = (setting: Setting | null): number | null =>
      setting === null ? null : tried[0]!.findIndex(({ text }) => text === setting.text);
    return {
      faultline: 1,
      scenario: { title: file.title, description: file.description, sha256: file.sha256 },
      sweep: {
        name: sweep.name,
        kind: sweep.kind,
        expect: sweep.expect?.text ?? null,
        resolution: sweep.resolution,
        start: sweep.start,
      },
      seed: run.seed,
      replications: this.replications,
      engine: { version: VERSION },
      run: { duration: (sweep.durationNs ?? run.durationNs) / 1e9, warmup: run.warmupNs / 1e9 },
      axes: sweep.axes.map(({ path, scale }, i) => ({
        path,
        unit: unitOf(tried[i]!),
        scale,
        values: tried[i]!.map(({ text, number }) => ({ text, number })),
      })),
      variants: sweep.kind === 'bisect' ? this.searched() : sweep.variants,
      metrics: sweep.metrics.map(({ text, unit, better }) => ({ text, unit, better })),
      budgets: this.asked.budgets.map(({ text, name, severity }) => ({ text, name, severity })),
      leftOut: this.leftOut,
      cases,
      edges: edges.map(({ variant, outcome, isSure, holds, breaks }): SweepEdge => ({
        variant,
        outcome,
        isSure,
        holds: indexOf(holds),
        breaks: indexOf(breaks),
      })),
    };
  }

  private sessionFor(asked: Asked): Session {
    return new Session(asked, this.starts, this.running.host);
  }
}

function isError({ severity }: BudgetSource): boolean {
  return severity === 'error';
}

/** Fewer runs are judged only once. */
const FIRST_LOOK_FROM = 6;

/** Whether an interval is conclusive; exact figures wait for all runs. */
function isDecided({ expect, stop }: SweepFigures): boolean {
  if (stop !== null) return true;
  return expect !== null && expect.ci95 !== null && expect.verdict !== 'inconclusive';
}

function expectOf(asked: Sweep['expect'], confidence: number | null): BudgetSource | null {
  if (asked === null) return null;
  return {
    ...asked,
    name: null,
    severity: 'error',
    confidence: confidence ?? 0.95,
    strict: false,
    by: 0,
    allowEmpty: false,
    at: '',
  };
}

function indicesOf(
  settings: readonly Setting[],
  tried: readonly (readonly Setting[])[],
): readonly number[] {
  return settings.map((one, i) => {
    const at = tried[i]!.indexOf(one);
    return at >= 0 ? at : tried[i]!.findIndex(({ text }) => text === one.text);
  });
}

/** Cases by value, with the variants that were tried there in the order of the file. */
function casesOf(
  probes: readonly Probe[],
  tried: readonly Setting[],
  order: readonly string[],
): readonly SweepCase[] {
  return tried.map(({ text }, i) => {
    const own = probes.filter((probe) => probe.setting.text === text);
    const variants = order.flatMap((name) => {
      const probe = own.find(({ variant }) => variant === name);
      return probe === undefined ? [] : [probe.figures];
    });
    return { at: [i], variants };
  });
}

/** The unit of all values; null if they differ or one has none. */
function unitOf(values: readonly Setting[]): Setting['unit'] {
  const [first] = values;
  if (first === undefined) return null;
  const isZero = ({ number, unit }: Setting): boolean => number === 0 && unit === 'number';
  const known = values.find((one) => !isZero(one)) ?? first;
  return values.every((one) => one.unit === known.unit || isZero(one)) ? known.unit : null;
}
