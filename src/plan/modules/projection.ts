import { hasOwnPart, OWN_PROJECTOR } from '../../contracts/scenario/projections.js';
import { planProjections, workOf, writeProjector } from '../projections.js';
import { PASSIVE, program, sourcesOf, type PlanModule } from './kind.js';
import { FREE_CPU, type Cpu } from '../../contracts/scenario/process.js';

/** Projections. The work of a projection is a part of its own, or a part of the service that runs it. */
export const projection: PlanModule<'projection', 'projector', 'projections'> = {
  components: {
    projection: ({ projections }) =>
      sourcesOf('projection', projections, (spec) => ({
        ...PASSIVE,
        zones: spec.lifecycle === 'async' && spec.service === null ? [null] : [],
        parts: hasOwnPart(spec) ? [[OWN_PROJECTOR, { kind: 'projector', projection: spec }]] : [],
        process: { cpu: ONE_CORE, critical: spec.critical },
        faultTargets: { endpoint: (_own, layout) => [layout.parts[workOf(layout, spec)]!] },
      })),
  },
  parts: {
    projector: (source) => ({
      repeatable: true,
      consumes: null,
      write: (w, _part, scope) =>
        source.projection.lifecycle === 'async'
          ? program(w, () => writeProjector(w, source.projection, scope))
          : -1,
    }),
  },
  guests: ({ projections }, service) =>
    [...projections.values()]
      .filter((own) => own.lifecycle === 'async' && own.service === service)
      .map((own) => [own.name, { kind: 'projector', projection: own }]),
  plan: ({ w }) => ({ projections: planProjections(w) }),
};

/** A projection without a service handles one batch at a time. */
const ONE_CORE: Cpu = Object.freeze({ ...FREE_CPU, cores: 1 });
