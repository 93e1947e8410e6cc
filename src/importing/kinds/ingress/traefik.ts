import type { Cell } from '../../cell.js';
import { REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { filled, map, type Written } from '../../written.js';
import { specsNamed } from '../traefik/crd.js';
import { applied, type Applied } from '../traefik/middlewares.js';
import { bySession } from '../sticky.js';
import { annotationsOf, GENERIC, type Controller, type Find } from './controller.js';

const USED = 'router.middlewares';

/** What the Middlewares of an Ingress do. */
function usedBy(find: Find, system: System, call: (address: Cell) => Written | undefined): Applied {
  return applied(specsNamed(find(USED)?.text() ?? '', system), call);
}

/** The gateways that Ingresses of Traefik make where no file runs it. IngressRoutes are routes of the same process. */
export function traefikGateways(system: System): Component[] {
  return system.shared('gateways of Traefik', (): Component[] => []);
}

/** An annotation of the Service. */
const STICKY = 'traefik.ingress.kubernetes.io/service.sticky.cookie';

/** Traefik repeats nothing and waits without a limit, unless a Middleware or a ServersTransport says so. */
export const traefik: Controller = {
  ...GENERIC,
  named: /traefik/,
  image: /(^|\/)traefik[:@]|(^|\/)traefik$/,
  prefix: 'traefik.ingress.kubernetes.io/',
  ofService: annotationsOf,
  deciding: [STICKY, USED],
  bundle(find, system) {
    const cookie = find(STICKY);
    const { policy } = usedBy(find, system, () => undefined);
    const loadBalancing = cookie?.text() === 'true' ? bySession(cookie, system) : undefined;
    return filled(map({ ...Object.fromEntries(policy?.entries ?? []), loadBalancing })) ?? null;
  },
  middleware: (find, { system, call }) => usedBy(find, system, call).middleware,
  counted: [],
  reasons: [
    [USED, 'its values are in the Middleware'],
    ['router.priority', 'the most exact path goes first: write the routes in another order'],
    ['service.sticky', 'Traefik reads it at the Service'],
    ['service.serverstransport', 'the limits are in another object: write `policy` of the route'],
    ['router.tls', REASON.security],
    ['router.', REASON.port],
    ['', REASON.port],
  ],
};
