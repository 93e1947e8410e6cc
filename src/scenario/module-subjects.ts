import type { ComponentKind } from '../spec/component-kind.js';
import type { ScenarioModules } from '../spec/scenario/modules.js';
import { hasOwnPart, OWN_PROJECTOR, partsOfStore } from '../spec/scenario/stores.js';
import { PRODUCE } from '../spec/scenario/messaging.js';

/** What expressions may say about a component. */
export interface Subject {
  readonly kind: ComponentKind;
  readonly parts: readonly string[];
  readonly instances: number;
}

/** What expressions may name beside services, their databases and workloads. */
export function moduleSubjects(scenario: ScenarioModules): readonly (readonly [string, Subject])[] {
  const all: (readonly [string, Subject])[] = [];
  for (const [name, own] of scenario.topics) {
    const parts =
      own.kind === 'bus'
        ? own.subscribers.map((subscription) => subscription.name)
        : own.subscribers.map(({ group }) => group);
    all.push([name, { kind: 'topic', parts, instances: 0 }]);
  }
  for (const [name, own] of scenario.brokers) {
    const parts = own.log !== null ? [PRODUCE] : [];
    all.push([name, { kind: 'broker', parts, instances: own.replicas }]);
  }
  for (const [name, own] of scenario.sagas) {
    const parts = own.steps.map((step) => step.name);
    all.push([name, { kind: 'saga', parts, instances: 0 }]);
  }
  for (const [name, own] of scenario.queues) {
    const parts = own.consumers.map((consumer) => consumer.name);
    all.push([name, { kind: 'queue', parts, instances: 0 }]);
  }
  for (const [name, own] of scenario.caches) {
    const parts = own.levels.map((level) => level.name);
    all.push([name, { kind: 'cache', parts, instances: own.host?.replicas ?? 0 }]);
  }
  for (const [name, own] of scenario.eventStores) {
    const parts = partsOfStore(own.snapshots !== null, own.appendMode);
    all.push([name, { kind: 'eventStore', parts, instances: own.replicas }]);
  }
  for (const [name, { lifecycle, service }] of scenario.projections) {
    const alone = lifecycle === 'async' && service === null;
    const parts = hasOwnPart({ lifecycle, service }) ? [OWN_PROJECTOR] : [];
    all.push([name, { kind: 'projection', parts, instances: alone ? 1 : 0 }]);
  }
  return all;
}
