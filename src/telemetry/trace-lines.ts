import { OUTCOME_NAMES, kindIndex, responseStatus } from '../contracts/outcome.js';
import { instanceName, partName } from '../contracts/plan/names.js';
import type { Plan } from '../contracts/plan/plan.js';
import { FORM } from '../contracts/record/trace-forms.js';
import type { TraceRecord } from '../contracts/record/record.js';
import type { ExporterKind } from './exporter.js';

/** Every row of every replication as a line of JSON. */
export const traceLines: ExporterKind = {
  kind: 'lines',
  allReplications: true,
  create: () => {
    let lines: TraceLines;
    return {
      begin: ({ plan, replication }) => {
        lines = new TraceLines(plan, replication);
        return '';
      },
      rows: (rows) => lines.text(rows),
      end: () => '',
      finish: () => '',
    };
  },
};

/**
 * The rows of one run as JSON lines, in the order in which they ended: one line per request (no parent, with its
 * workload and arrival number) and per attempt (with its edge; `root` is its request). `part` is the endpoint or
 * operation that was called, `version` that of the process that was called (null where its service has none),
 * `status` the HTTP status of the response (null where there was none), `background` whether a background step made
 * the call, so that the request does not wait for it. The row of a transaction is its commit. Times are seconds from
 * the end of the warm-up, so earlier ones are negative; null = never reached.
 */
export class TraceLines {
  constructor(
    private readonly plan: Plan,
    private readonly replication: number,
  ) {}

  /** The lines of these rows, each with its line end. */
  text(rows: TraceRecord): string {
    let text = '';
    for (let row = 0; row < rows.rows; row++) {
      if (rows.form[row] === FORM.work) text += `${this.line(rows, row)}\n`;
    }
    return text;
  }

  private line(rows: TraceRecord, row: number): string {
    const times = this.timesOf(rows, row);
    const parent = rows.parent[row]!;
    const arrival = rows.arrival[row]!;
    return JSON.stringify({
      variant: this.plan.variant,
      replication: this.replication,
      id: rows.id[row]!,
      parent: parent < 0 ? null : parent,
      root: rows.root[row]!,
      workload: this.workloadName(rows.load[row]!),
      arrival: arrival < 0 ? null : arrival,
      part: partName(this.plan, rows.part[row]!),
      edge: this.edgeName(rows.edge[row]!),
      ...this.placeOf(rows.instance[row]!),
      attempt: rows.attempt[row]!,
      ...times,
      outcome: OUTCOME_NAMES[kindIndex(rows.outcome[row]!)]!,
      status: responseStatus(rows.outcome[row]!),
      background: rows.background[row] === 1,
      stages: stagesOf(times),
    });
  }

  /** The process, and the version of the service that it runs. */
  private placeOf(instance: number): Readonly<Record<'instance' | 'version', string | null>> {
    const { components, instances } = this.plan;
    if (instance < 0) return { instance: null, version: null };
    const { component, index } = instances[instance]!;
    const { versions } = components[component]!;
    const version = versions === null ? null : versions.names[versions.ofPlace[index]!]!;
    return { instance: instanceName(this.plan, instance), version };
  }

  private timesOf(rows: TraceRecord, row: number): Times {
    const seconds = (column: Float64Array): number | null => {
      const value = column[row]!;
      return value < 0 ? null : (value - this.plan.warmupNs) / 1e9;
    };
    return {
      called: seconds(rows.called),
      sent: seconds(rows.sent),
      arrived: seconds(rows.arrived),
      begun: seconds(rows.begun),
      ended: seconds(rows.ended),
      answered: seconds(rows.answered),
      gone: seconds(rows.callerLeftAt),
      opened: seconds(rows.opened),
    };
  }

  private workloadName(load: number): string | null {
    if (load < 0) return null;
    return this.plan.components[this.plan.loads[load]!.component]!.name;
  }

  private edgeName(edge: number): string | null {
    if (edge < 0) return null;
    const { from, to } = this.plan.statEdges[edge]!;
    return `${partName(this.plan, from)}->${partName(this.plan, to)}`;
  }
}

type Times = Readonly<
  Record<
    'called' | 'sent' | 'arrived' | 'begun' | 'ended' | 'answered' | 'gone' | 'opened',
    number | null
  >
>;

/**
 * Seconds spent in each stage: in the caller's policies, on the way there, in the queue, in service, on the way back.
 * A stage that did not finish is null, and so is the way back of a response that was sent before the work ended
 * (`respond` with `then`). For the commit of a transaction `policies` ends when it gets its connection, and
 * `transaction` is the time of the steps in between; it is null elsewhere.
 */
function stagesOf(times: Times): Readonly<Record<string, number | null>> {
  const { called, sent, arrived, begun, ended, answered, opened } = times;
  return {
    policies: between(called, opened ?? sent),
    transaction: between(opened, sent),
    request: between(sent, arrived),
    queue: between(arrived, begun),
    service: between(begun, ended),
    answer:
      answered !== null && ended !== null && answered < ended ? null : between(ended, answered),
  };
}

/** The difference of two times that are both whole ns, without floating-point noise. */
function between(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : Math.round((to - from) * 1e9) / 1e9;
}
