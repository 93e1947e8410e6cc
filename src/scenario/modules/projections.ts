import { hasOwnPart, OWN_PROJECTOR } from '../../contracts/scenario/projections.js';
import { targetOf } from '../../language/databases.js';
import { cursorAt, type Context } from '../resolve/context.js';
import { projectionSchema } from '../../contracts/scenario/projections.js';
import { STORE_REFERENCE } from './event-stores/reference.js';
import { asHost, noHost, none, unchanged, type Module, type Parts } from './kind.js';
import { resolveProjection } from './projections/resolve.js';
import { checkTopicViews } from './projections/topic-views.js';

/** Projections: read models that follow the events of a store or the messages of a log. */
export const projections: Module<'projections'> = {
  kind: 'projection',
  summary: 'Read models that follow the events of a store or a topic.',
  reference: [],
  example: STORE_REFERENCE[0].example,
  schema: () => projectionSchema,
  expand: unchanged,
  inherit: unchanged,
  visit: unchanged,
  parts: ({ output }) => (hasOwnPart(output) ? [OWN_PROJECTOR] : []),
  instead: (name) =>
    `${name} is a projection: read it with a query of its database and of: ${name}`,
  lags: none,
  resolve: resolveProjection,
  subject: (own) => ({
    parts: hasOwnPart(own) ? [OWN_PROJECTOR] : [],
    instances: own.lifecycle === 'async' && own.service === null ? 1 : 0,
  }),
  host: noHost,
  calls: ({ name, lifecycle, service, writes, batchSize }, walker) => {
    if (lifecycle !== 'async' || writes === null) return;
    const from = service === null ? `${name}.${OWN_PROJECTOR}` : `${service}.${name}`;
    walker.edge({ from, certain: true, times: 1 / batchSize }, targetOf(writes), null, 1);
  },
  check: (context, scenario) => {
    checkTopicViews(context, scenario);
    checkClaims(context, scenario);
  },
  target: asHost,
};

/**
 * Reports a projection of a service with a varying number of instances if nothing takes over the work of removed ones.
 */
function checkClaims(
  context: Context,
  { services, projections: all }: Pick<Parts, 'services' | 'projections'>,
): void {
  for (const { name, service, claims } of all.values()) {
    const host = service === null ? undefined : services.get(service);
    const isRolled = (host?.versions?.rollout ?? null) !== null;
    if (claims !== null || ((host?.autoscaling ?? null) === null && !isRolled)) continue;
    const how = isRolled ? 'changes its version' : 'is scaled';
    const message = `${service} ${how}, and no instance takes over the work of a removed one: write claimTimeout`;
    cursorAt(context, 'projections', name).conflict(message);
  }
}
