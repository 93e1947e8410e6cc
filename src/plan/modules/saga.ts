import { driverName } from '../../contracts/scenario/sagas.js';
import { writeSaga } from '../sagas.js';
import { NAME_ONLY, PASSIVE, sourcesOf, type PlanModule } from './kind.js';

/** Sagas. The program of an orchestrator is a part of its service. */
export const saga: PlanModule<'saga', 'step' | 'driver', 'sagas'> = {
  components: {
    saga: ({ sagas }) =>
      sourcesOf('saga', sagas, ({ steps }) => ({
        ...PASSIVE,
        parts: steps.map((step) => [step.name, { kind: 'step', step }]),
      })),
  },
  parts: {
    step: () => NAME_ONLY,
    driver: (source) => ({
      repeatable: false,
      consumes: null,
      write: (w, _part, scope) => {
        const at = w.assembler.here;
        writeSaga(w, source.saga, scope);
        return at;
      },
    }),
  },
  guests: ({ sagas }, service) =>
    [...sagas.values()]
      .filter(({ orchestration }) => orchestration?.orchestrator === service)
      .map((own) => [driverName(own.name), { kind: 'driver', saga: own }]),
  plan: ({ w, keys }) => ({ sagas: w.sagas.plan(w, keys) }),
};
