import type { Gateway } from '../contracts/scenario/scenario.js';
import type { HostVersion } from '../contracts/scenario/services.js';

/** The gateway as each of its versions defines it, the initial one first. */
export function gatewayShapesOf(gateway: Gateway): readonly Gateway[] {
  const { versions } = gateway;
  if (versions === null) return [gateway];
  return [gateway, ...versions.others.map((version) => shapeOf(gateway, version))];
}

function shapeOf(gateway: Gateway, version: HostVersion): Gateway {
  const { chains, middleware, outbound } = version;
  // The defaults of its product apply to targets without a bundle only.
  const isBare = !outbound.has('default');
  const below = [...gateway.outbound].filter(([, { id }]) => isBare || !id.startsWith('preset '));
  return {
    ...gateway,
    ...version.process,
    middleware: middleware ?? gateway.middleware,
    outbound: new Map([...below, ...outbound]),
    routes: gateway.routes.map((route) => ({
      ...route,
      chain: chains.get(route.name) ?? route.chain,
    })),
    versions: null,
  };
}
