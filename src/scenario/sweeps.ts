import { SOBOL_DIMENSIONS } from '../stats/sobol.js';
import type { SweepAxis, Sweep, SweepMeasure } from '../contracts/result/sweep.js';
import type { SweepStart, AxisFields, SweepFields } from '../contracts/scenario/sweeps.js';
import type { Expression, Measure } from '../contracts/scenario/expression.js';
import type { BudgetSource } from '../contracts/scenario/judgement.js';
import { canonicalJson } from '../text/canonical.js';
import type { Code } from './codes.js';
import type { Problems } from './diagnostics.js';
import { invariant } from '../kernel/invariant.js';
import { EXPRESSION, MEASURE, readText, type Judged, type Reader } from './expectations.js';
import { measureText, parseMeasure } from '../language/expression.js';
import { isJudgedAmong, speaksOf } from '../language/expressions-of.js';
import { findMetric } from '../language/metrics.js';
import { entries, get, items, plain, type Node, type PathKey, type Place } from './located.js';
import { isWild } from './edits.js';
import type { Edit } from './patch.js';
import { isWithin } from './paths.js';
import { isLoad, isScaled } from './sweep-starts.js';
import { Range, settingOf, type Setting } from './sweep-values.js';

/** Largest number of settings of a sweep. */
const CASES_MAX = 10_000;
const BISECT_REPLICATIONS = 10;

/** A sweep with the edits that its values make. */
export interface WrittenSweep {
  readonly sweep: Sweep;
  readonly axes: readonly WrittenAxis[];
}

export interface WrittenAxis {
  readonly path: string;
  readonly at: Place;
  /** All values, or the two ends of a range whose values are chosen later. */
  readonly settings: readonly Setting[];
  /** null if the values are a list. `steps`: number of values of a grid over it; null = chosen later. */
  readonly range: Range | null;
  readonly steps: number | null;
}

/** The file to which the sweeps belong. */
export interface Around {
  readonly judged: readonly Judged[];
  /** Names of all variants, in order. */
  readonly variants: readonly string[];
  /** By variant: the paths that it removes. */
  readonly removed: ReadonlyMap<string, readonly string[]>;
  readonly budgets: readonly BudgetSource[];
  readonly problems: Problems;
}

/** The edits of the scenario for one setting. */
export function editsOf(
  { axes, sweep }: WrittenSweep,
  settings: readonly Setting[],
): readonly Edit[] {
  const edits = axes.map(({ path, at }, i) => ({ path, at, value: settings[i]!.node }));
  const { durationNs } = sweep;
  if (durationNs === null) return edits;
  const at = axes[0]!.at;
  const node: Node = { type: 'scalar', value: `${durationNs}ns`, at };
  return [...edits, { path: 'run.duration', at, value: node }];
}

/** Resolves the sweeps of a file, sorted by name. A sweep with problems is reported and skipped. */
export function resolveSweeps(
  written: Readonly<Record<string, SweepFields>>,
  section: Node | undefined,
  around: Around,
): readonly WrittenSweep[] {
  return Object.keys(written)
    .sort()
    .flatMap((name) => {
      const node = get(section, name)!;
      const known = new SweepReader(name, written[name]!, node, around).read();
      return known === null ? [] : [known];
    });
}

class SweepReader {
  private isRight = true;
  private readonly path: readonly PathKey[] = ['sweeps', this.name];

  constructor(
    private readonly name: string,
    private readonly own: SweepFields,
    private readonly node: Node,
    private readonly around: Around,
  ) {}

  read(): WrittenSweep | null {
    const { own } = this;
    const variants = this.variants();
    const axes = this.axes(variants);
    this.checkFields();
    this.checkStart();
    this.checkAim(variants);
    this.checkCount(axes);
    const metrics = own.metrics === null ? this.ofBudgets(variants) : this.measures(variants);
    const expect = this.expectation(variants);
    if (!this.isRight) return null;
    const sweep: Sweep = {
      name: this.name,
      kind: own.kind,
      variants,
      axes: axes.map(axisOf),
      metrics: metrics.map(withUnit),
      judgesBudgets: own.kind === 'bisect' ? own.expect === null : own.metrics === null,
      expect: expect === null ? null : { text: own.expect!, expression: expect },
      samples: own.samples,
      resolution: own.kind === 'bisect' ? (own.resolution ?? 0.02) : null,
      replications: own.replications ?? (own.kind === 'bisect' ? BISECT_REPLICATIONS : null),
      durationNs: own.durationNs,
      start: this.start(axes),
    };
    return { sweep, axes };
  }

  private variants(): readonly string[] {
    const { variants } = this.around;
    const chosen = this.own.variants;
    if (chosen === null) return variants;
    chosen.forEach((name, index) => {
      if (variants.includes(name)) return;
      const node = items(get(this.node, 'variants'))[index]!;
      const message = `there is no variant ${name}`;
      this.add('FL303', node, ['variants', index], message, name, variants);
    });
    return variants.filter((name) => chosen.includes(name));
  }

  private axes(variants: readonly string[]): readonly WrittenAxis[] {
    const set = get(this.node, 'set');
    // A path that is null, such as to remove one from an included file, is not an axis.
    const written = entries(set).filter(([path]) => Object.hasOwn(this.own.set, path));
    if (written.length === 0)
      this.add('FL208', this.node, ['set'], 'set is empty: write a path with values');
    const axes = written.flatMap(([path, { key, value }]) => {
      const axis = this.axis(this.own.set[path]!, value, path);
      return axis === null ? [] : [{ path, at: key, ...axis }];
    });
    axes.forEach((axis, i) => this.checkPath(axis, axes.slice(0, i), variants));
    return axes;
  }

  /** Reports an axis without effect, or one that overlaps with another setting. */
  private checkPath(
    { path, at }: WrittenAxis,
    before: readonly WrittenAxis[],
    variants: readonly string[],
  ): void {
    const add = (message: string): void => this.add('FL208', { at }, ['set', path], message);
    const other = before.find((one) => isWithin(path, one.path) || isWithin(one.path, path));
    if (other !== undefined) add(`${path} and ${other.path} overlap: remove one of them`);
    if (isWithin(path, 'run.replications') || isWithin(path, 'run.seed')) {
      add('seed and replications are the same for all settings: write them outside set');
    }
    if (isWithin(path, 'run.duration') && this.own.durationNs !== null) {
      add('duration is also written outside set: remove one of them');
    }
    // A `*` skips entries that a variant has removed.
    for (const name of isWild(path) ? [] : variants) {
      const removal = this.around.removed.get(name)?.find((one) => isWithin(path, one));
      if (removal === undefined) continue;
      add(`variant ${name} removes ${removal}, which this restores: list the variants`);
    }
  }

  private axis(
    axis: AxisFields,
    node: Node,
    path: string,
  ): Omit<WrittenAxis, 'path' | 'at'> | null {
    const at = ['set', path];
    const [from, to] = [get(node, 'from'), get(node, 'to')];
    if (axis.values !== null) {
      const wrong = (['from', 'to', 'steps', 'scale'] as const).find((key) => axis[key] !== null);
      if (wrong !== undefined) {
        this.add('FL208', get(node, wrong)!, [...at, wrong], `${wrong} does not apply to values`);
      }
      return { settings: this.listed(items(get(node, 'values')), at), range: null, steps: null };
    }
    if (from === undefined || to === undefined) {
      this.add('FL203', node, at, 'write a list of values, or from and to');
      return null;
    }
    const range = Range.between(from, to, axis.scale ?? 'linear');
    if (typeof range === 'string') {
      this.add('FL205', from, [...at, 'from'], range);
      return null;
    }
    const isGrid = this.own.kind === 'grid';
    if (isGrid && axis.steps === null) {
      this.add('FL203', node, at, 'steps is missing: write { from, to, steps }');
      return null;
    }
    if (!isGrid && axis.steps !== null) {
      const message = `${this.own.kind} draws its values from the whole range: remove steps`;
      this.add('FL208', get(node, 'steps')!, [...at, 'steps'], message);
    }
    const steps = isGrid ? axis.steps : null;
    const settings = steps === null ? [range.from, range.to] : range.steps(steps);
    return { settings, range, steps };
  }

  /** The settings of a list of values, with distinct texts. */
  private listed(nodes: readonly Node[], at: readonly PathKey[]): readonly Setting[] {
    const known = new Set<string>();
    const texts = new Map<string, number>();
    return nodes.map((node, index) => {
      const setting = settingOf(node);
      const same = canonicalJson(plain(node));
      if (known.has(same)) {
        this.add('FL208', node, [...at, index], `duplicate value ${setting.text}`);
      }
      known.add(same);
      const count = (texts.get(setting.text) ?? 0) + 1;
      texts.set(setting.text, count);
      return count === 1 ? setting : { ...setting, text: `${setting.text} (${count})` };
    });
  }

  /** A first value of a load is no cold start, unless the sweep asks for it. */
  private start(axes: readonly WrittenAxis[]): SweepStart {
    const { start } = this.own;
    return start ?? (axes.some(({ path }) => isLoad(path)) ? 'settled' : 'written');
  }

  private checkStart(): void {
    const { judged } = this.around;
    if (this.own.start === null || judged.some(({ scenario }) => isScaled(scenario))) return;
    const message = 'no component has an autoscaler that follows a metric: remove start';
    this.add('FL208', get(this.node, 'start')!, ['start'], message);
  }

  private checkFields(): void {
    const { own } = this;
    const isSample = own.kind === 'random' || own.kind === 'sobol';
    const belongs: readonly (readonly [
      key: 'expect' | 'resolution' | 'samples',
      isRight: boolean,
      to: string,
    ])[] = [
      ['expect', own.kind === 'bisect', 'bisect'],
      ['resolution', own.kind === 'bisect', 'bisect'],
      ['samples', isSample, 'random and sobol'],
    ];
    for (const [key, isRight, to] of belongs) {
      if (own[key] === null || isRight) continue;
      this.add('FL208', get(this.node, key)!, [key], `${key} applies only to kind: ${to}`);
    }
    if (isSample && own.samples === null) {
      this.add('FL203', this.node, ['samples'], `is required with kind: ${own.kind}`);
    }
  }

  /** Without an expectation a search looks for the limit at which budgets fail, so it needs budgets. */
  private checkAim(variants: readonly string[]): void {
    if (this.own.kind !== 'bisect' || this.own.expect !== null) return;
    const isJudged = this.around.budgets.some(({ expression }) =>
      isJudgedAmong(expression, variants, []),
    );
    if (isJudged) return;
    const [judged] = this.around.judged;
    const [name = 'users'] = judged?.scenario.workloads.keys() ?? [];
    // A range without steps is searched, also on the command line.
    const message =
      'is required with kind: bisect if there are no budgets: write what has to hold, as ' +
      `expect: ${name}.success >= 99% (--expect '${name}.success >= 99%' of the command), or the values to try, as FROM..TO:5`;
    this.add('FL203', this.node, ['expect'], message);
  }

  private checkCount(axes: readonly WrittenAxis[]): void {
    const { kind } = this.own;
    if (kind === 'grid') {
      const cases = axes.reduce((product, { settings }) => product * settings.length, 1);
      if (cases <= CASES_MAX) return;
      const message = `found ${cases} settings; the limit is ${CASES_MAX}`;
      this.add('FL602', get(this.node, 'set')!, ['set'], message);
    }
    if (kind === 'sobol' && axes.length > SOBOL_DIMENSIONS) {
      const message = `kind: sobol supports at most ${SOBOL_DIMENSIONS} paths: use random`;
      this.add('FL602', get(this.node, 'set')!, ['set'], message);
    }
    if (kind === 'bisect' && (axes.length !== 1 || axes[0]!.range === null)) {
      const message = 'bisect needs exactly one path with a range: { from, to }';
      this.add('FL208', get(this.node, 'set') ?? this.node, ['set'], message);
    }
  }

  /** The metrics of the sweep, as written. */
  private measures(variants: readonly string[]): readonly Measure[] {
    return this.own.metrics!.flatMap((text, index) => {
      const node = items(get(this.node, 'metrics'))[index]!;
      const measure = this.text(MEASURE, text, node, ['metrics', index], variants);
      if (measure === null) return [];
      if (measure.variants !== null) {
        const message = 'a metric is recorded for all variants of the sweep: remove `in`';
        this.add('FL208', node, ['metrics', index], message);
      }
      return [measure];
    });
  }

  private expectation(variants: readonly string[]): Expression | null {
    const { expect } = this.own;
    if (expect === null) return null;
    const node = get(this.node, 'expect')!;
    const expression = this.text(EXPRESSION, expect, node, ['expect'], variants);
    if (expression === null) return null;
    const { limit, variants: named } = expression;
    if (named !== null && !named.some(({ name }) => variants.includes(name))) {
      const names = named.map(({ name }) => name).join(', ');
      this.add('FL208', node, ['expect'], `${names} is not a variant of this sweep`);
    }
    if (limit.kind === 'ofVariant' || limit.kind === 'ofSaved') {
      const message = 'a limit of a sweep cannot refer to another variant or `saved`';
      this.add('FL208', node, ['expect'], message);
    }
    return expression;
  }

  /** The metrics of the budgets that apply to these variants; without any, the metrics of the workloads. */
  private ofBudgets(variants: readonly string[]): readonly Measure[] {
    // A search records only its expectation.
    if (this.own.kind === 'bisect' && this.own.expect !== null) return [];
    const asked = new Map<string, Measure>();
    for (const { expression } of this.around.budgets) {
      const { metric, window } = expression;
      const found = findMetric(metric.name);
      // A budget with an unknown metric has been reported already.
      const isNumber = found.known === 'yes' && found.metric.name !== 'rollout.result';
      if (!isNumber || !variants.some((name) => speaksOf(expression, name))) continue;
      const text = measureText(metric, window);
      asked.set(text, { text, metric, window, variants: null });
    }
    if (asked.size > 0) return [...asked.values()];
    const names = [...(this.around.judged[0]?.scenario.workloads.keys() ?? [])];
    return names
      .flatMap((name) => [`${name}.goodput`, `${name}.success`, `${name}.latency.p99`])
      .flatMap((text) => {
        const parsed = parseMeasure(text);
        return parsed.ok ? [parsed.measure] : [];
      });
  }

  /** Parses a text and checks it in the variants of the sweep. */
  private text<T extends Measure>(
    reader: Reader<T>,
    source: string,
    node: Node,
    path: readonly PathKey[],
    variants: readonly string[],
  ): T | null {
    const { judged, variants: all, problems } = this.around;
    const own = problems.forVariant();
    const asked = judged.filter(({ name }) => variants.includes(name));
    const at = { source, node, path: [...this.path, ...path] };
    const read = readText(reader, at, {
      judged: asked,
      variants: all,
      isPart: false,
      problems: own,
    });
    if (own.all.length > 0) this.isRight = false;
    for (const problem of own.all) problems.add(problem);
    return read;
  }

  private add(
    code: Code,
    { at }: Pick<Node, 'at'>,
    path: readonly PathKey[],
    message: string,
    found?: string,
    allowed?: readonly string[],
  ): void {
    this.isRight = false;
    const words = found === undefined ? {} : { found, allowed: allowed ?? [] };
    this.around.problems.add({ code, at, path: [...this.path, ...path], message, ...words });
  }
}

/** A metric with its unit and good direction. */
function withUnit(measure: Measure): SweepMeasure {
  const found = findMetric(measure.metric.name);
  invariant(found.known === 'yes', 'sweep-metric-unchecked');
  if (found.known !== 'yes') throw new Error(measure.text);
  return { text: measure.text, unit: found.metric.unit, better: found.metric.better, measure };
}

function axisOf({ path, settings, range }: WrittenAxis): SweepAxis {
  return {
    path,
    values: settings.map(({ text, number }) => ({ text, number })),
    scale: range?.scale ?? 'list',
  };
}
