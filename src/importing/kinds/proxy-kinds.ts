import { caddy } from './caddy/files.js';
import { ocelot } from './dotnet/ocelot.js';
import { yarp } from './dotnet/yarp.js';
import { haproxy } from './haproxy/files.js';
import { nginx } from './nginx/files.js';
import type { ProxyKind } from './proxies/files.js';

/** Every proxy whose own files can be read. */
export const proxyKinds: readonly ProxyKind[] = [nginx, caddy, haproxy, yarp, ocelot];
