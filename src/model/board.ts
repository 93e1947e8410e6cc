import { PHASE } from '../kernel/phase.js';
import { streamKey, unit } from '../kernel/rng.js';
import type { StreamKey } from '../kernel/rng.js';
import type { Ns } from '../kernel/time.js';
import { KNOBS } from '../spec/fault.js';
import type { FaultKind, KnobEdit, KnobName, Tokens } from '../spec/fault.js';
import { OUTCOME, outcomeOfStatus, withStatus } from '../spec/outcome.js';
import type { Outcome } from '../spec/outcome.js';
import { JOURNAL } from '../spec/record.js';
import type { PlanFault } from '../spec/plan.js';
import { Activations } from './activations.js';
import { DIRECTION } from './link.js';
import type { Instance } from './instance.js';
import type { DelayMemory, ExtraDelay, Link } from './link.js';
import { turnHolder } from './messaging/knobs.js';
import type { Outages } from './outages.js';
import { RAMP_STEPS, shaped } from './ramps.js';
import { Recoveries } from './recoveries.js';
import type { Roles } from './replication/roles.js';
import type { LeakRate } from './serving/leak.js';
import type { RowHold } from './sections/intruders.js';
import type { Injection, Injections, Throttle, World } from './world.js';
import { engine } from '../kernel/engine.js';
import { samplers } from '../kernel/distribution.js';

/** In place of the index of a fault that is over, where an instance has not recovered from it. */
const OVER = -1;

/** One fault while it is active. */
interface Active {
  readonly fault: PlanFault;
  /** Or OVER. */
  readonly index: number;
  readonly instances: readonly number[];
  edits: readonly KnobEdit[];
  readonly key: StreamKey;
  /** By link: what its messages remember of each other. */
  readonly memories: Map<number, DelayMemory>;
  /** By subject: what is left of the limit that this fault has put before it. */
  readonly tokens: Map<number, Tokens>;
}

/**
 * The board of knobs: holds the edits of all active faults, combines those of one knob, and turns the
 * subject when the effective value changes. A fault never restores anything: without edits the value
 * is the configured one by construction. Everything happens in phase 0, subjects in order of their ids.
 */
export class Board {
  private readonly world: World;
  private readonly outages: Outages;
  private readonly kinds: readonly FaultKind[];
  private readonly op: number;
  private readonly activations: Activations;
  private readonly recoveries: Recoveries;
  private readonly active: Active[] = [];
  /** Strength after each scheduled change, or what is left of a fault and ends then. */
  private readonly changes: (
    | { readonly rest: null; readonly index: number; readonly strength: number }
    | { readonly rest: Active }
  )[] = [];

  constructor(world: World, outages: Outages, kindOf: (kind: string) => FaultKind) {
    this.world = world;
    this.outages = outages;
    this.kinds = world.plan.faults.map((fault) => kindOf(fault.kind));
    this.recoveries = new Recoveries(world);
    this.activations = new Activations(world, (index, fromNs, untilNs) =>
      this.schedule(index, fromNs, untilNs),
    );
    this.op = engine.define('fault', (change) => this.apply(change));
  }

  /** Schedules every activation that is known, with the steps of its ramp and its end. */
  start(): void {
    this.activations.start();
  }

  /** A cell of the timeline is over. */
  passed(boundary: number): void {
    this.activations.passed(boundary);
  }

  private schedule(index: number, fromNs: Ns, untilNs: Ns): void {
    const { ramp } = this.world.plan.faults[index];
    if (ramp === null || ramp.shape === 'step') {
      this.turnAt(fromNs, index, 1);
    } else {
      // Each step is as strong as the ramp is at its middle: what is added up over a ramp is that of its slope.
      const upUntilNs = fromNs + ramp.upNs;
      for (let k = 0; ramp.upNs > 0 && k < RAMP_STEPS; k++) {
        const at = Math.round(fromNs + ramp.upNs * (k / RAMP_STEPS));
        if (at < untilNs) this.turnAt(at, index, shaped((k + 0.5) / RAMP_STEPS, ramp.shape));
      }
      if (upUntilNs < untilNs) this.turnAt(upUntilNs, index, 1);
      for (let k = RAMP_STEPS; ramp.downNs > 0 && k > 0; k--) {
        const at = Math.round(untilNs - ramp.downNs * (k / RAMP_STEPS));
        if (at >= upUntilNs) this.turnAt(at, index, shaped((k - 0.5) / RAMP_STEPS, ramp.shape));
      }
    }
    if (untilNs < this.world.plan.horizonNs) this.turnAt(untilNs, index, -1);
  }

  private turnAt(at: Ns, index: number, strength: number): void {
    const change = this.changes.push({ rest: null, index, strength }) - 1;
    engine.at(at, PHASE.FAULT, this.op, change, 0, 0);
  }

  private apply(change: number): void {
    const due = this.changes[change];
    if (due.rest !== null) {
      this.active.splice(this.active.indexOf(due.rest), 1);
      this.turnAll(due.rest, due.rest.edits);
      return;
    }
    const { index, strength } = due;
    const at = this.active.findIndex((active) => active.index === index);
    const touched = at >= 0 ? this.active[at] : this.activate(index);
    if (strength < 0) {
      this.active.splice(at, 1);
      this.world.journal.note(JOURNAL.fault, index, 0);
      this.leave(touched);
      this.turnAll(touched, touched.edits);
      return;
    }
    if (at < 0) {
      this.active.push(touched);
      this.world.journal.note(JOURNAL.fault, index, 1);
    }
    const before = touched.edits;
    const { fault } = touched;
    touched.edits = this.kinds[index].edits(fault.config, strength, fault.share);
    this.turnAll(touched, [...before, ...touched.edits]);
    if (at < 0) this.gather(touched);
  }

  /** What instances keep of a fault that is over, each until it has recovered. */
  private leave(over: Active): void {
    const edits = over.edits.filter(({ recovery }) => recovery !== undefined);
    if (edits.length === 0) return;
    const delays = this.recoveries.draw(over.index, over.instances, edits[0].recovery!);
    delays.forEach((delay, k) => {
      if (delay === 0) return;
      const rest: Active = { ...over, index: OVER, instances: [over.instances[k]], edits };
      this.active.push(rest);
      const untilNs = engine.now + delay;
      if (untilNs >= this.world.plan.horizonNs) return;
      engine.at(untilNs, PHASE.FAULT, this.op, this.changes.push({ rest }) - 1, 0, 0);
    });
  }

  /** The clients that a fault brings, at its start. */
  private gather({ fault, edits }: Active): void {
    for (const { knob, value, withinNs } of edits) {
      if (knob !== 'herd') continue;
      for (const load of fault.loads) this.world.loads.surges.gather(load, value, withinNs!);
    }
  }

  /** Chooses among the instances that are up now, in order. */
  private activate(index: number): Active {
    const { plan, replication, instances } = this.world;
    const fault = plan.faults[index];
    const key = streamKey(plan.seed, replication, `fault/${fault.stream}`);
    const { select } = fault;
    let chosen = fault.instances;
    if (fault.role !== null) chosen = chosen.filter((id) => this.roleOf(id) === fault.role);
    if (select.kind === 'indices') {
      chosen = chosen.filter((id) => select.indices.includes(instances[id].index));
    } else if (select.kind !== 'all') {
      const up = chosen.filter((id) => !instances[id].down);
      const wanted =
        select.kind === 'count' ? select.count : Math.round(select.share * chosen.length);
      chosen = sampleWithout(up, Math.min(wanted, up.length), key);
    }
    return {
      fault,
      index,
      instances: chosen,
      edits: [],
      key,
      memories: new Map(),
      tokens: new Map(),
    };
  }

  /** Of a node of a database with replicas, at this moment. */
  private roleOf(id: number): 'primary' | 'replica' {
    const instance = this.world.instances[id];
    return this.rolesOf(instance)?.primary === instance.index ? 'primary' : 'replica';
  }

  private turnAll(active: Active, edits: readonly KnobEdit[]): void {
    const knobs = new Set(edits.map((edit) => edit.knob));
    for (const name of Object.keys(KNOBS) as KnobName[]) {
      if (!knobs.has(name)) continue;
      for (const id of active.instances) this.turnInstance(id, name);
      for (const part of active.fault.parts) this.turnPart(part, name);
      for (const { link } of active.fault.links) this.turnLink(link, name);
      for (const load of active.fault.loads) this.turnLoad(load, name);
      for (const holder of active.fault.holders) this.turnHolder(holder, name);
    }
  }

  private turnInstance(id: number, name: KnobName): void {
    const instance = this.world.instances[id];
    const hits = (active: Active): boolean => active.instances.includes(id);
    switch (name) {
      case 'speed':
        this.outages.setSpeed(instance, this.effective(name, hits));
        break;
      case 'stress':
        instance.cores.press(this.effective(name, hits));
        break;
      case 'leaking':
        instance.memory!.loses(this.leaks(hits));
        break;
      case 'down':
      case 'blackhole':
        this.outages.setDown(
          instance,
          this.effective('down', hits) > 0,
          this.effective('blackhole', hits) > 0,
        );
        break;
      case 'replicaLag':
        instance.extraLag = Math.round(this.effective(name, hits));
        break;
      case 'switchover':
        if (this.effective(name, hits) > 0) this.rolesOf(instance)?.handOver(instance.index);
        break;
      case 'split':
        this.rolesOf(instance)?.split(this.effective(name, hits) > 0);
        break;
      case 'leak':
        instance.leak = this.effective(name, hits);
        break;
      case 'frozen':
        this.outages.setFrozen(instance, this.effective(name, hits));
        break;
      case 'errorBefore':
      case 'errorAfter':
      case 'throttled':
        this.world.instanceInjections[id] = this.injections(hits, instance.component);
        break;
      default:
        break;
    }
  }

  /** By fault: how an instance loses memory. */
  private leaks(hits: (active: Active) => boolean): Map<number, LeakRate> {
    const rates = new Map<number, LeakRate>();
    for (const { edits, index } of this.active.filter(hits)) {
      for (const { knob, value, perRequest, most } of edits) {
        if (knob !== 'leaking') continue;
        rates.set(index, { perNs: value, perRequest: perRequest ?? 0, most: most ?? Infinity });
      }
    }
    return rates;
  }

  private rolesOf({ component }: Instance): Roles | undefined {
    return this.world.replicas.get(component)?.roles;
  }

  private turnPart(part: number, name: KnobName): void {
    const hits = (active: Active): boolean => active.fault.parts.includes(part);
    if (name === 'rebalance' && this.effective(name, hits) > 0) {
      this.world.turnables.rebalance.get(part)!();
    }
    if (name === 'speed') this.world.partSlowness[part] = 1 / this.effective(name, hits);
    if (name === 'flushed') {
      const share = this.effective(name, hits);
      if (share > 0) this.flush(part, share);
    }
    if (name === 'rowHeld') this.world.sections!.transactions.holdRows(part, this.rowsHeld(hits));
    if (name === 'errorBefore' || name === 'errorAfter' || name === 'throttled') {
      this.world.partInjections[part] = this.injections(hits, -1 - part);
    }
  }

  private rowsHeld(hits: (active: Active) => boolean): RowHold[] {
    return this.active
      .filter(hits)
      .flatMap(({ edits, index }) =>
        edits.flatMap(({ knob, value, holdNs }) =>
          knob === 'rowHeld' ? [{ fault: index, value, holdNs: holdNs ?? null }] : [],
        ),
      );
  }

  /** What a level of a cache holds is gone, or what the snapshots of a store do. */
  private flush(part: number, share: number): void {
    const snapshots = this.world.turnables.snapshots.get(part);
    if (snapshots === undefined) this.world.caches!.flush(part, share);
    else snapshots(share);
  }

  private turnHolder(component: number, name: KnobName): void {
    const edits = this.active
      .filter(({ fault }) => fault.holders.includes(component))
      .flatMap(({ edits, key }) => edits.map((edit) => ({ edit, key })));
    turnHolder(this.world, component, name, edits);
  }

  private turnLoad(load: number, name: KnobName): void {
    if (name !== 'rate' && name !== 'extraRate') return;
    const hits = (active: Active): boolean => active.fault.loads.includes(load);
    const { loads } = this.world;
    if (name === 'rate') loads.turn(load, this.effective(name, hits));
    else loads.surges.turn(load, this.effective(name, hits));
  }

  private turnLink(id: number, name: KnobName): void {
    const link = this.world.links[id];
    if (name === 'delay') link.extras = this.extras(id);
    if (name !== 'loss' && name !== 'cut') return;
    const towards = (direction: number) => (active: Active) =>
      active.fault.links.some((hit) => hit.link === id && (hit.direction & direction) !== 0);
    this.turnDirection(link, name, towards(DIRECTION.request), towards(DIRECTION.answer));
  }

  private turnDirection(
    link: Link,
    name: 'loss' | 'cut',
    request: (active: Active) => boolean,
    answer: (active: Active) => boolean,
  ): void {
    if (name === 'cut') {
      link.requestCut = this.effective(name, request);
      link.answerCut = this.effective(name, answer);
    } else {
      link.requestLoss = 1 - (1 - link.baseRequestLoss) * (1 - this.effective(name, request));
      link.answerLoss = 1 - (1 - link.baseAnswerLoss) * (1 - this.effective(name, answer));
    }
  }

  private extras(id: number): ExtraDelay[] {
    const extras: ExtraDelay[] = [];
    for (const active of this.active) {
      const { fault, edits, key } = active;
      const hit = fault.links.find(({ link }) => link === id);
      if (hit === undefined) continue;
      for (const { knob, distribution, correlation } of edits) {
        if (knob !== 'delay' || distribution === undefined) continue;
        const sampler = samplers.add(distribution);
        const memory = correlation === undefined ? null : memoryOf(active, id, correlation);
        extras.push({ sampler, key, share: fault.share, direction: hit.direction, memory });
      }
    }
    return extras;
  }

  /** `subject`: a component, whose instances have their limits in common, or below 0 a part. */
  private injections(hits: (active: Active) => boolean, subject: number): Injections | null {
    const errors: Injection[] = [];
    const throttles: Throttle[] = [];
    for (const active of this.active) {
      if (!hits(active)) continue;
      for (const edit of active.edits) {
        const { knob, value, status } = edit;
        if (knob === 'throttled') throttles.push(this.throttle(active, edit, subject));
        if (knob !== 'errorBefore' && knob !== 'errorAfter') continue;
        errors.push({
          share: value,
          afterWork: knob === 'errorAfter',
          outcome: status === undefined ? OUTCOME.serverError : outcomeOfStatus(status),
          key: active.key,
        });
      }
    }
    return errors.length + throttles.length > 0 ? { errors, throttles } : null;
  }

  /** What is left of a limit outlives the coming and going of other faults. */
  private throttle(active: Active, { status, grainNs = 0 }: KnobEdit, subject: number): Throttle {
    const { fault, index } = active;
    let tokens = active.tokens.get(subject);
    if (tokens === undefined) {
      tokens = this.kinds[index].tokens!(fault.config);
      active.tokens.set(subject, tokens);
    }
    return { tokens, refusal: throttledWith(status!), grainNs };
  }

  /** All edits of one knob on one subject, combined by the rule of the knob. */
  private effective(name: KnobName, hits: (active: Active) => boolean): number {
    const { combine, neutral } = KNOBS[name];
    let value: number = neutral;
    for (const active of this.active) {
      if (!hits(active)) continue;
      for (const edit of active.edits) {
        if (edit.knob !== name) continue;
        if (combine === 'product') value *= edit.value;
        else if (combine === 'sum') value += edit.value;
        else if (combine === 'max') value = Math.max(value, edit.value);
        else value = 1 - (1 - value) * (1 - edit.value);
      }
    }
    return value;
  }
}

/** A refusal for the rate is that with any status of a client's error (DynamoDB: 400); 5xx say no more than they do. */
function throttledWith(status: number): Outcome {
  return status < 500 ? withStatus(OUTCOME.throttled, status) : outcomeOfStatus(status);
}

/** The steps of a ramp do not forget. */
function memoryOf({ memories }: Active, link: number, correlation: number): DelayMemory | null {
  if (correlation === 0) return null;
  let memory = memories.get(link);
  if (memory === undefined) memories.set(link, (memory = { correlation, request: -1, answer: -1 }));
  return memory;
}

/** `count` different ones of the list, kept in order, by draws that are the same in every variant. */
function sampleWithout(list: readonly number[], count: number, key: StreamKey): number[] {
  const ranked = list.map((id, k) => ({ id, k, u: unit(key.a, key.b, k, 0, 0) }));
  ranked.sort((x, y) => x.u - y.u || x.k - y.k);
  return ranked
    .slice(0, count)
    .sort((x, y) => x.k - y.k)
    .map(({ id }) => id);
}
