import { isNginx, NGINX } from '../../nginx-file.js';
import { directivesOf, flat } from '../proxies/directives.js';
import type { ProxyKind } from '../proxies/files.js';
import { Addresses, protocolOf } from './passes.js';
import { fillRoutes } from './routes.js';

const UNKNOWN = 'no component of these files has this address';
const REST = 'nginx reads it, and no route to a component uses it, or it has no counterpart';

/** nginx. Addresses of its files that no location uses are calls. */
export const nginx: ProxyKind = {
  name: 'nginx',
  recognises: (document) => document.get(NGINX) !== undefined,
  isFile: isNginx,
  passes: (document) => flat(directivesOf(document)).some((one) => protocolOf(one) !== undefined),
  connect(owner, documents, variables, system) {
    const directives = documents.flatMap(directivesOf);
    const http = directives.flatMap((one) => (one.name === 'http' ? one.block : [one]));
    const addresses = new Addresses(directives, variables, owner, system);
    for (const pass of flat(directives).filter((one) => protocolOf(one) !== undefined))
      for (const { component, host } of addresses.targetsOf(pass))
        system.connect(owner, component, host);
    fillRoutes({ owner, http, addresses }, system);
    for (const { name, cell } of flat(directives))
      if (cell.isScalar) cell.list(/_pass$|^server$/.test(name) ? UNKNOWN : REST);
  },
};
