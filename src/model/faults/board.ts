import { invariant } from '../../kernel/invariant.js';
import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import { streamKey, unit, type StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { PlanFault } from '../../contracts/plan/plan.js';
import { JOURNAL } from '../../contracts/record/record.js';
import type { Outages } from '../platform/outages.js';
import type { World } from '../modules/world.js';
import { Activations } from './activations.js';
import type { FaultKind } from './kind.js';
import { Held, type Active, type Controls, type Knob, type KnobEdit } from './knob.js';
import { rungsOf } from './ramps.js';
import { Recoveries } from './recoveries.js';

/** Index of a fault that is over, for an instance that has not recovered from it. */
const OVER = -1;

/**
 * The board of knobs: holds the edits of all active faults, and calls a knob for each subject whose edits change. A
 * fault never restores anything: without edits the value is the configured one by construction. Everything happens in
 * phase 0, subjects in order of their ids.
 */
export class Board {
  private readonly world: World;
  private readonly controls: Controls;
  /** By fault; null for a rollout, which turns no knobs. */
  private readonly kinds: readonly (FaultKind | null)[];
  private readonly op: number;
  private readonly activations: Activations;
  private readonly recoveries: Recoveries;
  private readonly active: Active[] = [];
  /** A new strength of a fault, or the end of the recovery of an instance. */
  private readonly changes: (
    | { readonly rest: null; readonly index: number; readonly strength: number }
    | { readonly rest: Active }
  )[] = [];

  constructor(world: World, outages: Outages, kindOf: (kind: string) => FaultKind) {
    this.world = world;
    this.controls = { world, outages };
    this.kinds = world.plan.faults.map(({ kind, rollout }) =>
      rollout === null ? kindOf(kind) : null,
    );
    this.recoveries = new Recoveries(world);
    this.activations = new Activations(world, (index, fromNs, untilNs) =>
      this.schedule(index, fromNs, untilNs),
    );
    this.op = engine.define('fault', (change) => this.apply(change));
  }

  /** Schedules every known activation, with the steps of its ramp and its end. */
  start(): void {
    this.activations.start();
  }

  /** A cell of the timeline is over. */
  passed(boundary: number): void {
    this.activations.passed(boundary);
  }

  private schedule(index: number, fromNs: Ns, untilNs: Ns): void {
    invariant(fromNs >= engine.now && fromNs <= untilNs, 'a fault begins before it ends');
    const { ramp } = this.world.plan.faults[index];
    for (const { at, strength } of rungsOf(ramp, fromNs, untilNs)) {
      this.applyAt(at, index, strength);
    }
    if (untilNs < this.world.plan.horizonNs) this.applyAt(untilNs, index, -1);
  }

  private applyAt(at: Ns, index: number, strength: number): void {
    const change = this.changes.push({ rest: null, index, strength }) - 1;
    engine.at(at, PHASE.FAULT, this.op, change, 0, 0);
  }

  private apply(change: number): void {
    const due = this.changes[change];
    if (due.rest !== null) {
      invariant(this.active.includes(due.rest), 'an instance recovers once from a fault');
      this.active.splice(this.active.indexOf(due.rest), 1);
      this.applyAll(due.rest, due.rest.edits);
      return;
    }
    const { index, strength } = due;
    const at = this.active.findIndex((active) => active.index === index);
    const touched = at >= 0 ? this.active[at] : this.activate(index);
    if (strength < 0) {
      invariant(at >= 0, 'a fault ends that has begun');
      this.active.splice(at, 1);
      this.world.journal.note(JOURNAL.fault, index, 0);
      this.leave(touched);
      this.applyAll(touched, touched.edits);
      return;
    }
    if (at < 0) {
      invariant(engine.now < this.world.plan.horizonNs, 'a fault begins within the run');
      this.active.push(touched);
      this.world.journal.note(JOURNAL.fault, index, 1);
    }
    const before = touched.edits;
    const { fault } = touched;
    touched.edits = this.kinds[index]!.edits(fault.config, strength, fault.share);
    this.applyAll(touched, [...before, ...touched.edits]);
    if (at < 0) this.begin(touched);
  }

  /** Keeps the lasting edits of a fault that is over, for each instance until it has recovered. */
  private leave(over: Active): void {
    const edits = over.edits.filter(({ recovery }) => recovery !== undefined);
    if (edits.length === 0) return;
    const recovery = edits[0].recovery!;
    const delays =
      recovery === 'never' ? [] : this.recoveries.draw(over.index, over.instances, recovery);
    over.instances.forEach((_, k) => {
      const delay = delays[k] ?? Infinity;
      if (delay === 0) return;
      const rest: Active = {
        ...over,
        index: OVER,
        instances: [over.instances[k]],
        nodes: [],
        edits,
      };
      this.active.push(rest);
      const untilNs = engine.now + delay;
      if (untilNs >= this.world.plan.horizonNs) return;
      engine.at(untilNs, PHASE.FAULT, this.op, this.changes.push({ rest }) - 1, 0, 0);
    });
  }

  /** Effects that take place once, at the start of a fault. */
  private begin({ fault, edits }: Active): void {
    for (const edit of edits) edit.knob.begin?.(this.controls, fault, edit);
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
      const up = there.filter((id) => instances[id].phase === 'up');
      const wanted =
        select.kind === 'count' ? select.count : Math.round(select.share * there.length);
      chosen = sampleWithout(up, Math.min(wanted, up.length), key);
    }
    return {
      fault,
      index,
      instances: chosen,
      nodes: this.nodesOf(fault, key),
      edits: [],
      key,
      memories: new Map(),
      tokens: new Map(),
      passed: new Map(),
    };
  }

  /** Chooses among the nodes that are ready now, in order. */
  private nodesOf({ nodes: all, select }: PlanFault, key: StreamKey): readonly number[] {
    if (all.length === 0 || select.kind === 'all') return all;
    if (select.kind === 'indices') return all.filter((node) => select.indices.includes(node));
    const up = all.filter((node) => this.controls.outages.nodes!.isUp(node));
    const wanted = select.kind === 'count' ? select.count : Math.round(select.share * up.length);
    return sampleWithout(up, Math.min(wanted, up.length), key);
  }

  /** Current role of a node of a database with replicas. An instance of anything else has no copy to take over. */
  private roleOf(id: number): 'primary' | 'replica' {
    const instance = this.world.instances[id];
    const roles = this.world.replicas.get(instance.component)?.roles;
    if (roles === undefined) return 'primary';
    return roles.primary === instance.index ? 'primary' : 'replica';
  }

  private applyAll(active: Active, edits: readonly KnobEdit[]): void {
    for (const knob of new Set(edits.map(({ knob }) => knob))) {
      for (const id of active.instances) this.applyToInstance(id, knob);
      for (const node of active.nodes) this.applyToNode(node, knob);
      this.applyToListed('part', active.fault, knob);
      for (const { link } of active.fault.links) this.applyToLink(link, knob);
      this.applyToListed('load', active.fault, knob);
      this.applyToListed('holder', active.fault, knob);
    }
  }

  private applyToInstance(id: number, knob: Knob): void {
    const held = this.held((active) => active.instances.includes(id));
    turnsOf(knob, 'instance')(this.controls, this.controls.world.instances[id], held);
  }

  private applyToNode(node: number, knob: Knob): void {
    const held = this.held((active) => active.nodes.includes(node));
    turnsOf(knob, 'node')(this.controls, node, held);
  }

  private applyToListed(sort: 'part' | 'load' | 'holder', own: PlanFault, knob: Knob): void {
    const list = `${sort}s` as const;
    for (const subject of own[list]) {
      const held = this.held(({ fault }) => fault[list].includes(subject));
      turnsOf(knob, sort)(this.controls, subject, held);
    }
  }

  private applyToLink(link: number, knob: Knob): void {
    const towards = (direction: number): Held =>
      this.held(({ fault }) =>
        fault.links.some((hit) => hit.link === link && (hit.direction & direction) !== 0),
      );
    turnsOf(knob, 'link')(this.controls, link, towards);
  }

  private held(hits: (active: Active) => boolean): Held {
    return new Held(this.active.filter(hits));
  }
}

/** The method with which a knob turns a sort of subject. */
function turnsOf<Sort extends 'instance' | 'node' | 'part' | 'holder' | 'load' | 'link'>(
  knob: Knob,
  sort: Sort,
): NonNullable<Knob[Sort]> {
  const apply = knob[sort];
  invariant(apply !== undefined, 'a knob acts on what its fault hits');
  return apply!;
}

/** `count` different elements of the list in their order, by draws that are the same in every variant. */
function sampleWithout(list: readonly number[], count: number, key: StreamKey): number[] {
  const ranked = list.map((id, k) => ({ id, k, u: unit(key.a, key.b, k, 0, 0) }));
  ranked.sort((x, y) => x.u - y.u || x.k - y.k);
  return ranked
    .slice(0, count)
    .sort((x, y) => x.k - y.k)
    .map(({ id }) => id);
}
