import { OUTCOME, withStatus } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import type { PlanProjectionAct, PlanStoreAct, PlanViewAct } from '../../spec/stores.js';
import { REGISTERS } from '../strands.js';
import type { Act } from '../acts.js';
import type { World } from '../world.js';
import type { Cargo } from './cargo.js';
import { EventStore } from './event-store.js';
import { ReadModel } from './read-model.js';
import { Rebuild } from './rebuild.js';

/** The view is being made anew, and there is none. */
const UNAVAILABLE = withStatus(OUTCOME.serverError, 503);

/** All event stores of a run with their read models, and the steps that lead there. */
export class Stores {
  private readonly world: World;
  private readonly cargo: Cargo;
  private readonly stores: readonly EventStore[];
  private readonly models: readonly ReadModel[];

  constructor(world: World, cargo: Cargo) {
    this.world = world;
    this.cargo = cargo;
    const { plan } = world;
    this.stores = plan.stores.map((spec) => new EventStore(world, cargo, spec));
    this.models = plan.projections.map((spec) => {
      const model = new ReadModel(world, spec);
      const store = this.stores[spec.store];
      store.models.push(model);
      const { rebuild } = spec.spec;
      if (rebuild !== null) model.rebuild = new Rebuild(world, model, store.streams, rebuild);
      return model;
    });
  }

  actOf(spec: PlanStoreAct | PlanProjectionAct | PlanViewAct): Act {
    switch (spec.act) {
      case 'store':
        return this.stores[spec.store].actOf(spec);
      case 'projection':
        return this.ofProjection(spec);
      case 'view':
        return { begin: (strand) => this.look(strand), left: () => {} };
    }
  }

  private ofProjection(spec: PlanProjectionAct): Act {
    const model = this.models[spec.projection];
    const left = (): void => {};
    switch (spec.does) {
      case 'ask':
        return {
          begin: (strand, pc) => this.ask(model, spec, strand, pc),
          left: (strand) => model.versions.left(strand, this.cargo.entity[strand]),
        };
      case 'judge':
        return { begin: (strand) => this.judge(model, strand), left };
      case 'batch':
        return { begin: (strand) => model.segments!.batch(strand), left };
      case 'event':
        return { begin: (strand) => model.segments!.event(strand), left };
      case 'inline':
        return { begin: (strand) => this.inline(spec.register, strand), left };
    }
  }

  /** A read of a view begins. */
  private ask(
    model: ReadModel,
    { projection, key, consistency }: Extract<PlanProjectionAct, { readonly does: 'ask' }>,
    strand: number,
    pc: number,
  ): Outcome {
    const { cargo, world } = this;
    const entity = world.keys.value(key, strand);
    cargo.view[strand] = projection;
    cargo.entity[strand] = entity;
    cargo.asked[strand] = world.engine.now;
    cargo.cell[strand] = world.sink.cell;
    cargo.known[strand] = model.next;
    cargo.missing[strand] = -1;
    // The store itself is asked, by what stands behind the next instruction: nothing can be missing.
    const asksStore =
      model.spec.spec.lifecycle === 'live' ||
      (consistency.kind === 'stickyPrimary' && model.versions.sticks(entity, consistency.forNs));
    if (asksStore) {
      world.strands.pc[strand] = pc + 2;
      cargo.missing[strand] = Infinity;
      return OUTCOME.ok;
    }
    if (model.rebuild?.isOffline === true) return UNAVAILABLE;
    if (consistency.kind !== 'waitForVersion') return OUTCOME.ok;
    return model.versions.wait(strand, entity, model.next, consistency.withinNs);
  }

  /** At the database: what the view misses when the operation begins. */
  private look(strand: number): Outcome {
    const { cargo } = this;
    const model = this.models[cargo.view[strand]];
    const first = model.entries.missing(cargo.entity[strand]);
    cargo.missing[strand] = first < 0 ? Infinity : model.entries.number[first];
    cargo.missingSince[strand] = first < 0 ? Infinity : model.entries.committed[first];
    return OUTCOME.ok;
  }

  /** The answer has come. Where it was not the database that gave it, the view is looked at now. */
  private judge(model: ReadModel, strand: number): Outcome {
    const { cargo } = this;
    if (cargo.missing[strand] === -1) this.look(strand);
    model.versions.judge(
      cargo.missing[strand],
      cargo.missingSince[strand],
      cargo.known[strand],
      cargo.asked[strand],
      cargo.cell[strand],
    );
    return OUTCOME.ok;
  }

  private inline(register: number, strand: number): Outcome {
    this.world.strands.registers[strand * REGISTERS + register] = this.cargo.count[strand];
    return OUTCOME.ok;
  }
}
