import { formatCount, formatSeconds, formatShare } from '../../text/figures.js';
import { list as words, plural } from '../../text/words.js';
import { LOAD_NAME } from '../names.js';
import type { CpuOf, LaidMetrics } from '../metrics/lay.js';
import { ENDPOINT, OPERATION, type Component, type System } from '../system.js';
import { digits, durationText } from '../traces/measured.js';
import { list, map, plain, type WrittenMap, type WrittenScalar } from '../written.js';
import type { TableFacts } from './read.js';
import { isApart, structureOf, type TableStep } from './structure.js';
import { besideOf, timesOf, type OwnTime, type Timed } from './times.js';

/** Difference of the mean of the model from which it is said. */
const CLOSE = 0.05;
/** Share of failures of its own that a service has a step for. */
const FAILED_LEAST = 1e-5;

/**
 * Puts what tables say into a system: services, calls, times, failures and the load from outside. `cpu`: CPU of a request, which
 * is the part of the own time that waits for cores.
 */
export function layTables(system: System, facts: TableFacts, cpu: CpuOf = () => null): LaidMetrics {
  return new Laying(system, facts, cpu).all();
}

/** Share of an own time that is CPU, from which all of it is. */
const ALL_CPU = 0.95;

/** Where a call runs that its caller does not wait for, or not alone. */
const WHERE = { background: 'in the background', beside: 'at the same time as the others' };

class Laying {
  private readonly lines: string[] = [];
  private readonly components = new Map<string, Component>();
  private readonly lost = new Map<string, number>();
  private readonly services: readonly Timed[];
  private readonly entries: readonly Entry[];
  /** By callee: the callers whose requests take another time, with the mean. */
  private readonly apart: ReadonlyMap<string, ReadonlyMap<string, number>>;

  constructor(
    private readonly system: System,
    private readonly facts: TableFacts,
    private readonly cpu: CpuOf,
  ) {
    const all = timesOf(structureOf(facts));
    this.entries = entriesOf(all, facts);
    const reached = reachedFrom(this.entries, all);
    this.services = all.filter((one) => reached.has(one));
    this.apart = apartIn(all, facts);
    const rare = all.length - this.services.length;
    if (rare > 0) this.lost.set('services that fewer than 1 of 10,000 requests call', rare);
  }

  all(): LaidMetrics {
    const { system, facts, services } = this;
    // Manifests know the order in which people read them; new parts follow callers first.
    const names = [...services].reverse().map(({ name }) => name);
    const known = new Map(names.map((name) => [system.named(name), name] as const));
    for (const name of names) this.components.set(name, this.componentFor(name, known));
    const own = new Set(this.components.values());
    system.dropEdges(
      ({ from }) => own.has(from),
      ({ from, to }) => `the tables have no call from ${from.name} to ${to.name}`,
    );
    for (const service of [...services].reverse()) this.fill(service);
    if (!system.sections.has('network')) {
      const note = 'in the times of the tables';
      system.sections.set('network', map({ latency: { ...plain('0ns'), note } }));
    }
    this.load();
    this.unknown();
    const without = facts.calls.filter(
      ({ from, to }) => !this.components.has(from) || !this.components.has(to),
    );
    if (without.length > 0)
      this.lost.set('calls of a service without requests in the tables', without.length);
    const head = `${plural(services.length, 'service')} in ${formatCount(facts.rows)} rows of tables over ${formatSeconds(facts.seconds)}`;
    const lost = [...this.lost].map(([reason, count]) => ({ reason, count }));
    return {
      head,
      series: facts.rows,
      seconds: facts.seconds,
      leftOut: [...facts.leftOut, ...lost],
      lines: this.lines,
    };
  }

  /** Of two names for one component of the manifests, the last one is it. */
  private componentFor(name: string, known: ReadonlyMap<Component | undefined, string>): Component {
    for (const [component, own] of known)
      if (component !== undefined && own === name) return component;
    const made = this.system.add(name, { section: 'services', origins: [] });
    this.system.addHost(name, '', made);
    return made;
  }

  private fill(service: Timed): void {
    const { facts } = this;
    const { name, own, ownFailed, mean, modelled, failed, requests, pieces } = service;
    const component = this.components.get(name)!;
    const note = `measured, n = ${formatCount(requests)}`;
    const time = own === null ? undefined : noted(lawText(own), note);
    const times = own === null ? [] : this.timesOf(name, own, note);
    if (component.section === 'databases') {
      const operation = map({ wait: time ?? plain('1us') });
      component.endpoints = map({ [OPERATION]: operation });
    } else if (component.section === 'services') {
      const failing =
        ownFailed < FAILED_LEAST
          ? []
          : [map({ fail: plain(500), probability: noted(Number(digits(ownFailed)), note) })];
      const stepsWith = (first: readonly WrittenMap[]): WrittenMap =>
        map({ steps: list([...first, ...this.stepsOf(service), ...failing]) });
      const apart = this.apart.get(name) ?? new Map<string, number>();
      component.endpoints = map([
        [
          ENDPOINT,
          stepsWith(
            apart.size === 0 ? times : this.timeFor(service, restOf(service, apart, facts)),
          ),
        ],
        ...[...apart].map(([caller, own]) => {
          this.lines.push(
            `${component.name}: requests of ${caller} take ${durationText(own * 1e9)}`,
          );
          return [
            endpointFor(this.components.get(caller)!),
            stepsWith(this.timeFor(service, own)),
          ] as const;
        }),
      ]);
    } else {
      this.lost.set(
        `figures of a gateway, a topic or a broker, which has routes and no times: ${name}`,
        1,
      );
      return;
    }
    const rate = requests / this.facts.seconds;
    const said = [`${digits(rate)} requests/s in ${plural(pieces, 'piece')} of the time`];
    said.push(`mean ${durationText(mean * 1e9)}`);
    if (modelled > (1 + CLOSE) * mean)
      said.push(
        `${durationText(modelled * 1e9)} in the scenario, because its calls take longer than it does`,
      );
    if (failed > 0) said.push(`${formatShare(failed)} fail`);
    this.lines.push(`${component.name}: ${said.join('; ')}`);
  }

  /** The own time of requests whose mean is another one: their calls take as long as those of all. */
  private timeFor({ name, own, mean }: Timed, wanted: number): readonly WrittenMap[] {
    const calls = mean - (own?.mean ?? 0);
    const rest = wanted - calls;
    if (own === null || !(rest > 0)) return [];
    return this.timesOf(name, { mean: rest, cv: own.cv }, 'measured');
  }

  /** An own time as the CPU of a request, if it is known, and a wait. The longer part has the spread of both. */
  private timesOf(name: string, { mean, cv }: OwnTime, note: string): readonly WrittenMap[] {
    const cpu = this.cpu(name) ?? 0;
    const rest = mean - cpu;
    if (cpu === 0) return [map({ wait: noted(lawText({ mean, cv }), note) })];
    if (cpu >= ALL_CPU * mean) return [map({ work: noted(lawText({ mean, cv }), note) })];
    const text = (part: number, other: number): string =>
      part < other ? durationText(part * 1e9) : lawText({ mean: part, cv: (cv * mean) / part });
    return [
      map({ work: noted(text(cpu, rest), note) }),
      map({ wait: noted(text(rest, cpu), note) }),
    ];
  }

  private stepsOf(caller: Timed): readonly WrittenMap[] {
    const { steps } = caller;
    const after = steps
      .filter(({ part }) => part === 'after')
      .map((step) => this.step(step, caller));
    const background = steps
      .filter(({ part }) => part === 'background')
      .map((step) => map([...this.step(step, caller).entries, ['background', plain(true)]]));
    const branches = steps
      .filter(({ part }) => part === 'beside')
      .flatMap((step) => {
        const { branches: count, share } = besideOf(step.ratio);
        return Array.from({ length: count }, () =>
          list([this.step({ ...step, ratio: share }, caller)]),
        );
      });
    if (branches.length === 0) return [...background, ...after];
    const all = after.length === 0 ? branches : [list(after), ...branches];
    const beside =
      all.length > 1 ? [map({ parallel: map({ branches: list(all) }) })] : branches[0]!.items;
    return [...background, ...(beside as readonly WrittenMap[])];
  }

  private step({ to, ratio, isCounted, isOptional }: TableStep, caller: Timed): WrittenMap {
    const component = this.components.get(to)!;
    const verb = component.section === 'databases' ? 'query' : 'call';
    const note = isCounted ? 'measured' : 'guess';
    const optional = isOptional ? plain(true) : undefined;
    const target =
      this.apart.get(to)?.has(caller.name) === true
        ? `${component.name}.${endpointFor(this.components.get(caller.name)!)}`
        : this.system.targetOf(component);
    const call = map({ [verb]: plain(target), optional });
    const times = Number(ratio.toPrecision(4));
    if (times >= 0.9995 && times <= 1.0005) {
      if (isCounted) return map([...call.entries], [], note);
      // As a number, which `sensitivity` can vary.
      return map([...call.entries, ['probability', noted(1, note)]]);
    }
    if (times < 1) return map([...call.entries, ['probability', noted(times, note)]]);
    const whole = Math.round(times);
    const rounds = Math.abs(times - whole) <= 0.02 * times ? whole : `geometric(mean=${times})`;
    return map({ loop: map({ times: noted(rounds, note), steps: list([call]) }) });
  }

  /** Services that nothing calls get their requests from outside. */
  private load(): void {
    const { entries } = this;
    const n = entries.reduce((sum, { requests }) => sum + requests, 0);
    const { system, facts } = this;
    const requests = entries.map((entry) => {
      const component = this.components.get(entry.name)!;
      return map({
        name: plain(component.name),
        call: plain(system.targetOf(component)),
        weight: plain(Number((entry.requests / facts.seconds).toPrecision(4))),
      });
    });
    const text = `poisson(${digits(n / facts.seconds)}/s)`;
    const arrivals = noted(text, `measured, n = ${formatCount(n)} requests`);
    system.load = map({ [LOAD_NAME]: map({ arrivals, requests: list(requests) }) });
  }

  /** Asks how the requests of a service divide over its callers, and says what the scenario assumes. */
  private divided(
    name: string,
    callers: readonly { readonly own: string; readonly requests: number }[],
  ): string {
    const to = this.components.get(name)!.name;
    const all = callers.reduce((sum, { requests }) => sum + requests, 0);
    const shares = callers.map(({ own, requests }) => `${formatShare(requests / all)} from ${own}`);
    return (
      `How many requests does ${to} get from each of its callers? Not identifiable: the tables count all of them together. ` +
      `The scenario guesses ${words(shares)}. This decides which of them a slow or failing ${to} hits.`
    );
  }

  /** Asks for what figures of whole services cannot say. */
  private unknown(): void {
    const { system } = this;
    const byCallee = new Map<Timed, { readonly own: string; readonly requests: number }[]>();
    const byName = new Map(this.services.map((one) => [one.name, one]));
    const serial: string[] = [];
    for (const { name, steps, requests } of this.services) {
      const own = this.components.get(name)!.name;
      for (const { to, isCounted, ratio } of steps) {
        if (isCounted) continue;
        const callee = byName.get(to)!;
        const one = { own, requests: ratio * requests };
        byCallee.set(callee, [...(byCallee.get(callee) ?? []), one]);
      }
      if (steps.filter(({ part }) => part === 'after').length > 1) serial.push(own);
      const late = (['background', 'beside'] as const).flatMap((kind) => {
        const named = steps.flatMap(({ to, part }) =>
          part === kind ? [this.components.get(to)!.name] : [],
        );
        return named.length === 0 ? [] : [`${words(named)} ${WHERE[kind]}`];
      });
      if (late.length > 0)
        this.lines.unshift(`calls of ${own} take longer together than ${own}: ${late.join('; ')}`);
    }
    const unknown = [...byCallee].filter(([, callers]) => callers.length > 1);
    unknown.sort(([a], [b]) => b.requests - a.requests);
    for (const [{ name }, callers] of unknown) {
      system.ask(this.divided(name, callers));
      // A card has few lines: the first question is answered at once.
      system.ask(COUNTS);
    }
    if (serial.length > 0)
      system.ask(
        `Which calls run at the same time in ${words(serial)}? Figures of whole services do not say it, so they run one after the other. Traces say it.`,
      );
  }
}

/** Where the counts of calls are. Sources: istio.io, standard metrics; AWS X-Ray API, GetServiceGraph and EdgeStatistics. */
const COUNTS =
  'Where are these counts? Istio: sum by (source_workload, destination_workload) (increase(istio_requests_total[1h])). ' +
  'X-Ray: TotalCount of each edge of GetServiceGraph. Write them in a column requests of the table of calls.';

/** A service with requests from outside. */
interface Entry {
  readonly name: string;
  readonly requests: number;
}

/** Services with requests from outside, as counted; else those that no other one calls, else the one with most requests. */
function entriesOf(
  services: readonly Timed[],
  { calls, outside = new Map<string, number>() }: TableFacts,
): readonly Entry[] {
  const counted = services.flatMap(({ name }) => {
    const requests = outside.get(name) ?? 0;
    return requests > 0 ? [{ name, requests }] : [];
  });
  if (counted.length > 0) return counted;
  const called = new Set(calls.map(({ to }) => to));
  const found = services.filter(({ name }) => !called.has(name));
  const [most] = [...services].sort((a, b) => b.requests - a.requests);
  return found.length > 0 || most === undefined ? found : [most];
}

/** By callee: callers whose requests take another time than those of all; the one with most requests among no others. */
function apartIn(
  services: readonly Timed[],
  { calls, outside }: TableFacts,
): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const found = services.flatMap(({ name, mean, own }) => {
    if (own === null) return [];
    const into = calls.filter(({ to }) => to === name);
    const others = into.filter((call) => isApart(call, mean));
    const isAll = others.length === into.length && (outside?.get(name) ?? 0) === 0;
    others.sort((a, b) => b.requests! - a.requests!);
    const apart = isAll ? others.slice(1) : others;
    if (apart.length === 0) return [];
    return [[name, new Map(apart.map(({ from, mean: one }) => [from, one!]))] as const];
  });
  return new Map(found);
}

/** Mean time of the requests of a service that are not those of some callers. */
function restOf(
  { name, requests, mean }: Timed,
  apart: ReadonlyMap<string, number>,
  { calls }: TableFacts,
): number {
  let [count, sum] = [requests, requests * mean];
  for (const call of calls) {
    const own = call.to === name ? apart.get(call.from) : undefined;
    if (own === undefined) continue;
    count -= call.requests!;
    sum -= call.requests! * own;
  }
  return count > 0 ? Math.max(0, sum / count) : mean;
}

function endpointFor({ name }: Component): string {
  return `for-${name}`;
}

function reachedFrom(entries: readonly Entry[], services: readonly Timed[]): ReadonlySet<Timed> {
  const byName = new Map(services.map((one) => [one.name, one]));
  const reached = new Set<Timed>();
  const visit = (one: Timed): void => {
    if (reached.has(one)) return;
    reached.add(one);
    for (const { to } of one.steps) visit(byName.get(to)!);
  };
  for (const { name } of entries) visit(byName.get(name)!);
  return reached;
}

function lawText({ mean, cv }: { readonly mean: number; readonly cv: number }): string {
  return `lognormal(mean=${durationText(mean * 1e9)} cv=${digits(cv)})`;
}

function noted(value: string | number, note: string): WrittenScalar {
  return { ...plain(value), note };
}
