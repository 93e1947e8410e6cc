import type { Request } from '../contracts/scenario/workloads.js';
import type { Condition, Step } from '../contracts/scenario/steps.js';
import type { LaidPart, Layout } from './layout.js';
import type { Problems } from './problem.js';
import { eachStep } from '../language/each-step.js';
import { listsOf } from './lists.js';

/** Values of one header over the calls of a request; null where a call does not set it. */
type Values = ReadonlySet<string | null>;

/**
 * Evaluates `when` at compile time. The class, workload and headers of a user request are the same in its entire call
 * tree, so a condition is a table of 0 and 1 by part of the user request.
 */
export class Conditions {
  private readonly headers = new Map<LaidPart, ReadonlyMap<string, Values>>();
  /**
   * Headers that services or gateways set in their own calls. They vary within a call tree, so `when` cannot test them.
   */
  private readonly setBelow = new Set<string>();

  constructor(
    private readonly layout: Layout,
    private readonly problems: Problems,
  ) {
    for (const part of layout.parts) {
      if (part.source.kind === 'request') {
        this.headers.set(part, headersOf(listsOf(part)));
      } else {
        for (const name of headersOf(listsOf(part)).keys()) this.setBelow.add(name);
      }
    }
  }

  /** By part id: 1 for each user request for which the condition holds, else 0. */
  table(condition: Condition, where: string): readonly number[] {
    for (const name of condition.headers.keys()) {
      if (this.setBelow.has(name.toLowerCase())) {
        const message = `\`when\` can ask for the header \`${name}\` only if workloads alone set it`;
        this.problems.add('FL703', where, message);
      }
    }
    return this.layout.parts.map((part) => (this.holds(condition, part, where) ? 1 : 0));
  }

  /**
   * The named headers that a user request carries through its call tree, for routers. A header with different values in
   * its calls is reported.
   */
  carried(part: LaidPart, names: ReadonlySet<string>, where: string): ReadonlyMap<string, string> {
    const { source } = part;
    const carried = new Map<string, string>();
    if (source.kind !== 'request') return carried;
    for (const [name, values] of this.headers.get(part)!) {
      if (!names.has(name)) continue;
      if (values.size > 1) {
        const place = `${source.workload.name}.${source.request.name}`;
        const message = `the calls of ${place} differ in the header \`${name}\`, which a route asks for`;
        this.problems.add('FL703', where, message);
      }
      const [value] = values;
      if (value !== null && value !== undefined) carried.set(name, value);
    }
    return carried;
  }

  private holds(condition: Condition, part: LaidPart, where: string): boolean {
    const { source } = part;
    if (source.kind !== 'request') return false;
    const { request, workload } = source;
    if (condition.workload !== null && condition.workload !== workload.name) return false;
    if (condition.class !== null && condition.class !== classOf(request, workload.class)) {
      return false;
    }
    return [...condition.headers].every(([name, value]) => {
      const given: Values = this.headers.get(part)!.get(name.toLowerCase()) ?? new Set();
      if (given.size > 1) {
        const place = `${workload.name}.${request.name}`;
        const message = `the calls of ${place} differ in the header \`${name}\`, which \`when\` asks for`;
        this.problems.add('FL703', where, message);
      }
      return given.size === 1 && given.has(value);
    });
  }
}

function classOf(request: Request, inherited: string | null): string | null {
  return request.class ?? inherited;
}

/** Header name in lower case -> its different values over all calls of lists of steps. */
function headersOf(lists: readonly (readonly Step[])[]): ReadonlyMap<string, Values> {
  const calls: ReadonlyMap<string, string>[] = [];
  const note = (step: Step): void => {
    if (step.verb !== 'call' || step.self) return;
    calls.push(new Map([...step.headers].map(([name, value]) => [name.toLowerCase(), value])));
  };
  for (const steps of lists) eachStep(steps, note);
  const names = new Set(calls.flatMap((headers) => [...headers.keys()]));
  return new Map(
    [...names].map((name) => [name, new Set(calls.map((headers) => headers.get(name) ?? null))]),
  );
}
