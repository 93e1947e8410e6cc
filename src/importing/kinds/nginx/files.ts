import type { Cell } from '../../cell.js';
import { isDockerfile } from '../../dockerfile.js';
import { isNginx, NGINX } from '../../nginx-file.js';
import type { Component, System } from '../../system.js';
import { fillerOf } from '../envoy/templates.js';
import type { DocumentKind } from '../kind.js';
import { processSources } from '../spring/application.js';
import { directivesOf, flat } from './directives.js';
import { Addresses, protocolOf } from './passes.js';
import { fillRoutes } from './routes.js';

/** A container with the files that it may get. */
export interface Container {
  readonly component: Component;
  /** Texts that may name them: mounts, arguments of its build. */
  readonly files: readonly string[];
  /** The folder of its build, which ends in a slash; undefined = it is not built here. */
  readonly folder: string | undefined;
}

/** Notes a container that may run nginx; to be called before the phase `routes`. */
export function noteContainer(container: Container, system: System): void {
  containersOf(system).push(container);
}

function containersOf(system: System): Container[] {
  return system.shared('containers of nginx', () => []);
}

/** The variables of images, by the folder of their build. */
function imagesOf(system: System): Map<string, Cell> {
  return system.shared('variables of images', () => new Map<string, Cell>());
}

/** Files of nginx. The service that runs it is a gateway if a location leads to a service; other addresses of the file are its calls. */
export const nginxFiles: DocumentKind = {
  recognises: (document) => document.get(NGINX) !== undefined,
  read(document, system) {
    addFile(document, (): Component | undefined => ownerOf(document, system), system);
  },
};

/** Notes a file of nginx, with the component that has it. */
export function addFile(document: Cell, owner: () => Component | undefined, system: System): void {
  const files = system.shared('files of nginx', (): File[] => {
    const made: File[] = [];
    // After the routes of gateways behind it.
    system.later('settings', () => system.later('routes', () => connectAll(made, system)));
    return made;
  });
  files.push({ document, owner });
}

interface File {
  readonly document: Cell;
  readonly owner: () => Component | undefined;
}

/** Images whose variables fill the files of nginx in their folders. */
export const dockerfiles: DocumentKind = {
  recognises: (document) => isDockerfile(document.file),
  read(document, system) {
    imagesOf(system).set(folderOf(document.file), document);
    system.later('calls', () => {
      document.list('a variable of an image: the addresses of nginx that use it count');
    });
  },
};

/** The container that the user names, that mounts the file, in whose folder it is, or that has the variables of the template. */
function ownerOf(document: Cell, system: System): Component | undefined {
  const file = document.file.replaceAll('\\', '/').replace(/^\.\//, '');
  const containers = containersOf(system);
  const services = (names: readonly string[]): readonly Component[] =>
    names
      .flatMap((name) => system.named(name) ?? [])
      .filter(({ section }) => section === 'services');
  const mounted = containers.find(({ files }) => files.some((text) => isMount(text, file)));
  const [built] = containers
    .filter(({ folder }) => folder !== undefined && file.startsWith(folder))
    .sort((a, b) => b.folder!.length - a.folder!.length);
  const [mapped] = services(system.names.ownersOf(document.file));
  const [named] = services(file.split('/').slice(0, -1).reverse());
  return mapped ?? mounted?.component ?? built?.component ?? named ?? fillerOf(document, system);
}

/** Whether a text such as `./web/nginx.conf:/etc/nginx/nginx.conf` names a file. */
function isMount(text: string, file: string): boolean {
  const path = text.split(':')[0]!.replace(/^(\.\/)+/, '');
  return path !== '' && (file === path || file.endsWith(`/${path}`));
}

function folderOf(file: string): string {
  return file.replace(/[^/\\]*$/, '');
}

const UNKNOWN = 'no component of these files has this address';
const REST = 'nginx reads it, and no route to a component uses it, or it has no counterpart';

/** Reads all files of each nginx together: one may have the settings of another one. */
function connectAll(files: readonly File[], system: System): void {
  const byOwner = new Map<Component, Cell[]>();
  for (const { document, owner: find } of files) {
    const owner = find();
    const isPassing = flat(directivesOf(document)).some((one) => protocolOf(one) !== undefined);
    if (owner === undefined) {
      if (isPassing && isNginx(document.file))
        system.ask(`Which component runs nginx with ${document.file}? --map ${document.file}=NAME`);
      document.list('no component has this file: write --map FILE=NAME');
    } else byOwner.set(owner, [...(byOwner.get(owner) ?? []), document]);
  }
  for (const [owner, own] of byOwner) {
    const directives = own.flatMap(directivesOf);
    const http = directives.flatMap((one) => (one.name === 'http' ? one.block : [one]));
    const addresses = new Addresses(directives, variablesOf(owner, own, system), owner, system);
    for (const pass of flat(directives).filter((one) => protocolOf(one) !== undefined))
      for (const { component, host } of addresses.targetsOf(pass))
        system.connect(owner, component, host);
    fillRoutes({ owner, http, addresses }, system);
    for (const { name, cell } of flat(directives))
      if (cell.isScalar) cell.list(/_pass$|^server$/.test(name) ? UNKNOWN : REST);
  }
}

/** `envsubst` fills a template with the variables of the container, which override those of its image. */
function variablesOf(
  owner: Component,
  documents: readonly Cell[],
  system: System,
): ReadonlyMap<string, Cell> {
  return new Map([
    ...documents.flatMap(({ file }) => imagesOf(system).get(folderOf(file))?.entries() ?? []),
    ...(processSources(system).get(owner)?.variables ?? []).map(
      ({ name, value }) => [name, value] as const,
    ),
  ]);
}
