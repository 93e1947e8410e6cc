import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { clusterOf } from '../kubernetes/cluster.js';
import { plain, type Written, type WrittenMap, type WrittenScalar } from '../../written.js';

/** A setting by its name: an annotation of the Ingress or of its Service, else the value of the whole controller. */
export type Find = (name: string) => Cell | undefined;

/** What reads an Ingress, and passes its requests on. */
export interface Controller {
  /** Its class, or the program that the class names. */
  readonly named: RegExp;
  /** Image of its pods; null = it runs outside of the cluster. */
  readonly image: RegExp | null;
  /** Beginning of the annotations that only it reads. */
  readonly prefix: string;
  /** Other annotations that only its Ingresses have. */
  readonly marks: RegExp;
  /** Kind of the gateway; null = `simple`. */
  readonly product: string | null;
  /** A process has a thread for each core, and each one has many requests. */
  readonly isEventLoop: boolean;
  /** Each Ingress, or each group with this annotation, has an entrance of its own; null = all of a class have one. */
  readonly group: string | null;
  /** Pattern of a path whose type is up to the controller; without a star a path is exact. */
  pattern(path: string): string;
  /** The setting that makes the paths of a host expressions; undefined = none. */
  expression(find: Find, path: string): Cell | undefined;
  /** Settings of a Service in an object of their own; undefined = none. */
  ofService(service: string, namespace: string, system: System): Cell | undefined;
  /** Settings that decide about the bundle. */
  readonly deciding: readonly string[];
  /** Bundle of the calls of all components, or of one; null = that of the kind of the gateway. */
  bundle(find: Find, system: System, component?: Component): WrittenMap | null;
  /** Middleware of the routes of an Ingress. `call`: the endpoint behind an address. */
  middleware(find: Find, about: About): readonly Written[];
  /** Settings that limit the requests of all paths of an Ingress together. */
  readonly counted: readonly string[];
  /** Sets what callers of the component behind a route do. */
  settle(find: Find, component: Component, system: System): void;
  /** Reasons of annotations without a counterpart, by their beginnings; the first one counts. */
  readonly reasons: readonly (readonly [string, string])[];
}

/** What the middleware of an Ingress needs to know. */
export interface About {
  readonly name: string;
  readonly namespace: string;
  readonly system: System;
  /** The endpoint behind an address such as `http://auth.shop.svc:80/check`; undefined = no file describes it. */
  call(address: Cell): WrittenScalar | undefined;
}

/** A controller of which only the routes are read. */
export const GENERIC: Controller = {
  named: /(?!)/,
  image: null,
  prefix: '',
  marks: /(?!)/,
  product: null,
  isEventLoop: false,
  group: null,
  pattern: (path) => `${path.replace(/\*$/, '')}*`,
  expression: () => undefined,
  ofService: () => undefined,
  deciding: [],
  bundle: () => null,
  middleware: () => [],
  counted: [],
  settle: () => {},
  reasons: [],
};

/** A value that a product has where no file says another. */
export function byDefault(value: WrittenScalar['value'], product: string): WrittenScalar {
  return { ...plain(value), note: `${product} default` };
}

/** The annotations of a Service. */
export function annotationsOf(name: string, namespace: string, system: System): Cell | undefined {
  const found = clusterOf(system).services.find(
    (one) => one.name === name && one.namespace === namespace,
  );
  return found?.document.get('metadata', 'annotations');
}
