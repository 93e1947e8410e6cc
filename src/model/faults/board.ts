import { PROBES } from '../../spec/probes.js';
import { PHASE } from '../../kernel/phase.js';
import { streamKey, unit } from '../../kernel/rng.js';
import type { StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import { KNOBS } from '../../spec/fault.js';
import type { FaultKind, KnobEdit, KnobName } from '../../spec/fault.js';
import { JOURNAL } from '../../spec/record.js';
import { Activations } from './activations.js';
import { effectiveOf, extrasOf, injectionsOf, leaksOf, OVER, rowsHeld } from './active-faults.js';
import type { Active } from './active-faults.js';
import { DIRECTION } from '../link.js';
import { LEAVING } from '../instance.js';
import type { Instance } from '../instance.js';
import type { Link } from '../link.js';
import { turnHolder } from '../messaging/knobs.js';
import type { Outages } from '../outages.js';
import { RAMP_STEPS, shaped } from './ramps.js';
import { Recoveries } from './recoveries.js';
import type { Roles } from '../replication/roles.js';
import type { World } from '../world.js';
import { engine } from '../../kernel/engine.js';

/**
 * The board of knobs: holds the edits of all active faults, combines those of one knob, and turns the
 * subject when the effective value changes. A fault never restores anything: without edits the value
 * is the configured one by construction. Everything happens in phase 0, subjects in order of their ids.
 */
export class Board {
  private readonly world: World;
  private readonly outages: Outages;
  /** null = it turns nothing. */
  private readonly kinds: readonly (FaultKind | null)[];
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
    this.kinds = world.plan.faults.map(({ kind, rollout }) =>
      rollout === null ? kindOf(kind) : null,
    );
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
    if (ramp === null) {
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
    touched.edits = touched.kind.edits(fault.config, strength, fault.share);
    this.turnAll(touched, [...before, ...touched.edits]);
    if (at < 0) this.gather(touched);
  }

  /** What instances keep of a fault that is over, each until it has recovered. */
  private leave(over: Active): void {
    const edits = over.edits.filter(({ recovery }) => recovery !== undefined);
    if (edits.length === 0) return;
    const recovery = edits[0].recovery!;
    const delays =
      recovery === 'never' ? [] : this.recoveries.draw(over.index, over.instances, recovery);
    over.instances.forEach((_, k) => {
      const delay = delays[k] ?? Infinity;
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
      const there = chosen.filter((id) => !instances[id].absent);
      const up = there.filter((id) => !instances[id].down && instances[id].leaving === LEAVING.no);
      const wanted =
        select.kind === 'count' ? select.count : Math.round(select.share * there.length);
      chosen = sampleWithout(up, Math.min(wanted, up.length), key);
    }
    return {
      fault,
      kind: this.kinds[index]!,
      index,
      instances: chosen,
      edits: [],
      key,
      memories: new Map(),
      tokens: new Map(),
    };
  }

  /** Of a node of a database with replicas, at this moment; null for what has no role. */
  private roleOf(id: number): 'primary' | 'replica' | null {
    const instance = this.world.instances[id];
    const roles = this.rolesOf(instance);
    if (roles === undefined) return null;
    return roles.primary === instance.index ? 'primary' : 'replica';
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
        instance.memory!.loses(leaksOf(this.active.filter(hits)));
        break;
      case 'down':
      case 'blackhole':
        this.outages.setDown(
          instance,
          this.effective('down', hits) > 0,
          this.effective('blackhole', hits) > 0,
          this.effective('down', hits) > 1,
        );
        break;
      case 'stopping':
        this.outages.setStopping(instance, this.effective(name, hits) > 0);
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
      case 'certExpired':
        instance.certExpired = this.effective(name, hits) > 0;
        break;
      case 'frozen':
        this.outages.setFrozen(instance, this.effective(name, hits));
        break;
      case 'errorBefore':
      case 'errorAfter':
      case 'throttled':
        this.world.instanceInjections[id] = injectionsOf(
          this.active.filter(hits),
          instance.component,
        );
        break;
      default:
        turnPlatform(this.world, instance, name, () => this.effective(name, hits));
        break;
    }
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
    if (name === 'rowHeld')
      this.world.sections!.transactions.holdRows(part, rowsHeld(this.active.filter(hits)));
    if (name === 'errorBefore' || name === 'errorAfter' || name === 'throttled') {
      this.world.partInjections[part] = injectionsOf(this.active.filter(hits), -1 - part);
    }
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
    if (name === 'delay') link.extras = extrasOf(this.active, id);
    if (name !== 'loss' && name !== 'cut' && name !== 'bandwidth') return;
    const towards = (direction: number) => (active: Active) =>
      active.fault.links.some((hit) => hit.link === id && (hit.direction & direction) !== 0);
    this.turnDirection(link, name, towards(DIRECTION.request), towards(DIRECTION.answer));
    if (name === 'bandwidth') this.world.sizes?.lines.turned(id);
  }

  private turnDirection(
    link: Link,
    name: 'loss' | 'cut' | 'bandwidth',
    request: (active: Active) => boolean,
    answer: (active: Active) => boolean,
  ): void {
    if (name === 'cut') {
      link.requestCut = this.effective(name, request);
      link.answerCut = this.effective(name, answer);
    } else if (name === 'bandwidth') {
      link.requestBandwidth = Math.min(link.baseRequestBandwidth, this.effective(name, request));
      link.answerBandwidth = Math.min(link.baseAnswerBandwidth, this.effective(name, answer));
    } else {
      link.requestLoss = 1 - (1 - link.baseRequestLoss) * (1 - this.effective(name, request));
      link.answerLoss = 1 - (1 - link.baseAnswerLoss) * (1 - this.effective(name, answer));
    }
  }

  private effective(name: KnobName, hits: (active: Active) => boolean): number {
    return effectiveOf(name, this.active.filter(hits));
  }
}

/** What the platform of a process does wrong. */
function turnPlatform(
  world: World,
  instance: Instance,
  name: KnobName,
  effective: () => number,
): void {
  if (name === 'scalingFrozen') instance.scalingFrozen = effective() > 0;
  if (name === 'rolloutFrozen') {
    instance.rolloutFrozen = effective() > 0;
    // Whoever rolls it out looks at what it has missed.
    world.fleets[instance.component].watch?.();
  }
  const lie = LIES.indexOf(name);
  if (lie >= 0) instance.lies[lie] = effective();
}

/** In the order of PROBES. */
const LIES: readonly KnobName[] = PROBES.map((kind) => `${kind}Lie` as const);

/** `count` different ones of the list, kept in order, by draws that are the same in every variant. */
function sampleWithout(list: readonly number[], count: number, key: StreamKey): number[] {
  const ranked = list.map((id, k) => ({ id, k, u: unit(key.a, key.b, k, 0, 0) }));
  ranked.sort((x, y) => x.u - y.u || x.k - y.k);
  return ranked
    .slice(0, count)
    .sort((x, y) => x.k - y.k)
    .map(({ id }) => id);
}
