import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { summarise } from '../../src/analysis/summarise.js';
import { TraceLines } from '../../src/telemetry/trace-lines.js';
import { rules } from '../../src/lint/index.js';
import { lint } from '../../src/lint/lint.js';
import { compile } from '../../src/plan/compile.js';
import { PlanError } from '../../src/plan/problem.js';
import { renderHtml } from '../../src/report/page/html.js';
import { runPlan } from '../../src/run/run.js';
import { loadScenario } from '../../src/scenario/load.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import { JOURNAL } from '../../src/contracts/record/record.js';
import type { JournalRecord, RunRecord } from '../../src/contracts/record/record.js';
import type { ScenarioFile } from '../../src/contracts/scenario/scenario.js';
import { sweepOf } from './sweeping.js';

/** Events after which a run ends: enough to show whether anything differs. */
const EVENTS = 30_000;

/** A scenario as a tree of plain values. */
export type Tree = { [key: string]: unknown };

/** A scenario that is refused, or its observable results. */
export type Tried =
  { readonly refusals: readonly Refusal[] } | { readonly refusals: null; readonly run: Running };

/** The message about a scenario that is not run. */
export interface Refusal {
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

/** A scenario that can be run; every result is computed on demand, and once. */
export class Running {
  private readonly text: string;
  private readonly file: ScenarioFile;
  private readonly plans: readonly Plan[];
  private readonly remarksOf: () => readonly string[];
  private records: readonly RunRecord[][] | null = null;

  constructor(
    text: string,
    file: ScenarioFile,
    plans: readonly Plan[],
    remarksOf: () => readonly string[],
  ) {
    this.text = text;
    this.file = file;
    this.plans = plans;
    this.remarksOf = remarksOf;
  }

  /** A digest of the counts and measurements of the runs, without the order of their events. */
  figures(): string {
    const hash = createHash('md5');
    for (const record of this.ran().flat()) {
      const { parts, edges, gauges, pools, meters, sagas, machines, journal, totals, stop } =
        record;
      const { requests, unfinished, attempts } = totals;
      const states = machines.map(({ machine: { bundle: _, ...rest }, ...block }) => [rest, block]);
      const all = [parts, edges, gauges, pools, meters, sagas, states, effectsIn(journal)];
      add(hash, [...all, requests, unfinished, attempts, stop]);
    }
    return hash.digest('hex');
  }

  /** A digest of the page that is made of it. */
  page(): string {
    const summary = this.summary();
    const { scenario } = summary;
    const same = { ...summary, digest: '', scenario: { ...scenario, sha256: '' } };
    const html = renderHtml(same, { command: 'options', version: '0' });
    return createHash('md5').update(html).digest('hex');
  }

  /** A digest of the lines of all requests, as `run --traces` writes them. */
  traces(): string {
    const hash = createHash('md5');
    for (const plan of this.plans) {
      const lines = new TraceLines(plan, 0);
      runPlan({ ...plan, traceShare: 1 }, 0, (rows) => hash.update(lines.text(rows)));
    }
    return hash.digest('hex');
  }

  /** A digest of the output of the only sweep of the file. */
  sweep(): string {
    return createHash('md5').update(sweepOf(this.text)).digest('hex');
  }

  /** Findings of lint. */
  remarks(): readonly string[] {
    return this.remarksOf();
  }

  private summary(): ReturnType<typeof summarise> {
    return summarise(this.file, this.plans, this.ran(), '0', null);
  }

  private ran(): readonly RunRecord[][] {
    this.records ??= this.plans.map((plan, index) => {
      const { replications } = this.file.variants[index]!.scenario.run;
      return Array.from({ length: replications }, (_, k) => runPlan(plan, k));
    });
    return this.records;
  }
}

/** Reads and lowers a scenario; `files` are those it may name. */
export function tried(tree: Tree, files: (path: string) => string | null): Tried {
  const read = (path: string): { text: string } | { error: string } => {
    const text = path === 'options.yaml' ? JSON.stringify(tree) : files(path);
    return text === null ? { error: 'no such file' } : { text };
  };
  const { file, problems, places } = loadScenario('options.yaml', read);
  if (file === null) {
    return { refusals: problems.map(({ code, path, message }) => ({ code, path, message })) };
  }
  try {
    const plans = file.variants.map((variant) => {
      const plan = compile(variant, file);
      return { ...plan, maxEvents: Math.min(plan.maxEvents, EVENTS) };
    });
    const warned = problems.map(({ path, message }) => `${path}: ${message}`);
    const remarks = (): string[] => [
      ...warned,
      ...lint(file, plans, places, rules).flatMap((remark) =>
        [remark.message, ...remark.also].map((text) => `${remark.rule} ${remark.path}: ${text}`),
      ),
    ];
    return { refusals: null, run: new Running(JSON.stringify(tree), file, plans, remarks) };
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    return {
      refusals: error.problems.map(({ code, where, message }) => ({ code, path: where, message })),
    };
  }
}

/** The journal without the times of faults: their effects count, not their presence. */
function effectsIn({ kind, timeNs, subject, value, dropped }: JournalRecord): readonly unknown[] {
  const kept = Array.from(kind.keys()).filter((k) => kind[k] !== JOURNAL.fault);
  return [dropped, ...kept.flatMap((k) => [kind[k], timeNs[k], subject[k], value[k]])];
}

function add(hash: Hash, value: unknown): void {
  if (ArrayBuffer.isView(value)) {
    hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      hash.update(key);
      add(hash, inner);
    }
  } else {
    hash.update(String(value));
  }
  hash.update(';');
}
