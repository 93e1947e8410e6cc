import { componentResults } from '../../src/analysis/measure/components.js';
import { variantData } from '../../src/analysis/measure/variant-data.js';
import { wholeRun } from '../../src/analysis/measure/window.js';
import { summarise } from '../../src/analysis/summarise.js';
import { compile } from '../../src/plan/compile.js';
import { formatDiagnostic } from '../../src/scenario/diagnostics.js';
import { loadScenario } from '../../src/scenario/load.js';
import type { OutcomeName } from '../../src/contracts/outcome.js';
import { OUTCOME_NAMES, kindIndex, statusOf } from '../../src/contracts/outcome.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type { RunRecord, TraceRecord } from '../../src/contracts/record/record.js';
import type { Result, VariantResult } from '../../src/contracts/result/result.js';
import type { ComponentResult } from '../../src/contracts/result/components.js';
import type { ScenarioFile } from '../../src/contracts/scenario/scenario.js';
import { runHere, runPlan } from '../support/built.js';

/** A scenario written as text, run as the program runs it; the parts that tests look at. */
export interface Ran {
  readonly file: ScenarioFile;
  readonly plans: readonly Plan[];
  readonly records: readonly (readonly RunRecord[])[];
  readonly result: Result;
  /** Result of the first variant, or of the one of that name. */
  variant(name?: string): VariantResult;
  /** Figures of the components of the first variant, without the result: thousands of faults take its account long. */
  components(): Readonly<Record<string, ComponentResult>>;
}

/** The scenario of a text; throws with all its problems. */
export function load(text: string): ScenarioFile {
  const { file, problems } = loadScenario('case.yaml', () => ({ text }));
  if (file === null) throw new Error(`${problems.map(formatDiagnostic).join('\n')}\n${text}`);
  return file;
}

/** The problems of a text, as the program prints them. */
export function problemsOf(text: string): string {
  return loadScenario('case.yaml', () => ({ text }))
    .problems.map(formatDiagnostic)
    .join('\n');
}

/** Text -> scenario -> plans, without a run. `variant`: only this one. */
export function plansOf(
  text: string,
  {
    traceShare = 0,
    variant: only,
  }: { readonly traceShare?: number; readonly variant?: string } = {},
): { readonly file: ScenarioFile; readonly plans: readonly Plan[] } {
  const all = load(text);
  const variants = all.variants.filter(({ name }) => only === undefined || name === only);
  const file = { ...all, variants };
  return { file, plans: file.variants.map((variant) => compile(variant, file, { traceShare })) };
}

/** Text -> scenario -> plans -> records -> result document. `variant`: only this one is run. */
export function run(
  text: string,
  options: { readonly traceShare?: number; readonly variant?: string } = {},
): Ran {
  const { file, plans } = plansOf(text, options);
  const records = runHere(plans, file.variants[0].scenario.run.replications);
  let result: Result | null = null;
  const whole = (): Result => (result ??= summarise(file, plans, records, '0.0.0'));
  return {
    file,
    plans,
    records,
    get result() {
      return whole();
    },
    components() {
      const data = variantData(file.variants[0], plans[0], records[0], wholeRun(plans[0]));
      return componentResults(data);
    },
    variant(name) {
      const found = whole().variants.find((one) => name === undefined || one.name === name);
      if (found === undefined) throw new Error(`no variant ${name}`);
      return found;
    },
  };
}

/** One row of a trace, with names for numbers; times in ms after the warm-up, -1 = never. */
export interface Row {
  readonly id: number;
  readonly parent: number;
  readonly root: number;
  /** `shop.buy`, `users.buy`. */
  readonly part: string;
  /** `shop[0]`. */
  readonly instance: string;
  readonly arrival: number;
  readonly attempt: number;
  readonly called: number;
  readonly sent: number;
  readonly arrived: number;
  readonly begun: number;
  readonly ended: number;
  readonly answered: number;
  readonly gone: number;
  readonly outcome: OutcomeName;
  /** HTTP status that the outcome carries, or the default of its kind. */
  readonly status: number;
}

/** Every attempt and request of the first variant, by the time of sending, requests before attempts. */
export function traceOf(text: string): { readonly rows: readonly Row[]; readonly ran: Ran } {
  const ran = run(text, { traceShare: 1 });
  const rows = rowsOf(ran.plans[0], ran.records[0][0].traces);
  return { ran, rows };
}

/** Runs a variant with every request traced, and passes the rows on as they are recorded. */
export function stream(
  text: string,
  take: (rows: TraceRecord, plan: Plan) => void,
  variant = 0,
): RunRecord {
  const file = load(text);
  const plan = compile(file.variants[variant], file, { traceShare: 1 });
  return runPlan(plan, 0, (rows) => take(rows, plan));
}

/** Rows of a trace by the time of sending. */
export function rowsOf(plan: Plan, traces: TraceRecord): readonly Row[] {
  const at = (ns: number): number => (ns < 0 ? -1 : (ns - plan.warmupNs) / 1e6);
  const rows: Row[] = [];
  for (let i = 0; i < traces.rows; i++) {
    const part = plan.parts[traces.part[i]];
    const component = plan.components[part.component];
    const where = plan.instances[traces.instance[i]];
    const host = plan.components[where.component];
    rows.push({
      id: traces.id[i],
      parent: traces.parent[i],
      root: traces.root[i],
      part: `${component.name}.${part.name}`,
      instance: `${host.name}[${traces.instance[i] - host.firstInstance}]`,
      arrival: traces.arrival[i],
      attempt: traces.attempt[i],
      called: at(traces.called[i]),
      sent: at(traces.sent[i]),
      arrived: at(traces.arrived[i]),
      begun: at(traces.begun[i]),
      ended: at(traces.ended[i]),
      answered: at(traces.answered[i]),
      gone: at(traces.callerLeftAt[i]),
      outcome: OUTCOME_NAMES[kindIndex(traces.outcome[i])],
      status: statusOf(traces.outcome[i]),
    });
  }
  return rows.sort((a, b) => a.sent - b.sent || a.id - b.id);
}
