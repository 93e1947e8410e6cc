import { formatSeconds } from '../text/figures.js';
import type { PlanPublish } from '../contracts/plan/messaging.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { TraceRecord } from '../contracts/record/record.js';
import type { JournalEntry } from '../contracts/result/result.js';
import { answerOf, failureText, type Answer } from './answers.js';
import { callOf, callerEnd, isErroneous, isLost, type Call } from './calls.js';
import type { Exporter, ExporterKind, ExportSettings, TracedRun } from './exporter.js';
import { Ids, SIDE, sampleOf } from './ids.js';
import { rfc3339 } from './instants.js';
import { isServer } from './products.js';
import { isLastRow, Sampling } from './sampling.js';

/** Lines this much older than the newest row are in their final order. Unit: ns. */
const SETTLED_NS = 10e9;

type Level = 'INFO' | 'WARN' | 'ERROR';

interface Line {
  readonly at: number;
  readonly text: string;
}

/**
 * Log lines in JSON: what each process answered and how long it took, failed attempts of its calls, handled messages, and
 * each change of state (breakers, instances, rollouts, registries, faults). Sorted by time, to within 10 s of simulated time.
 */
export const logs: ExporterKind = {
  kind: 'logs',
  allReplications: false,
  create: (settings) => new Logs(settings),
};

class Logs implements Exporter {
  private plan!: Plan;
  private ids!: Ids;
  private sampling!: Sampling<Line>;
  private held: Line[] = [];

  constructor(private readonly settings: ExportSettings) {}

  begin({ plan, replication, journal }: TracedRun): string {
    this.plan = plan;
    this.ids = new Ids(plan, replication);
    this.sampling = new Sampling(this.settings.sample, sampleOf(plan, replication));
    this.held = journal.map((entry) => this.change(entry));
    return '';
  }

  rows(rows: TraceRecord): string {
    let newest = -Infinity;
    for (let row = 0; row < rows.rows; row++) {
      const call = callOf(this.plan, rows, row);
      newest = Math.max(newest, callerEnd(call));
      const isLast = isLastRow(rows, row);
      const lines = this.linesOf(call);
      this.held.push(...this.sampling.take(call.root, lines, isErroneous(call), isLast));
    }
    return this.flush(newest - SETTLED_NS);
  }

  end(): string {
    return this.flush(Infinity);
  }

  finish(): string {
    return '';
  }

  /** The lines up to this time. Lines of the same time stay in the order in which they came. */
  private flush(untilNs: number): string {
    this.held.sort((a, b) => a.at - b.at);
    const later = this.held.findIndex(({ at }) => at > untilNs);
    const ready = later < 0 ? this.held.splice(0) : this.held.splice(0, later);
    return ready.map(({ text }) => text).join('');
  }

  private linesOf(call: Call): readonly Line[] {
    switch (call.role) {
      case 'request':
        return [];
      case 'task':
        return call.isUnfinished || isLost(call) ? [] : [this.handled(call)];
      case 'publication':
        return call.isSuccess ? [] : [this.unpublished(call)];
      case 'call':
        return this.failure(call);
      case 'attempt': {
        const isServed = isServer(call.callee) && call.served !== null;
        const failure = call.via === 0 ? this.failure(call) : [];
        return isServed ? [this.served(call), ...failure] : failure;
      }
    }
  }

  /** The line of a caller about a failed call. Users write none, and neither does a process that has died. */
  private failure(call: Call): readonly Line[] {
    const isQuiet = call.isSuccess || call.isUnfinished || call.callerDied;
    return isQuiet || call.caller!.kind === 'workload' ? [] : [this.failed(call)];
  }

  private served(call: Call): Line {
    const { servedAt } = call;
    const { text, blame } = answerOf(call);
    const took = formatSeconds((servedAt - call.arrived) / 1e9);
    return this.line(servedAt, LEVEL_BY_BLAME[blame], call, SIDE.callee, `${text} in ${took}`);
  }

  private failed(call: Call): Line {
    const took = formatSeconds((callerEnd(call) - call.sent) / 1e9);
    const message =
      `call to ${failureText(call)} after ${took}` +
      (call.attempt > 1 ? ` (attempt ${call.attempt})` : '');
    return this.line(callerEnd(call), 'WARN', call, SIDE.caller, message);
  }

  private unpublished(call: Call): Line {
    const act = this.plan.acts[call.number] as PlanPublish;
    const { name } = this.plan.components[act.topic];
    const took = formatSeconds((callerEnd(call) - call.sent) / 1e9);
    const message = `publish to ${name} failed: ${call.outcome} after ${took}`;
    return this.line(callerEnd(call), 'WARN', call, SIDE.callee, message);
  }

  private handled(call: Call): Line {
    const end = Math.max(call.ended, call.answered);
    const took = formatSeconds((end - call.sent) / 1e9);
    const how = call.isSuccess ? 'done' : `failed: ${call.outcome}`;
    const level = call.isSuccess ? 'INFO' : 'ERROR';
    const message = `${call.part.name} ${how} after ${took}`;
    return this.line(end, level, call, SIDE.callee, message);
  }

  private line(at: number, level: Level, call: Call, side: number, message: string): Line {
    const isCaller = side === SIDE.caller;
    const text = this.text(at, level, {
      service: isCaller ? call.caller!.name : call.callee.name,
      instance: isCaller || call.role === 'publication' ? call.callerInstance : call.instance,
      trace_id: this.ids.trace(call.root),
      span_id: this.ids.span(call.id, side),
      message,
    });
    return { at, text };
  }

  private change({ at: seconds, kind, subject, value }: JournalEntry): Line {
    const at = Math.round(seconds * 1e9);
    const service = subject.split(/[[\->]/)[0]!;
    const message = `${kind} ${subject}: ${value}`;
    const text = this.text(at, LEVELS.get(value) ?? 'INFO', {
      service: kind === 'fault' ? 'faultline' : service,
      instance: kind === 'instance' ? subject : null,
      trace_id: null,
      span_id: null,
      message,
    });
    return { at, text };
  }

  private text(at: number, level: Level, rest: Readonly<Record<string, string | null>>): string {
    const timestamp = rfc3339(this.settings.startNs + BigInt(at));
    const { variant } = this.plan;
    const fields = Object.entries({ timestamp, level, ...rest, variant });
    return `${JSON.stringify(Object.fromEntries(fields.filter(([, value]) => value !== null)))}\n`;
  }
}

const LEVEL_BY_BLAME: Readonly<Record<Answer['blame'], Level>> = {
  none: 'INFO',
  caller: 'WARN',
  server: 'ERROR',
};

/** Values of state changes that operators are alerted to. */
const LEVELS: ReadonlyMap<string, Level> = new Map([
  ['open', 'WARN'],
  ['ejected', 'WARN'],
  ['down', 'ERROR'],
  ['hung', 'WARN'],
  ['paused', 'WARN'],
  ['failedStart', 'ERROR'],
  ['unready', 'WARN'],
  ['killed', 'ERROR'],
  ['failedLook', 'WARN'],
  ['rolledBack', 'WARN'],
  ['evicted', 'WARN'],
  ['critical', 'WARN'],
  ['deregistered', 'WARN'],
  ['preserving', 'WARN'],
  ['silent', 'ERROR'],
]);
