import { OUTCOME, withStatus, type Outcome } from '../../../contracts/outcome.js';
import type { PlanProjectionAct, PlanStoreAct } from '../../../contracts/plan/stores.js';
import type { Act } from '../../data/acts.js';
import { Draws } from '../../path/draws.js';
import type { Channels } from '../messaging/channels.js';
import type { CallData } from '../../data/strands/call-data.js';
import { EventStore } from './event-store.js';
import { ReadModel, type ReadModelParts } from './read-model.js';
import { Rebuild, type Replayable } from './rebuild.js';
import { TopicLog } from './topic-log.js';
import { strands } from '../../data/strands/strands.js';
import { sink } from '../../data/figures/sink.js';
import { engine } from '../../../kernel/engine.js';
import { samplers } from '../../../kernel/distribution.js';

/** The view is unavailable while it is rebuilt. */
const UNAVAILABLE = withStatus(OUTCOME.serverError, 503);

/** All event stores of a run with their read models, and the acts that use them. */
export class Stores {
  private readonly world: ReadModelParts;
  private readonly callData: CallData;
  private readonly draws: Draws;
  private readonly stores: readonly EventStore[];
  private readonly models: readonly ReadModel[];

  constructor(world: ReadModelParts, callData: CallData, channels: Channels) {
    const { messages, topics } = channels;
    this.world = world;
    this.callData = callData;
    this.draws = new Draws(world);
    const { plan } = world;
    this.stores = plan.stores.map((spec) => new EventStore(world, callData, spec, channels));
    this.models = plan.projections.map((spec) => {
      const model = new ReadModel(world, spec, messages);
      const topic = topics.find((own) => own.spec.component === spec.topic);
      const log =
        topic === undefined ? this.followStore(model) : new TopicLog(world, messages, topic, model);
      const { rebuild } = spec.spec;
      if (rebuild !== null) model.rebuild = new Rebuild(world, model, log, rebuild);
      return model;
    });
  }

  ofStore(spec: PlanStoreAct): Act {
    return this.stores[spec.store].actOf(spec);
  }

  /** The act before an operation that reads of views use. */
  view(): Act {
    return { begin: (strand) => this.look(strand) };
  }

  private followStore(model: ReadModel): Replayable {
    const store = this.stores[model.spec.store];
    store.models.push(model);
    return store.streams;
  }

  ofProjection(spec: PlanProjectionAct): Act {
    const model = this.models[spec.projection];
    const left = (): void => {};
    switch (spec.does) {
      case 'ask':
        return {
          begin: (strand, pc) => this.ask(model, spec, strand, pc),
          left: (strand) => model.versions.left(strand, this.callData.entity[strand]),
        };
      case 'judge':
        return { begin: (strand) => this.judge(model, strand), left };
      case 'batch':
        return { begin: (strand) => model.segments!.batch(strand), left };
      case 'event':
        return { begin: (strand) => model.segments!.event(strand), left };
      case 'inline':
        return { begin: (strand, pc) => this.inline(model, spec.work, strand, pc), left };
    }
  }

  /** Starts a read of a view. */
  private ask(
    model: ReadModel,
    { projection, key, consistency }: Extract<PlanProjectionAct, { readonly does: 'ask' }>,
    strand: number,
    pc: number,
  ): Outcome {
    const { callData, world } = this;
    const entity = world.keys.value(key, strand);
    callData.view[strand] = projection;
    callData.entity[strand] = entity;
    callData.asked[strand] = engine.now;
    callData.cell[strand] = sink.cell;
    callData.known[strand] = model.next;
    callData.missing[strand] = -1;
    const merges = consistency.kind === 'clientMerge';
    callData.reader[strand] = merges ? world.keys.value(model.spec.client, strand) : -1;
    // Reads the store instead, with the code after the next instruction: no event can be missing.
    const asksStore =
      model.spec.spec.lifecycle === 'live' ||
      (consistency.kind === 'stickyPrimary' && model.versions.sticks(entity, consistency.forNs));
    if (asksStore) {
      strands.pc[strand] = pc + 2;
      callData.known[strand] = 0;
      return OUTCOME.ok;
    }
    if (model.rebuild?.isOffline === true) return UNAVAILABLE;
    if (consistency.kind !== 'waitForVersion') return OUTCOME.ok;
    return model.versions.wait(strand, entity, model.next, consistency);
  }

  /** At the database: finds the first event that the view misses when the operation begins. */
  private look(strand: number): Outcome {
    const { callData } = this;
    const { entries, copies, spec } = this.models[callData.view[strand]];
    const entity = callData.entity[strand];
    const reader = callData.reader[strand];
    const first = reader < 0 ? entries.missing(entity) : entries.missingFor(entity, reader);
    callData.missing[strand] = first < 0 ? Infinity : entries.number[first];
    callData.missingSince[strand] = first < 0 ? Infinity : entries.committed[first];
    if (copies === null) return OUTCOME.ok;
    // If a replica lacks an event, that event is older than any that the primary lacks.
    const { component, index } = this.world.instances[strands.instance[strand]];
    const copy = component === spec.replicated ? copies.missing(entity, index) : null;
    if (copy === null || copy.number > callData.missing[strand]) return OUTCOME.ok;
    callData.missing[strand] = copy.number;
    callData.missingSince[strand] = copy.committed;
    return OUTCOME.ok;
  }

  /** Handles the response of a read. If it did not come from the database, the view is checked now. */
  private judge(model: ReadModel, strand: number): Outcome {
    const { callData } = this;
    if (callData.missing[strand] === -1) this.look(strand);
    if (model.copies !== null) {
      const client = this.world.keys.value(model.spec.client, strand);
      const version = Math.min(callData.missing[strand], callData.known[strand]);
      model.clientRead(callData.entity[strand], client, version, callData.cell[strand]);
    }
    model.versions.judge(
      callData.missing[strand],
      callData.missingSince[strand],
      callData.known[strand],
      callData.asked[strand],
      callData.cell[strand],
    );
    return OUTCOME.ok;
  }

  /** Draws the work of an inline projection: one draw for each event of an append. */
  private inline(model: ReadModel, work: number, strand: number, pc: number): Outcome {
    const { callData, world } = this;
    const { streamA, streamB, partSlowness } = world;
    const { lineageA, lineageB } = strands;
    const tag = this.draws.tag(strand, pc);
    const a = lineageA[strand];
    const b = lineageB[strand];
    let time = 0;
    for (let k = 0; k < callData.count[strand]; k++) {
      const index = (tag + Math.imul(k, 0x9e3779b1)) | 0;
      time += samplers.draw(work, streamA[pc], streamB[pc], a, b, index);
    }
    callData.work[strand] = Math.round(time * partSlowness[model.spec.part]);
    return OUTCOME.ok;
  }
}
